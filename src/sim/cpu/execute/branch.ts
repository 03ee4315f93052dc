/** Branches. `op.i` is the target of the direct ones. A taken branch costs one cycle more. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { branchOrReturn, branchTo, holds } from "./alu.ts";
import { load16, load8 } from "./access.ts";

/** B */
export function branch(s: CpuState, _: CpuSystem, op: Op): void {
  s.next = op.i;
  s.spent += 1;
}
/** B<c> */
export function branchIf(s: CpuState, _: CpuSystem, op: Op): void {
  if (holds(s, op.c)) {
    s.next = op.i;
    s.spent += 1;
  }
}
/** BL */
export function branchLink(s: CpuState, _: CpuSystem, op: Op): void {
  s.r[14] = op.after | 1;
  s.next = op.i;
  s.spent += 1;
}
/** BX */
export function branchExchange(s: CpuState, system: CpuSystem, op: Op): void {
  branchOrReturn(s, system, op.m === 15 ? op.at + 4 : s.r[op.m]!);
}
/** BLX (register) */
export function branchLinkExchange(s: CpuState, _: CpuSystem, op: Op): void {
  const target = s.r[op.m]!;
  s.r[14] = op.after | 1;
  branchTo(s, target);
}
/** CBZ */
export function branchZero(s: CpuState, _: CpuSystem, op: Op): void {
  if (s.r[op.n]! === 0) {
    s.next = op.i;
    s.spent += 1;
  }
}
/** CBNZ */
export function branchNonZero(s: CpuState, _: CpuSystem, op: Op): void {
  if (s.r[op.n]! !== 0) {
    s.next = op.i;
    s.spent += 1;
  }
}
const tableBase = (s: CpuState, op: Op): number => op.n === 15 ? op.after : s.r[op.n]!;
/** TBB */
export function tableBranchByte(s: CpuState, system: CpuSystem, op: Op): void {
  const offset = load8(s, system, (tableBase(s, op) + s.r[op.m]!) | 0);
  s.next = (op.after + 2 * offset) | 0;
  s.spent += 1;
}
/** TBH */
export function tableBranchHalf(s: CpuState, system: CpuSystem, op: Op): void {
  const offset = load16(s, system, (tableBase(s, op) + (s.r[op.m]! << 1)) | 0);
  s.next = (op.after + 2 * offset) | 0;
  s.spent += 1;
}
