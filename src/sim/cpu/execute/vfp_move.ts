/** Floating-point moves, loads and stores; these know D registers as pairs of S registers. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { load32Aligned, store32Aligned } from "./access.ts";

/** VMOV (immediate): `op.i` the bits */
export function vmovImmediate(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = op.i;
}
/** VMOV (register) */
export function vmov(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.d] = s.s[op.m]!;
}
/** VMOV from core: Sn, or half of Dn, by `op.n` */
export function vmovFromCore(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.n] = s.r[op.t]!;
}
/** VMOV to core */
export function vmovToCore(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.r[op.t] = s.s[op.n]!;
}
/** VMOV, two core registers to two S registers from `op.m` */
export function vmovPairFromCore(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.s[op.m] = s.r[op.t]!;
  s.s[op.m + 1] = s.r[op.e]!;
}
/** VMOV, two S registers to two core registers */
export function vmovPairToCore(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.r[op.t] = s.s[op.m]!;
  s.r[op.e] = s.s[op.m + 1]!;
}
/** VMRS; Rt 15 are the flags of APSR */
export function vmrs(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const x = s.fpscr;
  if (op.t !== 15) {
    s.r[op.t] = x;
    return;
  }
  s.n = x >>> 31;
  s.z = (x >>> 30) & 1;
  s.c = (x >>> 29) & 1;
  s.v = (x >>> 28) & 1;
}
/** the bits of FPSCR that exist. ARM DDI 0403E §A2.5.2 */
const FPSCR_BITS = 0xF7C0_009F;
/** VMSR */
export function vmsr(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  s.fpscr = s.r[op.t]! & FPSCR_BITS;
}

const loaded = new Uint32Array(32);
/** Loads `op.w` words from `at` to S registers from `op.d`, all or none. */
function load(s: CpuState, system: CpuSystem, op: Op, at: number): void {
  for (let i = 0; i < op.w; i++) loaded[i] = load32Aligned(s, system, (at + 4 * i) | 0);
  for (let i = 0; i < op.w; i++) s.s[op.d + i] = loaded[i]!;
}
function store(s: CpuState, system: CpuSystem, op: Op, at: number): void {
  for (let i = 0; i < op.w; i++) store32Aligned(s, system, (at + 4 * i) | 0, s.s[op.d + i]!);
}
/** VLDR */
export function vldr(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  load(s, system, op, (s.r[op.n]! + op.i) | 0);
}
/** VLDR (literal) */
export function vldrLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  load(s, system, op, op.i);
}
/** VSTR */
export function vstr(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  store(s, system, op, (s.r[op.n]! + op.i) | 0);
}
/** VLDM, VPOP: increment after; `op.i` bytes in all */
export function vldm(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const at = s.r[op.n]!;
  load(s, system, op, at);
  if (op.W !== 0) s.r[op.n] = (at + op.i) | 0;
}
/** VLDMDB */
export function vldmdb(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const at = (s.r[op.n]! - op.i) | 0;
  load(s, system, op, at);
  s.r[op.n] = at;
}
/** VSTM: increment after */
export function vstm(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const at = s.r[op.n]!;
  store(s, system, op, at);
  if (op.W !== 0) s.r[op.n] = (at + op.i) | 0;
}
/** VSTMDB, VPUSH */
export function vstmdb(s: CpuState, system: CpuSystem, op: Op): void {
  system.useFpu();
  const at = (s.r[op.n]! - op.i) | 0;
  store(s, system, op, at);
  s.r[op.n] = at;
}
