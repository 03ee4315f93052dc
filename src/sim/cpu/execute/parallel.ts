/**
 * Parallel addition and subtraction: two 16-bit or four 8-bit lanes, in six manners, and what goes with them.
 * ARM DDI 0403 §A4.4.5 (parallel add/sub), §A4.4.4 (packing)
 */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Executor, Op } from "../op.ts";
import { rotated } from "./shift.ts";

/** How a lane's exact result becomes its bits. `plus`: it was a sum. `ge`: the GE bits of the lane. */
interface Manner {
  readonly signed: boolean;
  readonly setsGe: boolean;
  readonly finish: (s: CpuState, x: number, bits: number, plus: boolean, ge: number) => number;
}
const clamp = (x: number, low: number, high: number): number => x < low ? low : x > high ? high : x;

/** S…: modulo, GE = result ≥ 0 */
const S: Manner = {
  signed: true,
  setsGe: true,
  finish(s, x, _bits, _plus, ge) {
    if (x >= 0) s.ge |= ge;
    return x;
  },
};
/** U…: modulo, GE = carry out, or no borrow */
const U: Manner = {
  signed: false,
  setsGe: true,
  finish(s, x, bits, plus, ge) {
    if (plus ? x >= 1 << bits : x >= 0) s.ge |= ge;
    return x;
  },
};
/** Q…: signed saturating; Q is not touched */
const Q: Manner = {
  signed: true,
  setsGe: false,
  finish: (_s, x, bits) => clamp(x, -(1 << (bits - 1)), (1 << (bits - 1)) - 1),
};
/** UQ…: unsigned saturating */
const UQ: Manner = {
  signed: false,
  setsGe: false,
  finish: (_s, x, bits) => clamp(x, 0, (1 << bits) - 1),
};
/** SH…: signed, halved */
const SH: Manner = { signed: true, setsGe: false, finish: (_s, x) => x >> 1 };
/** UH…: unsigned, halved */
const UH: Manner = { signed: false, setsGe: false, finish: (_s, x) => x >> 1 };

/** Two lanes; `low` and `high`: add or subtract; `cross`: Rm's halves are exchanged. */
function halves(manner: Manner, low: boolean, high: boolean, cross: boolean): Executor {
  const { signed, setsGe, finish } = manner;
  return (s: CpuState, _: CpuSystem, op: Op): void => {
    const a = s.r[op.n]!;
    const b = cross ? rotated(s.r[op.m]!, 16) : s.r[op.m]!;
    const a0 = signed ? (a << 16) >> 16 : a & 0xFFFF;
    const a1 = signed ? a >> 16 : a >>> 16;
    const b0 = signed ? (b << 16) >> 16 : b & 0xFFFF;
    const b1 = signed ? b >> 16 : b >>> 16;
    if (setsGe) s.ge = 0;
    const r0 = finish(s, low ? a0 + b0 : a0 - b0, 16, low, 0b0011);
    const r1 = finish(s, high ? a1 + b1 : a1 - b1, 16, high, 0b1100);
    s.r[op.d] = (r1 << 16) | (r0 & 0xFFFF);
  };
}
/** Four lanes. */
function bytes(manner: Manner, plus: boolean): Executor {
  const { signed, setsGe, finish } = manner;
  return (s: CpuState, _: CpuSystem, op: Op): void => {
    const a = s.r[op.n]!;
    const b = s.r[op.m]!;
    if (setsGe) s.ge = 0;
    let r = 0;
    for (let i = 0; i < 4; i++) {
      const up = 24 - 8 * i;
      const x = signed ? (a << up) >> 24 : (a << up) >>> 24;
      const y = signed ? (b << up) >> 24 : (b << up) >>> 24;
      r |= (finish(s, plus ? x + y : x - y, 8, plus, 1 << i) & 0xFF) << (8 * i);
    }
    s.r[op.d] = r;
  };
}
/** The six operations of one manner: ADD16, ASX, SAX, SUB16, ADD8, SUB8. */
const six = (manner: Manner) => ({
  add16: halves(manner, true, true, false),
  asx: halves(manner, false, true, true),
  sax: halves(manner, true, false, true),
  sub16: halves(manner, false, false, false),
  add8: bytes(manner, true),
  sub8: bytes(manner, false),
});
type Six = Readonly<Record<"add16" | "asx" | "sax" | "sub16" | "add8" | "sub8", Executor>>;

/** SADD16 … by manner and operation */
export const parallel: Readonly<Record<"s" | "q" | "sh" | "u" | "uq" | "uh", Six>> = {
  s: six(S),
  q: six(Q),
  sh: six(SH),
  u: six(U),
  uq: six(UQ),
  uh: six(UH),
};

/** SEL: byte by byte, Rn where GE is 1 */
export function sel(s: CpuState, _: CpuSystem, op: Op): void {
  const ge = s.ge;
  const mask = ((ge & 1) * 0xFF) | (((ge >> 1) & 1) * 0xFF00) | (((ge >> 2) & 1) * 0xFF_0000) |
    (((ge >> 3) & 1) * 0xFF00_0000);
  s.r[op.d] = (s.r[op.n]! & mask) | (s.r[op.m]! & ~mask);
}
/** USADA8, USAD8 (`op.a` 15): sum of absolute differences */
export function usada8(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  let sum = op.a === 15 ? 0 : s.r[op.a]!;
  for (let i = 0; i < 32; i += 8) sum += Math.abs(((a >>> i) & 0xFF) - ((b >>> i) & 0xFF));
  s.r[op.d] = sum | 0;
}
/** PKHBT */
export function pkhbt(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = ((s.r[op.m]! << op.k) & ~0xFFFF) | (s.r[op.n]! & 0xFFFF);
}
/** PKHTB: Rm is shifted right by `op.k`, 1 … 32 */
export function pkhtb(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.m]!;
  s.r[op.d] = (s.r[op.n]! & ~0xFFFF) | ((op.k === 32 ? x >> 31 : x >> op.k) & 0xFFFF);
}
/** SXTAB */
export function sxtab(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.n]! + ((rotated(s.r[op.m]!, op.k) << 24) >> 24)) | 0;
}
/** SXTAH */
export function sxtah(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.n]! + ((rotated(s.r[op.m]!, op.k) << 16) >> 16)) | 0;
}
/** UXTAB */
export function uxtab(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.n]! + (rotated(s.r[op.m]!, op.k) & 0xFF)) | 0;
}
/** UXTAH */
export function uxtah(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.n]! + (rotated(s.r[op.m]!, op.k) & 0xFFFF)) | 0;
}
/** SXTAB16, SXTB16 (`op.n` 15) */
export function sxtab16(s: CpuState, _: CpuSystem, op: Op): void {
  const x = rotated(s.r[op.m]!, op.k);
  const a = op.n === 15 ? 0 : s.r[op.n]!;
  const low = a + ((x << 24) >> 24);
  const high = (a >>> 16) + ((x << 8) >> 24);
  s.r[op.d] = (high << 16) | (low & 0xFFFF);
}
/** UXTAB16, UXTB16 (`op.n` 15) */
export function uxtab16(s: CpuState, _: CpuSystem, op: Op): void {
  const x = rotated(s.r[op.m]!, op.k);
  const a = op.n === 15 ? 0 : s.r[op.n]!;
  const low = a + (x & 0xFF);
  const high = (a >>> 16) + ((x >>> 16) & 0xFF);
  s.r[op.d] = (high << 16) | (low & 0xFFFF);
}
