/** Saturating arithmetic; Q is set when a result had to be clamped. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";

const LOWEST = -0x8000_0000;
const HIGHEST = 0x7FFF_FFFF;

/** `x` within -2^(bits-1) … 2^(bits-1)-1 */
function signedSat(s: CpuState, x: number, bits: number): number {
  const high = 2 ** (bits - 1) - 1;
  const low = -high - 1;
  if (x >= low && x <= high) return x;
  s.q = 1;
  return x < low ? low : high;
}
/** `x` within 0 … 2^bits-1 */
function unsignedSat(s: CpuState, x: number, bits: number): number {
  const high = 2 ** bits - 1;
  if (x >= 0 && x <= high) return x;
  s.q = 1;
  return x < 0 ? 0 : high;
}
const shifted = (s: CpuState, op: Op): number => {
  const x = s.r[op.n]!;
  return op.y !== 0 ? x >> op.k : x << op.k;
};
/** SSAT: to `op.w` + 1 bits; `op.y`: ASR instead of LSL */
export function ssat(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = signedSat(s, shifted(s, op), op.w + 1);
}
/** USAT: to `op.w` bits */
export function usat(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = unsignedSat(s, shifted(s, op), op.w);
}
/** SSAT16 */
export function ssat16(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.n]!;
  const low = signedSat(s, (x << 16) >> 16, op.w + 1);
  const high = signedSat(s, x >> 16, op.w + 1);
  s.r[op.d] = (high << 16) | (low & 0xFFFF);
}
/** USAT16 */
export function usat16(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.n]!;
  const low = unsignedSat(s, (x << 16) >> 16, op.w);
  const high = unsignedSat(s, x >> 16, op.w);
  s.r[op.d] = (high << 16) | low;
}

function word(s: CpuState, x: number): number {
  if (x >= LOWEST && x <= HIGHEST) return x;
  s.q = 1;
  return x < 0 ? LOWEST : HIGHEST;
}
/** QADD */
export function qadd(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = word(s, s.r[op.m]! + s.r[op.n]!);
}
/** QSUB */
export function qsub(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = word(s, s.r[op.m]! - s.r[op.n]!);
}
/** QDADD */
export function qdadd(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = word(s, s.r[op.m]! + word(s, 2 * s.r[op.n]!));
}
/** QDSUB */
export function qdsub(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = word(s, s.r[op.m]! - word(s, 2 * s.r[op.n]!));
}
