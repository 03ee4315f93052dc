import { memoryMapXml } from "../memory_map.ts";
import { targetXml } from "../registers.ts";
import type { GdbSession } from "../session.ts";
import { hexNumber } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

const THREADS = `<?xml version="1.0"?><threads><thread id="1" core="0" name="core"/></threads>`;

function document(session: GdbSession, object: string, annex: string): string | undefined {
  if (object === "features" && annex === "target.xml") return targetXml(session.target.hasFpu);
  if (object === "memory-map" && annex === "") return memoryMapXml(session.target.map);
  if (object === "threads" && annex === "") return THREADS;
}

/** `qXfer:object:read:annex:offset,length`: documents in pieces; `m` more follows, `l` the last. */
export const xfer: PacketHandler = {
  prefix: "qXfer:",
  handle(session, args) {
    const [object = "", verb, annex = "", range = ""] = args.split(":");
    if (verb !== "read") return "";
    const [offset, length] = range.split(",").map(hexNumber);
    if (offset === undefined || length === undefined) return MALFORMED;
    const text = document(session, object, annex);
    if (text === undefined) return "E00";
    const part = text.slice(offset, offset + length);
    return (offset + length >= text.length ? "l" : "m") + part;
  },
};
