/** Time limits of one step, on the board's clock. */
import type { Clock } from "../base/mod.ts";
import type { StepDocument } from "./document.ts";
import { fault } from "./faults.ts";

/** See the file's comment. */
export class Limits {
  readonly #start: number;
  #last: number;
  constructor(readonly clock: Clock, readonly step: StepDocument, readonly id: string) {
    this.#start = this.#last = clock.now();
  }
  moved(): void {
    this.#last = this.clock.now();
  }
  check(): void {
    const { timeout, idle_timeout } = this.step;
    const now = this.clock.now();
    const over = timeout !== undefined && now - this.#start > timeout;
    const idle = idle_timeout !== undefined && now - this.#last > idle_timeout;
    if (!over && !idle) return;
    throw fault("step-timed-out", { id: this.id, ms: (over ? timeout : idle_timeout) ?? 0 });
  }
  /** ms until the time limit; Infinity without one */
  get leftMs(): number {
    const { timeout = Infinity } = this.step;
    return timeout - (this.clock.now() - this.#start);
  }
  get ms(): number {
    return Math.round(this.clock.now() - this.#start);
  }
}
