/** Programs that say something, built from tests/firmware/*.s; how to build them is in firmware_test.ts. */
import { encodeHex } from "../../src/image/mod.ts";

/** All of a program from 0x0800_0220 on, as the assembler gives it. */
export const PROGRAMS = {
  selftest: "1a480ea10c2251f8043b40f8043b013af9d1174c174d184e16f8013b002b" +
    "0bd0e768781c00f01f0021698842fcd0eb55bff35f8fe060efe7fee700bf" +
    "534547474552205254540000000000000100000000000000000000000005" +
    "002020000000000000000000000000000000000400201804002000050020" +
    "00030008",
  semihost: "04200349abbe18200249abbefee7000000030008" + "26000200",
} as const;

/** Where a program begins, where its version and its text are. */
export const CODE_AT = 0x220;
const VERSION_AT = 0x200;
const TEXT_AT = 0x300;
const FLASH = 0x0800_0000;
const LENGTH = 0x400;

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (b) => parseInt(b, 16));

/** The program with that text and version, as a raw image of 1 KiB. */
export function firmware(
  text: string,
  version = "1.4.2",
  program: keyof typeof PROGRAMS = "selftest",
): Uint8Array {
  const out = new Uint8Array(LENGTH).fill(0xFF);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0x2001_0000, true);
  view.setUint32(4, FLASH + CODE_AT + 1, true);
  out.set(new TextEncoder().encode(`${version}\0`), VERSION_AT);
  out.set(bytesOf(PROGRAMS[program]), CODE_AT);
  out.set(new TextEncoder().encode(`${text}\0`), TEXT_AT);
  return out;
}

/** As Intel HEX. */
export const firmwareHex = (...what: Parameters<typeof firmware>): string =>
  encodeHex([{ at: FLASH, bytes: firmware(...what) }]);
