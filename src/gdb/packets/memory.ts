import { concat, hexBytes } from "../../base/mod.ts";
import { PACKET_SIZE } from "../packet.ts";
import type { GdbSession } from "../session.ts";
import { fromHex, hexNumber } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

function range(text: string): readonly [at: number, length: number] | undefined {
  const [at, length] = text.split(",").map(hexNumber);
  if (at === undefined || length === undefined || at + length > 0x1_0000_0000) return;
  return [at, length];
}

async function write(session: GdbSession, at: number, bytes: Uint8Array): Promise<string> {
  const flash = session.target.map.find((r) =>
    r.type === "flash" && at >= r.at && at < r.at + r.length
  );
  // a debugger without the memory map would believe that this programs flash
  if (flash) return "E.memtype";
  session.ram.forget();
  if (bytes.length) await session.target.writeMemory(at, bytes);
  return "OK";
}

/** gdb 13 takes an error in words for data here, and loses the core over it ("Invalid hex digit") */
const NOT_READ = "E01";

/** `m addr,length` → hexadecimal; as much as fits in a packet. */
export const read: PacketHandler = {
  prefix: "m",
  mayFail: true,
  async handle(session, args) {
    const r = range(args);
    if (!r) return NOT_READ;
    return hexBytes(await session.readMemory(r[0], Math.min(r[1], PACKET_SIZE / 2 - 8)));
  },
};
/** `x addr,length` → `b` and raw bytes (gdb 16). */
export const readBinary: PacketHandler = {
  prefix: "x",
  mayFail: true,
  async handle(session, args) {
    const r = range(args);
    if (!r) return NOT_READ;
    const bytes = await session.readMemory(r[0], Math.min(r[1], PACKET_SIZE / 2 - 8));
    return concat([Uint8Array.of(0x62), bytes]);
  },
};
/** `M addr,length:hexadecimal` */
export const writeHex: PacketHandler = {
  prefix: "M",
  handle(session, args) {
    const [where = "", data = ""] = args.split(":");
    const [r, bytes] = [range(where), fromHex(data)];
    if (!r || !bytes || bytes.length !== r[1]) return MALFORMED;
    return write(session, r[0], bytes);
  },
};
/** `X addr,length:bytes`; an empty one asks whether this packet is known. */
export const writeBinary: PacketHandler = {
  prefix: "X",
  handle(session, args, payload) {
    const colon = args.indexOf(":");
    const r = range(args.slice(0, Math.max(0, colon)));
    const bytes = payload.subarray(colon + 2);
    if (colon < 0 || !r || bytes.length !== r[1]) return MALFORMED;
    return write(session, r[0], bytes);
  },
};
