/** The program: gathers the verbs, hands them the sources that only it brings. */
import { runProgram, type Verb } from "../src/cli/mod.ts";
import { VERSION } from "./tool.ts";

/** Every verb, in the order of the help. */
const VERBS: readonly (() => Promise<Verb>)[] = [
  async () => (await import("./flash.ts")).flash,
  async () => (await import("./verify.ts")).verify,
  async () => (await import("./erase.ts")).erase,
  async () => (await import("./backup.ts")).backup,
  async () => (await import("./read.ts")).read,
  async () => (await import("./options.ts")).options,
  async () => (await import("./doctor.ts")).doctor,
  async () => (await import("./recover.ts")).recover,
  async () => (await import("./undo.ts")).undo,
  async () => (await import("./reconcile.ts")).reconcile,
  async () => (await import("./journal.ts")).journal,
  async () => (await import("./reset.ts")).reset,
  async () => (await import("./info.ts")).info,
  async () => (await import("./probes.ts")).probes,
  async () => (await import("./status.ts")).status,
  async () => (await import("./status.ts")).fingerprintVerb,
  async () => (await import("./gdb.ts")).gdb,
  async () => (await import("./debug.ts")).debug,
  async () => (await import("./run.ts")).run,
  async () => (await import("./run.ts")).plan,
  async () => (await import("./run.ts")).apply,
  async () => (await import("./lint.ts")).lint,
  async () => (await import("./lint.ts")).fmt,
  async () => (await import("./explain.ts")).explain,
  async () => (await import("./udev.ts")).udev,
  async () => (await import("./sim.ts")).sim,
  async () => (await import("./demo.ts")).demo,
];
export const allVerbs = (): Promise<readonly Verb[]> => Promise.all(VERBS.map((load) => load()));

/** Runs the program; gives its exit code. `terminal` stands in for the process's own. */
export async function program(
  args: readonly string[],
  terminal?: Parameters<typeof runProgram>[2],
): Promise<number> {
  const summary = "Flash, debug and recover microcontroller boards through ST-LINK probes.";
  const spec = { version: VERSION, verbs: await allVerbs(), summary };
  return await runProgram(args, spec, terminal);
}

/** Runs the program and ends the process with its exit code. */
export const run = async (args: readonly string[]): Promise<void> => Deno.exit(await program(args));

if (import.meta.main) await run(Deno.args);
