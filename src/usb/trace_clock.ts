/** The time that a recorded run sees, and its replay sees again. */
import type { Clock } from "../base/mod.ts";

/**
 * A clock that moves only with what a trace holds: to the end of each transfer, and by each sleep. Between
 * two transfers the real clock goes on, but a program that looks at this one sees the same numbers when the
 * trace is replayed, and so decides the same.
 */
export class TraceClock implements Clock {
  #now: number;
  /** `inner` passes the time of sleeping while recording; a replay needs none. */
  constructor(start: number, readonly inner?: Clock) {
    this.#now = start;
  }
  now(): number {
    return this.#now;
  }
  /** Moves to the end of a transfer; never back. */
  reach(at: number): void {
    this.#now = Math.max(this.#now, at);
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.inner?.sleep(ms, signal);
    this.#now += ms;
  }
}
