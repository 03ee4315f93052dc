import {
  type Bench,
  boardTarget,
  type GdbListener,
  listenGdb,
  loadImage,
  Semihosting,
  serveGdb,
} from "../mod.ts";
import {
  benchOf,
  type Cli,
  cliFault,
  type Given,
  JOURNAL_OPTION,
  journalistOf,
  type OpenedSource,
  PROBE_OPTIONS,
  readBytes,
  SemihostFolder,
  type Verb,
  withSource,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

const MOST_PORTS = 65535;

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
    const port = Number(given.text("port") ?? "3333");
    if (!Number.isInteger(port) || port < 0 || port > MOST_PORTS) {
      throw cliFault("bad-usage", { what: `"${given.text("port")}" is no TCP port`, verb: "gdb" });
    }
    return await withSource(given, plugs, async (opened) => {
      // taken first: a port that is in use is said before anything is done to the board
      const listener = listenGdb(given.text("listen") ?? "127.0.0.1", port);
      try {
        await using bench = await benchOf(given, "gdb", "halt", opened);
        await serve(given, cli, opened, bench, listener);
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
): Promise<void> {
  const journal = journalistOf(given, opened, bench, "gdb", TOOL);
  for (const note of await journal.begin(true)) cli.err(`note: ${note}\n`);
  const files = new SemihostFolder(given.text("semihosting-files"));
  const semihosting = new Semihosting((text) => cli.out(text), files);
  semihosting.enabled = given.flag("semihosting");
  const target = await boardTarget({
    ...{ core: bench.core, chip: bench.chip, flash: bench.flash, probe: bench.probe, journal },
    watchdogOk: given.flag("watchdog-ok"),
    readImage: async (file, base) =>
      loadImage(file, await readBytes(file), base === undefined ? {} : { base }),
  });
  const onDetach = given.text("detach") === "halt" ? "halt" : "run";
  cli.signal.addEventListener("abort", () => listener.close(), { once: true });
  cli.err(
    `${bench.chip.sub.name} on port ${listener.port}: target extended-remote :${listener.port}\n`,
  );
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
