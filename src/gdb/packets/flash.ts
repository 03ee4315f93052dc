import { refused } from "../faults.ts";
import type { GdbSession } from "../session.ts";
import { hexNumber } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

const FULL = "E.more pieces than a load has";

/** Whether all of it is flash, at whichever of its addresses: region after region of the map. */
function inFlash(session: GdbSession, at: number, length: number): boolean {
  const region = session.target.map.find((r) =>
    r.type === "flash" && at >= r.at && at < r.at + r.length
  );
  if (!region) return false;
  const rest = at + length - (region.at + region.length);
  return rest <= 0 || inFlash(session, region.at + region.length, rest);
}

/** `vFlashErase:addr,length`: noted; erased when all is known. */
const erase: PacketHandler = {
  prefix: "vFlashErase:",
  tells: true,
  handle(session, args) {
    const [at, length] = args.split(",").map(hexNumber);
    if (at === undefined || length === undefined) return MALFORMED;
    if (session.mapStale) throw refused("gdb-map-stale");
    if (!inFlash(session, at, length)) return "E.memtype";
    return session.load.erase({ at, length }) ? "OK" : FULL;
  },
};
/** `vFlashWrite:addr:bytes`: noted. */
const write: PacketHandler = {
  prefix: "vFlashWrite:",
  tells: true,
  handle(session, args, payload) {
    const colon = args.indexOf(":");
    const at = hexNumber(args.slice(0, Math.max(0, colon)));
    if (colon < 0 || at === undefined) return MALFORMED;
    const bytes = payload.slice("vFlashWrite:".length + colon + 1);
    if (session.mapStale) throw refused("gdb-map-stale");
    if (!inFlash(session, at, bytes.length)) return "E.memtype";
    return session.load.write({ at, bytes }) ? "OK" : FULL;
  },
};
/** `vFlashDone`: compare, erase what differs, program, read back, reset and halt. */
const done: PacketHandler = {
  prefix: "vFlashDone",
  shape: /^$/,
  tells: true,
  async handle(session) {
    const { pieces, erased } = session.load.take();
    session.cache.clear();
    session.forget();
    const report = await session.target.program(pieces, erased, session.working);
    const { sectorsErased, bytesProgrammed } = report;
    session.load.outcome =
      `${sectorsErased} sectors erased, ${bytesProgrammed} bytes programmed, read back and equal`;
    await session.target.reset(true);
    // gdb takes no console text here: it is said when the core is let go
    session.tellLater(...report.vectorProblems.map((p) => `probekit: warning: ${p}\n`));
    return "OK";
  },
};

/** Flash programming as `load` does it. */
export const flash: readonly PacketHandler[] = [erase, write, done];
