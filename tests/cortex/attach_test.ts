import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { attach } from "../../src/cortex/mod.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { bench, FakeCore, FREEZE } from "../support/fake_core.ts";

const WISH = { hertz: 4e6, freeze: FREEZE };
const frozen = (chip: FakeCore) => [chip.word(0xE004_2004), chip.word(0xE004_2008)];

Deno.test("attach() looks only: the core runs on, the watchdogs are told to stand still when it does not", async () => {
  await using b = await bench(new FakeCore(), "attach");
  assertEquals(b.chip.halted, false);
  assertEquals(b.chip.resets, 0);
  assertEquals(frozen(b.chip), [7, 0x1800]);
  assertEquals(b.attached.report.was, "running");
  assertEquals(b.attached.report.resetBy, undefined);
  assertEquals(b.attached.report.notes, []);
  assertEquals(b.core.name, "Cortex-M7 r0p1");
  assertEquals([b.attached.report.hertz, b.attached.report.dpidr], [4e6, 0x5BA0_2477]);
});

Deno.test("attach() leaves a core halted that it finds halted", async () => {
  const chip = new FakeCore();
  chip.halted = true;
  chip.control = 3;
  await using b = await bench(chip, "attach");
  assertEquals(b.attached.report.was, "halted");
  assertEquals(await b.core.state(), "halted");
});

Deno.test("attach() halts where the core is", async () => {
  await using b = await bench(new FakeCore(), "halt");
  assertEquals([b.chip.halted, b.chip.resets], [true, 0]);
  assertEquals(frozen(b.chip), [7, 0x1800]);
});

Deno.test("attach() under reset stops before the first instruction, watchdogs frozen while NRST is low", async () => {
  const chip = new FakeCore();
  let low: boolean | undefined;
  const write = chip.fake.onWrite;
  chip.fake.onWrite = (at, value) => {
    if (at === 0xE004_2008) low = chip.inReset;
    write(at, value);
  };
  await using b = await bench(chip, "under-reset");
  assertEquals(low, true);
  assertEquals([chip.halted, chip.resets, chip.inReset], [true, 1, false]);
  assertEquals(b.attached.report.resetBy, "nrst");
  assertEquals(b.attached.report.notes, []);
  assertEquals(chip.word(0xE000_EDFC) & 0x7FF, 0, "the vector catch is disarmed");
  assertEquals((await b.core.stopReason()).why, "vector-catch");
});

Deno.test("attach() under reset without an NRST wire resets from within, and says so", async () => {
  const chip = new FakeCore();
  chip.is.nrstWired = false;
  await using b = await bench(chip, "under-reset");
  assertEquals([chip.halted, chip.resets], [true, 1]);
  assertEquals(b.attached.report.resetBy, "sysresetreq");
  assertEquals(b.attached.report.notes, [
    "NRST had no effect (is its wire connected?), so the core was stopped running and then reset by SYSRESETREQ",
  ]);
});

Deno.test("attach() under reset on a chip whose bus is dead meanwhile resets once more after it", async () => {
  const chip = new FakeCore();
  chip.is.busInReset = false;
  await using b = await bench(chip, "under-reset");
  assertEquals([chip.halted, chip.resets], [true, 2]);
  assertEquals(b.attached.report.resetBy, "sysresetreq");
  assertEquals(b.attached.report.notes.length, 1);
});

Deno.test("attach() clears what an earlier debugger left, and says so", async () => {
  const chip = new FakeCore();
  chip.set(0xE000_2000, 0x1000_0081);
  chip.set(0xE000_2008, 0x0800_0101);
  chip.set(0xE000_EDFC, 0x0100_0000);
  chip.set(0xE000_1028, 6);
  await using b = await bench(chip);
  assertEquals([chip.word(0xE000_2008), chip.word(0xE000_1028)], [0, 0]);
  assertEquals(b.attached.report.notes, [
    "breakpoints that an earlier debugger had left were cleared",
  ]);
});

Deno.test("attach() says when the core does not stop after the reset", async () => {
  const chip = new FakeCore();
  chip.is.catches = false;
  await using probe = await openStlink(chip.fake, chip.fake.clock);
  const fault = await assertRejects(
    () => attach(probe, chip.fake.clock, { ...WISH, mode: "under-reset" }),
    Fault,
  );
  assertEquals(fault.slug, "core-did-not-stop");
  assertEquals(
    fault.message,
    "The core was reset and ran on instead of stopping: it is running 150 ms after the reset",
  );
});

Deno.test("attach() halts a chip that resets itself: the request outlives the reset", async () => {
  const chip = new FakeCore();
  chip.is.resetsEvery = 2;
  await using b = await bench(chip, "halt");
  assertEquals(b.chip.halted, true);
});

Deno.test("attach() costs few exchanges", async () => {
  const costs: Record<string, number> = {};
  for (const mode of ["attach", "halt", "under-reset"] as const) {
    await using b = await bench(new FakeCore(), mode);
    costs[mode] = b.probe.counters.exchanges;
  }
  assertEquals(costs, { "attach": 12, "halt": 14, "under-reset": 17 });
});

Deno.test("leave() as found puts everything back", async () => {
  const chip = new FakeCore();
  chip.set(0xE004_2008, 0x0000_0001);
  chip.set(0xE000_EDFC, 0x0100_0000);
  chip.set(0xE000_2000, 0x1000_0081);
  chip.set(0xE000_2008, 0x0800_0101);
  await using b = await bench(chip, "under-reset");
  await b.core.breakpoint(0x0800_0200, true);
  await b.core.watchpoint(0x2000_0000, 4, "write", true);
  await b.attached.leave("as-found");
  assertEquals(chip.word(0xE004_2008), 1);
  assertEquals(chip.word(0xE004_2004), 0);
  assertEquals(chip.word(0xE000_EDFC), 0x0100_0000);
  assertEquals(chip.word(0xE000_2008), 0x0800_0101);
  assertEquals(chip.word(0xE000_1028), 0);
  assertEquals([chip.halted, chip.control & 1, chip.fake.mode], [false, 0, 1]);
});

Deno.test("leave() as found keeps a core halted that was, and debugging enabled that was", async () => {
  const chip = new FakeCore();
  chip.halted = true;
  chip.control = 3;
  await using b = await bench(chip, "halt");
  await b.attached.leave("as-found");
  assertEquals([chip.halted, chip.control], [true, 3]);
  const other = new FakeCore();
  other.control = 1;
  await using second = await bench(other, "halt");
  await second.attached.leave("as-found");
  assertEquals([other.halted, other.control], [false, 1]);
});

Deno.test("leave() running clears breakpoints and lets go; halted stops and keeps the watchdogs frozen", async () => {
  await using b = await bench();
  await b.core.breakpoint(0x0800_0200, true);
  await b.attached.leave("running");
  assertEquals([b.chip.halted, b.chip.control], [false, 0]);
  assertEquals(b.chip.word(0xE000_2008), 0);
  await using h = await bench(new FakeCore(), "attach");
  await h.attached.leave("halted");
  assertEquals([h.chip.halted, h.chip.control], [true, 3]);
  assertEquals(frozen(h.chip), [7, 0x1800]);
  assertEquals(h.chip.fake.mode, 1);
});

Deno.test("leave() reset-held keeps NRST low past the end", async () => {
  const b = await bench();
  await b.attached.leave("reset-held");
  await b[Symbol.asyncDispose]();
  assertEquals([b.chip.inReset, b.chip.fake.nrstLow, b.chip.fake.closed], [true, true, true]);
});
