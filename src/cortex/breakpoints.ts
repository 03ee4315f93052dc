/** Hardware breakpoints: the FPB, version 1 and 2 (facts, cortex-m §8). */
import { type Access, and, getField, has, hex, or, shl, withBits } from "../base/mod.ts";
import type { Memory } from "../base/mod.ts";
import type { BreakpointChange } from "./core.ts";
import { fault } from "./faults.ts";
import type { Around } from "./step.ts";
import { AT } from "./scs.ts";

/** ENABLE and KEY */
const ON = 3;
const OFF = 2;
const CODE_END = 0x2000_0000;

/** FPB as read: FP_CTRL and the comparators. */
export interface FpbWords {
  readonly control: number;
  readonly comparators: readonly number[];
}

/** How many code comparators FP_CTRL says there are. */
export const comparatorCount = (control: number): number =>
  16 * getField(control, [14, 12]) + getField(control, [7, 4]);

const comparator = (n: number): number => AT.FP_COMP0 + 4 * n;

/** The reads that find out about the FPB, for a batch; 8 comparators are the most an M-profile STM32 has. */
export const FPB_READS: readonly Access[] = [
  { read: AT.FP_CTRL },
  ...Array.from({ length: 8 }, (_, n) => ({ read: comparator(n) })),
];

/** Sets and clears breakpoints. */
export class Breakpoints {
  readonly count: number;
  readonly #second: boolean;
  readonly #used: (number | undefined)[];
  #on: boolean;
  constructor(readonly memory: Memory, readonly core: string, readonly found: FpbWords) {
    this.count = comparatorCount(found.control);
    this.#second = getField(found.control, [31, 28]) === 1;
    this.#used = Array(this.count).fill(undefined);
    this.#on = has(found.control, 1);
  }

  /** Whether any is set. */
  get any(): boolean {
    return this.#used.some((at) => at !== undefined);
  }

  /** Whether one is set at this address. */
  at(address: number): boolean {
    return this.#used.includes(address);
  }

  /** Clears comparators that an earlier debugger left: they would halt the core "without breakpoint". */
  async clearLeftovers(): Promise<boolean> {
    const left = this.found.comparators.slice(0, this.count).some((word) => has(word, 1));
    if (!left && !this.#on) return false;
    await this.#writeAll(() => 0, OFF);
    return left;
  }

  /** Clears all that were set here. */
  async clearAll(): Promise<void> {
    if (!this.any && !this.#on) return;
    this.#used.fill(undefined);
    await this.#writeAll(() => 0, OFF);
  }

  /** Puts back what was found at attaching. */
  async restoreFound(): Promise<void> {
    const on = has(this.found.control, 1);
    if (!on && !this.#on) return;
    await this.#writeAll((n) => this.found.comparators[n] ?? 0, on ? ON : OFF);
  }

  /** Writes again what is set: some resets clear the FPB. */
  async rewrite(): Promise<void> {
    if (this.any) await this.#writeAll((n) => this.#word(this.#used[n]), ON);
  }

  async set(at: number): Promise<void> {
    if (this.at(at)) return;
    const { before, done } = this.plan({ set: [at] });
    await this.memory.batch(before);
    done();
  }

  async clear(at: number): Promise<void> {
    const { before, done } = this.plan({ clear: [at] });
    if (before.length) await this.memory.batch(before);
    done();
  }

  /** Where a core that goes on from `pc` would stop at once, when the change is made. */
  stays(pc: number, change: BreakpointChange): boolean {
    return change.set?.includes(pc) || this.at(pc) && !change.clear?.includes(pc);
  }

  /**
   * The writes that make the change, and `done` for when they are made. With `stepping`, the address of an
   * instruction that is stepped between `before` and `after`, no comparator stands there meanwhile. Faults:
   * core-no-breakpoint-left, core-cannot-break-there; then nothing is changed.
   */
  plan(change: BreakpointChange, stepping?: number): Around & { readonly done: () => void } {
    const next = [...this.#used];
    const [before, after]: [Access[], Access[]] = [[], []];
    for (const at of change.clear ?? []) {
      const n = next.indexOf(at);
      if (n === -1) continue;
      before.push({ write: comparator(n), value: 0 });
      next[n] = undefined;
    }
    const here = stepping === undefined ? -1 : next.indexOf(stepping);
    if (here !== -1) {
      before.push({ write: comparator(here), value: 0 });
      after.push({ write: comparator(here), value: this.#word(stepping) });
    }
    for (const at of change.set ?? []) {
      if (next.includes(at)) continue;
      const n = this.#free(next, at);
      next[n] = at;
      (at === stepping ? after : before).push({ write: comparator(n), value: this.#word(at) });
    }
    const on = this.#on || next.some((at) => at !== undefined);
    if (on && !this.#on) before.push({ write: AT.FP_CTRL, value: ON });
    const done = () => {
      this.#used.splice(0, next.length, ...next);
      this.#on = on;
    };
    return { before, after, done };
  }

  #free(used: readonly (number | undefined)[], at: number): number {
    this.#reachable(at);
    const n = used.indexOf(undefined);
    if (n !== -1) return n;
    throw fault("core-no-breakpoint-left", { count: this.count, where: hex(at) });
  }

  #reachable(at: number): void {
    const why = at % 2 !== 0
      ? "it is odd, an instruction is at an even address"
      : !this.#second && at >= CODE_END
      ? "its breakpoint unit (version 1) reaches addresses below 0x20000000 only"
      : undefined;
    if (why) throw fault("core-cannot-break-there", { core: this.core, where: hex(at), why });
  }

  /** Comparator word: version 1 names the word and which half of it, version 2 the address. */
  #word(at: number | undefined): number {
    if (at === undefined) return 0;
    if (this.#second) return or(at, 1);
    const half = at % 4 === 0 ? 1 : 2;
    return or(and(at, 0x1FFF_FFFC), shl(half, 30), 1);
  }

  async #writeAll(word: (n: number) => number, control: number): Promise<void> {
    const writes = Array.from(
      { length: this.count },
      (_, n): Access => ({ write: comparator(n), value: word(n) }),
    );
    await this.memory.batch([...writes, { write: AT.FP_CTRL, value: withBits(0, 1, 0, control) }]);
    this.#on = control === ON;
  }
}
