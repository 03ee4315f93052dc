/**
 * A Cortex-M7 as the chip sees it: reset, and the contract around `system/`.
 *
 * What is simpler than silicon:
 * - no caches and no write buffer: memory is what was written last; CCR.IC and DC only read back
 * - bus errors of loads and fetches are precise, of stores imprecise (PM0253 §2.5.3), one instruction late
 * - one cycle an instruction or little more, 12 for entry and return; no dual issue, no wait states
 * - the exclusive monitor holds no address; watchpoints do not see the stacking of exceptions
 * - DWT's profiling counters stay 0, the ETM has no registers, ITM text goes to `onTrace`
 * - registers that are unknown after reset are 0, LR excepted; a system reset clears C_HALT and holds it
 *   clear (Cortex-M3 TRM, DHCSR), so that only VC_CORERESET stops at the reset vector
 */
import { BusError, type CoreHost, type CpuCore, type Master } from "../contracts.ts";
import { DecodeCache } from "./decode.ts";
import { FastMemory } from "./fast_memory.ts";
import { CpuState } from "./state.ts";
import { BREAK_OFF, RESET, STOPPED } from "./system/attention.ts";
import { HFSR_VECTTBL } from "./system/faults.ts";
import { RunLoop } from "./system/loop.ts";
import { setStackPointers } from "./system/registers.ts";
import { Semihosting } from "./system/semihosting.ts";
import { System } from "./system/system.ts";
import type { CoreOptions } from "./system/units.ts";

/** What may be said about a core; every value has the STM32F746's as its default. */
export interface CortexM7Options extends Partial<CoreOptions> {
  /** told when a program ends by semihosting; needs `CoreHost.semihosting` */
  readonly onExit?: (code: number) => void;
}

const DEFAULTS: CoreOptions = {
  cpuid: 0x411F_C270, // r1p0. rig.md §2.3
  fpu: "sp",
  irqs: 98, // RM0385 table 46
  priorityBits: 4,
  vendorPart: 0x449,
  cacheKb: { instructions: 4, data: 4 },
  systickCalibration: 18750, // 1 ms at 18.75 MHz. RM0385, SysTick calibration value (recalled)
  onTrace: () => {},
};

/** A Cortex-M7, with what the chip and its tests may want to know beyond the contract. */
export interface CortexM7 extends CpuCore {
  stop(): void;
  readonly pc: number;
  /** registers and flags */
  readonly state: CpuState;
  /** SCR.SLEEPDEEP: a sleeping core asks for Stop or Standby */
  readonly sleepDeep: boolean;
}

/** Makes a core. It starts held in no reset but without power: call `powerOnReset`. */
export function createCortexM7(host: CoreHost, options: CortexM7Options = {}): CortexM7 {
  return new Core(host, options);
}

class Core implements CortexM7 {
  readonly state = new CpuState();
  readonly #cache: DecodeCache;
  readonly #sys: System;
  readonly #loop: RunLoop;
  /** a reset that came while an instruction was executing; true: power-on */
  #resetDue: boolean | undefined;

  constructor(readonly host: CoreHost, options: CortexM7Options) {
    const { onExit = () => {}, ...rest } = options;
    this.state.mem = new FastMemory(host.bus.windows);
    this.#cache = new DecodeCache(this.state.mem);
    this.#sys = new System(this.state, host, this.#cache, {
      localReset: () => this.systemReset(),
      settleDebug: () => this.#loop.settleDebug(),
    }, { ...DEFAULTS, ...rest });
    this.#loop = new RunLoop(this.#sys, this.#cache);
    if (host.semihosting !== undefined) {
      this.#sys.semihosting = new Semihosting(
        this.#sys,
        (text) => host.semihosting?.(text),
        onExit,
      );
    }
    this.#sys.held = true;
    this.#clear(true);
  }

  // --- resets ---

  powerOnReset(): void {
    this.#reset(true);
  }
  systemReset(): void {
    this.#reset(false);
  }
  #reset(powerOn: boolean): void {
    if (this.#loop.running) {
      this.#resetDue = powerOn || this.#resetDue === true;
      this.state.attention |= RESET;
      return;
    }
    this.#clear(powerOn);
    if (!this.#sys.held) this.#start();
  }

  get held(): boolean {
    return this.#sys.held;
  }
  set held(on: boolean) {
    if (on === this.#sys.held) return;
    this.#sys.held = on;
    this.#reset(false);
  }
  get bootAddress(): number {
    return this.#sys.bootAddress;
  }
  set bootAddress(at: number) {
    this.#sys.bootAddress = at >>> 0;
  }

  /** ARM DDI 0403 §B1.5.5 TakeReset(); LR is 0xFFFFFFFF, the other registers are unknown: 0 here */
  #clear(powerOn: boolean): void {
    const s = this.state;
    s.r.fill(0);
    s.r[14] = -1;
    s.n =
      s.z =
      s.c =
      s.v =
      s.q =
      s.ge =
      s.it =
        0;
    s.t = 1;
    s.ipsr =
      s.primask =
      s.faultmask =
      s.basepri =
      s.control =
      s.otherSp =
        0;
    s.fpscr = 0;
    this.#sys.reset(powerOn);
    if (this.#sys.held) s.attention |= STOPPED;
    this.#cache.invalidate(0, 2 ** 32);
  }

  /** The core is let go: stack pointer and PC come from the vector table. */
  #start(): void {
    const sys = this.#sys;
    const s = this.state;
    const table = sys.scb.vtor;
    s.attention &= ~STOPPED;
    let main = 0xFFFF_FFFC;
    let entry = 0xFFFF_FFFF;
    let failed = false;
    try {
      main = sys.path.vector(table) & ~3;
      entry = sys.path.vector(table + 4);
    } catch (error) {
      // readout protection does this: facts/cortex-m.md §11
      if (!(error instanceof BusError)) throw error;
      failed = true;
    }
    setStackPointers(s, main, 0);
    s.r[15] = entry & ~1;
    s.t = entry & 1;
    sys.debug.catchReset();
    if (failed && !sys.debug.halted) {
      sys.faults.hfsr |= HFSR_VECTTBL;
      sys.lockUpAtReset();
    }
  }

  // --- what the chip asks ---

  get halted(): boolean {
    return this.#sys.debug.halted;
  }
  get lockedUp(): boolean {
    return this.#sys.lockedUp;
  }
  get sleeping(): boolean {
    return this.#sys.sleeping;
  }
  get sleepDeep(): boolean {
    return (this.#sys.scb.scr & 4) !== 0;
  }
  get pc(): number {
    return this.state.r[15]! >>> 0;
  }
  get cycles(): number {
    return this.state.cycles;
  }
  interrupt(irq: number): void {
    this.#sys.exceptions.setPending(16 + irq, true);
  }
  readPpb(at: number, width: 1 | 2 | 4, master: Master): number {
    return this.#sys.readPpb(at, width, master);
  }
  writePpb(at: number, width: 1 | 2 | 4, value: number, master: Master): void {
    this.#sys.writePpb(at, width, value, master);
  }
  invalidate(at: number, length: number): void {
    this.#cache.invalidate(at, length);
  }
  stop(): void {
    if (this.#loop.running) this.state.attention |= BREAK_OFF;
  }

  // --- running ---

  /** Throws BusStall when an access waits: the instruction has not happened, `cycles` tells what was used. */
  run(cycles: number): number {
    const used = this.#loop.run(cycles);
    if (this.#resetDue !== undefined) {
      const powerOn = this.#resetDue;
      this.#resetDue = undefined;
      this.#reset(powerOn);
    }
    return used;
  }
}
