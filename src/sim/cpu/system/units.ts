/** The units of a Cortex-M7 around its instructions, wired, with what concerns several of them. */
import type { CoreHost, Master } from "../../contracts.ts";
import type { CpuState } from "../state.ts";
import type { DecodeCache } from "../decode.ts";
import { EXCEPTION, LOCKUP, SLEEP, STOPPED } from "./attention.ts";
import { Debug } from "./debug.ts";
import { Dwt } from "./dwt.ts";
import { ExceptionTable, FIRST_IRQ, HARD_FAULT, PEND_SV, SYS_TICK } from "./exceptions.ts";
import { DFSR_DWTTRAP, Faults } from "./faults.ts";
import { Fpb } from "./fpb.ts";
import { FpContext } from "./fp_context.ts";
import { MemoryPath } from "./memory_path.ts";
import { Mpu } from "./mpu.ts";
import { Ppb } from "./ppb.ts";
import { NPRIV } from "./registers.ts";
import { Scb } from "./scb.ts";
import { Scs } from "./scs.ts";
import { SysTick } from "./systick.ts";
import type { System } from "./system.ts";

type Width = 1 | 2 | 4;

/** What may differ between Cortex-M7s, and between users of one. */
export interface CoreOptions {
  /** CPUID; 0x411F_C270 (r1p0) is the STM32F746's */
  readonly cpuid: number;
  readonly fpu: "sp" | "dp" | "none";
  /** number of interrupt lines */
  readonly irqs: number;
  readonly priorityBits: number;
  /** part number of the chip maker's ROM table: the device id */
  readonly vendorPart: number;
  readonly cacheKb: { readonly instructions: number; readonly data: number };
  /** SYST_CALIB */
  readonly systickCalibration: number;
  /** what the ITM's stimulus ports are given, while enabled */
  readonly onTrace: (port: number, width: Width, value: number) => void;
}

/** What a core does that is more than its units: see `core.ts`. */
export interface Core {
  /** VECTRESET */
  localReset(): void;
  /** a halt was asked for; between two runs it takes effect at once */
  settleDebug(): void;
}

/** See the head of the file. */
export abstract class Units {
  readonly exceptions: ExceptionTable;
  readonly faults: Faults;
  readonly mpu: Mpu;
  readonly path: MemoryPath;
  readonly scb: Scb;
  readonly scs: Scs;
  readonly systick: SysTick;
  readonly fp: FpContext;
  readonly debug: Debug;
  readonly fpb: Fpb;
  readonly dwt: Dwt;
  readonly ppb: Ppb;
  bootAddress = 0;
  /** kept in reset */
  held = false;
  lockedUp = false;
  /** exceptions entered since power-on */
  entered = 0;
  /** one instruction at a time: the DWT compares PCs or cycles */
  stepwise = false;
  trapDivideByZero = false;
  /** cycles that have passed asleep */
  slept = 0;
  protected asleep: "" | "WFI" | "WFE" = "";
  protected event = false;
  protected exclusive = false;

  constructor(
    readonly state: CpuState,
    readonly host: CoreHost,
    cache: DecodeCache,
    readonly core: Core,
    readonly options: CoreOptions,
  ) {
    const sys = this as unknown as System;
    this.exceptions = new ExceptionTable(state, FIRST_IRQ + options.irqs, options.priorityBits);
    this.exceptions.onPend = () => {
      if (this.scb.sevOnPend) this.event = true;
    };
    this.faults = new Faults(this.exceptions, () => this.lockUp());
    this.mpu = new Mpu(() => this.#mpuChanged());
    this.fp = new FpContext(state, options.fpu !== "none");
    this.scb = new Scb(sys);
    this.debug = new Debug(sys);
    this.path = new MemoryPath(state, host.bus, this.mpu, this);
    this.systick = new SysTick(
      () => state.cycles,
      8,
      options.systickCalibration,
      () => this.exceptions.setPending(SYS_TICK, true),
    );
    this.scs = new Scs(sys, options.cacheKb);
    this.fpb = new Fpb((addresses) => cache.breakpoints = addresses);
    this.dwt = new Dwt(this);
    this.ppb = new Ppb(sys, options.vendorPart);
  }

  /** Everything that a system reset clears, but the core's own registers; power-on also clears debug. */
  reset(powerOn: boolean): void {
    this.exceptions.reset();
    this.faults.reset();
    this.scb.reset();
    this.scs.reset();
    this.systick.reset();
    this.fp.reset();
    this.debug.reset(powerOn);
    if (powerOn) {
      this.fpb.powerOnReset();
      this.dwt.powerOnReset();
      this.ppb.powerOnReset();
    }
    this.mpu.reset();
    this.watchChanged();
    this.masksChanged();
    this.asleep = "";
    this.event = this.exclusive = this.lockedUp = false;
    this.state.attention = 0;
  }

  /** Another mode or stack: exception entry and return. They are events, too. ARM DDI 0403 §B1.5.18 */
  contextChanged(): void {
    this.exclusive = false;
    this.event = true;
    this.masksChanged();
  }

  /** Execution priority or privilege may have changed. */
  masksChanged(): void {
    const s = this.state;
    const path = this.path;
    s.attention |= EXCEPTION;
    const privileged = s.ipsr !== 0 || (s.control & NPRIV) === 0;
    const mpuOn = (this.mpu.ctrl & 1) !== 0 &&
      this.mpu.inEffect(this.exceptions.executionPriority());
    const stale = mpuOn !== path.mpuOn || (mpuOn && privileged !== path.privileged);
    path.mpuOn = mpuOn;
    path.privileged = privileged;
    if (stale) path.refresh();
  }

  #mpuChanged(): void {
    this.masksChanged();
    if (this.path.mpuOn) this.path.refresh();
  }

