/** Shifts by a register, plain moves that involve PC or SP, ADR, MOVT. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { addFlags, branchTo, setNZ, subFlags } from "./alu.ts";

/** LSL (register): by the low byte of Rm. */
export function lslRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.n]!;
  const by = s.r[op.m]! & 255;
  const r = by < 32 ? x << by : 0;
  if (op.S !== 0) {
    if (by !== 0) s.c = by <= 32 ? (x >>> (32 - by)) & 1 : 0;
    setNZ(s, r);
  }
  s.r[op.d] = r;
}
/** LSR (register) */
export function lsrRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.n]!;
  const by = s.r[op.m]! & 255;
  const r = by < 32 ? (x >>> by) | 0 : 0;
  if (op.S !== 0) {
    if (by !== 0) s.c = by <= 32 ? (x >>> (by - 1)) & 1 : 0;
    setNZ(s, r);
  }
  s.r[op.d] = r;
}
/** ASR (register) */
export function asrRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.n]!;
  const by = s.r[op.m]! & 255;
  const r = x >> (by < 32 ? by : 31);
  if (op.S !== 0) {
    if (by !== 0) s.c = (by <= 32 ? x >>> (by - 1) : x >>> 31) & 1;
    setNZ(s, r);
  }
  s.r[op.d] = r;
}
/** ROR (register) */
export function rorRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.n]!;
  const by = s.r[op.m]! & 255;
  const r = (x >>> (by & 31)) | (x << (32 - (by & 31)));
  if (op.S !== 0) {
    if (by !== 0) s.c = r >>> 31;
    setNZ(s, r);
  }
  s.r[op.d] = r;
}

/** A register as an operand; PC reads as the instruction's address + 4. */
const read = (s: CpuState, op: Op, n: number): number => n === 15 ? (op.at + 4) | 0 : s.r[n]!;

/** ADD (register) T2, any registers: a result for SP loses bits 1:0, one for PC branches. */
export function addHigh(s: CpuState, _: CpuSystem, op: Op): void {
  const r = (read(s, op, op.d) + read(s, op, op.m)) | 0;
  if (op.d === 15) branchTo(s, r | 1);
  else s.r[op.d] = op.d === 13 ? r & ~3 : r;
}
/** MOV (register) T1 with SP or PC. */
export function movHigh(s: CpuState, _: CpuSystem, op: Op): void {
  const r = read(s, op, op.m);
  if (op.d === 15) branchTo(s, r | 1);
  else s.r[op.d] = op.d === 13 ? r & ~3 : r;
}

/** Whatever the row does, then SP's bits 1:0 are cleared. ARM DDI 0403 §B1.4.7, R[13] */
export function thenAlignSp(s: CpuState, system: CpuSystem, op: Op): void {
  op.inner(s, system, op);
  s.r[13] = s.r[13]! & ~3;
}

/** ADR: `op.i` is the address. */
export function adr(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = op.i;
}
/** MOVT */
export function movt(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.d]! & 0xFFFF) | (op.i << 16);
}

/** CLZ */
export function clz(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = Math.clz32(s.r[op.m]!);
}
/** RBIT */
export function rbit(s: CpuState, _: CpuSystem, op: Op): void {
  let x = s.r[op.m]!;
  x = ((x >>> 1) & 0x5555_5555) | ((x & 0x5555_5555) << 1);
  x = ((x >>> 2) & 0x3333_3333) | ((x & 0x3333_3333) << 2);
  x = ((x >>> 4) & 0x0F0F_0F0F) | ((x & 0x0F0F_0F0F) << 4);
  s.r[op.d] = swapBytes(x);
}
const swapBytes = (x: number): number =>
  (x << 24) | ((x & 0xFF00) << 8) | ((x >>> 8) & 0xFF00) | (x >>> 24);
/** REV */
export function rev(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = swapBytes(s.r[op.m]!);
}
/** REV16 */
export function rev16(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.m]!;
  s.r[op.d] = ((x & 0x00FF_00FF) << 8) | ((x >>> 8) & 0x00FF_00FF);
}
/** REVSH */
export function revsh(s: CpuState, _: CpuSystem, op: Op): void {
  const x = s.r[op.m]!;
  s.r[op.d] = ((x << 24) >> 16) | ((x >>> 8) & 0xFF);
}
/** SXTB, SXTH, UXTB, UXTH with rotation `op.k` (0, 8, 16, 24) */
export function sxtb(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (rotated(s.r[op.m]!, op.k) << 24) >> 24;
}
/** SXTH */
export function sxth(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (rotated(s.r[op.m]!, op.k) << 16) >> 16;
}
/** UXTB */
export function uxtb(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = rotated(s.r[op.m]!, op.k) & 0xFF;
}
/** UXTH */
export function uxth(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = rotated(s.r[op.m]!, op.k) & 0xFFFF;
}
/** `x` rotated right by 0, 8, 16 or 24. */
export const rotated = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

/** BFI: `op.k` lowest bit, `op.w` highest; BFC has no source (`op.n` 15). */
export function bfi(s: CpuState, _: CpuSystem, op: Op): void {
  const source = op.n === 15 ? 0 : s.r[op.n]!;
  s.r[op.d] = (s.r[op.d]! & ~op.i) | ((source << op.k) & op.i);
}
/** SBFX: `op.k` lowest bit, `op.w` width - 1 */
export function sbfx(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = (s.r[op.n]! << (31 - op.w - op.k)) >> (31 - op.w);
}
/** UBFX */
export function ubfx(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[op.d] = ((s.r[op.n]! << (31 - op.w - op.k)) >>> (31 - op.w)) | 0;
}

/** SUB (SP minus immediate), ADD (SP plus immediate) that set flags and may write SP. */
export function addSpImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const r = op.S !== 0 ? addFlags(s, s.r[13]!, op.i, 0) : (s.r[13]! + op.i) | 0;
  s.r[op.d] = op.d === 13 ? r & ~3 : r;
}
/** SUB (SP minus immediate) */
export function subSpImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const r = op.S !== 0 ? subFlags(s, s.r[13]!, op.i) : (s.r[13]! - op.i) | 0;
  s.r[op.d] = op.d === 13 ? r & ~3 : r;
}
