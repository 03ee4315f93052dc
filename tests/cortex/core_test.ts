import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { openCore } from "../../src/cortex/mod.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { bench, FakeCore } from "../support/fake_core.ts";

Deno.test("openCore() only looks, in one pair of exchanges", async () => {
  const chip = new FakeCore();
  await using probe = await openStlink(chip.fake, chip.fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const before = probe.counters.exchanges;
  const core = await openCore(probe, chip.fake.clock);
  assertEquals(probe.counters.exchanges - before, 2);
  assertEquals([core.cpuid, core.name, core.breakpoints.count], [0x410F_C271, "Cortex-M7 r0p1", 8]);
});

Deno.test("openCore() names every Cortex-M, and tells what is none", async () => {
  const names: [number, string][] = [
    [0x410C_C200, "Cortex-M0 r0p0"],
    [0x411F_C231, "Cortex-M3 r1p1"],
    [0x410F_C241, "Cortex-M4 r0p1"],
    [0x411F_C270, "Cortex-M7 r1p0"],
    [0x410C_C601, "Cortex-M0+ r0p1"],
    [0x410F_D214, "Cortex-M33 r0p4"],
  ];
  for (const [cpuid, name] of names) {
    await using b = await bench(new FakeCore({ cpuid }), "attach");
    assertEquals(b.core.name, name);
  }
  const chip = new FakeCore({ cpuid: 0xA05F_0000 });
  await using probe = await openStlink(chip.fake, chip.fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const fault = await assertRejects(() => openCore(probe, chip.fake.clock), Fault);
  assertEquals(fault.slug, "core-unknown");
});

Deno.test("a Cortex-M7 is seen through its data cache, and past it; others have one view", async () => {
  await using m7 = await bench();
  await m7.core.memory.read(0x2000_0000, 64);
  await m7.core.uncached.read(0x2000_0000, 64);
  assertEquals(m7.chip.fake.csw, [0xAA00_0000, 0]);
  await using m4 = await bench(new FakeCore({ cpuid: 0x410F_C241 }));
  assertEquals(m4.core.memory, m4.core.uncached);
});

Deno.test("state() tells all five, and a reset that is over from one that lasts", async () => {
  await using b = await bench(new FakeCore(), "attach");
  assertEquals(await b.core.state(), "running");
  b.chip.sleeping = true;
  assertEquals(await b.core.state(), "sleeping");
  b.chip.sleeping = false;
  b.chip.lockedUp = true;
  assertEquals(await b.core.state(), "locked-up");
  b.chip.lockedUp = false;
  b.chip.reset();
  assertEquals(await b.core.state(), "running");
  await b.probe.holdReset(true);
  assertEquals(await b.core.state(), "in-reset");
  await b.probe.holdReset(false);
  await b.core.halt();
  assertEquals(await b.core.state(), "halted");
});

Deno.test("halt(), step(), resume() and what they cost", async () => {
  await using b = await bench(new FakeCore(), "attach");
  assertEquals(await b.cost(() => b.core.halt()), 2);
  assertEquals(b.chip.halted, true);
  assertEquals(await b.core.stopReason(), { why: "debug-request" });
  b.chip.registers.set(15, 0x0800_0100);
  assertEquals(await b.cost(() => b.core.step()), 2);
  assertEquals(b.chip.steps, 1);
  assertEquals(await b.core.stopReason(), { why: "step" });
  assertEquals(await b.cost(() => b.core.resume()), 2);
  assertEquals(b.chip.halted, false);
  assertEquals(await b.core.stopReason(), { why: "not-stopped" });
});

Deno.test("step() of a running core is refused, and it runs on", async () => {
  await using b = await bench(new FakeCore(), "attach");
  const fault = await assertRejects(() => b.core.step(), Fault);
  assertEquals(fault.message, "The core must be halted to step, and it is running");
  assertEquals(b.chip.halted, false);
});

Deno.test("halt() gives up at its deadline", async () => {
  const chip = new FakeCore();
  await using b = await bench(chip, "attach");
  chip.is.halts = false;
  const fault = await assertRejects(() => b.core.halt(), Fault);
  assertEquals([fault.slug, fault.facts["resets"]], ["core-did-not-halt", undefined]);
  chip.is.resetsEvery = 3;
  const resets = await assertRejects(() => b.core.halt(), Fault);
  assertEquals(Number(resets.facts["resets"]) > 10, true);
});

Deno.test("resume() and step() pass over a breakpoint at the present address", async () => {
  await using b = await bench();
  b.chip.registers.set(15, 0x0800_0100);
  await b.core.breakpoint(0x0800_0100, true);
  await b.core.resume();
  assertEquals([b.chip.steps, b.chip.halted], [1, false]);
  assertEquals(b.chip.word(0xE000_2008), 0x0800_0101, "the breakpoint is set again");
  await b.core.halt();
  await b.core.resume();
  assertEquals(b.chip.steps, 1, "elsewhere no step is needed");
  await b.core.halt();
  b.chip.registers.set(15, 0x0800_0100);
  await b.core.step();
  assertEquals(b.chip.steps, 2);
});

Deno.test("stopReason() reads DFSR in OpenOCD's order", async () => {
  await using b = await bench();
  const reason = async (dfsr: number) => {
    b.chip.set(0xE000_ED30, dfsr);
    return (await b.core.stopReason()).why;
  };
  assertEquals(await reason(0b00011), "breakpoint");
  assertEquals(await reason(0b00101), "watchpoint");
  assertEquals(await reason(0b01001), "vector-catch");
  assertEquals(await reason(0b00001), "debug-request");
  assertEquals(await reason(0b10000), "external");
  assertEquals(await reason(0), "unknown");
});
