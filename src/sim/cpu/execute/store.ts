/** Stores of one register. Addresses as in load.ts. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { store16, store32, store8 } from "./access.ts";

/** STR (immediate) */
export function storeWord(s: CpuState, system: CpuSystem, op: Op): void {
  store32(s, system, (s.r[op.n]! + op.i) | 0, s.r[op.t]!);
}
/** STR (register) */
export function storeWordRegister(s: CpuState, system: CpuSystem, op: Op): void {
  store32(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0, s.r[op.t]!);
}
/** STR (immediate), pre-indexed */
export function storeWordPre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  store32(s, system, at, s.r[op.t]!);
  s.r[op.n] = at;
}
/** STR (immediate), post-indexed */
export function storeWordPost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  store32(s, system, at, s.r[op.t]!);
  s.r[op.n] = (at + op.i) | 0;
}
/** STRH (immediate) */
export function storeHalf(s: CpuState, system: CpuSystem, op: Op): void {
  store16(s, system, (s.r[op.n]! + op.i) | 0, s.r[op.t]!);
}
/** STRH (register) */
export function storeHalfRegister(s: CpuState, system: CpuSystem, op: Op): void {
  store16(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0, s.r[op.t]!);
}
/** STRH (immediate), pre-indexed */
export function storeHalfPre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  store16(s, system, at, s.r[op.t]!);
  s.r[op.n] = at;
}
/** STRH (immediate), post-indexed */
export function storeHalfPost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  store16(s, system, at, s.r[op.t]!);
  s.r[op.n] = (at + op.i) | 0;
}
/** STRB (immediate) */
export function storeByte(s: CpuState, system: CpuSystem, op: Op): void {
  store8(s, system, (s.r[op.n]! + op.i) | 0, s.r[op.t]!);
}
/** STRB (register) */
export function storeByteRegister(s: CpuState, system: CpuSystem, op: Op): void {
  store8(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0, s.r[op.t]!);
}
/** STRB (immediate), pre-indexed */
export function storeBytePre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  store8(s, system, at, s.r[op.t]!);
  s.r[op.n] = at;
}
/** STRB (immediate), post-indexed */
export function storeBytePost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  store8(s, system, at, s.r[op.t]!);
  s.r[op.n] = (at + op.i) | 0;
}

/** STRT and its kind: `op.w` bytes. */
export function storeUnprivileged(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = s.r[op.t]!;
  if (system.storeUnprivileged === undefined) {
    (op.w === 4 ? store32 : op.w === 2 ? store16 : store8)(s, system, at, value);
    return;
  }
  const mask = op.w === 4 ? -1 : (1 << (8 * op.w)) - 1;
  system.storeUnprivileged(at >>> 0, op.w as 1 | 2 | 4, (value & mask) >>> 0);
  s.mem.wrote(at, op.w);
}
