/** Random instructions of one row, random registers that make them interesting. */
import { decode, type Shape } from "../../../src/sim/cpu/decode.ts";
import type { Op } from "../../../src/sim/cpu/op.ts";
import type { Registers } from "../../support/unicorn.ts";
import { CODE, CODE_SIZE, RAM } from "./oracle_machine.ts";

/** xorshift32: the same numbers for the same seed everywhere. */
export class Random {
  #x: number;
  constructor(seed: number) {
    this.#x = (seed | 0) || 1;
    for (let i = 0; i < 8; i++) this.word();
  }
  word(): number {
    let x = this.#x;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#x = x;
    return x >>> 0;
  }
  /** 0 … n-1 */
  below(n: number): number {
    return this.word() % n;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** Registers that hold addresses in RAM, and small numbers, in programs. */
export const BASES: readonly number[] = [6, 9, 13];
export const SMALL: readonly number[] = [5, 11];
export const KEPT: readonly number[] = [...BASES, ...SMALL];

const ACCESS = /^(LDR|STR|LDM|STM|PUSH|POP|TB[BH]|VLD|VST)/;
const WORDS = /^(LDRD|STRD|LDM|STM|PUSH|POP|VLD|VST|LDREX|STREX)/;
export const touchesMemory = (shape: Shape): boolean => ACCESS.test(shape.row.name);
/** must be aligned, or faults; STREXH and STREXB are rounded too */
export const wantsAlignment = (shape: Shape): boolean => WORDS.test(shape.row.name);

/** Rows whose meaning lies in the system: tested in isa_test.ts. */
const SYSTEM =
  /^(SVC|BKPT|UDF|WFI|WFE|SEV|CPS|MSR|MRS|coprocessor|floating-point|YIELD|hint|DBG|CLREX)/;
export const isSystem = (shape: Shape): boolean => SYSTEM.test(shape.row.name);

/** The bits of a row that are free: letters and "-". */
const free = (shape: Shape): number =>
  shape.width === 16 ? ~shape.mask & 0xFFFF : ~shape.mask >>> 0;

/** Puts `value` in the bits of a letter. */
export function withLetter(shape: Shape, word: number, letter: string, value: number): number {
  for (const f of shape.fields) {
    if (f.letter !== letter) continue;
    for (const [from, mask, to] of f.pieces) {
      word = (word & ~(mask << from)) | (((value >>> to) & mask) << from);
    }
  }
  return word >>> 0;
}
export const halvesOf = (shape: Shape, word: number): number[] =>
  shape.width === 16 ? [word] : [word >>> 16, word & 0xFFFF];

/** A random instruction of the row at `at`, or undefined when none came up. */
export function instance(
  shape: Shape,
  at: number,
  random: Random,
  inIt: boolean,
  program: boolean,
): Op | undefined {
  const has = (letter: string) => shape.fields.some((f) => f.letter === letter);
  for (let i = 0; i < 64; i++) {
    let word = (shape.value | (random.word() & free(shape))) >>> 0;
    if (touchesMemory(shape)) {
      if (program && has("n")) word = withLetter(shape, word, "n", random.of(BASES));
      if (program && has("m") && !/^V/.test(shape.row.name)) {
        word = withLetter(shape, word, "m", random.of(SMALL));
      }
    }
    const halves = halvesOf(shape, word);
    const op = decode(at, halves[0]!, halves[1] ?? 0, inIt);
    if (op.row !== shape.row) continue;
    if (touchesMemory(shape) && has("m") && has("n") && op.n === op.m) continue;
    return op;
  }
  return undefined;
}

const WORDS_OF_NOTE = [
  0,
  1,
  2,
  3,
  7,
  8,
  16,
  31,
  32,
  33,
  0x7F,
  0x80,
  0xFF,
  0x100,
  0x7FFF,
  0x8000,
  0xFFFF,
  0x1_0000,
  0x7FFF_FFFF,
  0x8000_0000,
  0x8000_0001,
  0xFFFF_FFFF,
  0xFFFF_FFFE,
  0x7FFF_7FFF,
  0x8000_8000,
  0x7F7F_7F7F,
  0x8080_8080,
  0xFFFF_0000,
  0x8000_7FFF,
  0x7FFF_8000,
  0x00FF_00FF,
  0x5555_5555,
];
const FLOATS_OF_NOTE = [
  0,
  0x8000_0000,
  0x3F80_0000,
  0xBF80_0000,
  0x7F80_0000,
  0xFF80_0000,
  0x7FC0_0000,
  0xFFC0_0001,
  0x7F80_0001,
  0xFFA0_0000,
  0x7FBF_FFFF,
  1,
  0x8000_0001,
  0x007F_FFFF,
  0x0080_0000,
  0x807F_FFFF,
  0x7F7F_FFFF,
  0xFF7F_FFFF,
  0x3F00_0000,
  0x4B00_0000,
  0x4B7F_FFFF,
  0x4F00_0000,
  0x4EFF_FFFF,
  0xCF00_0000,
  0xCF00_0001,
  0x4F80_0000,
  0x4F7F_FFFF,
  0x3FC0_0000,
  0x4020_0000,
  0x7C00,
  0x7C01,
  0x3C00_7BFF,
  0x0001_8001,
  0x477F_E000,
  0x477F_F000,
  0x3880_0000,
  0x3380_0000,
  0x3300_0000,
];
export function randomWord(random: Random): number {
  switch (random.below(4)) {
    case 0:
      return random.of(WORDS_OF_NOTE);
    case 1:
      return random.below(64);
    default:
      return random.word();
  }
}
function randomFloat(random: Random): number {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.of(FLOATS_OF_NOTE);
    case 2:
      return random.word();
    case 3: // few bits, near 1: sums that cancel, products that end exactly between two numbers
      return ((random.below(2) << 31) | ((123 + random.below(9)) << 23) |
        (random.below(8) << 20) | random.below(4)) >>> 0;
    case 4: // near the smallest
      return ((random.below(2) << 31) | (random.below(4) << 23) | (random.word() & 0x7F_FFFF)) >>>
        0;
    case 5: // what integers have
      return ((random.below(2) << 31) | ((126 + random.below(36)) << 23) |
        (random.word() & 0x7F_FFFF)) >>> 0;
    default:
      return ((random.below(2) << 31) | ((100 + random.below(54)) << 23) |
        (random.word() & 0x7F_FFFF)) >>> 0;
  }
}

/** All registers at random; FPSCR in all modes. */
export function randomRegisters(to: Registers, random: Random): void {
  for (let i = 0; i < 15; i++) to.r[i] = randomWord(random);
  to.r[13] = RAM + 0x2000 + 4 * random.below(0x100);
  for (let i = 0; i < 32; i++) to.s[i] = randomFloat(random);
  to.apsr = (random.word() & 0xF80F_0000) >>> 0;
  to.it = 0;
  to.fpscr = random.word() & (random.below(2) === 0 ? 0xF7C0_009F : 0xF0C0_0000);
}

/** Registers for a program: addresses and small numbers where `instance` looks for them. */
export function programRegisters(to: Registers, random: Random): void {
  randomRegisters(to, random);
  for (const n of BASES) to.r[n] = RAM + 0x2000 + 4 * random.below(0x100);
  if (random.below(2) === 0) to.r[9] = to.r[9]! + random.below(4);
  for (const n of SMALL) to.r[n] = random.below(64);
}

/** Registers for one instruction: its base in RAM, its index small, its target in the code. */
export function registersFor(shape: Shape, op: Op, to: Registers, random: Random): void {
  randomRegisters(to, random);
  if (touchesMemory(shape)) {
    const base = RAM + 0x1800 + random.below(0x1000);
    const aligned = wantsAlignment(shape) || random.below(2) === 0;
    if (shape.fields.some((f) => f.letter === "m")) to.r[op.m] = random.below(128);
    if (op.n !== 15) to.r[op.n] = aligned || op.n === 13 ? base & ~3 : base;
  }
  if (/^B?L?X /.test(shape.row.name) || /^(BX|BLX|MOV.*to PC)/.test(shape.row.name)) {
    to.r[op.m] = op.m === 13 ? to.r[13]! : (CODE + random.below(CODE_SIZE)) | 1;
  }
}
