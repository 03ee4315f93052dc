/**
 * IEEE 754 single precision as the M7's FPU does it: bits in, bits out, and the cumulative flags of FPSCR.
 * ARM DDI 0403E §A2.5, pseudocode functions FPAdd() … FPRound().
 *
 * Every operation makes its exact result as a double and the sign of what the double lacks. `finish` folds
 * that rest into the lowest bit ("round to odd"), after which one rounding to 24 bits is correct in all modes:
 * a double has more than two bits to spare.
 */
import type { CpuState } from "../state.ts";

// FPSCR
export const IOC = 1;
export const DZC = 1 << 1;
export const OFC = 1 << 2;
export const UFC = 1 << 3;
export const IXC = 1 << 4;
export const IDC = 1 << 7;
export const FZ = 1 << 24;
export const DN = 1 << 25;
export const AHP = 1 << 26;
/** RMode, and two ways of rounding that only instructions ask for */
export const NEAREST = 0;
export const UP = 1;
export const DOWN = 2;
export const ZERO = 3;
export const AWAY = 4;
export const roundingMode = (s: CpuState): number => (s.fpscr >>> 22) & 3;

export const DEFAULT_NAN = 0x7FC0_0000;
export const INFINITY = 0x7F80_0000;
export const SIGN = 0x8000_0000 | 0;
const QUIET = 0x0040_0000;
const MAGNITUDE = 0x7FFF_FFFF;
const SMALLEST_NORMAL = 2 ** -126;

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);
const double = new Float64Array(1);
const doubleBits = new Uint32Array(double.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** The number that the bits of a single (no NaN) mean. */
export function number(bits: number): number {
  singleBits[0] = bits;
  return single[0]!;
}
export const isNan = (bits: number): boolean => (bits & MAGNITUDE) > INFINITY;
export const isSignalling = (bits: number): boolean => isNan(bits) && (bits & QUIET) === 0;
export const isInfinite = (bits: number): boolean => (bits & MAGNITUDE) === INFINITY;
export const isZero = (bits: number): boolean => (bits & MAGNITUDE) === 0;
export const negate = (bits: number): number => bits ^ SIGN;

/** An operand: with FZ a denormal counts as zero. FPUnpack() */
export function flushed(s: CpuState, bits: number): number {
  if ((s.fpscr & FZ) === 0 || (bits & INFINITY) !== 0 || isZero(bits)) return bits;
  s.fpscr |= IDC;
  return bits & SIGN;
}

/** The result of an operation with a NaN among its operands, in order of importance. FPProcessNaNs() */
export function chooseNan(s: CpuState, a: number, b: number, c = 0): number {
  let found = isSignalling(a) ? a : isSignalling(b) ? b : isSignalling(c) ? c : 0;
  if (found !== 0) s.fpscr |= IOC;
  else found = isNan(a) ? a : isNan(b) ? b : c;
  return (s.fpscr & DN) !== 0 ? DEFAULT_NAN : found | QUIET;
}
/** Invalid operation. */
export function invalid(s: CpuState): number {
  s.fpscr |= IOC;
  return DEFAULT_NAN;
}

/** `x` plus a rest of which only the sign counts, rounded to odd in 53 bits. */
function toOdd(x: number, rest: number): number {
  if (rest === 0) return x;
  double[0] = x;
  const low = doubleBits[LOW]!;
  if ((low & 1) !== 0) return x;
  if (rest > 0 === x > 0) doubleBits[LOW] = low | 1;
  else {
    if (low === 0) doubleBits[HIGH] = doubleBits[HIGH]! - 1;
    doubleBits[LOW] = low - 1;
  }
  return double[0]!;
}

/** Whether a remainder rounds the magnitude up. */
export function roundsUp(
  mode: number,
  negative: boolean,
  odd: boolean,
  rest: number,
  half: number,
): boolean {
  switch (mode) {
    case NEAREST:
      return rest > half || (rest === half && odd);
    case UP:
      return rest !== 0 && !negative;
    case DOWN:
      return rest !== 0 && negative;
    case AWAY:
      return rest >= half;
    default:
      return false;
  }
}

/** What the last `roundTo` lost, and whether its result was too small for the hidden one. */
export const rounded = { inexact: false, tiny: false };
/**
 * The magnitude of `x` (not zero, finite) as an encoding without sign: `mantissaBits` with the hidden one,
 * `least` exponent.
 */
export function roundTo(x: number, mode: number, mantissaBits: number, least: number): number {
  double[0] = x;
  const high = doubleBits[HIGH]!;
  const exponent = ((high >>> 20) & 0x7FF) - 1023;
  const whole = ((high & 0xF_FFFF) | 0x10_0000) * 0x1_0000_0000 + doubleBits[LOW]!;
  rounded.tiny = exponent < least;
  const lost = rounded.tiny ? Math.min(least - exponent, mantissaBits + 2) : 0;
  const scale = 2 ** (53 - mantissaBits + lost);
  const kept = Math.floor(whole / scale);
  const rest = whole - kept * scale;
  rounded.inexact = rest !== 0;
  const up = roundsUp(mode, x < 0, kept % 2 !== 0, rest, scale / 2) ? 1 : 0;
  // the hidden one, and a carry out of the mantissa, both add to the exponent
  const base = rounded.tiny ? 0 : (exponent - least) * 2 ** (mantissaBits - 1);
  return base + kept + up;
}

/** The single nearest to `x` (plus the sign of a rest) in the way of `mode`, and its flags. FPRound() */
export function finish(s: CpuState, x: number, rest: number, mode: number): number {
  const sign = x < 0 ? SIGN : 0;
  if ((s.fpscr & FZ) !== 0 && Math.abs(x) < SMALLEST_NORMAL) {
    s.fpscr |= UFC;
    return sign;
  }
  const magnitude = roundTo(toOdd(x, rest), mode, 24, -126);
  if (magnitude >= INFINITY) {
    s.fpscr |= OFC | IXC;
    const toInfinity = mode === NEAREST || (mode === UP && x > 0) || (mode === DOWN && x < 0);
    return sign | (toInfinity ? INFINITY : INFINITY - 1);
  }
  if (rounded.inexact) s.fpscr |= rounded.tiny ? UFC | IXC : IXC;
  return sign | magnitude;
}

/** a + b, both numbers not NaN; FPAdd() after the NaNs. */
function sum(s: CpuState, x: number, y: number, signX: number, signY: number): number {
  const mode = roundingMode(s);
  const total = x + y;
  if (total === 0) {
    // two zeros of one sign keep it; otherwise minus only when rounding down
    if (x === 0 && y === 0 && signX === signY) return signX;
    return mode === DOWN ? SIGN : 0;
  }
  if (!Number.isFinite(total)) return total < 0 ? SIGN | INFINITY : INFINITY;
  const back = total - x;
  const rest = (x - (total - back)) + (y - back);
  return finish(s, total, rest, mode);
}

/** FPAdd() */
export function add(s: CpuState, a: number, b: number): number {
  a = flushed(s, a);
  b = flushed(s, b);
  if (isNan(a) || isNan(b)) return chooseNan(s, a, b);
  if (isInfinite(a) && isInfinite(b) && ((a ^ b) & SIGN) !== 0) return invalid(s);
  return sum(s, number(a), number(b), a & SIGN, b & SIGN);
}
/** FPSub() */
export function subtract(s: CpuState, a: number, b: number): number {
  a = flushed(s, a);
  b = flushed(s, b);
  if (isNan(a) || isNan(b)) return chooseNan(s, a, b);
  if (isInfinite(a) && isInfinite(b) && ((a ^ b) & SIGN) === 0) return invalid(s);
  return sum(s, number(a), -number(b), a & SIGN, ~b & SIGN);
}
/** FPMul() */
export function multiply(s: CpuState, a: number, b: number): number {
  a = flushed(s, a);
  b = flushed(s, b);
  if (isNan(a) || isNan(b)) return chooseNan(s, a, b);
  const sign = (a ^ b) & SIGN;
  if (isInfinite(a) || isInfinite(b)) {
    return isZero(a) || isZero(b) ? invalid(s) : sign | INFINITY;
  }
  if (isZero(a) || isZero(b)) return sign;
  return finish(s, number(a) * number(b), 0, roundingMode(s));
}
/** addend + a × b with one rounding. FPMulAdd() */
export function fused(s: CpuState, addend: number, a: number, b: number): number {
  addend = flushed(s, addend);
  a = flushed(s, a);
  b = flushed(s, b);
  const impossible = (isInfinite(a) && isZero(b)) || (isZero(a) && isInfinite(b));
  if (isNan(addend) || isNan(a) || isNan(b)) {
    const nan = chooseNan(s, addend, a, b);
    return isNan(addend) && !isSignalling(addend) && impossible ? invalid(s) : nan;
  }
  const sign = (a ^ b) & SIGN;
  const infinite = isInfinite(a) || isInfinite(b);
  if (impossible || (infinite && isInfinite(addend) && (addend & SIGN) !== sign)) return invalid(s);
  if (infinite) return sign | INFINITY;
  return sum(s, number(addend), number(a) * number(b), addend & SIGN, sign);
}

/** A quotient or root cut to 27 bits, so that its product with a single is exact. */
function cut(x: number): number {
  double[0] = x;
  doubleBits[LOW] = doubleBits[LOW]! & 0xFC00_0000;
  return double[0]!;
}
/** FPDiv() */
export function divide(s: CpuState, a: number, b: number): number {
  a = flushed(s, a);
  b = flushed(s, b);
  if (isNan(a) || isNan(b)) return chooseNan(s, a, b);
  const sign = (a ^ b) & SIGN;
  if ((isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) return invalid(s);
  if (isInfinite(a)) return sign | INFINITY;
  if (isZero(b)) {
    s.fpscr |= DZC;
    return sign | INFINITY;
  }
  if (isZero(a) || isInfinite(b)) return sign;
  const x = number(a);
  const y = number(b);
  const quotient = cut(x / y);
  const rest = x - quotient * y;
  return finish(s, quotient, y < 0 ? -rest : rest, roundingMode(s));
}
/** FPSqrt() */
export function squareRoot(s: CpuState, a: number): number {
  a = flushed(s, a);
  if (isNan(a)) return chooseNan(s, a, 0);
  if (isZero(a)) return a;
  if ((a & SIGN) !== 0) return invalid(s);
  if (isInfinite(a)) return a;
  const x = number(a);
  const root = cut(Math.sqrt(x));
  return finish(s, root, x - root * root, roundingMode(s));
}
