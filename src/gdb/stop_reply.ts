/** Why the core stopped, as a `T` packet. A reason that is not exactly true makes gdb go on silently. */
import type { GdbSession } from "./session.ts";

const TRAP = "05";

/** `T05hwbreak:;thread:1;` and the like. */
export async function stopReply(session: GdbSession, signal = TRAP): Promise<string> {
  const reason = await session.target.stopReason();
  const thread = "thread:1;";
  if (signal !== TRAP) return `T${signal}${thread}`;
  if (reason.why === "watchpoint" && reason.at !== undefined) {
    const kind = session.watches.get(reason.at) ?? "watch";
    return `T${TRAP}${kind}:${reason.at.toString(16)};${thread}`;
  }
  if (reason.why === "breakpoint") {
    const pc = await session.registers.pc();
    if (session.hard.has(pc)) return `T${TRAP}hwbreak:;${thread}`;
    if (session.soft.has(pc)) return `T${TRAP}swbreak:;${thread}`;
  }
  return `T${TRAP}${thread}`;
}
