/**
 * Exceptions by number: what is pending, active and enabled, and which comes first. ARM DDI 0403 §B1.5.
 * Registers are views on this (`nvic_registers.ts`, `scb.ts`); entry and return are in `entry.ts`.
 */
import type { CpuState } from "../state.ts";
import { EXCEPTION } from "./attention.ts";

export const RESET_VECTOR = 1;
export const NMI = 2;
export const HARD_FAULT = 3;
export const MEM_MANAGE = 4;
export const BUS_FAULT = 5;
export const USAGE_FAULT = 6;
export const SV_CALL = 11;
export const DEBUG_MONITOR = 12;
export const PEND_SV = 14;
export const SYS_TICK = 15;
export const FIRST_IRQ = 16;

/** the execution priority when nothing is active: lower than any exception's */
export const THREAD_PRIORITY = 256;

/** See the head of the file. */
export class ExceptionTable {
  readonly pending: Uint8Array;
  readonly active: Uint8Array;
  readonly enabled: Uint8Array;
  /** −3 … 255 */
  readonly priority: Int16Array;
  /** AIRCR.PRIGROUP */
  group = 0;
  /** told when an exception becomes pending: WFE wakes with SCR.SEVONPEND */
  onPend: (exception: number) => void = () => {};
  #pendingCount = 0;
  #activeCount = 0;

  constructor(
    readonly state: CpuState,
    /** how many exceptions there are, the 16 of the core included */
    readonly count: number,
    readonly priorityBits: number,
  ) {
    this.pending = new Uint8Array(count);
    this.active = new Uint8Array(count);
    this.enabled = new Uint8Array(count);
    this.priority = new Int16Array(count);
    this.reset();
  }

  /** §B1.5.5: all disabled but those that cannot be, priorities 0 */
  reset(): void {
    this.pending.fill(0);
    this.active.fill(0);
    this.enabled.fill(0);
    this.priority.fill(0);
    this.priority[RESET_VECTOR] = -3;
    this.priority[NMI] = -2;
    this.priority[HARD_FAULT] = -1;
    for (const n of [NMI, HARD_FAULT, SV_CALL, DEBUG_MONITOR, PEND_SV, SYS_TICK]) {
      this.enabled[n] = 1;
    }
    this.group = 0;
    this.#pendingCount = this.#activeCount = 0;
  }

  /** Whether that many exceptions, or more, are active. */
  get activeCount(): number {
    return this.#activeCount;
  }

  setPending(n: number, on: boolean): void {
    if (n >= this.count || (this.pending[n] !== 0) === on) return;
    this.pending[n] = on ? 1 : 0;
    this.#pendingCount += on ? 1 : -1;
    this.state.attention |= EXCEPTION;
    if (on) this.onPend(n);
  }

  setActive(n: number, on: boolean): void {
    if (n >= this.count || (this.active[n] !== 0) === on) return;
    this.active[n] = on ? 1 : 0;
    this.#activeCount += on ? 1 : -1;
    this.state.attention |= EXCEPTION;
  }

  setEnabled(n: number, on: boolean): void {
    if (n >= this.count) return;
    this.enabled[n] = on ? 1 : 0;
    this.state.attention |= EXCEPTION;
  }

  /** The lower bits that are not implemented read as zero. */
  setPriority(n: number, value: number): void {
    if (n >= this.count) return;
    this.priority[n] = this.implemented(value);
    this.state.attention |= EXCEPTION;
  }

  /** `value` with only the priority bits that there are */
  implemented(value: number): number {
    return value & 0xFF & (0xFF << (8 - this.priorityBits));
  }

  /** The part of a priority that decides about pre-emption. §B1.5.4 */
  groupOf(priority: number): number {
    return priority < 0 ? priority : priority & (0xFF << (this.group + 1));
  }

  /** ExecutionPriority() of §B1.5.4; `primask` false leaves PRIMASK out, as waking from WFI does. */
  executionPriority(primask = true): number {
    const s = this.state;
    let lowest = THREAD_PRIORITY;
    if (this.#activeCount !== 0) {
      for (let n = 2; n < this.count; n++) {
        if (this.active[n] !== 0) {
          const p = this.groupOf(this.priority[n]!);
          if (p < lowest) lowest = p;
        }
      }
    }
    if (s.basepri !== 0) lowest = Math.min(lowest, this.groupOf(s.basepri));
    if (primask && s.primask !== 0) lowest = Math.min(lowest, 0);
    if (s.faultmask !== 0) lowest = Math.min(lowest, -1);
    return lowest;
  }

  /** The pending and enabled exception that comes first, below number `below`; 0 when there is none. */
  firstPending(below = this.count): number {
    if (this.#pendingCount === 0) return 0;
    let first = 0;
    let best = THREAD_PRIORITY;
    for (let n = 2; n < below; n++) {
      if (this.pending[n] !== 0 && this.enabled[n] !== 0 && this.priority[n]! < best) {
        first = n;
        best = this.priority[n]!;
      }
    }
    return first;
  }

  /** Whether exception `n` would be taken at an execution priority. */
  preempts(n: number, executionPriority: number): boolean {
    return n !== 0 && this.groupOf(this.priority[n]!) < executionPriority;
  }
}
