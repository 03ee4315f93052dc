import { assertEquals, assertRejects } from "@std/assert";
import { bytesToWords, Fault, wordsToBytes } from "../../src/base/mod.ts";
import { bench, FakeCore } from "../support/fake_core.ts";
import { type SimCore, simCore } from "../support/sim_bench.ts";

const CODE = 0x2000_0400;
const DATA = 0x2000_0800;
const FP_CTRL = 0xE000_2000;
const comparators = async (b: SimCore): Promise<readonly number[]> => [
  ...bytesToWords(await b.core.uncached.read(FP_CTRL + 8, 16)),
];

/** adds r0, #1; str r0, [r1]; b to the first (Thumb), halted at the first */
async function looping(): Promise<SimCore> {
  const b = await simCore();
  await b.core.memory.write(CODE, Uint8Array.of(0x01, 0x30, 0x08, 0x60, 0xFC, 0xE7));
  await b.core.memory.write(DATA, wordsToBytes([7, 8, 9]));
  await b.core.writeRegisters({ pc: CODE, r0: 0, r1: DATA, xpsr: 0x0100_0000 });
  return b;
}

Deno.test("step() brings along what the probe carries: words as they are after it, and the new PC", async () => {
  await using b = await looping();
  await b.core.step();
  const before = b.probe.counters.exchanges;
  const came = await b.core.step(CODE + 2, { peek: [DATA, DATA + 4, DATA + 8], pc: true });
  assertEquals([came.pc, [...came.words?.values() ?? []]], [CODE + 4, [1, 8, 9]]);
  assertEquals(b.probe.counters.exchanges - before, 2);
  assertEquals(await b.core.step(CODE + 4), {});
  assertEquals((await b.core.step(CODE, { pc: true })).pc, CODE + 2);
  assertEquals(await b.core.stopReason(), { why: "step" });
});

Deno.test("step() cuts a wish that is longer than a trip, and none is split in two", async () => {
  await using b = await looping();
  const peek = Array.from({ length: 100 }, (_, i) => DATA + 4 * i);
  const before = b.probe.counters.exchanges;
  const all = (await b.core.step(CODE, { peek })).words?.size ?? 0;
  const withPc = (await b.core.step(CODE + 2, { peek, pc: true })).words?.size ?? 0;
  assertEquals(b.probe.counters.exchanges - before, 4);
  const room = b.probe.tripItems ?? 0;
  assertEquals([all, withPc], [room - 13, room - 17]);
});

Deno.test("step() with the data cache on gives words of tightly coupled memory only: else the bus may be older than the cache", async () => {
  await using b = await bench();
  await b.core.memory.write(DATA, wordsToBytes([7]));
  b.chip.registers.set(15, 0x0800_0100);
  const peek = [DATA];
  assertEquals((await b.core.step(undefined, { peek })).words?.get(DATA), 7);
  b.chip.set(0xE000_ED14, 2 ** 16); // CCR.DC
  assertEquals(await b.core.step(undefined, { peek, pc: true }), { pc: 0x0800_0104 });
  // tightly coupled memory is on the core's own ports: no cache is in between
  const far = 0x2001_0000;
  b.chip.set(far, 9);
  b.chip.set(far + 4, 10);
  const wish = { peek: [far, DATA, far + 4], tcm: [{ at: 0x2000_0000, length: 0x1_0000 }] };
  assertEquals([...(await b.core.step(undefined, wish)).words ?? []], [[DATA, 7]]);
  b.chip.set(0xE000_ED14, 0);
  assertEquals((await b.core.step(undefined, wish)).words?.get(far), 9);
});

Deno.test("step() takes a PC only when its transfer was ready", async () => {
  await using b = await bench();
  b.chip.registers.set(15, 0x0800_0100);
  assertEquals(await b.core.step(undefined, { pc: true }), { pc: 0x0800_0102 });
  b.chip.is.registersReady = false;
  assertEquals(await b.core.step(undefined, { pc: true }), {});
});

Deno.test("step() and resume() with a probe that has no trips do the same, and bring nothing along", async () => {
  await using b = await bench(new FakeCore({ jtag: 28 }));
  assertEquals(b.probe.tripItems, 0);
  b.chip.registers.set(15, 0x0800_0100);
  const wish = { peek: [DATA], pc: true, breakpoints: { set: [0x0800_0102] } };
  assertEquals(await b.core.step(0x0800_0100, wish), {});
  assertEquals([b.chip.steps, b.chip.word(FP_CTRL + 8)], [1, 0x0800_0103]);
  await b.core.resume(0x0800_0102, { clear: [0x0800_0102] });
  assertEquals([b.chip.steps, b.chip.halted, b.chip.word(FP_CTRL + 8)], [1, false, 0]);
});

Deno.test("step() carries a comparator at its own address around: off before, on after, in one trip", async () => {
  await using b = await looping();
  await b.core.breakpoint(CODE, true);
  const before = b.probe.counters.exchanges;
  await b.core.step(CODE);
  assertEquals(b.probe.counters.exchanges - before, 2);
  assertEquals((await comparators(b))[0], CODE + 1);
  assertEquals(await b.core.readRegisters(["pc", "r0"]), [CODE + 2, 1]);
  // round the loop: it is still there and stops
  await b.core.resume();
  b.board.run(1);
  assertEquals(await b.core.stopReason(), { why: "breakpoint" });
  assertEquals(await b.core.readRegisters(["pc", "r0"]), [CODE, 1]);
});

Deno.test("step() drops a comparator at its own address when it is told to, and sets others", async () => {
  await using b = await looping();
  await b.core.breakpoint(CODE, true);
  await b.core.step(CODE, { breakpoints: { clear: [CODE], set: [CODE + 4] } });
  assertEquals(await comparators(b), [CODE + 5, 0, 0, 0]);
  await b.core.resume();
  b.board.run(1);
  assertEquals(await b.core.readRegisters(["pc", "r0"]), [CODE + 4, 1]);
});

Deno.test("resume() changes comparators on the way, and passes over one that it sets here", async () => {
  await using b = await looping();
  await b.core.breakpoint(CODE + 4, true);
  const before = b.probe.counters.exchanges;
  await b.core.resume(CODE, { clear: [CODE + 4], set: [CODE + 2] });
  assertEquals(b.probe.counters.exchanges - before, 2);
  b.board.run(1);
  assertEquals(await b.core.readRegisters(["pc", "r0"]), [CODE + 2, 1]);
  assertEquals(await comparators(b), [CODE + 3, 0, 0, 0]);
  // a new one at the very place: the core moves, comes round, and stops there
  await b.core.resume(CODE + 2, { clear: [CODE + 2], set: [CODE + 2] });
  b.board.run(1);
  assertEquals(await b.core.stopReason(), { why: "breakpoint" });
  assertEquals(await b.core.readRegisters(["pc", "r0"]), [CODE + 2, 2]);
});

Deno.test("resume() with more breakpoints than comparators is refused, and nothing is changed", async () => {
  await using b = await looping();
  for (let n = 0; n < 8; n++) await b.core.breakpoint(CODE + 0x100 + 2 * n, true);
  const before = await comparators(b);
  const fault = await assertRejects(() => b.core.resume(CODE, { set: [CODE + 2] }), Fault);
  assertEquals(fault.slug, "core-no-breakpoint-left");
  assertEquals([await comparators(b), await b.core.state()], [before, "halted"]);
  await b.core.resume(CODE, { clear: [CODE + 0x100], set: [CODE + 2] });
  b.board.run(1);
  assertEquals(await b.core.readRegisters(["pc"]), [CODE + 2]);
});
