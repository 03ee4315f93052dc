/** Recipes on virtual boards, with everything around them handed in. */
import { openSim } from "../../src/sim/mod.ts";
import type { OpenSim, VirtualBoard } from "../../src/sim/mod.ts";
import {
  type CheckedRecipe,
  emitYaml,
  type GivenInputs,
  lintRecipe,
  openBench,
  type RunEnv,
  type RunEvent,
  type RunOptions,
  runRecipe,
  type RunResult,
} from "../../src/recipe/mod.ts";
import { fingerprint } from "../../src/sim/boards/state_file.ts";
import { renderDiagnostic } from "../../src/cli/render_fault.ts";

export { assert, assertEquals, assertStringIncludes } from "@std/assert";

const DISCO = "sim:stm32f746g-disco";

/** A virtual bench: `scenario`, or a whole selector. */
export const bench = (which = "factory"): OpenSim =>
  openSim(which.startsWith("sim:") ? which : `${DISCO}?scenario=${which}`);

/** Files in memory; recipes and profiles of the repository are there as well. */
export class Files {
  readonly written = new Map<string, Uint8Array | string>();
  constructor(readonly given: Readonly<Record<string, Uint8Array | string>> = {}) {}
  async bytes(path: string): Promise<Uint8Array> {
    const known = this.given[path];
    if (known !== undefined) return typeof known === "string" ? encode(known) : known;
    // what runs in this folder have saved is none of a test's
    if (path.startsWith("./backup/")) throw new Deno.errors.NotFound(path);
    return await Deno.readFile(path);
  }
  text = async (path: string): Promise<string> => new TextDecoder().decode(await this.bytes(path));
  write = (path: string, data: Uint8Array | string): Promise<void> => {
    this.written.set(path, data);
    return Promise.resolve();
  };
}
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `length` bytes that look random and are the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  const out = new Uint8Array(length);
  let x = seed * 2654435761 % 2 ** 32;
  for (let i = 0; i < length; i++) {
    x = (x * 1664525 + 1013904223) % 2 ** 32;
    out[i] = Math.floor(x / 2 ** 24);
  }
  return out;
}

/** An image whose first words make a chip start: stack pointer, reset handler at +0x200, then noise. */
export function image(length: number, seed = 1, at = 0x0800_0000): Uint8Array {
  const out = noise(length, seed);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x2005_0000, true);
  view.setUint32(4, at + 0x201, true);
  view.setUint16(0x200, 0xE7FE, true); // b .
  return out;
}

/** How to run. */
export interface Call {
  readonly inputs?: GivenInputs;
  readonly options?: RunOptions;
  readonly env?: Partial<RunEnv>;
  readonly files?: Files;
}
/** What came of it. */
export interface Outcome {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
  readonly files: Files;
  /** the error as a person reads it; empty without one */
  readonly shown: string;
}

/** Lints a shipped recipe by name, a path, YAML text, or a document. */
export async function recipeOf(
  which: string | object,
  files = new Files(),
): Promise<CheckedRecipe> {
  const options = { files: { text: files.text } };
  if (typeof which === "object") {
    return await lintRecipe({ file: "test.yaml", text: emitYaml(which) }, options);
  }
  if (which.includes("\n")) return await lintRecipe({ file: "test.yaml", text: which }, options);
  const file = which.includes("/") ? which : `recipes/${which}.yaml`;
  return await lintRecipe({ file, text: await files.text(file) }, options);
}

/** Runs a recipe on a virtual bench. */
export async function run(
  sim: OpenSim,
  which: string | object | CheckedRecipe,
  call: Call = {},
): Promise<Outcome> {
  const files = call.files ?? new Files();
  const checked = typeof which === "object" && "findings" in which
    ? which as CheckedRecipe
    : await recipeOf(which as string | object, files);
  const running = runRecipe(checked, call.inputs ?? {}, {
    open: (wish) => openBench({ source: sim.source, ...wish }),
    files,
    write: files.write,
    tool: "probekit test",
    wallMs: () => 1_795_600_000_000 + sim.board.ms,
    random: (n) => noise(n, 7),
    ...call.env,
  }, call.options ?? {});
  const events: RunEvent[] = [];
  for await (const e of running) events.push(e);
  const result = await running.result;
  const shown = result.error ? renderDiagnostic(result.error) : "";
  return { result, events, files, shown };
}

/** All of a board that outlives a run: flash, option bytes, one-time memory. */
export const lasting = (board: VirtualBoard): string => {
  board.finish();
  return String(fingerprint(board.chip, board.owner)) + JSON.stringify(board.options);
};

/** The words of each step, in order. */
export const states = ({ result }: Outcome): Record<string, string> =>
  Object.fromEntries(result.steps.map((s) => [s.id, s.state]));
