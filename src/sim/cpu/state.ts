/**
 * What instructions work on (`CpuState`) and what they ask of the system around them (`CpuSystem`).
 * The instruction set (`encodings.ts`, `decode.ts`, `execute/`) knows nothing else; exceptions, NVIC,
 * MPU and debug (`system/`, `core.ts`) know nothing of single instructions.
 */

import { FastMemory } from "./fast_memory.ts";

/** Registers and flags. Fields are plain for speed. */
export class CpuState {
  /** r0 … r12, SP of the current mode, LR, and in r[15] the address of the instruction being executed */
  readonly r: Int32Array = new Int32Array(16);
  /** APSR flags, each 0 or 1 */
  n = 0;
  z = 0;
  c = 0;
  v = 0;
  q = 0;
  /** GE[3:0] */
  ge = 0;
  /** EPSR.T; 0 makes the next instruction fault with INVSTATE */
  t = 1;
  /** ITSTATE[7:0]; 0 outside an IT block */
  it = 0;
  /** exception number of the active handler, 0 in Thread mode */
  ipsr = 0;
  primask = 0;
  faultmask = 0;
  basepri = 0;
  /** CONTROL: nPRIV bit 0, SPSEL bit 1, FPCA bit 2 */
  control = 0;
  /** the stack pointer that is not in r[13] now: PSP while MSP is current, MSP while PSP is */
  otherSp = 0;
  /** S0 … S31 as raw bits; D registers are pairs */
  readonly s: Uint32Array = new Uint32Array(32);
  /** as a signed number, like r; N, Z, C, V are its own */
  fpscr = 0;
  /** cycles of the run that is going on; small, so that counting stays integer work */
  spent = 0;
  /** cycles before that run */
  earlier = 0;
  /** non-zero: something wants to be looked at before the next instruction (interrupt, halt, sleep, reset) */
  attention = 0;
  /** while an instruction executes: where the next one is; branches overwrite it */
  next = 0;
  /** carry out of the barrel shifter, between two halves of one instruction */
  shifterCarry = 0;
  /** plain memory within reach of loads and stores; anything else asks CpuSystem */
  mem: FastMemory = new FastMemory([]);

  /** cycles since power-on */
  get cycles(): number {
    return this.earlier + this.spent;
  }
  set cycles(value: number) {
    this.earlier = value - this.spent;
  }
}

/** Set in `attention` by the run loop when the next instruction has a breakpoint of `DecodeCache.breakpoints`. */
export const ATTENTION_BREAKPOINT = 0x4000_0000;

/** Why an instruction could not complete; names are the fault status bits of CFSR. */
export type FaultKind =
  | "IACCVIOL"
  | "DACCVIOL"
  | "IBUSERR"
  | "PRECISERR"
  | "UNDEFINSTR"
  | "INVSTATE"
  | "INVPC"
  | "NOCP"
  | "UNALIGNED"
  | "DIVBYZERO";

/** Thrown out of an instruction; the system turns it into an exception. Registers are unchanged then. */
export class CpuFault {
  constructor(readonly kind: FaultKind, readonly address?: number) {}
}

/** What instructions ask of the system. Memory methods obey the MPU and throw CpuFault. */
export interface CpuSystem {
  /** Unsigned values. Unaligned 16/32-bit accesses are allowed here unless CCR.UNALIGN_TRP. */
  load8(at: number): number;
  load16(at: number): number;
  load32(at: number): number;
  store8(at: number, value: number): void;
  store16(at: number, value: number): void;
  store32(at: number, value: number): void;
  /** for LDM, STM, LDRD, STRD, exclusives: must be aligned to 4, else UNALIGNED whatever CCR says */
  load32Aligned(at: number): number;
  store32Aligned(at: number, value: number): void;
  /** an instruction halfword; throws IACCVIOL or IBUSERR */
  fetch16(at: number): number;
  /** local exclusive monitor */
  setExclusive(at: number, width: 1 | 2 | 4): void;
  /** true when the store may happen; the monitor is open afterwards */
  takeExclusive(at: number, width: 1 | 2 | 4): boolean;
  clearExclusive(): void;
  /** SVC: pends the exception; execution goes on at the next instruction's boundary */
  supervisorCall(immediate: number): void;
  /** r[15] is the BKPT; unless it is changed here, the PC stays there. BKPT: halts, or DebugMonitor, or HardFault; also the semihosting trap (0xAB) */
  breakpoint(immediate: number): void;
  waitForInterrupt(): void;
  waitForEvent(): void;
  sendEvent(): void;
  /**
   * BX, POP, LDM, LDR into PC in Handler mode with 0xFxxx_xxxx: an exception return. Called once SP and
   * all other registers of the instruction are written. Either returns at once and leaves the new PC in
   * r[15] (and T, IT, IPSR), or sets `attention` and returns at the instruction's boundary.
   */
  exceptionReturn(value: number): void;
  /** MRS / MSR by SYSm, privilege rules applied; MSR mask bits as encoded */
  readSpecial(sysm: number): number;
  writeSpecial(sysm: number, mask: number, value: number): void;
  /** CPS: `disable` sets, otherwise clears; i = PRIMASK, f = FAULTMASK. No effect unprivileged. */
  changeProcessorState(disable: boolean, i: boolean, f: boolean): void;
  /** before any floating-point instruction: CPACR (NOCP), lazy state preservation, FPCA */
  useFpu(): void;
  /** LDRT, STRT and their kind; without these they are plain accesses. Aligned as load and store. */
  loadUnprivileged?(at: number, width: 1 | 2 | 4): number;
  storeUnprivileged?(at: number, width: 1 | 2 | 4, value: number): void;
  /** SDIV/UDIV by zero: whether CCR.DIV_0_TRP asks for a fault */
  readonly trapDivideByZero: boolean;
}
