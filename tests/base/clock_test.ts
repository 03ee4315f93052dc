import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Clock, Deadline, systemClock } from "../../src/base/mod.ts";

Deno.test("deadline: over when its clock has passed it, never before", async () => {
  let t = 0;
  const clock: Clock = { now: () => t, sleep: (ms) => Promise.resolve(void (t += ms)) };
  const end = new Deadline(clock, 30);
  await clock.sleep(29);
  assertEquals([end.over, end.leftMs], [false, 1]);
  await clock.sleep(5);
  assertEquals([end.over, end.leftMs], [true, 0]);
});

Deno.test("systemClock: an aborted sleep rejects with the signal's reason", async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(60_000, stop.signal);
  stop.abort(new Error("interrupted"));
  await assertRejects(() => sleeping, Error, "interrupted");
  await assertRejects(() => systemClock.sleep(1, stop.signal), Error, "interrupted");
  const before = systemClock.now();
  await systemClock.sleep(0);
  assert(systemClock.now() >= before);
});
