/** What the cells of the matrix flash and run. */
import { concat } from "../../../src/base/mod.ts";
import { noise } from "./noise.ts";

export const BASE = 0x0800_0000;
export const KIB_64 = 0x1_0000;
/** The image of every flashing cell. */
export const IMAGE: Uint8Array<ArrayBuffer> = noise(KIB_64, 64);

/** A record of Intel HEX. */
function record(kind: number, at: number, data: Uint8Array): string {
  const head = [data.length, at >> 8, at & 0xFF, kind];
  const sum = [...head, ...data].reduce((a, b) => a + b, 0);
  const bytes = [...head, ...data, -sum & 0xFF];
  return ":" + bytes.map((b) => b.toString(16).toUpperCase().padStart(2, "0")).join("");
}
/** `image` at 0x0800_0000 as Intel HEX; at most 64 KiB. */
export function intelHex(image: Uint8Array): string {
  const lines = [record(4, 0, Uint8Array.of(0x08, 0x00))];
  for (let at = 0; at < image.length; at += 16) {
    lines.push(record(0, at, image.subarray(at, at + 16)));
  }
  return [...lines, ":00000001FF", ""].join("\n");
}

const halfWords = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(values).buffer);
const words = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(values).buffer);
const program = (...code: readonly Uint8Array[]): Uint8Array =>
  concat([words(0x2001_0000, 0x0800_0201), new Uint8Array(0x1F8), ...code]);
/** movs r0,#0 · again: adds r0,#1 · adds r1,r0,#0 · b again; begins at 0x0800_0200 */
export const COUNTER: Uint8Array = program(halfWords(0x2000, 0x3001, 0x1C01, 0xE7FC));
export const PRINTED = "hello from the chip";
const TEXT = new TextEncoder().encode(`${PRINTED}\n\0`);
/** movs r0,#4 (SYS_WRITE0) · ldr r1,=text · bkpt 0xAB · b . */
export const PRINTER: Uint8Array = program(
  halfWords(0x2004, 0x4901, 0xBEAB, 0xE7FE),
  words(0x0800_020C),
  TEXT,
);
/**
 * The same, and then movs r0,#0x18 (SYS_EXIT) · ldr r1,=ADP_Stopped_ApplicationExit · bkpt 0xAB: Arm's
 * semihosting specification, "SYS_EXIT (0x18)".
 */
const PRINT_AND_EXIT: Uint8Array = program(
  halfWords(0x2004, 0x4903, 0xBEAB, 0x2018, 0x4902, 0xBEAB, 0xE7FE, 0xBF00),
  words(0x0800_0218, 0x2_0026),
  TEXT,
);

const EHDR = 52;
const PHDR = 32;
const SHDR = 40;
const NAMES = new TextEncoder().encode("\0.text\0.shstrtab\0");
/** A program at 0x0800_0000 as ELF32 for Arm, with the one section that says it is code. System V ABI, ch. 4 */
function elf(code: Uint8Array, entry: number): Uint8Array {
  const at = EHDR + PHDR;
  const names = at + code.length;
  const sections = Math.ceil((names + NAMES.length) / 4) * 4;
  const half = (...values: readonly number[]) => halfWords(...values);
  const head = concat([
    Uint8Array.of(0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    half(2, 40), // ET_EXEC, EM_ARM
    words(1, entry, EHDR, sections, 0x0500_0200),
    half(EHDR, PHDR, 1, SHDR, 3, 2),
    words(1, at, BASE, BASE, code.length, code.length, 5, 4), // PT_LOAD, readable and executable
  ]);
  const padding = new Uint8Array(sections - names - NAMES.length);
  return concat([
    ...[head, code, NAMES, padding, new Uint8Array(SHDR)],
    words(1, 1, 6, BASE, at, code.length, 0, 0, 4, 0), // .text: SHT_PROGBITS, allocated, executable
    words(7, 3, 0, 0, names, NAMES.length, 0, 0, 1, 0), // .shstrtab: SHT_STRTAB
  ]);
}
/** Prints and ends. */
export const PRINTER_ELF: Uint8Array = elf(PRINT_AND_EXIT, 0x0800_0201);
