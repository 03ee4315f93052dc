/** Switches, and who answers. */
import { line, type MonitorCommand, need, usage } from "./command.ts";

const DEMCR = 0xE000_EDFC;
const CATCHES: Readonly<Record<string, number>> = {
  // ARMv7-M ARM §C1.6.5
  hard_err: 10,
  int_err: 9,
  bus_err: 8,
  state_err: 7,
  chk_err: 6,
  nocp_err: 5,
  mm_err: 4,
  reset: 0,
};

const semihosting: MonitorCommand = {
  name: "arm semihosting",
  usage: "enable|disable",
  help: "serve BKPT 0xAB: the program's text and files",
  async run(session, [how]) {
    if (how !== "enable" && how !== "disable") throw usage(semihosting);
    session.options.semihosting.enabled = how === "enable";
    await line(session, `semihosting is ${how}d`);
  },
};
const vectorCatch: MonitorCommand = {
  name: "cortex_m vector_catch",
  usage: "all|none|(hard_err|int_err|bus_err|state_err|chk_err|nocp_err|mm_err|reset)…",
  help: "stop at these faults",
  async run(session, names) {
    const word = await session.target.readMemory(DEMCR, 4);
    const wanted = names[0] === "all" ? Object.keys(CATCHES) : names[0] === "none" ? [] : names;
    if (names.length) {
      if (wanted.some((n) => !(n in CATCHES))) throw usage(vectorCatch);
      const bits = wanted.reduce((a, n) => a + 2 ** (CATCHES[n] ?? 0), 0);
      word.set([bits % 256, Math.floor(bits / 256)]); // DEMCR[15:0] holds the VC_ bits only
      await session.target.writeMemory(DEMCR, word);
    }
    const now = (word[0] ?? 0) + 256 * (word[1] ?? 0);
    for (const [name, bit] of Object.entries(CATCHES)) {
      await line(
        session,
        `${name.padStart(9)}: ${Math.floor(now / 2 ** bit) % 2 ? "catch" : "ignore"}`,
      );
    }
  },
};
const override: MonitorCommand = {
  name: "gdb_breakpoint_override",
  usage: "hard|disable",
  help: "flash breakpoints are always hardware, RAM ones software; `soft` is refused",
  run(_session, [how]) {
    if (how !== "hard" && how !== "disable") throw usage(override);
    return Promise.resolve();
  },
};
const speed = (name: string): MonitorCommand => {
  const command: MonitorCommand = {
    name,
    usage: "[kHz]",
    help: "the SWD clock was chosen when the server attached; start it with --speed to change it",
    async run(session, [khz]) {
      if (khz !== undefined) need(command, khz);
      await line(session, "adapter speed: as at attach (probekit gdb --speed FREQUENCY)");
    },
  };
  return command;
};
const version: MonitorCommand = {
  name: "version",
  usage: "",
  help: "who answers here",
  run: async (session) => await line(session, "probekit GDB server, OpenOCD's monitor dialect"),
};
const targets: MonitorCommand = {
  name: "targets",
  usage: "",
  help: "the one target",
  run: async (session) =>
    await line(session, `0* ${session.target.board.chipText}  ${await session.target.state()}`),
};
/** The rest. */
export const misc: readonly MonitorCommand[] = [
  semihosting,
  vectorCatch,
  override,
  speed("adapter speed"),
  speed("adapter_khz"),
  version,
  targets,
];
