/** Time is handed in: a real clock on a bench, a virtual one under the simulator. */

/** Milliseconds since some start, and a way to let them pass. */
export interface Clock {
  /** ms since an arbitrary start; never goes back */
  now(): number;
  /** Lets `ms` pass. Rejects with the signal's reason when it is aborted meanwhile. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** A point in time that a loop may not pass. */
export class Deadline {
  readonly #end: number;
  constructor(readonly clock: Clock, readonly withinMs: number) {
    this.#end = clock.now() + withinMs;
  }
  /** Whether the time is over. */
  get over(): boolean {
    return this.clock.now() >= this.#end;
  }
  /** ms that remain, at least 0 */
  get leftMs(): number {
    return Math.max(0, this.#end - this.clock.now());
  }
}
