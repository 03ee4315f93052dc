import { type boardTarget, type GdbListener, listenGdb, serveGdb } from "../mod.ts";
import {
  benchOf,
  type Cli,
  debugElf,
  findGdb,
  gdbArguments,
  type GdbEnd,
  type Given,
  JOURNAL_OPTION,
  type OpenedSource,
  PROBE_OPTIONS,
  runGdb,
  runOnSource,
  type Verb,
  withSource,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { portOf, type Semihosted, semihostingOf, targetOf } from "./served.ts";
import { TOOL } from "./tool.ts";

type Target = Awaited<ReturnType<typeof boardTarget>>;

/** how long a debugger of somebody else may stay when ours has gone */
const GRACE_MS = 1000;

/** The image goes in as `flash` does it, and the core stands at its reset handler. */
function program(given: Given, cli: Cli, opened: OpenedSource, found: (was: string) => void) {
  const watchdog = given.flag("watchdog-ok") ? { hardware_watchdog: "accept" } : {};
  const inputs = { image: given.args[0], ...watchdog };
  return runOnSource(
    {
      verb: "debug",
      recipe: "flash",
      inputs,
      tool: TOOL,
      leave: "halted",
      attached: (bench) => found(bench.found.was),
    },
    given,
    cli,
    opened,
  );
}

/** Serves while gdb runs. A probe that goes away meanwhile is the error of the whole. */
async function session(
  listener: GdbListener,
  target: Target,
  onDetach: "run" | "halt",
  { files, semihosting }: Semihosted,
  cli: Cli,
  gdb: () => Promise<GdbEnd>,
): Promise<GdbEnd> {
  const end = new AbortController();
  const serving = serveGdb(listener, target, {
    semihosting,
    // what gdb shows itself is not said twice in one terminal
    log: (line, shown) => void (!shown && /^probekit: E\d/.test(line) && cli.err(`${line}\n`)),
    onDetach,
    once: false,
    onDone: () => listener.close(),
    signal: end.signal,
  }).then(() => undefined, (e: unknown) => {
    cli.err(`\nprobekit: the board is lost, gdb may quit: ${e instanceof Error ? e.message : e}\n`);
    return e;
  });
  const ended = await gdb();
  listener.close();
  const timer = setTimeout(() => end.abort(), GRACE_MS);
  const failure = await serving;
  clearTimeout(timer);
  files.closeAll();
  if (failure !== undefined) throw failure;
  return ended;
}

/** Attaches, serves, and leaves the core as asked. */
async function debugged(
  given: Given,
  cli: Cli,
  opened: OpenedSource,
  before: string | undefined,
  listener: GdbListener,
  semihosted: Semihosted,
  gdb: () => Promise<GdbEnd>,
): Promise<GdbEnd> {
  await using bench = await benchOf(given, "debug", "halt", opened);
  const target = await targetOf(given, cli, opened, bench, "debug");
  if (before === undefined && given.flag("reset")) await target.reset(true);
  const how = given.text("leave") ?? "running";
  const halted = how === "as-found" ? (before ?? bench.found.was) === "halted" : how === "halted";
  const end = await session(listener, target, halted ? "halt" : "run", semihosted, cli, gdb);
  await bench.leave(halted ? "halted" : "running");
  return end;
}

async function debugOn(given: Given, cli: Cli, opened: OpenedSource, listener: GdbListener, gdb: {
  readonly program: string;
  readonly args: readonly string[];
  readonly semihosted: Semihosted;
}): Promise<number> {
  let before: string | undefined;
  if (given.flag("flash") && given.flag("reset")) {
    const exit = await program(given, cli, opened, (was) => before ??= was);
    if (exit !== 0) return exit;
  }
  const end = await debugged(
    given,
    cli,
    opened,
    before,
    listener,
    gdb.semihosted,
    () => runGdb(gdb.program, gdb.args, cli.signal),
  );
  if (end.signal !== undefined) cli.err(`gdb was ended by ${end.signal}; exit ${end.code}\n`);
  return end.code;
}

/** `probekit debug ELF` */
export const debug: Verb = {
  name: "debug",
  summary: "program an ELF if the chip holds another image, and debug it with gdb in this terminal",
  details: "  probekit debug build/hello.elf --break main\n" +
    "  probekit debug build/hello.elf --break main --batch -- -ex backtrace\n" +
    "The server lives as long as gdb. Ctrl-C goes to gdb and stops the program, not this command.\n" +
    "Exit code: gdb's own, or 128 and the number of the signal that ended it; before gdb has\n" +
    "started, or when the probe is lost, probekit's.",
  args: [
    { name: "<elf>", summary: "what the compiler made, with symbols" },
    { name: "[gdb-arguments...]", summary: "after --: more arguments for gdb" },
  ],
  options: [
    { flags: "--break <where>", summary: "run up to there first: main, main.c:95, *0x08000100" },
    { flags: "--no-flash", summary: "reset and debug what the chip holds" },
    { flags: "--no-reset", summary: "neither: stop the program where it is" },
    {
      flags: "--leave <how>",
      summary: "how the core is left in the end; running when absent",
      choices: ["running", "halted", "as-found"],
    },
    {
      flags: "--gdb <program>",
      summary: "instead of gdb-multiarch or arm-none-eabi-gdb; PROBEKIT_GDB",
    },
    {
      flags: "--port <number>",
      summary: "TCP port of the server on the loopback; a free one when absent",
    },
    { flags: "--batch", summary: "gdb ends after its commands" },
    { flags: "--tui", summary: "gdb with windows for source and registers" },
    {
      flags: "--watchdog-ok",
      summary: "program although a hardware watchdog is on: the image serves it",
    },
    { flags: "--semihosting", summary: "serve semihosting from the start" },
    {
      flags: "--semihosting-files <folder>",
      summary: "where the program may have files; none when absent",
    },
    { flags: "--quiet", summary: "nothing about programming when all is well" },
    JOURNAL_OPTION,
    ...PROBE_OPTIONS,
  ],
  async run(given, cli) {
    const [file = "", ...more] = given.args.filter((a) => a !== undefined);
    const stopAt = given.text("break");
    const elf = await debugElf(file, stopAt, given.flag("flash") && given.flag("reset"));
    const semihosted = semihostingOf(given, cli, "debug");
    for (const warning of elf.warnings) cli.err(`warning: ${warning}\n`);
    const place = stopAt === undefined ? undefined : { elf: file, stopAt };
    const program = await findGdb(given.text("gdb"), place);
    const listener = listenGdb("127.0.0.1", portOf(given, "debug", "0"));
    const wish = { elf: file, port: listener.port, stopAt, more };
    const args = gdbArguments({ ...wish, batch: given.flag("batch"), tui: given.flag("tui") });
    try {
      return await withSource(
        given,
        plugs,
        (opened) => debugOn(given, cli, opened, listener, { program, args, semihosted }),
      );
    } finally {
      listener.close();
    }
  },
};
