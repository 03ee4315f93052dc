/** Sources that only the program brings: the virtual bench. Its files and warnings are served here. */
import { writeFileSync } from "../src/cli/mod.ts";
import type { PluggedSource } from "../src/cli/mod.ts";

const readState = (path: string): Uint8Array | undefined => {
  try {
    return Deno.readFileSync(path);
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return undefined;
    throw e;
  }
};

/** `sim:BOARD?…` */
export const plugs: readonly PluggedSource[] = [{
  prefix: "sim",
  async open(selector) {
    const { openSim } = await import("../src/sim/mod.ts");
    const { source, boards, save } = openSim(selector, {
      readState,
      writeState: writeFileSync,
      warn: (note) => Deno.env.get("PROBEKIT_SIM_WARN") && console.error(`virtual board: ${note}`),
    });
    const powerCycle = (offMs: number) =>
      Promise.resolve(boards.forEach((b) => b.powerCycle(offMs)));
    // a virtual board without a file ends with the command: nothing of it can be undone later
    const state = new URLSearchParams(selector.split("?")[1] ?? "").get("state");
    return { source, save, powerCycle, journal: state === null ? null : `${state}.journal` };
  },
}];
