/** The core as the timeline runs it: its clock, stalls on the bus, resets that it asks for. */
import { BusStall, type CpuCore } from "../contracts.ts";
import type { BoardTime, Runner } from "../timeline.ts";

/** What the chip does around a slice of execution. */
export interface RunnerHooks {
  readonly hz: number;
  readonly time: BoardTime;
  /** the core's clock is off */
  readonly stopped: boolean;
  /** after each slice */
  ran(): void;
}

/** See {@link Runner}. */
export class CoreRunner implements Runner {
  #active = false;
  #stalledUntil = 0;
  constructor(readonly core: CpuCore, readonly hooks: RunnerHooks) {}

  /** Whether the core is executing right now: its own access is on the bus. */
  get active(): boolean {
    return this.#active;
  }
  get hz(): number {
    return this.hooks.hz;
  }
  get cycles(): number {
    return this.core.cycles;
  }
  get stoppable(): boolean {
    return this.core.stop !== undefined;
  }
  get idleUntil(): number {
    return this.#stalledUntil > this.hooks.time.now ? this.#stalledUntil : Infinity;
  }
  stop(): void {
    this.core.stop?.();
  }
  /** A reset frees the core from a transfer that the bus holds. */
  release(): void {
    this.#stalledUntil = 0;
  }

  run(cycles: number): number {
    if (this.hooks.stopped || this.#stalledUntil > this.hooks.time.now) return 0;
    const before = this.core.cycles;
    this.#active = true;
    let used = 0;
    try {
      used = this.core.run(cycles);
    } catch (e) {
      if (!(e instanceof BusStall)) throw e;
      this.#stalledUntil = e.until;
      used = this.core.cycles - before;
    } finally {
      this.#active = false;
    }
    this.hooks.ran();
    return used;
  }
}
