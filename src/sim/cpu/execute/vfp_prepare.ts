/** Operands of floating-point instructions: register numbers, lists, immediates. */
import type { Op } from "../op.ts";

// A single's number is Vx:X, a double is two singles.
const singleD = (op: Op): void => {
  op.d = (op.d << 1) | op.D;
};
export function singleN(op: Op): void {
  op.n = (op.n << 1) | op.N;
}
export function singleM(op: Op): void {
  op.m = (op.m << 1) | op.M;
}
export function doubleM(op: Op): void {
  op.m <<= 1;
}
/** Half `op.x` of a double. */
export function scalar(op: Op): void {
  op.n = (op.n << 1) | op.x;
}
export function two(op: Op): void {
  singleD(op);
  singleM(op);
}
export function three(op: Op): void {
  two(op);
  singleN(op);
}
export const rounding = (mode: number) => (op: Op): void => {
  two(op);
  op.r = mode;
};
export function unsigned(op: Op): void {
  two(op);
  op.U = 1;
}
export const unsignedRounding = (mode: number) => (op: Op): void => {
  unsigned(op);
  op.r = mode;
};
/** VSEL: EQ 0, VS 6, GE 10, GT 12 */
export function select(op: Op): void {
  three(op);
  op.c = [0, 6, 10, 12][op.c]!;
}
/** VFPExpandImm(): a bBBBBBcd efgh 0… with B = b and b inverted. ARM DDI 0403E §A6.4.1 */
export function immediate(op: Op): void {
  singleD(op);
  const x = (op.i << 4) | op.j;
  const b = (x >> 6) & 1;
  op.i = ((x >> 7) << 31) | ((b ^ 1) << 30) | ((b * 31) << 25) | ((x & 63) << 19);
}
const fractionBits = (op: Op): number => (op.x !== 0 ? 32 : 16) - ((op.i << 1) | op.j);
export const fraction = (op: Op): boolean => fractionBits(op) >= 0;
/** `op.w` bits, `op.k` behind the point */
export function fixed(op: Op): void {
  singleD(op);
  op.w = op.x !== 0 ? 32 : 16;
  op.k = fractionBits(op);
}

export const pair = (op: Op): boolean => ((op.m << 1) | op.M) < 31;
export const pairToCore = (op: Op): boolean => pair(op) && op.t !== op.e;

const signedOffset = (op: Op): void => {
  op.i = (op.U !== 0 ? op.i : -op.i) * 4;
};
/** `op.w` words at `op.i` from Rn */
export function singleWord(op: Op): void {
  singleD(op);
  op.w = 1;
  signedOffset(op);
}
export function doubleWord(op: Op): void {
  op.d <<= 1;
  op.w = 2;
  signedOffset(op);
}
const literal = (op: Op): void => {
  op.i = (((op.at + 4) & ~3) + op.i) | 0;
};
export function singleLiteral(op: Op): void {
  singleWord(op);
  literal(op);
}
export function doubleLiteral(op: Op): void {
  doubleWord(op);
  literal(op);
}

/** A list of singles that exist. */
export const singles = (op: Op): boolean => op.i > 0 && ((op.d << 1) | op.D) + op.i <= 32;
/** A list of doubles that exist; an odd count is FLDMX, FSTMX, which only move the base further. */
export const doubles = (op: Op): boolean => op.D === 0 && op.i > 1 && op.d + (op.i >> 1) <= 16;
/** `op.w` words from `op.d`, `op.i` bytes. */
export function singleList(op: Op): void {
  singleD(op);
  op.w = op.i;
  op.i *= 4;
  op.cycles = 1 + op.w;
}
export function doubleList(op: Op): void {
  op.d <<= 1;
  op.w = op.i & ~1;
  op.i *= 4;
  op.cycles = 1 + op.w;
}
