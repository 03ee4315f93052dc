/** Floating-point data processing, single precision. Operands are numbers of S registers. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import * as f from "./float.ts";
import * as g from "./float_convert.ts";
import { holds } from "./alu.ts";

/** VADD.F32 */
export function vadd(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.add(s, s.s[op.n]!, s.s[op.m]!);
}
/** VSUB.F32 */
export function vsub(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.subtract(s, s.s[op.n]!, s.s[op.m]!);
}
/** VMUL.F32 */
export function vmul(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.multiply(s, s.s[op.n]!, s.s[op.m]!);
}
/** VNMUL.F32 */
export function vnmul(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.negate(f.multiply(s, s.s[op.n]!, s.s[op.m]!));
}
/** VDIV.F32 */
export function vdiv(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.divide(s, s.s[op.n]!, s.s[op.m]!);
}
/** VMLA.F32: the product is rounded before it is added */
export function vmla(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.add(s, s.s[op.d]!, f.multiply(s, s.s[op.n]!, s.s[op.m]!));
}
/** VMLS.F32 */
export function vmls(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.add(s, s.s[op.d]!, f.negate(f.multiply(s, s.s[op.n]!, s.s[op.m]!)));
}
/** VNMLA.F32 */
export function vnmla(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const product = f.negate(f.multiply(s, s.s[op.n]!, s.s[op.m]!));
  s.s[op.d] = f.add(s, f.negate(s.s[op.d]!), product);
}
/** VNMLS.F32 */
export function vnmls(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const product = f.multiply(s, s.s[op.n]!, s.s[op.m]!);
  s.s[op.d] = f.add(s, f.negate(s.s[op.d]!), product);
}
/** VFMA.F32 */
export function vfma(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.fused(s, s.s[op.d]!, s.s[op.n]!, s.s[op.m]!);
}
/** VFMS.F32 */
export function vfms(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.fused(s, s.s[op.d]!, f.negate(s.s[op.n]!), s.s[op.m]!);
}
/** VFNMA.F32 */
export function vfnma(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.fused(s, f.negate(s.s[op.d]!), f.negate(s.s[op.n]!), s.s[op.m]!);
}
/** VFNMS.F32 */
export function vfnms(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.fused(s, f.negate(s.s[op.d]!), s.s[op.n]!, s.s[op.m]!);
}
/** VABS.F32 */
export function vabs(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = s.s[op.m]! & 0x7FFF_FFFF;
}
/** VNEG.F32 */
export function vneg(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.negate(s.s[op.m]!);
}
/** VSQRT.F32 */
export function vsqrt(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = f.squareRoot(s, s.s[op.m]!);
}
/** VCMP.F32, VCMPE.F32 (`op.E` as `op.q`) */
export function vcmp(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  g.compare(s, s.s[op.d]!, s.s[op.m]!, op.q !== 0);
}
/** VCMP.F32, VCMPE.F32 with zero */
export function vcmpZero(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  g.compare(s, s.s[op.d]!, 0, op.q !== 0);
}
/** VSEL.F32: EQ, VS, GE, GT by `op.c` */
export function vsel(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = holds(s, op.c) ? s.s[op.n]! : s.s[op.m]!;
}
/** VMAXNM.F32 */
export function vmaxnm(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.extreme(s, s.s[op.n]!, s.s[op.m]!, true);
}
/** VMINNM.F32 */
export function vminnm(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.extreme(s, s.s[op.n]!, s.s[op.m]!, false);
}
/** VRINTA, VRINTN, VRINTP, VRINTM, VRINTZ: `op.r` the mode */
export function vrint(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.roundToInteger(s, s.s[op.m]!, op.r, false);
}
/** VRINTR: as FPSCR says */
export function vrintr(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.roundToInteger(s, s.s[op.m]!, f.roundingMode(s), false);
}
/** VRINTX: as FPSCR says, and raises Inexact */
export function vrintx(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.roundToInteger(s, s.s[op.m]!, f.roundingMode(s), true);
}
/** VCVT, VCVTA, VCVTN, VCVTP, VCVTM to integer: `op.r` the mode; `op.U` unsigned */
export function vcvtToInteger(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.toFixed(s, s.s[op.m]!, 0, 32, op.U !== 0, op.r);
}
/** VCVTR to integer: as FPSCR says */
export function vcvtrToInteger(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.toFixed(s, s.s[op.m]!, 0, 32, op.U !== 0, f.roundingMode(s));
}
/** VCVT from integer: as FPSCR says */
export function vcvtFromInteger(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const x = s.s[op.m]!;
  s.s[op.d] = g.fromFixed(s, op.U !== 0 ? x : x | 0, 0, f.roundingMode(s));
}
/** VCVT to fixed point: `op.w` bits, `op.k` of them fraction; rounds to zero */
export function vcvtToFixed(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.toFixed(s, s.s[op.d]!, op.k, op.w, op.U !== 0, f.ZERO);
}
/** VCVT from fixed point; rounds to nearest */
export function vcvtFromFixed(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const spare = 32 - op.w;
  const x = s.s[op.d]! << spare;
  s.s[op.d] = g.fromFixed(s, op.U !== 0 ? x >>> spare : x >> spare, op.k, f.NEAREST);
}
/** VCVTB, VCVTT from half precision; `op.T`: top half */
export function vcvtFromHalf(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = g.fromHalf(s, (s.s[op.m]! >>> (op.T << 4)) & 0xFFFF);
}
/** VCVTB, VCVTT to half precision */
export function vcvtToHalf(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const up = op.T << 4;
  const half = g.toHalf(s, s.s[op.m]!);
  s.s[op.d] = (s.s[op.d]! & ~(0xFFFF << up)) | (half << up);
}
