/** reset, halt, resume, and what scripts do around them. */
import { hex } from "../../base/mod.ts";
import { line, type MonitorCommand, need, usage } from "./command.ts";
import type { GdbSession } from "../session.ts";

/** The two lines that OpenOCD prints at a halt. */
export async function haltLines(session: GdbSession): Promise<void> {
  const [xpsr = 0, pc = 0, sp = 0] = await session.target.readRegisters(["xpsr", "pc", "sp"]);
  const mode = xpsr % 512 === 0 ? "Thread" : `Handler, exception ${xpsr % 512}`;
  await line(session, `halted, mode: ${mode}`);
  await line(session, `xPSR: ${hex(xpsr)} pc: ${hex(pc)} sp: ${hex(sp)}`);
}

const reset: MonitorCommand = {
  name: "reset",
  usage: "[halt|init|run]",
  help: "reset the chip; halt and init stop before its first instruction",
  async run(session, [how = "run"]) {
    if (!["halt", "init", "run"].includes(how)) throw usage(reset);
    await session.target.reset(how !== "run");
    if (how !== "run") await haltLines(session);
  },
};
const halt: MonitorCommand = {
  name: "halt",
  usage: "[ms]",
  help: "stop the core",
  async run(session) {
    const was = await session.target.state();
    await session.target.halt();
    if (was !== "halted") await haltLines(session);
  },
};
const resume: MonitorCommand = {
  name: "resume",
  usage: "[address]",
  help: "let the core run; gdb does not know of it until it stops it again",
  async run(session, [at]) {
    if (at !== undefined) await session.target.writeRegisters({ pc: need(resume, at) });
    await session.target.resume();
  },
};
const poll: MonitorCommand = {
  name: "poll",
  usage: "",
  help: "say what the core is doing",
  run: async (session) => await line(session, `core: ${await session.target.state()}`),
};
const sleep: MonitorCommand = {
  name: "sleep",
  usage: "ms",
  help: "wait",
  run: async (session, [ms]) => await session.target.clock.sleep(Math.min(need(sleep, ms), 5000)),
};
const init: MonitorCommand = {
  name: "init",
  usage: "",
  help: "nothing to do: the server is attached before gdb connects",
  run: () => Promise.resolve(),
};
const sync = (name: string): MonitorCommand => ({
  name,
  usage: "",
  help: "the next stepi executes nothing and only shows where the core is",
  run(session) {
    session.syncNext = true;
    return Promise.resolve();
  },
});

/** Run control. */
export const runControl: readonly MonitorCommand[] = [
  reset,
  halt,
  resume,
  poll,
  sleep,
  init,
  sync("gdb_sync"),
  sync("gdb sync"),
];
