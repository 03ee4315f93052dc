/** Fault status registers, and how a fault becomes an exception, a HardFault or lockup. ARM DDI 0403 §B1.5.14, §B3.2.15 */
import type { FaultKind } from "../state.ts";
import {
  BUS_FAULT,
  type ExceptionTable,
  HARD_FAULT,
  MEM_MANAGE,
  USAGE_FAULT,
} from "./exceptions.ts";

/** Faults that come from the system's own accesses, besides those of instructions. */
export type SystemFault =
  | FaultKind
  | "MUNSTKERR"
  | "MSTKERR"
  | "MLSPERR"
  | "IMPRECISERR"
  | "UNSTKERR"
  | "STKERR"
  | "LSPERR";

/** Bits of DEMCR that ask for a halt on entry. §C1.6.5 */
export const VC_CORERESET = 1;
export const VC_MMERR = 0x10;
export const VC_NOCPERR = 0x20;
export const VC_CHKERR = 0x40;
export const VC_STATERR = 0x80;
export const VC_BUSERR = 0x100;
export const VC_INTERR = 0x200;
export const VC_HARDERR = 0x400;

export const MMARVALID = 0x80;
export const BFARVALID = 0x8000;
export const HFSR_VECTTBL = 2;
export const HFSR_FORCED = 0x4000_0000;
export const HFSR_DEBUGEVT = 0x8000_0000;

/** Bits of DFSR. §C1.6.1 */
export const DFSR_HALTED = 1;
export const DFSR_BKPT = 2;
export const DFSR_DWTTRAP = 4;
export const DFSR_VCATCH = 8;

/** bit of CFSR, exception, bit of DEMCR */
const ROWS: Readonly<Record<SystemFault, readonly [bit: number, exception: number, vc: number]>> = {
  IACCVIOL: [0, MEM_MANAGE, VC_MMERR],
  DACCVIOL: [1, MEM_MANAGE, VC_MMERR],
  MUNSTKERR: [3, MEM_MANAGE, VC_MMERR | VC_INTERR],
  MSTKERR: [4, MEM_MANAGE, VC_MMERR | VC_INTERR],
  MLSPERR: [5, MEM_MANAGE, VC_MMERR | VC_INTERR],
  IBUSERR: [8, BUS_FAULT, VC_BUSERR],
  PRECISERR: [9, BUS_FAULT, VC_BUSERR],
  IMPRECISERR: [10, BUS_FAULT, VC_BUSERR],
  UNSTKERR: [11, BUS_FAULT, VC_BUSERR | VC_INTERR],
  STKERR: [12, BUS_FAULT, VC_BUSERR | VC_INTERR],
  LSPERR: [13, BUS_FAULT, VC_BUSERR | VC_INTERR],
  UNDEFINSTR: [16, USAGE_FAULT, VC_STATERR],
  INVSTATE: [17, USAGE_FAULT, VC_STATERR],
  INVPC: [18, USAGE_FAULT, VC_STATERR],
  NOCP: [19, USAGE_FAULT, VC_NOCPERR],
  UNALIGNED: [24, USAGE_FAULT, VC_CHKERR],
  DIVBYZERO: [25, USAGE_FAULT, VC_CHKERR],
};

/** See the head of the file. */
export class Faults {
  cfsr = 0;
  hfsr = 0;
  dfsr = 0;
  mmfar = 0;
  bfar = 0;
  afsr = 0;
  /** DEMCR bits that stopped exceptions would be caught by, by exception number */
  readonly catches: Uint16Array;

  constructor(
    readonly exceptions: ExceptionTable,
    /** no exception can take it: the core locks up */
    readonly lockUp: () => void,
  ) {
    this.catches = new Uint16Array(exceptions.count);
  }

  /** DFSR stays: it belongs to the debug logic. */
  reset(): void {
    this.cfsr =
      this.hfsr =
      this.mmfar =
      this.bfar =
      this.afsr =
        0;
    this.catches.fill(0);
  }

  /** Sets the status bit, and the address register of the two faults that have one. */
  #record(kind: SystemFault, address?: number): void {
    const [bit] = ROWS[kind];
    this.cfsr = (this.cfsr | (1 << bit)) >>> 0;
    if (kind === "DACCVIOL" && address !== undefined) {
      this.mmfar = address >>> 0;
      this.cfsr |= MMARVALID;
    } else if (kind === "PRECISERR" && address !== undefined) {
      this.bfar = address >>> 0;
      this.cfsr |= BFARVALID;
    }
  }

  /** A synchronous fault: pends its exception, or HardFault when that cannot be taken now, or locks up. */
  raise(kind: SystemFault, address?: number): void {
    this.#record(kind, address);
    const [, exception, vc] = ROWS[kind];
    const now = this.exceptions.executionPriority();
    if (
      this.exceptions.enabled[exception] !== 0 &&
      this.exceptions.preempts(exception, now)
    ) {
      this.pend(exception, vc);
    } else this.escalate(vc & VC_INTERR);
  }

  /** HardFault in place of an exception that cannot be taken; `status` is what HFSR shows. §B1.5.14 */
  escalate(vc: number, status = HFSR_FORCED): void {
    if (this.exceptions.executionPriority() <= -1) return this.lockUp();
    this.hfsr = (this.hfsr | status) >>> 0;
    this.pend(HARD_FAULT, vc);
  }

  /**
   * A store's bus error that arrives later: BusFault, or HardFault when that is not enabled; neither
   * escalates to lockup. PM0253 §2.5.3
   */
  raiseImprecise(): void {
    this.#record("IMPRECISERR");
    if (this.exceptions.enabled[BUS_FAULT] !== 0) return this.pend(BUS_FAULT, VC_BUSERR);
    this.hfsr = (this.hfsr | HFSR_FORCED) >>> 0;
    this.pend(HARD_FAULT, 0);
  }

  /** A fault of lazy state preservation: what could be taken was noted when the frame was made. §B1.5.7 */
  raiseLazy(kind: "MLSPERR" | "LSPERR", ready: boolean, hardFaultReady: boolean): void {
    this.#record(kind);
    const [, exception, vc] = ROWS[kind];
    if (ready) return this.pend(exception, vc);
    if (!hardFaultReady) return this.lockUp();
    this.hfsr = (this.hfsr | HFSR_FORCED) >>> 0;
    this.pend(HARD_FAULT, VC_INTERR);
  }

  pend(exception: number, vc: number): void {
    this.catches[exception]! |= vc;
    this.exceptions.setPending(exception, true);
  }

  /** The DEMCR bits that catch the entry of an exception, forgotten thereby. §C1.5.2 */
  takeCatches(exception: number): number {
    const always = exception === HARD_FAULT
      ? VC_HARDERR
      : exception === MEM_MANAGE
      ? VC_MMERR
      : exception === BUS_FAULT
      ? VC_BUSERR
      : 0;
    const mask = always | (this.catches[exception] ?? 0);
    this.catches[exception] = 0;
    return mask;
  }
}
