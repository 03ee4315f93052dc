/** A counter that runs down by a clock and can be stopped: what watchdogs and timers are made of. */
import type { BoardTime } from "../timeline.ts";

/** Counts `ticks` down at `hz`, then calls `act`. Nothing happens between. */
export class Ticker {
  #left = 0;
  #since = 0;
  #hz = 0;
  #cancel: (() => void) | undefined;
  constructor(readonly time: BoardTime, readonly act: () => void) {}

  get running(): boolean {
    return this.#cancel !== undefined;
  }
  /** ticks still to go, with their fraction */
  get left(): number {
    if (!this.running) return this.#left;
    return Math.max(0, this.#left - (this.time.now - this.#since) * this.#hz / 1e9);
  }
  /** Begins anew with this many ticks; runs if `hz` is above 0. */
  start(ticks: number, hz: number): void {
    this.stop();
    this.#left = ticks;
    this.run(hz);
  }
  /** Goes on at another clock; 0 pauses. */
  run(hz: number): void {
    if (hz === this.#hz && this.running) return;
    this.stop();
    this.#hz = hz;
    if (hz <= 0) return;
    this.#since = this.time.now;
    this.#cancel = this.time.at(this.#since + this.#left / hz * 1e9, () => {
      this.#cancel = undefined;
      this.#left = 0;
      this.act();
    });
  }
  /** Pauses. */
  stop(): void {
    this.#left = this.left;
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
