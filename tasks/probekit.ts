/** The program: gathers the verbs, hands them the sources that only it brings. */
import { runProgram, type Verb } from "../src/cli/mod.ts";
import { VERSION } from "./tool.ts";

async function allVerbs(): Promise<readonly Verb[]> {
  const [
    flash,
    verify,
    erase,
    backup,
    recover,
    options,
    read,
    reset,
    info,
    probes,
    recipes,
    lint,
    explain,
    gdb,
    udev,
    demo,
    doctor,
  ] = await Promise.all([
    import("./flash.ts"),
    import("./verify.ts"),
    import("./erase.ts"),
    import("./backup.ts"),
    import("./recover.ts"),
    import("./options.ts"),
    import("./read.ts"),
    import("./reset.ts"),
    import("./info.ts"),
    import("./probes.ts"),
    import("./run.ts"),
    import("./lint.ts"),
    import("./explain.ts"),
    import("./gdb.ts"),
    import("./udev.ts"),
    import("./demo.ts"),
    import("./doctor.ts"),
  ]);
  return [
    flash.flash,
    verify.verify,
    erase.erase,
    backup.backup,
    read.read,
    options.options,
    recover.recover,
    reset.reset,
    info.info,
    probes.probes,
    gdb.gdb,
    recipes.run,
    recipes.plan,
    recipes.apply,
    lint.lint,
    explain.explain,
    udev.udev,
    demo.demo,
    doctor.doctor,
  ];
}

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
