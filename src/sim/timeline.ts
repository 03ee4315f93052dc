/** One board's time: events in order, and the core's cycles between them. */
import type { Timeline } from "./contracts.ts";

/** What uses the time between two events: the core with its clock. */
export interface Runner {
  /** the core's clock now */
  readonly hz: number;
  /** cycles executed so far; also while `run` is at work, if the core keeps count */
  readonly cycles: number;
  /** Runs at most `cycles`; gives the number used, 0 when it has nothing to do. */
  run(cycles: number): number;
  /** While it has nothing to do: when (ns) it goes on by itself; Infinity when only an event can wake it. */
  readonly idleUntil: number;
  /** Ends a `run` at work before its next instruction, if the core can do that. */
  stop(): void;
  readonly stoppable: boolean;
}

interface Entry {
  readonly when: number;
  readonly order: number;
  act: (() => void) | undefined;
}

/** longest slice of a core that cannot be stopped: bounds how late it learns of a new event */
const BLIND_SLICE_NS = 20_000;

/** Binary heap by time, then by order of arrival. */
class Queue {
  readonly #heap: Entry[] = [];
  get first(): Entry | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.act === undefined) this.#pop();
    return this.#heap[0];
  }
  push(e: Entry): void {
    const h = this.#heap;
    let i = h.push(e) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(e, h[up]!)) break;
      h[i] = h[up]!;
      i = up;
    }
    h[i] = e;
  }
  take(): Entry | undefined {
    return this.first === undefined ? undefined : this.#pop();
  }
  #pop(): Entry {
    const h = this.#heap;
    const top = h[0]!;
    const e = h.pop()!;
    if (h.length === 0) return top;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if (down >= h.length) break;
      if (down + 1 < h.length && before(h[down + 1]!, h[down]!)) down++;
      if (!before(h[down]!, e)) break;
      h[i] = h[down]!;
      i = down;
    }
    h[i] = e;
    return top;
  }
}

const before = (a: Entry, b: Entry): boolean =>
  a.when < b.when || (a.when === b.when && a.order < b.order);

/** See {@link Timeline}. Times are ns as plain numbers. */
export class BoardTime implements Timeline {
  /** the core; nothing runs without one */
  runner: Runner | undefined;
  readonly #queue = new Queue();
  #now = 0;
  #order = 0;
  /** up to when the core has executed; near `#now`, by less than an instruction */
  #coreAt = 0;
  #sliceEnd = 0;
  #startCycles = 0;
  #cycleNs = 0;
  #running = false;

  get now(): number {
    return this.#running ? Math.max(this.#now, this.#liveCoreAt()) : this.#now;
  }

  #liveCoreAt(): number {
    return this.#coreAt + ((this.runner?.cycles ?? 0) - this.#startCycles) * this.#cycleNs;
  }

  at(when: number, act: () => void): () => void {
    const entry: Entry = { when, order: this.#order++, act };
    this.#queue.push(entry);
    if (this.#running && when < this.#sliceEnd) this.runner?.stop();
    return () => entry.act = undefined;
  }

  /** Calls `act` in `ns` from now. */
  after(ns: number, act: () => void): () => void {
    return this.at(this.now + ns, act);
  }

  /** The core's clock is about to change: what it has executed so far counts at the old one. */
  clockChanges(): void {
    if (!this.#running) return;
    this.#coreAt = this.#liveCoreAt();
    this.#startCycles = this.runner?.cycles ?? 0;
    this.#cycleNs = 1e9 / (this.runner?.hz ?? 1);
    this.runner?.stop();
  }
  /** The core's clock has changed. */
  clockChanged(): void {
    if (this.#running) this.#cycleNs = 1e9 / (this.runner?.hz ?? 1);
  }

  /** Not from within an access of the running core: there it is the core that makes time pass. */
  advance(ns: number): void {
    if (this.#running) return;
    const end = this.#now + Math.max(0, ns);
    for (;;) {
      this.#fireDue();
      if (this.#now >= end) return;
      const next = Math.min(end, this.#queue.first?.when ?? end);
      this.#now = this.#runUntil(next);
    }
  }

  #fireDue(): void {
    for (let e = this.#queue.first; e !== undefined && e.when <= this.#now;) {
      this.#queue.take();
      const act = e.act;
      e.act = undefined;
      act?.();
      e = this.#queue.first;
    }
  }

  /** Lets the core run until `next` at most; gives the new time. */
  #runUntil(next: number): number {
    const runner = this.runner;
    if (runner === undefined) return next;
    this.#cycleNs = 1e9 / runner.hz;
    this.#coreAt = Math.max(this.#coreAt, this.#now - 2 * this.#cycleNs);
    const end = Math.min(next, this.#blindEnd(runner));
    const budget = Math.floor((end - this.#coreAt) / this.#cycleNs);
    if (budget < 1) return end;
    this.#sliceEnd = end;
    this.#startCycles = runner.cycles;
    this.#running = true;
    let used = 0;
    try {
      used = runner.run(budget);
    } finally {
      this.#coreAt = this.#liveCoreAt();
      this.#running = false;
    }
    if (used === 0) {
      const resume = runner.idleUntil;
      const idle = resume > this.#now ? Math.min(next, resume) : next;
      this.#coreAt = idle;
      return idle;
    }
    return used >= budget ? end : Math.min(end, Math.max(this.#now, this.#coreAt));
  }

  #blindEnd(runner: Runner): number {
    return runner.stoppable ? Infinity : this.#now + BLIND_SLICE_NS;
  }
}
