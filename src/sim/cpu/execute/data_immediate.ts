/** Data processing with an immediate operand: `op.i`; `op.C` is the carry of its rotation, -1 when C stays. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { addFlags, setNZ, subFlags } from "./alu.ts";

/** N and Z of the result, C of the rotated immediate. */
function setNZC(s: CpuState, result: number, carry: number): void {
  setNZ(s, result);
  if (carry >= 0) s.c = carry;
}
/** AND */
export function andImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  const r = a & b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** BIC */
export function bicImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  const r = a & ~b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** ORR */
export function orrImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  const r = a | b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** ORN */
export function ornImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  const r = a | ~b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** EOR */
export function eorImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  const r = a ^ b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** MOV */
export function movImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const r = op.i;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** MVN */
export function mvnImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const r = ~op.i;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r, op.C);
}
/** TST */
export function tstImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const b = op.i;
  setNZC(s, s.r[op.n]! & b, op.C);
}
/** TEQ */
export function teqImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const b = op.i;
  setNZC(s, s.r[op.n]! ^ b, op.C);
}
/** ADD */
export function addImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, b, 0) : (a + b) | 0;
}
/** ADC */
export function adcImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, b, s.c) : (a + b + s.c) | 0;
}
/** SBC */
export function sbcImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, ~b, s.c) : (a + ~b + s.c) | 0;
}
/** SUB */
export function subImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  s.r[op.d] = op.S !== 0 ? subFlags(s, a, b) : (a - b) | 0;
}
/** RSB */
export function rsbImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.i;
  s.r[op.d] = op.S !== 0 ? subFlags(s, b, a) : (b - a) | 0;
}
/** CMP */
export function cmpImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  subFlags(s, s.r[op.n]!, op.i);
}
/** CMN */
export function cmnImmediate(s: CpuState, _: CpuSystem, op: Op): void {
  addFlags(s, s.r[op.n]!, op.i, 0);
}
