/** Comparing, rounding to whole numbers, and conversions of single precision. Companion of float.ts. */
import type { CpuState } from "../state.ts";
import {
  AHP,
  chooseNan,
  DN,
  DOWN,
  finish,
  flushed,
  INFINITY,
  IOC,
  isInfinite,
  isNan,
  isSignalling,
  isZero,
  IXC,
  NEAREST,
  number,
  OFC,
  rounded,
  roundingMode,
  roundsUp,
  roundTo,
  SIGN,
  UFC,
  UP,
} from "./float.ts";

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** N, Z, C, V of a comparison, in the bits of FPSCR. FPCompare() */
export function compare(s: CpuState, a: number, b: number, quietToo: boolean): void {
  a = flushed(s, a);
  b = flushed(s, b);
  let flags: number;
  if (isNan(a) || isNan(b)) {
    if (quietToo || isSignalling(a) || isSignalling(b)) s.fpscr |= IOC;
    flags = 0b0011;
  } else {
    const x = number(a);
    const y = number(b);
    flags = x === y ? 0b0110 : x < y ? 0b1000 : 0b0010;
  }
  s.fpscr = (s.fpscr & 0x0FFF_FFFF) | (flags << 28);
}

/** The greater (`max`) or smaller; one quiet NaN counts as missing. FPMaxNum(), FPMinNum() */
export function extreme(s: CpuState, a: number, b: number, max: boolean): number {
  a = flushed(s, a);
  b = flushed(s, b);
  if (isNan(a) || isNan(b)) {
    const quietA = isNan(a) && !isSignalling(a);
    const quietB = isNan(b) && !isSignalling(b);
    if (quietA && !isNan(b)) return b;
    if (quietB && !isNan(a)) return a;
    return chooseNan(s, a, b);
  }
  const x = number(a);
  const y = number(b);
  if (x === 0 && y === 0) return max ? a & b : a | b;
  return x > y === max ? a : b;
}

/** `x` rounded to a whole number. */
function whole(x: number, mode: number): number {
  const below = Math.floor(Math.abs(x));
  const rest = Math.abs(x) - below;
  const up = roundsUp(mode, x < 0, below % 2 !== 0, rest, 0.5);
  const magnitude = up ? below + 1 : below;
  return x < 0 ? -magnitude : magnitude;
}
/** FPRoundInt(); `exact`: says IXC when something was lost */
export function roundToInteger(s: CpuState, a: number, mode: number, exact: boolean): number {
  a = flushed(s, a);
  if (isNan(a)) return chooseNan(s, a, 0);
  if (isInfinite(a) || isZero(a)) return a;
  const x = number(a);
  const r = whole(x, mode);
  if (exact && r !== x) s.fpscr |= IXC;
  if (r === 0) return a & SIGN;
  single[0] = r;
  return singleBits[0]! | 0;
}

/** FPToFixed(): as a whole number of `bits` bits with `fraction` of them behind the point. */
export function toFixed(
  s: CpuState,
  a: number,
  fraction: number,
  bits: number,
  unsigned: boolean,
  mode: number,
): number {
  a = flushed(s, a);
  if (isNan(a)) {
    s.fpscr |= IOC;
    return 0;
  }
  const low = unsigned ? 0 : -(2 ** (bits - 1));
  const high = unsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  const x = number(a) * 2 ** fraction;
  const r = Number.isFinite(x) ? whole(x, mode) : x;
  if (r < low || r > high) {
    s.fpscr |= IOC;
    return r < low ? low : high;
  }
  if (r !== x) s.fpscr |= IXC;
  return r;
}
/** FixedToFP(): a whole number over 2^`fraction`. */
export function fromFixed(s: CpuState, x: number, fraction: number, mode: number): number {
  return x === 0 ? 0 : finish(s, x / 2 ** fraction, 0, mode);
}

/** FPHalfToSingle() */
export function fromHalf(s: CpuState, half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 0x3FF;
  if (exponent === 31 && (s.fpscr & AHP) === 0) {
    if (mantissa === 0) return sign | INFINITY;
    return chooseNan(s, sign | INFINITY | (mantissa << 13), 0);
  }
  const x = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
  single[0] = x;
  return sign | singleBits[0]!;
}
/** FPSingleToHalf() */
export function toHalf(s: CpuState, a: number): number {
  const alternative = (s.fpscr & AHP) !== 0;
  a = flushed(s, a);
  const sign = (a >>> 16) & 0x8000;
  if (isNan(a)) {
    const signalling = isSignalling(a);
    if (signalling || alternative) s.fpscr |= IOC;
    if (alternative) return sign;
    return (s.fpscr & DN) !== 0 ? 0x7E00 : sign | 0x7E00 | ((a >>> 13) & 0x3FF);
  }
  if (isZero(a)) return sign;
  const mode = roundingMode(s);
  const magnitude = isInfinite(a) ? 0x1_0000 : roundTo(number(a), mode, 11, -14);
  if (alternative) {
    if (magnitude > 0x7FFF) {
      s.fpscr |= IOC;
      return sign | 0x7FFF;
    }
  } else if (isInfinite(a)) return sign | 0x7C00;
  else if (magnitude >= 0x7C00) {
    s.fpscr |= OFC | IXC;
    const negative = sign !== 0;
    const toInfinity = mode === NEAREST || (mode === UP && !negative) ||
      (mode === DOWN && negative);
    return sign | (toInfinity ? 0x7C00 : 0x7BFF);
  }
  if (rounded.inexact) s.fpscr |= rounded.tiny ? UFC | IXC : IXC;
  return sign | magnitude;
}
