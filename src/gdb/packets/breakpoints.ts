import { Fault } from "../../base/mod.ts";
import type { GdbSession } from "../session.ts";
import { hexNumber } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

const WATCH = { "2": "watch", "3": "rwatch", "4": "awatch" } as const;

/** peripherals, and what is behind external memory: nothing there is code that a BKPT could stand in */
const isDevice = (at: number): boolean =>
  at >= 0x4000_0000 && at < 0x6000_0000 || at >= 0xA000_0000; // ARMv7-M ARM §B3.1
const inRam = (session: GdbSession, at: number): boolean =>
  session.target.map.some((r) => r.type === "ram" && at >= r.at && at < r.at + r.length);

async function code(session: GdbSession, kind: string, at: number, set: boolean): Promise<string> {
  if (isDevice(at)) return "E.no code can be there";
  if (kind === "0" && inRam(session, at)) {
    if (set && session.soft.full) return "E.more breakpoints in RAM than can be kept";
    if (set) await session.soft.set(at);
    else {
      const before = await session.soft.clear(at);
      // what came with the last step came with the breakpoint in it
      if (before) session.ram.patch(at, before);
    }
    return "OK";
  }
  if (set) await setHard(session, at);
  else session.hard.clear(at);
  return "OK";
}

/** In flash there is no other way: those in RAM give their comparators up for it. */
async function setHard(session: GdbSession, at: number): Promise<void> {
  for (;;) {
    try {
      return await session.hard.set(at);
    } catch (e) {
      const full = e instanceof Fault && e.slug === "core-no-breakpoint-left";
      if (!full || !await session.soft.makeRoom()) throw e;
    }
  }
}

const handler = (prefix: "Z" | "z", set: boolean): PacketHandler => ({
  prefix,
  tells: true,
  async handle(session, args) {
    const [kind = "", where, size] = args.split(";")[0]?.split(",") ?? [];
    const [at, length] = [hexNumber(where), hexNumber(size)];
    if (at === undefined || length === undefined) return MALFORMED;
    if (kind === "0" || kind === "1") return await code(session, kind, at, set);
    const watch = WATCH[kind as keyof typeof WATCH];
    if (!watch) return "";
    await (set ? session.watches.set(at, length, watch) : session.watches.clear(at, length, watch));
    return "OK";
  },
});

/** `Z` sets, `z` clears: 0 in memory, 1 in the FPB, 2 … 4 in the DWT. */
export const breakpoints: readonly PacketHandler[] = [handler("Z", true), handler("z", false)];
