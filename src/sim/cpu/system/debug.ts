/** Halting debug: DHCSR, DCRSR, DCRDR, DEMCR, and the DebugMonitor. ARM DDI 0403 §C1.4 – §C1.6 */
import type { Master } from "../../contracts.ts";
import type { System } from "./system.ts";
import { EXCEPTION, HALT, STOPPED } from "./attention.ts";
import { DEBUG_MONITOR } from "./exceptions.ts";
import { DFSR_HALTED, DFSR_VCATCH, HFSR_DEBUGEVT, VC_CORERESET } from "./faults.ts";
import { readCoreRegister, writeCoreRegister } from "./core_registers.ts";

const C_DEBUGEN = 1;
const C_HALT = 2;
const C_STEP = 4;
const C_MASKINTS = 8;
const C_SNAPSTALL = 0x20;
const S_REGRDY = 1 << 16;
const S_HALT = 1 << 17;
const S_SLEEP = 1 << 18;
const S_LOCKUP = 1 << 19;
const S_RETIRE_ST = 1 << 24;
const S_RESET_ST = 1 << 25;
const KEY = 0xA05F;

const TRCENA = 1 << 24;
const MON_EN = 1 << 16;
const MON_PEND = 1 << 17;
const MON_STEP = 1 << 18;
const MON_REQ = 1 << 19;
const VECTOR_CATCHES = 0x7F1;

/** See the head of the file. */
export class Debug {
  /** in Debug state */
  halted = false;
  /** resumed with C_STEP: one instruction, then Debug state again */
  stepArmed = false;
  demcr = 0;
  dcrdr = 0;
  /** the C_ bits of DHCSR */
  #control = 0;
  #resetSticky = false;
  #retired = false;
  /** DFSR bits of a halt that is due at the next boundary */
  #due = 0;

  constructor(readonly sys: System) {}

  /** §C1.6.2, §C1.6.5; Cortex-M3 TRM DHCSR: C_HALT always clears on a system reset, the rest stays */
  reset(powerOn: boolean): void {
    if (powerOn) {
      this.demcr =
        this.dcrdr =
        this.#control =
        this.sys.faults.dfsr =
          0;
    }
    this.demcr &= TRCENA | VECTOR_CATCHES;
    this.#control &= ~C_HALT;
    this.#due = 0;
    this.halted = this.stepArmed = this.#retired = false;
    this.#resetSticky = true;
  }

