/**
 * The virtual board for programs that know nothing of it: `deno task sim -- st-info --probe`.
 * @module
 */
import { cliFault, type Given, runProgram, type Verb, writeFileSync } from "../src/cli/mod.ts";
import type { Cli } from "../src/cli/mod.ts";
import { LiveTime } from "../src/sim/front/live_time.ts";
import { serveStlink } from "../src/sim/front/stlink_server.ts";
import { withUmockdev } from "../src/sim/front/umockdev.ts";
import { serveUsbip } from "../src/sim/front/usbip_server.ts";
import { BOARDS, type OpenSim, openSim, SCENARIOS } from "../src/sim/mod.ts";
import { readState } from "./plugs.ts";

const DEFAULT_BOARD = "sim:stm32f746g-disco";
const HIGHEST_PORT = 65535;
/** how often text of the UART is looked for */
const UART_MS = 20;
/** as shells say it: the program was not found */
const NOT_FOUND = 127;

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

async function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  try {
    const child = new Deno.Command(program, { args: [...args], env: { ...env } }).spawn();
    return (await child.status).code;
  } catch (e) {
    if (!(e instanceof Deno.errors.NotFound)) throw e;
    return NOT_FOUND;
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
    cli.err(`USB/IP: usbip attach -r 127.0.0.1 --tcp-port ${port} -b 1-1\n`);
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
  const code = await start(program, args, env);
  if (code === NOT_FOUND) cli.err(`${program} is not on this machine\n`);
  return code;
}

/** `probekit sim` */
export const sim: Verb = {
  name: "sim",
  summary: "run any program against a virtual board, or serve the board to others",
  details: "  probekit sim -- st-info --probe\n" +
    "  probekit sim --board 'sim:stm32f746g-disco?scenario=so36160986' -- st-flash write app.bin 0x8000000\n" +
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
    const idle = given.args.length === 0 &&
      !["usbip", "stlink-server", "uart"].some((o) => given.flag(o));
    if (idle) {
      cli.out(catalogue());
      return 0;
    }
    const opened = openSim(given.text("board") ?? DEFAULT_BOARD, {
      readState,
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
