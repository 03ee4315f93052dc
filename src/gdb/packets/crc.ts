import { bit, has, shl, shr, xor } from "../../base/mod.ts";
import { hexNumber } from "../text.ts";
import { MALFORMED, type PacketHandler } from "./packet_handler.ts";

const POLYNOMIAL = 0x04C1_1DB7;
const PART = 0x4000;
const MOST = 0x0100_0000;

const TABLE = Array.from({ length: 256 }, (_, i) => {
  let c = shl(i, 24);
  for (let n = 0; n < 8; n++) c = has(c, bit(31)) ? xor(shl(c, 1), POLYNOMIAL) : shl(c, 1);
  return c;
});

/** gdb's CRC-32: MSB first, begins with all ones, no final inversion (facts, gdb-rsp §3). */
export function crc32(bytes: Uint8Array, before = 0xFFFF_FFFF): number {
  let c = before;
  for (const b of bytes) c = xor(shl(c, 8), TABLE[xor(shr(c, 24), b)] ?? 0);
  return c;
}

/** `qCRC:addr,length` → `C` and the checksum; for compare-sections. */
export const crc: PacketHandler = {
  prefix: "qCRC:",
  async handle(session, args) {
    const [at, length] = args.split(",").map(hexNumber);
    if (at === undefined || length === undefined || length > MOST) return MALFORMED;
    let c = 0xFFFF_FFFF;
    for (let done = 0; done < length && !session.gone; done += PART) {
      const part = await session.target.readMemory(at + done, Math.min(PART, length - done));
      c = crc32(part, c);
    }
    return `C${c.toString(16).padStart(8, "0")}`;
  },
};
