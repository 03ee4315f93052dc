/** LDREX, STREX and their byte and halfword forms; CLREX. `op.w` is the width in bytes. */
import type { CpuState, CpuSystem } from "../state.ts";
import { CpuFault } from "../state.ts";
import type { Op } from "../op.ts";
import { load16, load32Aligned, load8, store16, store32Aligned, store8 } from "./access.ts";

/** Exclusive accesses must be aligned whatever CCR.UNALIGN_TRP says. ARM DDI 0403 §A3.2.1 */
function aligned(at: number, width: number): void {
  if ((at & (width - 1)) !== 0) throw new CpuFault("UNALIGNED", at >>> 0);
}
/** LDREX, LDREXB, LDREXH */
export function loadExclusive(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  aligned(at, op.w);
  const value = (op.w === 4 ? load32Aligned : op.w === 2 ? load16 : load8)(s, system, at);
  system.setExclusive(at >>> 0, op.w as 1 | 2 | 4);
  s.r[op.t] = value;
}
/** STREX, STREXB, STREXH: Rd is 0 when the store happened */
export function storeExclusive(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  aligned(at, op.w);
  if (!system.takeExclusive(at >>> 0, op.w as 1 | 2 | 4)) {
    s.r[op.d] = 1;
    return;
  }
  (op.w === 4 ? store32Aligned : op.w === 2 ? store16 : store8)(s, system, at, s.r[op.t]!);
  s.r[op.d] = 0;
}
/** CLREX */
export function clearExclusive(_: CpuState, system: CpuSystem): void {
  system.clearExclusive();
}
