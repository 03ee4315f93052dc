/** Loads of one register. Addresses: `op.i` is an offset, or the address itself for literals; `op.k` shifts Rm. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { branchOrReturn } from "./alu.ts";
import { load16, load32, load8 } from "./access.ts";

/** LDR (immediate) */
export function loadWord(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load32(s, system, (s.r[op.n]! + op.i) | 0);
}
/** LDR (literal) */
export function loadWordLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load32(s, system, op.i);
}
/** LDR (register) */
export function loadWordRegister(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load32(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0);
}
/** LDR (immediate), pre-indexed */
export function loadWordPre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = load32(s, system, at);
  s.r[op.n] = at;
  s.r[op.t] = value;
}
/** LDR (immediate), post-indexed */
export function loadWordPost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const value = load32(s, system, at);
  s.r[op.n] = (at + op.i) | 0;
  s.r[op.t] = value;
}
/** LDRH (immediate) */
export function loadHalf(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load16(s, system, (s.r[op.n]! + op.i) | 0);
}
/** LDRH (literal) */
export function loadHalfLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load16(s, system, op.i);
}
/** LDRH (register) */
export function loadHalfRegister(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load16(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0);
}
/** LDRH (immediate), pre-indexed */
export function loadHalfPre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = load16(s, system, at);
  s.r[op.n] = at;
  s.r[op.t] = value;
}
/** LDRH (immediate), post-indexed */
export function loadHalfPost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const value = load16(s, system, at);
  s.r[op.n] = (at + op.i) | 0;
  s.r[op.t] = value;
}
/** LDRB (immediate) */
export function loadByte(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load8(s, system, (s.r[op.n]! + op.i) | 0);
}
/** LDRB (literal) */
export function loadByteLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load8(s, system, op.i);
}
/** LDRB (register) */
export function loadByteRegister(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = load8(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0);
}
/** LDRB (immediate), pre-indexed */
export function loadBytePre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = load8(s, system, at);
  s.r[op.n] = at;
  s.r[op.t] = value;
}
/** LDRB (immediate), post-indexed */
export function loadBytePost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const value = load8(s, system, at);
  s.r[op.n] = (at + op.i) | 0;
  s.r[op.t] = value;
}
/** LDRSH (immediate) */
export function loadSignedHalf(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = (load16(s, system, (s.r[op.n]! + op.i) | 0) << 16) >> 16;
}
/** LDRSH (literal) */
export function loadSignedHalfLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = (load16(s, system, op.i) << 16) >> 16;
}
/** LDRSH (register) */
export function loadSignedHalfRegister(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = (load16(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0) << 16) >> 16;
}
/** LDRSH (immediate), pre-indexed */
export function loadSignedHalfPre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = (load16(s, system, at) << 16) >> 16;
  s.r[op.n] = at;
  s.r[op.t] = value;
}
/** LDRSH (immediate), post-indexed */
export function loadSignedHalfPost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const value = (load16(s, system, at) << 16) >> 16;
  s.r[op.n] = (at + op.i) | 0;
  s.r[op.t] = value;
}
/** LDRSB (immediate) */
export function loadSignedByte(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = (load8(s, system, (s.r[op.n]! + op.i) | 0) << 24) >> 24;
}
/** LDRSB (literal) */
export function loadSignedByteLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = (load8(s, system, op.i) << 24) >> 24;
}
/** LDRSB (register) */
export function loadSignedByteRegister(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.t] = (load8(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0) << 24) >> 24;
}
/** LDRSB (immediate), pre-indexed */
export function loadSignedBytePre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = (load8(s, system, at) << 24) >> 24;
  s.r[op.n] = at;
  s.r[op.t] = value;
}
/** LDRSB (immediate), post-indexed */
export function loadSignedBytePost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const value = (load8(s, system, at) << 24) >> 24;
  s.r[op.n] = (at + op.i) | 0;
  s.r[op.t] = value;
}

/** LDR (immediate) into PC */
export function loadPc(s: CpuState, system: CpuSystem, op: Op): void {
  branchOrReturn(s, system, load32(s, system, (s.r[op.n]! + op.i) | 0));
}
/** LDR (literal) into PC */
export function loadPcLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  branchOrReturn(s, system, load32(s, system, op.i));
}
/** LDR (register) into PC */
export function loadPcRegister(s: CpuState, system: CpuSystem, op: Op): void {
  branchOrReturn(s, system, load32(s, system, (s.r[op.n]! + (s.r[op.m]! << op.k)) | 0));
}
/** LDR (immediate) into PC, pre-indexed */
export function loadPcPre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const value = load32(s, system, at);
  s.r[op.n] = op.n === 13 ? at & ~3 : at;
  branchOrReturn(s, system, value);
}
/** LDR (immediate) into PC, post-indexed */
export function loadPcPost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const value = load32(s, system, at);
  s.r[op.n] = op.n === 13 ? (at + op.i) & ~3 : (at + op.i) | 0;
  branchOrReturn(s, system, value);
}

/** LDRT and its kind: `op.w` bytes, sign-extended when `op.S`. */
export function loadUnprivileged(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  let value: number;
  if (system.loadUnprivileged !== undefined) {
    value = system.loadUnprivileged(at >>> 0, op.w as 1 | 2 | 4) | 0;
    s.mem.settle();
  } else value = (op.w === 4 ? load32 : op.w === 2 ? load16 : load8)(s, system, at);
  const spare = 32 - 8 * op.w;
  s.r[op.t] = op.S !== 0 ? (value << spare) >> spare : value;
}