  get enabled(): boolean {
    return (this.#control & C_DEBUGEN) !== 0;
  }
  get tracing(): boolean {
    return (this.demcr & TRCENA) !== 0;
  }
  get maskInterrupts(): boolean {
    return this.enabled && (this.#control & C_MASKINTS) !== 0;
  }
  get monitorEnabled(): boolean {
    return (this.demcr & MON_EN) !== 0;
  }
  /** single steps for the DebugMonitor: MON_STEP, below its priority */
  get monitorSteps(): boolean {
    return (this.demcr & (MON_EN | MON_STEP)) === (MON_EN | MON_STEP) && !this.enabled &&
      this.sys.exceptions.preempts(DEBUG_MONITOR, this.sys.exceptions.executionPriority());
  }
  /** an instruction has completed since DHCSR was read */
  retire(): void {
    this.#retired = true;
  }

  /** A debug event: halts, or DebugMonitor; `always` (BKPT) becomes HardFault when neither can be. §C1.4 */
  event(dfsr: number, always: boolean): void {
    const { faults, exceptions } = this.sys;
    if (this.enabled) {
      this.#due |= dfsr;
      this.sys.state.attention |= HALT;
    } else if (
      this.monitorEnabled &&
      exceptions.preempts(DEBUG_MONITOR, exceptions.executionPriority())
    ) {
      faults.dfsr |= dfsr;
      faults.pend(DEBUG_MONITOR, 0);
    } else if (always) {
      faults.dfsr |= dfsr;
      faults.escalate(0, HFSR_DEBUGEVT);
    }
  }

  /** Called on exception entry with the DEMCR bits that would catch it. */
  catchVector(mask: number): void {
    if (this.enabled && (this.demcr & mask) !== 0) this.event(DFSR_VCATCH, false);
  }

  /** Called when a reset ends: whether the core stops before its first instruction. */
  catchReset(): void {
    if (!this.enabled || (this.demcr & VC_CORERESET) === 0) return;
    this.#due = DFSR_VCATCH;
    this.enter();
  }

  /** Debug state, at an instruction's boundary. */
  enter(dfsr = 0): void {
    const sys = this.sys;
    sys.faults.dfsr |= this.#due | dfsr;
    this.#due = 0;
    this.halted = true;
    this.stepArmed = false;
    this.#control |= C_HALT;
    sys.wake();
    sys.leaveLockup();
    sys.state.attention = (sys.state.attention & ~HALT) | STOPPED;
  }

  #leave(): void {
    this.halted = false;
    this.stepArmed = (this.#control & C_STEP) !== 0 && this.enabled;
    this.sys.state.attention = (this.sys.state.attention & ~STOPPED) | EXCEPTION;
    this.sys.masksChanged();
  }

  /** offsets F0 DHCSR, F4 DCRSR, F8 DCRDR, FC DEMCR */
  readRegister(offset: number): number {
    switch (offset) {
      case 0xF0:
        return this.#readStatus();
      case 0xF8:
        return this.dcrdr;
      case 0xFC:
        return this.#readDemcr();
      default:
        return 0; // DCRSR is write-only
    }
  }

  writeRegister(offset: number, value: number, master: Master): void {
    if (offset === 0xF0) this.#writeControl(value, master);
    else if (offset === 0xF4) this.#select(value);
    else if (offset === 0xF8) this.dcrdr = value >>> 0;
    else this.#writeDemcr(value);
  }

  #readStatus(): number {
    const sys = this.sys;
    const value = this.#control | S_REGRDY | (this.halted ? S_HALT : 0) |
      (sys.sleeping ? S_SLEEP : 0) | (sys.lockedUp ? S_LOCKUP : 0) |
      (this.#retired ? S_RETIRE_ST : 0) | (this.#resetSticky ? S_RESET_ST : 0);
    this.#retired = false;
    this.#resetSticky = sys.held; // set again as long as reset lasts
    return value;
  }

  #writeControl(value: number, master: Master): void {
    if (value >>> 16 !== KEY) return;
    const sys = this.sys;
    // only the debugger may write C_DEBUGEN. §C1.6.2
    const enable = master === "debug" ? value & C_DEBUGEN : this.#control & C_DEBUGEN;
    if (enable === 0) {
      this.#control = 0;
      if (this.halted) this.#leave();
      return;
    }
    let wanted = C_DEBUGEN | (value & (C_HALT | C_STEP | C_SNAPSTALL));
    // C_MASKINTS changes only while halted. §C1.6.2
    wanted |= this.halted ? value & C_MASKINTS : this.#control & C_MASKINTS;
    if (sys.held) wanted &= ~C_HALT;
    this.#control = wanted;
    if ((wanted & C_HALT) === 0) {
      if (this.halted) this.#leave();
    } else if (!this.halted && !sys.held) {
      this.event(DFSR_HALTED, false);
      sys.core.settleDebug();
    }
  }

  #select(value: number): void {
    if (!this.halted) return; // §C1.6.3: only in Debug state
    const register = value & 0x7F;
    if ((value & 0x1_0000) !== 0) writeCoreRegister(this.sys, register, this.dcrdr);
    else this.dcrdr = readCoreRegister(this.sys, register);
  }

  #readDemcr(): number {
    const pending = this.sys.exceptions.pending[DEBUG_MONITOR] !== 0 ? MON_PEND : 0;
    return this.demcr | pending;
  }

  #writeDemcr(value: number): void {
    this.sys.dwt.sync(); // TRCENA starts and stops CYCCNT
    this.demcr = value & (TRCENA | MON_EN | MON_STEP | MON_REQ | VECTOR_CATCHES);
    this.sys.exceptions.setPending(DEBUG_MONITOR, (value & MON_PEND) !== 0);
    this.sys.watchChanged();
  }
}
