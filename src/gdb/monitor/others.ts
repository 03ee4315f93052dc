/** Commands that scripts carry along: what has nothing to do here, and what is not served, each with the reason. */
import { fault } from "../faults.ts";
import { line, type MonitorCommand, need, usage } from "./command.ts";

/** Not served. Never a silent OK: a script that needs it must stop. */
const refused = (name: string, why: string): MonitorCommand => ({
  name,
  usage: "",
  help: `not served: ${why}`,
  run: () => Promise.reject(fault("monitor-unknown", { command: name, why })),
});
/** Nothing to do, because it is so already; said, and OK. */
const settled = (name: string, how: string): MonitorCommand => ({
  name,
  usage: "…",
  help: how,
  run: async (session) => await line(session, `nothing to set: ${how}`),
});

const WAIT_MS = 5000;
const LOOK_MS = 10;
const waitHalt: MonitorCommand = {
  name: "wait_halt",
  usage: "[ms]",
  help: "wait until the core stands still, for 5 s when nothing is said",
  async run(session, [how]) {
    const { target } = session;
    const ms = Math.min(how === undefined ? WAIT_MS : need(waitHalt, how), 60_000);
    const until = target.clock.now() + ms;
    while (await target.state() !== "halted") {
      if (target.clock.now() >= until) throw fault("monitor-still-runs", { ms });
      await target.clock.sleep(LOOK_MS);
      session.working("");
    }
  },
};
const echo: MonitorCommand = {
  name: "echo",
  usage: "text",
  help: "say it",
  async run(session, words) {
    if (words.length === 0) throw usage(echo);
    await line(session, words.filter((w, i) => i > 0 || w !== "-n").join(" "));
  },
};

const BY_GDB = "gdb does that itself";
const OTHER_DRIVER =
  "it belongs to another family; on this chip say stm32f2x, as OpenOCD calls its driver";
const SWO = "SWO is not served yet";
const UNCOMPARED = "it writes without comparing; say flash write_image erase FILE ADDRESS bin";
const OWN_TERMINAL = "the server belongs to its own terminal; end it there with Ctrl-C";

/** All of them. */
export const others: readonly MonitorCommand[] = [
  waitHalt,
  echo,
  settled("reset_config", "a reset goes by NRST, or by SYSRESETREQ where NRST has no effect"),
  settled(
    "cortex_m reset_config",
    "a reset goes by NRST, or by SYSRESETREQ where NRST has no effect",
  ),
  settled("adapter srst", "a reset waits as long as the chip needs"),
  settled("debug_level", "start the server with --trace FILE to keep what goes over USB"),
  refused("soft_reset_halt", "OpenOCD has removed it too; say monitor reset halt"),
  refused("bp", `${BY_GDB}: say break, hbreak or tbreak`),
  refused("rbp", `${BY_GDB}: say delete`),
  refused("wp", `${BY_GDB}: say watch, rwatch or awatch`),
  refused("rwp", `${BY_GDB}: say delete`),
  refused("step", `${BY_GDB}: say stepi`),
  refused("arm disassemble", `${BY_GDB}: say x/10i ADDRESS`),
  refused("dump_image", `${BY_GDB}: say dump binary memory FILE START END`),
  refused("flash read_bank", `${BY_GDB}: say dump binary memory FILE START END`),
  refused("arm semihosting_fileio", "files are served by this server: --semihosting-files FOLDER"),
  refused("rtos", "there is no thread awareness yet"),
  refused("rtt", "RTT is not served yet"),
  refused("tpiu", SWO),
  refused("itm", SWO),
  refused("CDSWOConfigure", SWO),
  refused("swdp_scan", "it is Black Magic's; here the chip is attached before gdb connects"),
  refused("flash write_bank", UNCOMPARED),
  refused("flash fillw", UNCOMPARED),
  refused("flash fillh", UNCOMPARED),
  refused("flash fillb", UNCOMPARED),
  refused("stm32f2x otp", "one-time programmable memory is not written from a debugger"),
  refused("stm32f2x optcr2_write", "say monitor options NAME=VALUE"),
  ...["stm32f1x", "stm32l4x", "stm32lx", "stm32h7x"].map((d) => refused(d, OTHER_DRIVER)),
  refused("shutdown", OWN_TERMINAL),
  refused("exit", OWN_TERMINAL),
];
