import type { StepRange } from "../running.ts";
import type { GdbSession } from "../session.ts";
import { hexNumber } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

async function go(session: GdbSession, how: string, at?: string): Promise<undefined> {
  const pc = hexNumber(at);
  if (pc !== undefined) await session.registers.write({ pc });
  await session.resume(/^[sS]/.test(how) ? "step" : "continue");
}

/** `r08000100,08000108:1`: steps while the core stays in there. */
async function stepRange(session: GdbSession, action: string): Promise<string | undefined> {
  const [from, to] = action.slice(1).split(":")[0]?.split(",").map(hexNumber) ?? [];
  if (from === undefined || to === undefined) return MALFORMED;
  const range: StepRange = { from, to };
  await session.resume("step", range);
}

const [ADDRESS, SIGNAL] = [/^[0-9a-f]{0,8}$/i, /^[0-9a-f]{2}(;[0-9a-f]{1,8})?$/i];

/** `vCont?` and `vCont;c`, `vCont;s:1`: only the first action counts, there is one thread. */
export const resume: readonly PacketHandler[] = [
  { prefix: "vCont?", shape: /^$/, handle: () => "vCont;c;C;s;S;r" },
  { prefix: "vCont;r", tells: true, handle: (session, args) => stepRange(session, `r${args}`) },
  {
    prefix: "vCont;",
    shape: /^([cs]|[CS][0-9a-f]{2})([:;]|$)/,
    tells: true,
    handle: (session, args) => go(session, args),
  },
  { prefix: "c", shape: ADDRESS, tells: true, handle: (session, args) => go(session, "c", args) },
  { prefix: "s", shape: ADDRESS, tells: true, handle: (session, args) => go(session, "s", args) },
  {
    prefix: "C",
    shape: SIGNAL,
    tells: true,
    handle: (session, args) => go(session, "c", args.split(";")[1]),
  },
  {
    prefix: "S",
    shape: SIGNAL,
    tells: true,
    handle: (session, args) => go(session, "s", args.split(";")[1]),
  },
];
