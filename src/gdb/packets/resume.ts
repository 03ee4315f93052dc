import type { GdbSession } from "../session.ts";
import { hexNumber } from "../text.ts";
import type { PacketHandler } from "./packet_handler.ts";

async function go(session: GdbSession, how: string, at?: string): Promise<undefined> {
  const pc = hexNumber(at);
  if (pc !== undefined) await session.target.writeRegisters({ pc });
  await session.resume(/^[sS]/.test(how) ? "step" : "continue");
}

/** `vCont?` and `vCont;c`, `vCont;s:1`: only the first action counts, there is one thread. */
export const resume: readonly PacketHandler[] = [
  { prefix: "vCont?", handle: () => "vCont;c;C;s;S" },
  { prefix: "vCont;", handle: (session, args) => go(session, args) },
  { prefix: "c", handle: (session, args) => go(session, "c", args) },
  { prefix: "s", handle: (session, args) => go(session, "s", args) },
  { prefix: "C", handle: (session, args) => go(session, "c", args.split(";")[1]) },
  { prefix: "S", handle: (session, args) => go(session, "s", args.split(";")[1]) },
];
