/** Frames on the stack, and the lazy saving of floating-point registers. ARM DDI 0403 §B1.5.6 – §B1.5.8 */
import { BusError } from "../../contracts.ts";
import { CpuFault } from "../state.ts";
import type { System } from "./system.ts";
import { BUS_FAULT, DEBUG_MONITOR, MEM_MANAGE } from "./exceptions.ts";
import { FPCA, NPRIV, usesPsp, xpsr } from "./registers.ts";

const BASIC = 0x20;
const EXTENDED = 0x68;
const FP_WORDS = 17; // S0 … S15, FPSCR
const ALIGNED = 1 << 9; // of the stacked xPSR

/** Which kinds of error a series of stack accesses met. */
interface Trouble {
  mpu: boolean;
  bus: boolean;
}

/** One access of a series; after the first error the others are not tried. */
function tried(trouble: Trouble, access: () => void): void {
  if (trouble.mpu || trouble.bus) return;
  try {
    access();
  } catch (error) {
    if (error instanceof BusError) trouble.bus = true;
    else if (error instanceof CpuFault) trouble.mpu = true;
    else throw error;
  }
}

function storeWord(sys: System, at: number, value: number, privileged: boolean): void {
  if ((at & 3) !== 0) throw new BusError(at, "stack pointer not aligned");
  sys.path.write(at >>> 0, 4, value >>> 0, privileged);
  sys.state.mem.wrote(at, 4);
}

/** PushStack(). Gives the EXC_RETURN value; errors are pended as derived exceptions. `psr` when not the state's. */
export function pushFrame(sys: System, psr = xpsr(sys.state)): number {
  const s = sys.state;
  const r = s.r;
  const thread = s.ipsr === 0;
  const privileged = sys.path.privileged;
  const floating = (s.control & FPCA) !== 0;
  const sp = r[13]! >>> 0;
  // CCR.STKALIGN is fixed to 1 on the Cortex-M7. PM0253 §4.3.7
  const frame = ((sp - (floating ? EXTENDED : BASIC)) & ~4) >>> 0;
  const words = [
    r[0]!,
    r[1]!,
    r[2]!,
    r[3]!,
    r[12]!,
    r[14]!,
    r[15]!,
    (psr & ~ALIGNED) | ((sp & 4) !== 0 ? ALIGNED : 0),
  ];
  const trouble: Trouble = { mpu: false, bus: false };
  words.forEach((w, i) => tried(trouble, () => storeWord(sys, frame + 4 * i, w, privileged)));
  const floatsNow = floating && !sys.fp.lazyEnabled;
  const denied = floatsNow && !sys.fp.allowed(privileged);
  if (floatsNow && !denied) tried(trouble, () => storeFloats(sys, frame + BASIC, privileged));
  const exceptionReturn = (0xFFFF_FFF1 | (thread ? 8 : 0) | (usesPsp(s) ? 4 : 0)) >>> 0;
  if (floating && sys.fp.lazyEnabled) reserveFloats(sys, frame + BASIC);
  r[13] = frame;
  if (trouble.mpu) sys.faults.raise("MSTKERR");
  if (trouble.bus) sys.faults.raise("STKERR");
  if (denied) sys.faults.raise("NOCP");
  return floating ? (exceptionReturn & ~0x10) >>> 0 : exceptionReturn;
}

function reserveFloats(sys: System, at: number): void {
  const x = sys.exceptions;
  const now = x.executionPriority();
  const ready = (n: number) => x.enabled[n] !== 0 && x.preempts(n, now);
  sys.fp.reserve(at, {
    unprivileged: !sys.path.privileged,
    thread: sys.state.ipsr === 0,
    hardFault: now > -1,
    memManage: ready(MEM_MANAGE),
    busFault: ready(BUS_FAULT),
    monitor: sys.debug.monitorEnabled && ready(DEBUG_MONITOR),
  });
}

function storeFloats(sys: System, at: number, privileged: boolean): void {
  for (let i = 0; i < FP_WORDS; i++) {
    storeWord(sys, at + 4 * i, i < 16 ? sys.state.s[i]! : sys.state.fpscr, privileged);
  }
}

/** Thrown out of an instruction whose fault is raised already: it has not happened. */
export class Abandoned {}

/** PreserveFPState(): saves what waits to be saved. Throws Abandoned when a fault is to be taken first. */
export function saveLazily(sys: System): void {
  const fp = sys.fp;
  const trouble: Trouble = { mpu: false, bus: false };
  tried(trouble, () => {
    for (let i = 0; i < FP_WORDS; i++) {
      const value = i < 16 ? sys.state.s[i]! : sys.state.fpscr;
      storeWord(sys, fp.fpcar + 4 * i, value, fp.savedPrivileged);
    }
  });
  if (trouble.mpu) sys.faults.raiseLazy("MLSPERR", fp.memManageReady, fp.hardFaultReady);
  if (trouble.bus) sys.faults.raiseLazy("LSPERR", fp.busFaultReady, fp.hardFaultReady);
  if ((trouble.mpu || trouble.bus) && (sys.lockedUp || sys.nextException() !== 0)) {
    throw new Abandoned();
  }
  fp.lazyActive = false;
}

/** A frame as it was read back. */
export interface Frame {
  /** r0 – r3, r12, lr, pc, xPSR */
  readonly words: Uint32Array;
  /** S0 – S15 and FPSCR, when they were on the stack */
  readonly floats: Uint32Array | undefined;
  /** the stack pointer after it */
  readonly end: number;
}

/** PopStack(), without touching registers. Errors are raised; then there is no frame. */
export function readFrame(sys: System, exceptionReturn: number, sp: number): Frame | undefined {
  const thread = (exceptionReturn & 8) !== 0;
  const privileged = !thread || (sys.state.control & NPRIV) === 0;
  const floating = (exceptionReturn & 0x10) === 0;
  const trouble: Trouble = { mpu: false, bus: false };
  const words = new Uint32Array(8);
  const read = (at: number) => {
    if ((at & 3) !== 0) throw new BusError(at, "stack pointer not aligned");
    return sys.path.read(at >>> 0, 4, privileged);
  };
  for (let i = 0; i < 8; i++) tried(trouble, () => words[i] = read(sp + 4 * i));
  let floats: Uint32Array | undefined;
  if (floating && !sys.fp.lazyActive) {
    if (!sys.fp.allowed(privileged)) {
      sys.faults.raise("NOCP");
      return undefined;
    }
    const wanted = floats = new Uint32Array(FP_WORDS);
    for (let i = 0; i < FP_WORDS; i++) {
      tried(trouble, () => wanted[i] = read(sp + BASIC + 4 * i));
    }
  }
  if (trouble.mpu) sys.faults.raise("MUNSTKERR");
  if (trouble.bus) sys.faults.raise("UNSTKERR");
  if (trouble.mpu || trouble.bus) return undefined;
  const size = floating ? EXTENDED : BASIC;
  const end = ((sp + size) | ((words[7]! & ALIGNED) !== 0 ? 4 : 0)) >>> 0;
  return { words, floats, end };
}
