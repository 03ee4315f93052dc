/** The program: picks the verb, turns what it throws into words and an exit code. */
import { diagnose, Fault } from "../base/mod.ts";
import { complete } from "./completions.ts";
import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";
import { onInterrupt } from "./interrupt.ts";
import { renderDiagnostic } from "./render_fault.ts";
import { type Cli, processTerminal } from "./terminal.ts";
import { addVerb, type Verb } from "./verb.ts";
import { visible } from "./visible.ts";

const EXIT_USAGE = 2;
const COMPLETIONS =
  "\nWords completed by Tab: probekit completions bash prints the script; so do zsh, fish, powershell.";
/** the state of the board is unknown: wins over all others */
const UNKNOWN = 40;

/** Writes what a report of a bug needs; gives the file's name. */
function crashFile(error: unknown, args: readonly string[], version: string): string {
  const stack = error instanceof Error ? error.stack ?? error.message : String(error);
  const text = [`probekit ${version}`, `deno ${Deno.version.deno}, ${Deno.build.target}`];
  const file = Deno.makeTempFileSync({ prefix: "probekit-crash-", suffix: ".txt" });
  Deno.writeTextFileSync(
    file,
    [...text, `arguments: ${JSON.stringify(args)}`, stack, ""].join("\n"),
  );
  return file;
}

/** A fault for anything thrown: itself, or `bug` with a crash file. */
export function asFault(error: unknown, args: readonly string[], version: string): Fault {
  if (error instanceof Fault) return error;
  const what = error instanceof Error ? error.message : String(error);
  let file = "the text below";
  try {
    file = crashFile(error, args, version);
  } catch {
    // no place to write to: the message must do
  }
  return fault("bug", { what, crashFile: file }, { cause: error });
}

/** What a run of the program is made of. */
export interface ProgramSpec {
  readonly version: string;
  readonly verbs: readonly Verb[];
  /** text above the list of verbs */
  readonly summary: string;
}

/** The parser of command lines. When one package cannot be had, none can. Fault: packages-missing. */
async function packages(): Promise<typeof import("commander")> {
  try {
    return await import("commander");
  } catch (e) {
    const [what = "", because = ""] = (e instanceof Error ? e.message : String(e)).split("\n");
    const why = [what, because.replace(/^\s*0:/, "")].map((l) => l.trim()).filter((l) => l !== "");
    throw fault("packages-missing", { why: why.join(": ") }, {
      board: { state: "untouched", text: "nothing was written" },
    });
  }
}

/** The word that is missing may be the one that `--json [file]` has taken. */
function tellSwallowed(args: readonly string[], cli: Cli): void {
  const file = args[args.indexOf("--json") + 1];
  if (!args.includes("--json") || file === undefined || file.startsWith("-")) return;
  cli.err(`--json took ${visible(file)} for its file: put --json last, or write --json=FILE\n`);
}

async function build(
  spec: ProgramSpec,
  call: (run: (cli: Cli) => Promise<number>) => Promise<void>,
) {
  const commander = await packages();
  const program = new commander.Command("probekit")
    .description(spec.summary)
    .version(spec.version)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", COMPLETIONS);
  program.option("--no-color", "no colours, whatever the terminal");
  for (const verb of spec.verbs) addVerb(program, verb, commander, call);
  return { program, commander };
}

/**
 * Runs the program on `args` and gives its exit code: that of the verb, 2 for a wrong command line,
 * a fault's own, 130 or 143 after an interrupt, 1 for a bug. `terminal` stands in for the process's own.
 */
export async function runProgram(
  args: readonly string[],
  spec: ProgramSpec,
  terminal: (signal: AbortSignal, noColour: boolean) => Cli = processTerminal,
): Promise<number> {
  using interrupt = onInterrupt((code) => Deno.exit(code));
  const cli = terminal(interrupt.signal, args.includes("--no-color"));
  let exit = 0;
  const failed = (e: unknown): number => {
    const f = asFault(e, args, spec.version);
    if (f.slug !== "interrupted") cli.err(renderDiagnostic(diagnose(f), cli.colour) + "\n");
    return f.exit === UNKNOWN ? f.exit : interrupt.exit ?? f.exit;
  };
  const built = await build(spec, async (run) => void (exit = await run(cli))).catch(failed);
  if (typeof built === "number") return built;
  const { program, commander } = built;
  for (const c of [program, ...program.commands]) {
    c.exitOverride().configureOutput({ writeOut: cli.out, writeErr: cli.err });
    const words = c === program ? "probekit" : `probekit ${c.name()}`;
    c.showHelpAfterError(`See what there is: ${words} --help`);
  }
  try {
    if (args[0] === "complete" || args[0] === "completions") {
      return await complete(program, args, cli);
    }
    // a switch of the whole program, wherever it stands
    await program.parseAsync(args.filter((a) => a !== "--no-color"), { from: "user" });
    // that nobody knows what the board holds is worse than being interrupted
    if (exit !== UNKNOWN) exit = interrupt.exit ?? exit;
    const lost = cli.lost?.();
    if (lost === undefined) return exit;
    const said = failed(fault("stdout-not-written", { why: whyNot(lost) }));
    return exit === 0 ? said : exit;
  } catch (e) {
    if (e instanceof commander.CommanderError) {
      if (e.code === "commander.missingArgument") tellSwallowed(args, cli);
      return e.exitCode === 0 ? 0 : EXIT_USAGE;
    }
    return failed(e);
  }
}