  /** TRCENA or a comparator changed. */
  watchChanged(): void {
    this.stepwise = this.dwt.watchesSteps;
    const watching = this.dwt.watchesData;
    if (watching || this.path.watching) {
      this.path.watching = watching;
      this.path.refresh();
    }
    if (this.stepwise) this.state.attention |= EXCEPTION; // leave the fast loop
  }

  /** The exception that would be taken now; 0 when none. C_MASKINTS holds interrupts back. §C1.5.4 */
  nextException(): number {
    const n = this.firstPending();
    return this.exceptions.preempts(n, this.exceptions.executionPriority()) ? n : 0;
  }
  protected firstPending(): number {
    return this.exceptions.firstPending(this.debug.maskInterrupts ? PEND_SV : undefined);
  }

  /** §B1.5.15 */
  lockUp(): void {
    this.lockedUp = true;
    this.state.r[15] = -2;
    this.state.it = 0;
    this.state.attention |= LOCKUP;
  }
  /** The reset vector cannot be read: lockup as in a HardFault. §B1.5.15 */
  lockUpAtReset(): void {
    this.state.ipsr = HARD_FAULT;
    this.exceptions.setActive(HARD_FAULT, true);
    this.lockUp();
  }
  leaveLockup(): void {
    this.lockedUp = false;
    this.state.attention &= ~LOCKUP;
  }

  get sleeping(): boolean {
    return this.asleep !== "";
  }
  /** WFI, or SLEEPONEXIT */
  sleep(): void {
    this.asleep = "WFI";
    this.state.attention |= SLEEP;
  }
  wake(): void {
    this.asleep = "";
    this.state.attention &= ~SLEEP;
  }
  /** Whether a sleeping core wakes now. §B1.5.18, §B1.5.19 */
  wakes(): boolean {
    if (this.asleep === "WFE" && this.event) {
      this.event = false;
      return true;
    }
    // WFI wakes although PRIMASK is set
    const now = this.exceptions.executionPriority(this.asleep === "WFE");
    return this.exceptions.preempts(this.firstPending(), now);
  }
  /** The program has ended by semihosting: nothing runs until a reset. */
  end(): void {
    this.state.attention |= STOPPED;
  }

  // --- the memory path's questions ---

  get unalignTrap(): boolean {
    return this.scb.unalignTrap;
  }
  get userSetMpend(): boolean {
    return this.scb.userSetMpend;
  }
  get ignoreBusErrors(): boolean {
    return this.scb.ignoresBusFaults && this.exceptions.executionPriority() < 0;
  }
  raiseImprecise(at: number): void {
    // ABFSR: ITCM (its 4 MiB, see ITCMCR), AHBP, EPPB or AXIM. Cortex-M7 TRM, Auxiliary Bus Fault Status Register
    this.scs.abfsr |= at >>> 22 === 0 ? 1 : at >>> 29 === 2 ? 4 : at >>> 20 === 0xE00 ? 0x10 : 8;
    this.faults.raiseImprecise();
  }
  watch(at: number, width: number, write: boolean, value: number): void {
    this.dwt.onAccess(at, width, write, value);
  }
  watched(at: number, length: number): boolean {
    return this.dwt.watches(at, length);
  }
  readPpb(at: number, width: Width, master: Master): number {
    return this.ppb.read(at >>> 0, width, master);
  }
  writePpb(at: number, width: Width, value: number, master: Master): void {
    this.ppb.write(at >>> 0, width, value >>> 0, master);
    this.trapDivideByZero = this.scb.divideTrap;
  }

  // --- the DWT's questions ---

  /** The core's clock stands still while it sleeps, unlike SysTick's. RM0385 §4.3, Sleep mode */
  get cycles(): number {
    return this.state.cycles - this.slept;
  }
  get tracing(): boolean {
    return this.debug.tracing;
  }
  get sample(): number {
    return this.debug.halted || this.held ? 0xFFFF_FFFF : this.state.r[15]! >>> 0;
  }
  onWatchpoint(): void {
    this.debug.event(DFSR_DWTTRAP, false);
  }
  onChange(): void {
    this.watchChanged();
  }
  warn(note: string): void {
    this.host.warn(note);
  }
}
