/** Why the core stopped, as a `T` packet. A reason that is not exactly true makes gdb go on silently. */
import type { GdbSession } from "./session.ts";

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
    if (session.hard.has(pc)) return `T${TRAP}hwbreak:;${thread}`;
    if (session.soft.has(pc)) return `T${TRAP}swbreak:;${thread}`;
  }
  return `T${TRAP}${thread}`;
}

/** HardFault, MemManage, BusFault, UsageFault: exceptions 3 … 6. */
async function inFault(session: GdbSession): Promise<boolean> {
  const [xpsr = 0] = await session.registers.read(["xpsr"]);
  const exception = xpsr % 512;
  return exception >= 3 && exception <= 6;
}
