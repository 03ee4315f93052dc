/** Data processing with two registers, unshifted. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { addFlags, setNZ, subFlags } from "./alu.ts";

/** AND */
export function andRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  const r = a & b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** BIC */
export function bicRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  const r = a & ~b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** ORR */
export function orrRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  const r = a | b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** ORN */
export function ornRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  const r = a | ~b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** EOR */
export function eorRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  const r = a ^ b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** MOV */
export function movRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const r = s.r[op.m]!;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** MVN */
export function mvnRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const r = ~s.r[op.m]!;
  s.r[op.d] = r;
  if (op.S !== 0) setNZ(s, r);
}
/** TST */
export function tstRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const b = s.r[op.m]!;
  setNZ(s, s.r[op.n]! & b);
}
/** TEQ */
export function teqRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const b = s.r[op.m]!;
  setNZ(s, s.r[op.n]! ^ b);
}
/** ADD */
export function addRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, b, 0) : (a + b) | 0;
}
/** ADC */
export function adcRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, b, s.c) : (a + b + s.c) | 0;
}
/** SBC */
export function sbcRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, ~b, s.c) : (a + ~b + s.c) | 0;
}
/** SUB */
export function subRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  s.r[op.d] = op.S !== 0 ? subFlags(s, a, b) : (a - b) | 0;
}
/** RSB */
export function rsbRegister(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = s.r[op.m]!;
  s.r[op.d] = op.S !== 0 ? subFlags(s, b, a) : (b - a) | 0;
}
/** CMP */
export function cmpRegister(s: CpuState, _: CpuSystem, op: Op): void {
  subFlags(s, s.r[op.n]!, s.r[op.m]!);
}
/** CMN */
export function cmnRegister(s: CpuState, _: CpuSystem, op: Op): void {
  addFlags(s, s.r[op.n]!, s.r[op.m]!, 0);
}
