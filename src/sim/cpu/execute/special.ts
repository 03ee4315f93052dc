/** What speaks with the system: special registers, hints, exceptions, barriers, IT; and what is not there. */
import type { CpuState, CpuSystem } from "../state.ts";
import { CpuFault } from "../state.ts";
import type { Op } from "../op.ts";

/** NOP, barriers, PLD, unallocated hints: nothing to do in a core without caches or write buffers. */
export function nothing(_s: CpuState, _system: CpuSystem, _op: Op): void {}

/** IT: base condition and mask */
export function ifThen(s: CpuState, _: CpuSystem, op: Op): void {
  s.it = (op.c << 4) | op.l;
}
/** SVC */
export function supervisorCall(_: CpuState, system: CpuSystem, op: Op): void {
  system.supervisorCall(op.i);
}
/** BKPT: the PC stays unless the system moves it. */
export function breakpoint(s: CpuState, system: CpuSystem, op: Op): void {
  system.breakpoint(op.i);
  s.next = s.r[15]!;
}
/** WFI */
export function waitForInterrupt(_: CpuState, system: CpuSystem): void {
  system.waitForInterrupt();
}
/** WFE */
export function waitForEvent(_: CpuState, system: CpuSystem): void {
  system.waitForEvent();
}
/** SEV */
export function sendEvent(_: CpuState, system: CpuSystem): void {
  system.sendEvent();
}
/** CPSIE, CPSID */
export function changeProcessorState(_: CpuState, system: CpuSystem, op: Op): void {
  system.changeProcessorState(op.o === 1, op.I === 1, op.F === 1);
}
/** MRS */
export function readSpecial(s: CpuState, system: CpuSystem, op: Op): void {
  s.r[op.d] = system.readSpecial(op.i) | 0;
}
/** MSR */
export function writeSpecial(s: CpuState, system: CpuSystem, op: Op): void {
  system.writeSpecial(op.i, op.b, s.r[op.n]! >>> 0);
}
/** UDF */
export function permanentlyUndefined(_s: CpuState, _system: CpuSystem, _op: Op): void {
  throw new CpuFault("UNDEFINSTR");
}
/** An instruction of a coprocessor that this core does not have. ARM DDI 0403 §A5.3.18 */
export function noCoprocessor(_s: CpuState, _system: CpuSystem, _op: Op): void {
  throw new CpuFault("NOCP");
}
/** A floating-point encoding that is none, or wants double precision, which the FPU of the F746 lacks. */
export function undefinedFloat(_s: CpuState, system: CpuSystem, _op: Op): void {
  system.useFpu();
  throw new CpuFault("UNDEFINSTR");
}
