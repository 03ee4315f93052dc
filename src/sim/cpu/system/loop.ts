/** What happens between instructions: exceptions, halts, sleep; and how many of them run at a time. */
import type { DecodeCache } from "../decode.ts";
import { runInstructions, stepOne } from "../run.ts";
import { ATTENTION_BREAKPOINT, CpuFault, type CpuState } from "../state.ts";
import { BREAK_OFF, EXCEPTION, HALT, LOCKUP, RESET, RETURN, SLEEP, STOPPED } from "./attention.ts";
import { enterException, returnFromException } from "./entry.ts";
import { DEBUG_MONITOR } from "./exceptions.ts";
import { DFSR_BKPT, DFSR_HALTED } from "./faults.ts";
import { Abandoned } from "./stacking.ts";
import type { System } from "./system.ts";

/** exceptions that an instruction itself may have caused: up to DebugMonitor */
const SYNCHRONOUS_END = DEBUG_MONITOR + 1;

/** See the head of the file. */
export class RunLoop {
  /** an instruction may be executing right now */
  running = false;
  readonly #state: CpuState;

  constructor(readonly sys: System, readonly cache: DecodeCache) {
    this.#state = sys.state;
  }

  /** Uses at most `cycles`, plus the rest of the last instruction. Gives the cycles used. Throws BusStall. */
  run(cycles: number): number {
    const s = this.#state;
    const before = s.cycles;
    const limit = before + cycles;
    this.running = true;
    s.mem.settle();
    s.attention |= EXCEPTION;
    try {
      while (s.cycles < limit) {
        if (this.sys.debug.stepArmed) {
          this.#debuggerStep(limit);
          break;
        }
        if (s.attention !== 0 && !this.#attend(limit)) break;
        this.#execute(limit);
      }
    } finally {
      this.running = false;
      s.attention &= ~BREAK_OFF;
    }
    this.settleDebug();
    return s.cycles - before;
  }

  /** A halt that is due takes effect even when no cycles are left, or none are run. */
  settleDebug(): void {
    const s = this.#state;
    if (this.running || (s.attention & HALT) === 0) return;
    if ((s.attention & RETURN) !== 0) this.#return();
    this.sys.debug.enter();
  }

  /** Instructions until something is due. */
  #execute(limit: number): void {
    const sys = this.sys;
    const s = this.#state;
    const budget = Math.min(limit - s.cycles, sys.systick.cyclesToTick);
    try {
      if (sys.stepwise || sys.debug.monitorSteps) this.#carefully();
      else runInstructions(s, sys, this.cache, budget);
    } catch (error) {
      this.#caught(error);
    }
    sys.debug.retire();
    sys.systick.sync();
  }

  #caught(error: unknown): void {
    if (error instanceof CpuFault) this.sys.faults.raise(error.kind, error.address);
    else if (!(error instanceof Abandoned)) throw error;
    this.#state.earlier += 1; // so that a fault that leads back to itself takes time
  }

  /** One instruction, with the comparators that look at each, and MON_STEP. */
  #carefully(): void {
    const sys = this.sys;
    const s = this.#state;
    if (this.cache.breaksAt(s.r[15]!)) {
      s.attention |= ATTENTION_BREAKPOINT;
      return;
    }
    const pc = s.r[15]! >>> 0;
    const before = sys.cycles;
    const monitor = sys.debug.monitorSteps;
    stepOne(s, sys, this.cache);
    if (sys.stepwise) sys.dwt.onInstruction(pc, before);
    if (monitor) sys.debug.event(DFSR_HALTED, false);
  }

  /** What is due between two instructions. False: nothing can run now. */
  #attend(limit: number): boolean {
    const sys = this.sys;
    const s = this.#state;
    while (s.attention !== 0) {
      if ((s.attention & (RESET | STOPPED | BREAK_OFF)) !== 0) return false;
      if ((s.attention & RETURN) !== 0) this.#return();
      else if ((s.attention & ATTENTION_BREAKPOINT) !== 0) {
        s.attention &= ~ATTENTION_BREAKPOINT;
        sys.debug.event(DFSR_BKPT, true);
      } else if ((s.attention & HALT) !== 0) sys.debug.enter();
      else if ((s.attention & SLEEP) !== 0) {
        if (!this.#sleep(limit)) return false;
      } else if ((s.attention & EXCEPTION) !== 0) {
        s.attention &= ~EXCEPTION;
        if (sys.nextException() !== 0) enterException(sys);
      } else if ((s.attention & LOCKUP) !== 0) return false;
      else s.attention = 0;
    }
    return true;
  }

  #return(): void {
    returnFromException(this.sys, this.sys.exceptionReturnValue);
    this.#state.attention &= ~RETURN; // not before: a stalled bus has it done again
  }

  /** Asleep: SysTick may count on. False when nothing wakes the core in time. */
  #sleep(limit: number): boolean {
    const sys = this.sys;
    const s = this.#state;
    if (sys.wakes()) {
      sys.wake();
      return true;
    }
    const left = limit - s.cycles;
    const toTick = sys.systick.cyclesToTick;
    if (toTick === Infinity || left <= 0) return false;
    const passing = Math.min(left, toTick);
    s.earlier += passing;
    sys.slept += passing;
    sys.systick.sync();
    return s.cycles < limit;
  }

  /** Resumed with C_STEP: one instruction, or the entry of one exception. §C1.5.4 */
  #debuggerStep(limit: number): void {
    const sys = this.sys;
    const s = this.#state;
    const entered = sys.entered;
    const ready = s.attention === 0 || this.#attend(limit);
    if (!ready && !sys.lockedUp) return; // asleep, halted, in reset
    if (sys.entered === entered && ready) {
      this.#stepInstruction();
      if ((s.attention & RETURN) !== 0) this.#return();
      const pending = sys.exceptions.firstPending(SYNCHRONOUS_END);
      if (pending !== 0 && sys.nextException() === pending) enterException(sys);
    }
    // a BKPT or a watchpoint has its own bit
    if ((s.attention & RESET) === 0) {
      sys.debug.enter((s.attention & HALT) !== 0 ? 0 : DFSR_HALTED);
    }
  }

  #stepInstruction(): void {
    const sys = this.sys;
    const s = this.#state;
    if (this.cache.breaksAt(s.r[15]!)) return sys.debug.event(DFSR_BKPT, true);
    const pc = s.r[15]! >>> 0;
    const before = sys.cycles;
    try {
      stepOne(s, sys, this.cache);
      if (sys.stepwise) sys.dwt.onInstruction(pc, before);
    } catch (error) {
      this.#caught(error);
    }
    sys.debug.retire();
    sys.systick.sync();
  }
}
