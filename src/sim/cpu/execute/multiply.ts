/** Multiply, multiply-accumulate, divide. Long results: `op.a` is the low register, `op.d` the high one. */
import type { CpuState, CpuSystem } from "../state.ts";
import { CpuFault } from "../state.ts";
import type { Op } from "../op.ts";
import { setNZ } from "./alu.ts";

/** MUL */
export function mul(s: CpuState, _: CpuSystem, op: Op): void {
  const r = Math.imul(s.r[op.n]!, s.r[op.m]!);
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** MLA */
export function mla(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.a]! + Math.imul(s.r[op.n]!, s.r[op.m]!)) | 0;
}
/** MLS */
export function mls(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.a]! - Math.imul(s.r[op.n]!, s.r[op.m]!)) | 0;
}

/** Bits 63:32 of the unsigned product. */
export function highUnsigned(a: number, b: number): number {
  const al = a & 0xFFFF;
  const ah = a >>> 16;
  const bl = b & 0xFFFF;
  const bh = b >>> 16;
  const low = al * bl;
  const m1 = ah * bl + (low >>> 16);
  const m2 = al * bh + (m1 & 0xFFFF);
  // m1 needs 33 bits at most; the division keeps it exact
  return (ah * bh + Math.floor(m1 / 0x1_0000) + Math.floor(m2 / 0x1_0000)) | 0;
}
/** Bits 63:32 of the signed product. */
export function highSigned(a: number, b: number): number {
  let h = highUnsigned(a, b);
  if (a < 0) h -= b;
  if (b < 0) h -= a;
  return h | 0;
}
/** Puts a 64-bit number in the two result registers. */
function put(s: CpuState, op: Op, low: number, high: number): void {
  s.r[op.a] = low;
  s.r[op.d] = high;
}
/** Adds a 64-bit number to the two result registers. */
function accumulate(s: CpuState, op: Op, low: number, high: number): void {
  const sum = (s.r[op.a]! >>> 0) + (low >>> 0);
  const carry = sum > 0xFFFF_FFFF ? 1 : 0;
  put(s, op, sum | 0, (s.r[op.d]! + high + carry) | 0);
}

/** UMULL */
export function umull(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  put(s, op, Math.imul(a, b), highUnsigned(a, b));
}
/** SMULL */
export function smull(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  put(s, op, Math.imul(a, b), highSigned(a, b));
}
/** UMLAL */
export function umlal(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  accumulate(s, op, Math.imul(a, b), highUnsigned(a, b));
}
/** SMLAL */
export function smlal(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  accumulate(s, op, Math.imul(a, b), highSigned(a, b));
}
/** UMAAL: n × m + low + high, which fits in 64 bits */
export function umaal(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  const sum = (Math.imul(a, b) >>> 0) + (s.r[op.a]! >>> 0) + (s.r[op.d]! >>> 0);
  put(s, op, sum | 0, (highUnsigned(a, b) + Math.floor(sum / 0x1_0000_0000)) | 0);
}
/** Adds the exact sum of one or two 32-bit products, given as a number, to the two result registers. */
function accumulateNumber(s: CpuState, op: Op, x: number): void {
  accumulate(s, op, x | 0, Math.floor(x / 0x1_0000_0000));
}

const bottom = (x: number): number => (x << 16) >> 16;
const top = (x: number): number => x >> 16;
const half = (x: number, t: number): number => t !== 0 ? x >> 16 : (x << 16) >> 16;

/** SMLAL<x><y> */
export function smlalxy(s: CpuState, _: CpuSystem, op: Op): void {
  accumulateNumber(s, op, half(s.r[op.n]!, op.x) * half(s.r[op.m]!, op.z));
}
/** SMLALD{X} */
export function smlald(s: CpuState, _: CpuSystem, op: Op): void {
  const n = s.r[op.n]!;
  const m = op.x !== 0 ? swapHalves(s.r[op.m]!) : s.r[op.m]!;
  accumulateNumber(s, op, bottom(n) * bottom(m) + top(n) * top(m));
}
/** SMLSLD{X} */
export function smlsld(s: CpuState, _: CpuSystem, op: Op): void {
  const n = s.r[op.n]!;
  const m = op.x !== 0 ? swapHalves(s.r[op.m]!) : s.r[op.m]!;
  accumulateNumber(s, op, bottom(n) * bottom(m) - top(n) * top(m));
}
const swapHalves = (x: number): number => (x << 16) | (x >>> 16);

