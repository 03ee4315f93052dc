/** Why the core stopped, as a `T` packet. A reason that is not exactly true makes gdb go on silently. */
import type { GdbSession } from "./session.ts";

/** the signal of Ctrl-C */
export const SIGINT = "02";
const TRAP = "05";
const SEGV = "0b";

/** `T05hwbreak:;thread:1;` and the like. */
export async function stopReply(session: GdbSession, signal = TRAP): Promise<string> {
  const reason = await session.target.stopReason();
  const thread = "thread:1;";
  if (signal !== TRAP) return `T${signal}${thread}`;
  if (reason.why === "watchpoint" && reason.at !== undefined) {
    const kind = session.watches.nameAt(reason.at) ?? "watch";
    return `T${TRAP}${kind}:${reason.at.toString(16)};${thread}`;
  }
  if (reason.why === "vector-catch" && await inFault(session)) return `T${SEGV}${thread}`;
  if (reason.why === "breakpoint") {
    const pc = await session.registers.pc();
    // as gdb asked for it, whatever serves it
    const kind = session.soft.has(pc) ? "swbreak" : session.hard.has(pc) ? "hwbreak" : undefined;
    // a gdb that has not said that it takes this reason ends its wait with an error
    if (kind && session.takes.has(kind)) return `T${TRAP}${kind}:;${thread}`;
  }
  return `T${TRAP}${thread}`;
}

/** HardFault, MemManage, BusFault, UsageFault: exceptions 3 … 6. */
const isFault = (exception: number): boolean => exception >= 3 && exception <= 6;

async function exceptionOf(session: GdbSession): Promise<number> {
  const [xpsr = 0] = await session.registers.read(["xpsr"]);
  return xpsr % 512;
}
const inFault = async (session: GdbSession): Promise<boolean> =>
  isFault(await exceptionOf(session));

/** What the fault registers have to say, once: steps through a handler do not tell it again. */
async function faultBanner(session: GdbSession): Promise<readonly string[]> {
  const exception = await exceptionOf(session);
  const told = session.toldFault === exception;
  session.toldFault = isFault(exception) ? exception : 0;
  return told || !isFault(exception) ? [] : await session.target.faultBanner(exception);
}

/** Tells gdb that the core has stopped, and why. */
export async function tellStop(session: GdbSession, signal?: string): Promise<void> {
  const banner = await faultBanner(session);
  session.console = true;
  if (banner.length) await session.say(banner.join("\n") + "\n");
  session.running = false;
  session.console = false;
  await session.reply(await stopReply(session, signal));
}
