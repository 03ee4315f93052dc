/**
 * Breakpoints in the FPB. gdb takes all of them out at each stop and puts them back before the core goes
 * on, also for a single step: comparators are written only when the core is let go.
 */
import { Fault } from "../base/mod.ts";
import type { BreakpointChange } from "../cortex/mod.ts";
import type { GdbTarget } from "./target.ts";

/** a breakpoint unit that reaches flash only, or has no comparator left */
const NO_COMPARATOR = ["core-cannot-break-there", "core-no-breakpoint-left"];

/** A change of comparators, and what is to be called when it was made. */
export interface Turn extends BreakpointChange {
  readonly done: () => void;
}

/** The comparators that gdb has asked for. */
export class HardBreakpoints {
  readonly #wanted = new Set<number>();
  /** in the FPB */
  readonly #there = new Set<number>();
  /** have been in the FPB: it reaches there */
  readonly #reached = new Set<number>();
  /** as many as were in the FPB at once: so many fit again */
  #most = 0;
  constructor(readonly target: GdbTarget) {}

  has(at: number): boolean {
    return this.#wanted.has(at);
  }
  /** Fault: core-no-breakpoint-left. */
  async set(at: number): Promise<void> {
    if (this.#wanted.has(at)) return; // gdb may insert twice; both mean the same
    if (!this.#there.has(at) && this.#wanted.size >= this.#most) {
      for (const old of this.#stale()) await this.#drop(old);
      for (const other of this.#wanted) await this.#take(other);
      await this.#take(at);
    }
    this.#wanted.add(at);
  }
  /**
   * As set, and in its comparator at once: whether it reaches there shows only so. Faults:
   * core-no-breakpoint-left, core-cannot-break-there.
   */
  async setNow(at: number): Promise<void> {
    if (!this.#there.has(at) && !(this.#reached.has(at) && this.#wanted.size < this.#most)) {
      for (const old of this.#stale()) await this.#drop(old);
      for (const other of this.#wanted) await this.#take(other);
      await this.#take(at);
    }
    this.#wanted.add(at);
  }
  /** As setNow; false when no comparator is left, or none reaches there. */
  async tryNow(at: number): Promise<boolean> {
    try {
      await this.setNow(at);
      return true;
    } catch (e) {
      if (e instanceof Fault && NO_COMPARATOR.includes(e.slug)) return false;
      throw e;
    }
  }
  clear(at: number): void {
    this.#wanted.delete(at);
  }
  /** The core goes on: exactly what gdb wants may stop it. */
  turn(): Turn {
    const clear = this.#stale();
    const set = [...this.#wanted].filter((at) => !this.#there.has(at));
    return { clear, set, done: () => this.#turned(set, clear) };
  }
  /** The core is stepped from here: a comparator that nobody wants would only be carried along. */
  leave(at: number): Turn {
    const clear = this.#there.has(at) && !this.#wanted.has(at) ? [at] : [];
    return { clear, done: () => this.#turned([], clear) };
  }
  #turned(set: readonly number[], clear: readonly number[]): void {
    for (const at of clear) this.#there.delete(at);
    for (const at of set) this.#there.add(at);
    this.#most = Math.max(this.#most, this.#there.size);
  }
  /** Takes all out, whatever single ones have against it. Fault: of the last that failed. */
  async removeAll(): Promise<void> {
    this.#wanted.clear();
    let failed: Fault | undefined;
    for (const at of this.#stale()) {
      try {
        await this.#drop(at);
      } catch (e) {
        if (!(e instanceof Fault)) throw e;
        failed = e;
      }
    }
    if (failed) throw failed;
  }

  #stale(): readonly number[] {
    return [...this.#there].filter((at) => !this.#wanted.has(at));
  }
  async #drop(at: number): Promise<void> {
    await this.target.breakpoint(at, false);
    this.#there.delete(at);
  }
  async #take(at: number): Promise<void> {
    if (this.#there.has(at)) return;
    await this.target.breakpoint(at, true);
    this.#there.add(at);
    this.#reached.add(at);
    this.#most = Math.max(this.#most, this.#there.size);
  }
}
