/**
 * The virtual board for programs that know nothing of it: `deno task sim -- st-info --probe`.
 * @module
 */
import {
  cliFault,
  type Given,
  lendTerminal,
  runProgram,
  takeLock,
  type Verb,
  writeFileSync,
} from "../src/cli/mod.ts";
import type { Cli } from "../src/cli/mod.ts";
import { LiveTime } from "../src/sim/front/live_time.ts";
import { serveStlink } from "../src/sim/front/stlink_server.ts";
import { withUmockdev } from "../src/sim/front/umockdev.ts";
import { serveUsbip } from "../src/sim/front/usbip_server.ts";
import { BOARDS, type OpenSim, openSim, SCENARIOS } from "../src/sim/mod.ts";
import { plugs, readState } from "./plugs.ts";

const DEFAULT_BOARD = "sim:stm32f746g-disco";
const HIGHEST_PORT = 65535;
/** how often text of the UART is looked for */
const UART_MS = 20;
/** as shells say it: the program was not found, or is none */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
/** how long the program gets to end when this one has to */
const GOODBYE_MS = 3000;

/** The boards and scenarios there are. */
function catalogue(): string {
  const boards = BOARDS.map((b) => `  sim:${b.name.padEnd(22)} ${b.title}`);
  const scenarios = SCENARIOS.map((s) => `  ?scenario=${s.name.padEnd(16)} ${s.title}`);
  return ["Virtual boards:", ...boards, "", "What may be wrong with one:", ...scenarios, ""].join(
    "\n",
  );
}

function portOf(given: Given, name: string): number | undefined {
  const text = given.text(name);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= HIGHEST_PORT) return port;
  throw cliFault("bad-usage", { what: `--${name} takes a port, not ${text}`, verb: "sim" });
}

/** Prints what the firmware sends, as it comes; gives the end of it. */
function followUart(sim: OpenSim, cli: Cli): () => void {
  const shown = sim.boards.map(() => 0);
  const look = () =>
    sim.boards.forEach((board, i) => {
      const { text } = board;
      if (text.length > (shown[i] ?? 0)) cli.out(text.slice(shown[i]));
      shown[i] = text.length;
    });
  const timer = setInterval(look, UART_MS);
  return () => {
    clearInterval(timer);
    look();
  };
}

/** Runs the program; Ctrl-C is its own, and when this process has to end it is asked to go, then made to. */
async function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cli: Cli,
): Promise<number> {
  using _terminal = lendTerminal();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, { args: [...args], env: { ...env } }).spawn();
  } catch (e) {
    const missing = e instanceof Deno.errors.NotFound;
    cli.err(`${program} ${missing ? "is not on this machine" : "is no program that can be run"}\n`);
    return missing ? NOT_FOUND : NOT_EXECUTABLE;
  }
  const tell = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // it has ended
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    tell("SIGTERM");
    timer = setTimeout(() => tell("SIGKILL"), GOODBYE_MS);
  };
  if (cli.signal.aborted) end();
  cli.signal.addEventListener("abort", end, { once: true });
  try {
    return (await child.status).code;
  } finally {
    cli.signal.removeEventListener("abort", end);
    clearTimeout(timer);
  }
}

const untilInterrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** Serves the boards every way that was asked for, until the program or the user ends it. */
async function serve(sim: OpenSim, given: Given, cli: Cli): Promise<number> {
  const [program, ...args] = given.args.filter((a) => a !== undefined);
  const warn = (note: string) => cli.err(`virtual board: ${note}\n`);
  await using stack = new AsyncDisposableStack();
  const live = stack.use(new LiveTime(sim.boards));
  const io = { live, warn };
  const usbip = portOf(given, "usbip");
  if (usbip !== undefined) {
    const { port } = stack.use(serveUsbip(sim.boards, usbip, io));
    sim.boards.forEach((_, i) =>
      cli.err(`USB/IP: usbip --tcp-port ${port} attach -r 127.0.0.1 -b 1-${i + 1}\n`)
    );
  }
  const server = portOf(given, "stlink-server");
  if (server !== undefined) {
    const { port } = stack.use(serveStlink(sim.boards, server, io));
    cli.err(`stlink-server: openocd -c 'hla_stlink_backend tcp ${port}'\n`);
  }
  if (given.flag("uart")) stack.defer(followUart(sim, cli));
  if (program === undefined) {
    await untilInterrupted(cli.signal);
    return 0;
  }
  const { env } = stack.use(withUmockdev(sim.boards, io));
  return await start(program, args, env, cli);
}

/** What was given fits together; gives whether there is anything to do. */
async function isBusy(given: Given): Promise<boolean> {
  const [program] = given.args;
  if (program?.startsWith("-")) {
    throw cliFault("bad-usage", { what: `There is no option ${program}`, verb: "sim" });
  }
  // the program's own task may start a gdb and nothing else
  if (
    program !== undefined && (await Deno.permissions.query({ name: "run" })).state !== "granted"
  ) {
    const what = `Only \`deno task sim -- ${program}\`, in probekit's folder, may start a program`;
    throw cliFault("bad-usage", { what, verb: "sim" });
  }
  const busy = program !== undefined ||
    ["usbip", "stlink-server", "uart"].some((o) => given.flag(o));
  if (!busy && given.flag("board")) {
    const what = "--board alone does nothing: name a program, or how to serve the board";
    throw cliFault("bad-usage", { what, verb: "sim" });
  }
  return busy;
}

/** A board that is kept in a file is one process's at a time, probekit's own or this one. */
async function locked(selector: string): Promise<Disposable | undefined> {
  const name = plugs[0]?.lockName?.(selector);
  return name === undefined ? undefined : await takeLock(name, { withinMs: 0 });
}

/** `probekit sim` */
export const sim: Verb = {
  name: "sim",
  summary: "run any program against a virtual board, or serve the board to others",
  details: "  deno task sim -- st-info --probe\n" +
    "  deno task sim --board 'sim:stm32f746g-disco?scenario=so36160986' -- st-flash write app.bin 0x8000000\n" +
    "  probekit sim --usbip 3240\n" +
    "Without anything to do it lists the boards and what may be wrong with them.",
  args: [{ name: "[command...]", summary: "the program to run, with its arguments" }],
  options: [
    { flags: "--board <selector>", summary: `which board; ${DEFAULT_BOARD} when absent` },
    { flags: "--usbip <port>", summary: "serve it over USB/IP on the loopback" },
    { flags: "--stlink-server <port>", summary: "serve it to OpenOCD's TCP back-end" },
    { flags: "--uart", summary: "print what the firmware sends on its UART" },
  ],
  passThrough: true,
  async run(given, cli) {
    if (!await isBusy(given)) {
      cli.out(catalogue());
      return 0;
    }
    const selector = given.text("board") ?? DEFAULT_BOARD;
    using _lock = await locked(selector);
    const opened = openSim(selector, {
      readState,
      readImage: readState,
      writeState: writeFileSync,
      warn: (note) => cli.err(`virtual board: ${note}\n`),
    });
    try {
      return await serve(opened, given, cli);
    } finally {
      opened.save();
    }
  },
};

if (import.meta.main) {
  const program = { version: "sim", verbs: [sim], summary: "the virtual board" };
  Deno.exit(await runProgram(["sim", ...Deno.args], program));
}
