import { assert, assertEquals } from "@std/assert";
import { BoardTime, type Runner } from "../../src/sim/timeline.ts";

/** A core that counts and does `act` at given cycles. */
class Clockwork implements Runner {
  hz = 1e9;
  cycles = 0;
  idle = false;
  idleUntil = Infinity;
  stoppable = true;
  runs = 0;
  readonly acts = new Map<number, () => void>();
  #stop = false;
  stop(): void {
    this.#stop = true;
  }
  run(cycles: number): number {
    this.runs++;
    if (this.idle) return 0;
    this.#stop = false;
    let used = 0;
    while (used < cycles && !this.#stop) {
      this.acts.get(this.cycles)?.();
      this.cycles++;
      used++;
    }
    return used;
  }
}

Deno.test("events happen in order of time, then of arrival, at their time", () => {
  const time = new BoardTime();
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name}@${time.now}`);
  time.at(30, note("c"));
  time.at(10, note("a"));
  time.at(30, note("d"));
  time.at(20, note("b"));
  time.advance(30);
  assertEquals(seen, ["a@10", "b@20", "c@30", "d@30"]);
  assertEquals(time.now, 30);
});

Deno.test("an event taken back does not happen; one made by an event does", () => {
  const time = new BoardTime();
  const seen: number[] = [];
  const back = time.at(10, () => seen.push(1));
  back();
  time.at(5, () => time.at(7, () => seen.push(2)));
  time.advance(20);
  assertEquals(seen, [2]);
});

Deno.test("a thousand events in random order come sorted", () => {
  const time = new BoardTime();
  const seen: number[] = [];
  for (let i = 0; i < 1000; i++) {
    const when = (i * 7919) % 1009;
    time.at(when, () => seen.push(when));
  }
  time.advance(2000);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals(seen.length, 1000);
});

Deno.test("the core runs between events, its cycles are the time", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  let at100 = -1;
  time.at(100, () => at100 = core.cycles);
  time.advance(250);
  assertEquals([at100, core.cycles], [100, 250]);
});

Deno.test("an access of the core sees the time of its own cycle", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.hz = 100e6;
  let now = 0;
  core.acts.set(42, () => now = time.now);
  time.advance(1000);
  assertEquals(now, 420);
});

Deno.test("an event that the core itself makes ends its slice", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  let cycles = -1;
  core.acts.set(10, () => time.at(time.now + 5, () => cycles = core.cycles));
  time.advance(1000);
  assert(cycles >= 15 && cycles <= 16, String(cycles));
  assertEquals(core.cycles, 1000);
});

Deno.test("a core that cannot be stopped learns of it within 20 µs", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.stoppable = false;
  core.stop = () => {};
  let at = -1;
  core.acts.set(10, () => time.at(50, () => at = time.now));
  time.advance(1e6);
  assert(at >= 50 && at <= 20_000, String(at));
});

Deno.test("a change of clock counts from where it happens", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.acts.set(100, () => {
    time.clockChanges();
    core.hz = 1e8;
    time.clockChanged();
  });
  time.advance(1100);
  assert(Math.abs(core.cycles - 200) <= 1, String(core.cycles)); // 100 ns at 1 GHz, 1000 ns at 100 MHz
});

Deno.test("a slow clock loses no cycles to short advances", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.hz = 31_250;
  for (let i = 0; i < 1000; i++) time.advance(10_000); // a third of a cycle each
  assert(Math.abs(core.cycles - 312) <= 1, String(core.cycles));
});

Deno.test("an idle core costs one look per event", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.idle = true;
  time.at(5e9, () => {});
  time.advance(10e9);
  assertEquals(core.runs, 2);
  assertEquals(time.now, 10e9);
});

Deno.test("a core held by the bus goes on at its time", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.idle = true;
  core.idleUntil = 300;
  const run = core.run.bind(core);
  core.run = (cycles) => {
    if (time.now >= 300) core.idle = false;
    return run(cycles);
  };
  time.advance(1000);
  assertEquals(core.cycles, 700);
});

Deno.test("an awakened core does not run through the time it slept", () => {
  const time = new BoardTime();
  const core = time.runner = new Clockwork();
  core.idle = true;
  time.at(1000, () => core.idle = false);
  time.advance(1500);
  assertEquals(core.cycles, 500);
});
