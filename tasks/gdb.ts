import { type Bench, type GdbListener, listenGdb, serveGdb } from "../mod.ts";
import {
  benchOf,
  type Cli,
  type Given,
  JOURNAL_OPTION,
  type OpenedSource,
  PROBE_OPTIONS,
  type Verb,
  withSource,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { portOf, type Semihosted, semihostingOf, targetOf } from "./served.ts";

const LOOPBACK = "127.0.0.1";
/** what gdb's `:PORT` reaches */
const LOCAL = [LOOPBACK, "localhost", "0.0.0.0", "::"];
/** The address as gdb takes it. */
function hereText(address: string, port: number): string {
  if (LOCAL.includes(address)) return `:${port}`;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `probekit gdb` */
export const gdb: Verb = {
  name: "gdb",
  summary: "serve the board to gdb, with OpenOCD's monitor commands",
  options: [
    { flags: "--port <number>", summary: "TCP port; 3333 when absent, 0 takes a free one" },
    { flags: "--listen <address>", summary: "127.0.0.1 when absent" },
    { flags: "--once", summary: "end when the first debugger has gone" },
    { flags: "--detach <how>", summary: "how detaching leaves the core", choices: ["run", "halt"] },
    { flags: "--semihosting", summary: "serve semihosting from the start" },
    {
      flags: "--semihosting-files <folder>",
      summary: "where the program may have files; none when absent",
    },
    {
      flags: "--watchdog-ok",
      summary: "program although a hardware watchdog is on: the image serves it",
    },
    JOURNAL_OPTION,
    ...PROBE_OPTIONS,
  ],
  async run(given, cli) {
    const port = portOf(given, "gdb", "3333");
    const semihosted = semihostingOf(given, cli, "gdb");
    return await withSource(given, plugs, async (opened) => {
      // taken first: a port that is in use is said before anything is done to the board
      const listener = listenGdb(given.text("listen") ?? LOOPBACK, port);
      try {
        await using bench = await benchOf(given, "gdb", "halt", opened);
        await serve(given, cli, opened, bench, listener, semihosted);
      } finally {
        listener.close();
      }
      return 0;
    });
  },
};

async function serve(
  given: Given,
  cli: Cli,
  opened: OpenedSource,
  bench: Bench,
  listener: GdbListener,
  { files, semihosting }: Semihosted,
): Promise<void> {
  const target = await targetOf(given, cli, opened, bench, "gdb");
  const onDetach = given.text("detach") === "halt" ? "halt" : "run";
  cli.signal.addEventListener("abort", () => listener.close(), { once: true });
  const where = hereText(given.text("listen") ?? LOOPBACK, listener.port);
  cli.err(`${bench.chip.sub.name} on port ${listener.port}: target extended-remote ${where}\n`);
  try {
    const served = await serveGdb(listener, target, {
      semihosting,
      log: (line) => cli.err(`${line}\n`),
      onDetach,
      once: given.flag("once"),
      onDone: () => listener.close(),
      signal: cli.signal,
    });
    // nobody came: as it was found, which is what closing the bench does
    if (served > 0) await bench.leave(onDetach === "halt" ? "halted" : "running");
  } finally {
    files.closeAll();
  }
}
