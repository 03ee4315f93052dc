import { boardTarget, listenGdb, loadImage, Semihosting, serveGdb } from "../mod.ts";
import {
  cliFault,
  PROBE_OPTIONS,
  readBytes,
  SemihostFolder,
  type Verb,
  withBench,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";

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
    ...PROBE_OPTIONS,
  ],
  async run(given, cli) {
    const port = Number(given.text("port") ?? "3333");
    if (!Number.isInteger(port) || port < 0 || port > MOST_PORTS) {
      throw cliFault("bad-usage", { what: `"${given.text("port")}" is no TCP port`, verb: "gdb" });
    }
    return await withBench(given, "gdb", "halt", plugs, async (bench) => {
      const files = new SemihostFolder(given.text("semihosting-files"));
      const semihosting = new Semihosting((text) => cli.out(text), files);
      semihosting.enabled = given.flag("semihosting");
      const target = await boardTarget({
        ...{ core: bench.core, chip: bench.chip, flash: bench.flash },
        readImage: async (file, base) =>
          loadImage(file, await readBytes(file), base === undefined ? {} : { base }),
      });
      const listener = listenGdb(given.text("listen") ?? "127.0.0.1", port);
      cli.signal.addEventListener("abort", () => listener.close(), { once: true });
      cli.err(
        `${bench.chip.sub.name} on port ${listener.port}: target extended-remote :${listener.port}\n`,
      );
      await serveGdb(listener, target, {
        semihosting,
        log: (line) => cli.err(`${line}\n`),
        onDetach: given.text("detach") === "halt" ? "halt" : "run",
        once: given.flag("once"),
        onDone: () => listener.close(),
      });
      files.closeAll();
      return 0;
    });
  },
};
