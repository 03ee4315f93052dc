/** Data processing with a shifted register: type `op.y`, amount `op.k`. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { addFlags, setNZ, shift, shiftC, subFlags } from "./alu.ts";

/** N and Z of the result, C of the shifter. */
function setNZC(s: CpuState, result: number): void {
  setNZ(s, result);
  s.c = s.shifterCarry;
}
/** AND */
export function andShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c);
  const r = a & b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** BIC */
export function bicShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c);
  const r = a & ~b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** ORR */
export function orrShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c);
  const r = a | b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** ORN */
export function ornShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c);
  const r = a | ~b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** EOR */
export function eorShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c);
  const r = a ^ b;
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** MOV */
export function movShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const r = op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c);
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** MVN */
export function mvnShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const r = ~(op.S !== 0 ? shiftC(s, s.r[op.m]!, op.y, op.k) : shift(s.r[op.m]!, op.y, op.k, s.c));
  s.r[op.d] = r;
  if (op.S !== 0) setNZC(s, r);
}
/** TST */
export function tstShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const b = shiftC(s, s.r[op.m]!, op.y, op.k);
  setNZC(s, s.r[op.n]! & b);
}
/** TEQ */
export function teqShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const b = shiftC(s, s.r[op.m]!, op.y, op.k);
  setNZC(s, s.r[op.n]! ^ b);
}
/** ADD */
export function addShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = shift(s.r[op.m]!, op.y, op.k, s.c);
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, b, 0) : (a + b) | 0;
}
/** ADC */
export function adcShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = shift(s.r[op.m]!, op.y, op.k, s.c);
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, b, s.c) : (a + b + s.c) | 0;
}
/** SBC */
export function sbcShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = shift(s.r[op.m]!, op.y, op.k, s.c);
  s.r[op.d] = op.S !== 0 ? addFlags(s, a, ~b, s.c) : (a + ~b + s.c) | 0;
}
/** SUB */
export function subShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = shift(s.r[op.m]!, op.y, op.k, s.c);
  s.r[op.d] = op.S !== 0 ? subFlags(s, a, b) : (a - b) | 0;
}
/** RSB */
export function rsbShifted(s: CpuState, _: CpuSystem, op: Op): void {
  const a = s.r[op.n]!;
  const b = shift(s.r[op.m]!, op.y, op.k, s.c);
  s.r[op.d] = op.S !== 0 ? subFlags(s, b, a) : (b - a) | 0;
}
/** CMP */
export function cmpShifted(s: CpuState, _: CpuSystem, op: Op): void {
  subFlags(s, s.r[op.n]!, shift(s.r[op.m]!, op.y, op.k, s.c));
}
/** CMN */
export function cmnShifted(s: CpuState, _: CpuSystem, op: Op): void {
  addFlags(s, s.r[op.n]!, shift(s.r[op.m]!, op.y, op.k, s.c), 0);
}
