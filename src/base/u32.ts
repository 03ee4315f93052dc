/**
 * Unsigned 32-bit arithmetic. The bit operators of JavaScript give signed results, so outside `sim/`
 * they are written here only.
 */

/** The low 32 bits of `x`, as 0 … 0xFFFF_FFFF. */
export const u32 = (x: number): number => x >>> 0;
/** Bitwise AND. */
export const and = (a: number, b: number): number => (a & b) >>> 0;
/** Bitwise OR of all its arguments. */
export const or = (...xs: readonly number[]): number => xs.reduce((a, x) => (a | x) >>> 0, 0);
/** Bitwise exclusive OR. */
export const xor = (a: number, b: number): number => (a ^ b) >>> 0;
/** Bitwise complement. */
export const not = (a: number): number => ~a >>> 0;
/** Shift left by 0 … 31 places. */
export const shl = (a: number, by: number): number => (a << by) >>> 0;
/** Logical shift right by 0 … 31 places. */
export const shr = (a: number, by: number): number => a >>> by;
/** A word with only bit `n` (0 … 31) set. */
export const bit = (n: number): number => (1 << n) >>> 0;
/** Whether any bit of `mask` is set in `a`. */
export const has = (a: number, mask: number): boolean => (a & mask) !== 0;
/** `a + b`, modulo 2^32. */
export const add = (a: number, b: number): number => (a + b) >>> 0;
/** `a` with the bits of `mask` cleared. */
export const clear = (a: number, mask: number): number => (a & ~mask) >>> 0;

/** A mask of `width` ones at the bottom (0 … 32). */
export const ones = (width: number): number => width >= 32 ? 0xFFFF_FFFF : ((1 << width) - 1) >>> 0;

/** Bits `hi` … `lo` of `value`, moved to the bottom. */
export const bits = (value: number, hi: number, lo: number): number =>
  ((value >>> lo) & ones(hi - lo + 1)) >>> 0;

/** `value` with its bits `hi` … `lo` replaced by `field`. */
export const withBits = (value: number, hi: number, lo: number, field: number): number => {
  const mask = (ones(hi - lo + 1) << lo) >>> 0;
  return ((value & ~mask) | ((field << lo) & mask)) >>> 0;
};

/** How many bits of `value` are set. */
export const popcount = (value: number): number => {
  let n = 0;
  for (let x = value >>> 0; x !== 0; x = (x & (x - 1)) >>> 0) n++;
  return n;
};

/** `value` as `0x` and upper-case hexadecimal digits, at least `digits` of them. */
export const hex = (value: number, digits = 8): string =>
  "0x" + value.toString(16).toUpperCase().padStart(digits, "0");
