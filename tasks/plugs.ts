/** Sources that only the program brings: the virtual bench. Its files and warnings are served here. */
import { cannotRead, writeFileSync } from "../src/cli/mod.ts";
import type { PluggedOpen, PluggedSource } from "../src/cli/mod.ts";

/** A saved virtual board; undefined when there is none yet. Fault: cannot-read-file. */
export const readState = (path: string): Uint8Array | undefined => {
  try {
    return Deno.readFileSync(path);
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return undefined;
    throw cannotRead(path, e);
  }
};

/** The file that a virtual board outlives the command in, or null. */
const stateOf = (selector: string): string | null =>
  new URLSearchParams(selector.split("?")[1] ?? "").get("state");

/** One name for one file, however it was written: links and .. are followed as far as there is something. */
function oneName(path: string): string {
  const [, folder = "", name = path] = /^(.*\/)?([^/]*)$/.exec(path) ?? [];
  try {
    return Deno.realPathSync(path);
  } catch { // not there yet
    try {
      return `${Deno.realPathSync(folder || ".")}/${name}`;
    } catch {
      return path;
    }
  }
}

type Source = PluggedOpen["source"];
/** how long the virtual bench may keep the event loop: less than is felt after Ctrl-C */
const BREATH_MS = 20;

/**
 * A virtual board answers at once, in the same turn of the event loop: a signal would wait until all is
 * done. So the loop gets its turn now and then, as it does between two transfers of a real probe.
 */
function breathing(source: Source): Source {
  let last = performance.now();
  const breathe = async (): Promise<void> => {
    if (performance.now() - last < BREATH_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
  return {
    kind: source.kind,
    clock: source.clock,
    list: () => source.list(),
    async open(device, ends) {
      const pipe = await source.open(device, ends);
      return {
        device: pipe.device,
        send: (data, withinMs) => breathe().then(() => pipe.send(data, withinMs)),
        receive: (length, withinMs) => pipe.receive(length, withinMs),
        clearHalt: (end) => pipe.clearHalt(end),
        reset: () => pipe.reset(),
        [Symbol.asyncDispose]: () => pipe[Symbol.asyncDispose](),
      };
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

/** `sim:BOARD?…` */
export const plugs: readonly PluggedSource[] = [{
  prefix: "sim",
  lockName(selector) {
    const state = stateOf(selector);
    return state === null ? undefined : `virtual board ${oneName(state)}`;
  },
  async open(selector) {
    const { openSim } = await import("../src/sim/mod.ts");
    const { source, boards, save } = openSim(selector, {
      readState,
      readImage: readState,
      writeState: writeFileSync,
      warn: (note) => Deno.env.get("PROBEKIT_SIM_WARN") && console.error(`virtual board: ${note}`),
    });
    const powerCycle = (offMs: number) =>
      Promise.resolve(boards.forEach((b) => b.powerCycle(offMs)));
    // a virtual board without a file ends with the command: nothing of it can be undone later
    const state = stateOf(selector);
    const breathes = breathing(source);
    return {
      source: breathes,
      save,
      powerCycle,
      journal: state === null ? null : `${state}.journal`,
    };
  },
}];