/** The exact number `x` as a 32-bit result; Q when it does not fit. */
function overflowing(s: CpuState, x: number): number {
  const r = x | 0;
  if (r !== x) s.q = 1;
  return r;
}

/** SMLA<x><y>; SMUL<x><y> has no accumulator (`op.a` 15) and cannot overflow */
export function smlaxy(s: CpuState, _: CpuSystem, op: Op): void {
  const product = half(s.r[op.n]!, op.x) * half(s.r[op.m]!, op.z);
  s.r[op.d] = op.a === 15 ? product : overflowing(s, product + s.r[op.a]!);
}
/** SMLAW<y>, SMULW<y>: bits 47:16 of a 48-bit product */
export function smlawy(s: CpuState, _: CpuSystem, op: Op): void {
  const product = Math.floor((s.r[op.n]! * half(s.r[op.m]!, op.z)) / 0x1_0000);
  s.r[op.d] = op.a === 15 ? product : overflowing(s, product + s.r[op.a]!);
}
/** SMLAD{X}, SMUAD{X} */
export function smlad(s: CpuState, _: CpuSystem, op: Op): void {
  const n = s.r[op.n]!;
  const m = op.x !== 0 ? swapHalves(s.r[op.m]!) : s.r[op.m]!;
  const sum = bottom(n) * bottom(m) + top(n) * top(m);
  s.r[op.d] = overflowing(s, op.a === 15 ? sum : sum + s.r[op.a]!);
}
/** SMLSD{X}, SMUSD{X} */
export function smlsd(s: CpuState, _: CpuSystem, op: Op): void {
  const n = s.r[op.n]!;
  const m = op.x !== 0 ? swapHalves(s.r[op.m]!) : s.r[op.m]!;
  const difference = bottom(n) * bottom(m) - top(n) * top(m);
  s.r[op.d] = overflowing(s, op.a === 15 ? difference : difference + s.r[op.a]!);
}
/** SMMLA{R}, SMMUL{R}: the high word of accumulator:0 + product, rounded when `op.r` */
export function smmla(s: CpuState, _: CpuSystem, op: Op): void {
  const n = s.r[op.n]!;
  const m = s.r[op.m]!;
  const high = highSigned(n, m) + (op.r !== 0 ? Math.imul(n, m) >>> 31 : 0);
  s.r[op.d] = (op.a === 15 ? high : s.r[op.a]! + high) | 0;
}
/** SMMLS{R} */
export function smmls(s: CpuState, _: CpuSystem, op: Op): void {
  const n = s.r[op.n]!;
  const m = s.r[op.m]!;
  // accumulator:0 - product: the low word borrows unless it is zero
  const low = -Math.imul(n, m) | 0;
  const high = (s.r[op.a]! - highSigned(n, m) - (low !== 0 ? 1 : 0)) | 0;
  s.r[op.d] = op.r !== 0 ? (high + (low >>> 31)) | 0 : high;
}

/** SDIV: rounds to zero; 0x8000_0000 / -1 gives 0x8000_0000 */
export function sdiv(s: CpuState, system: CpuSystem, op: Op): void {
  const by = s.r[op.m]!;
  if (by === 0) divideByZero(s, system, op);
  else s.r[op.d] = (s.r[op.n]! / by) | 0;
}
/** UDIV */
export function udiv(s: CpuState, system: CpuSystem, op: Op): void {
  const by = s.r[op.m]! >>> 0;
  if (by === 0) divideByZero(s, system, op);
  else s.r[op.d] = ((s.r[op.n]! >>> 0) / by) | 0;
}
function divideByZero(s: CpuState, system: CpuSystem, op: Op): void {
  if (system.trapDivideByZero) throw new CpuFault("DIVBYZERO");
  s.r[op.d] = 0;
}
