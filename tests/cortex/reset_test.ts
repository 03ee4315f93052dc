import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { watchResets } from "../../src/cortex/mod.ts";
import { bench, FakeCore } from "../support/fake_core.ts";

const NO_EFFECT =
  "NRST had no effect (is its wire connected?), so the chip was reset by SYSRESETREQ";

Deno.test("reset() by NRST lets the core run", async () => {
  await using b = await bench();
  assertEquals(await b.cost(async () => assertEquals(await b.core.reset(), { by: "nrst" })), 8);
  assertEquals([b.chip.halted, b.chip.resets], [false, 1]);
});

Deno.test("reset() by SYSRESETREQ never touches NRST", async () => {
  await using b = await bench();
  b.chip.fake.log.length = 0;
  assertEquals(await b.core.reset("sysresetreq"), { by: "sysresetreq" });
  assertEquals([b.chip.halted, b.chip.resets], [false, 1]);
  assertEquals(b.chip.fake.log.includes("F2 3C"), false);
});

Deno.test("resetAndHalt() stops before the first instruction, and disarms the catch", async () => {
  for (const how of ["nrst", "sysresetreq"] as const) {
    await using b = await bench(new FakeCore(), "attach");
    assertEquals(await b.core.resetAndHalt(how), { by: how });
    assertEquals([b.chip.halted, b.chip.resets], [true, 1]);
    assertEquals(b.chip.word(0xE000_EDFC) & 0x7FF, 0);
    assertEquals((await b.core.stopReason()).why, "vector-catch");
  }
});

Deno.test("resetAndHalt() costs 6 exchanges by NRST, 5 by SYSRESETREQ", async () => {
  await using b = await bench();
  assertEquals(await b.cost(() => b.core.resetAndHalt()), 6);
  assertEquals(await b.cost(() => b.core.resetAndHalt("sysresetreq")), 5);
});

Deno.test("without an NRST wire both fall back to SYSRESETREQ and say so", async () => {
  const chip = new FakeCore();
  chip.is.nrstWired = false;
  await using b = await bench(chip);
  assertEquals(await b.core.reset(), { by: "sysresetreq", note: NO_EFFECT });
  assertEquals([chip.halted, chip.resets], [false, 1]);
  assertEquals(await b.core.resetAndHalt(), { by: "sysresetreq", note: NO_EFFECT });
  assertEquals([chip.halted, chip.resets], [true, 2]);
  // once found dead, NRST is not tried again, unless asked for
  assertEquals(await b.cost(() => b.core.resetAndHalt()), 5);
  chip.is.nrstWired = true;
  assertEquals(await b.core.resetAndHalt("nrst"), { by: "nrst" });
  assertEquals(await b.core.resetAndHalt(), { by: "nrst" });
});

Deno.test("a chip that cannot be reset is reported", async () => {
  const chip = new FakeCore();
  chip.is.nrstWired = false;
  chip.is.sysresetreqWorks = false;
  await using b = await bench(chip);
  const both = await assertRejects(() => b.core.reset(), Fault);
  assertEquals(
    both.message,
    "The chip was not reset: neither NRST nor SYSRESETREQ had an effect",
  );
  const one = await assertRejects(() => b.core.resetAndHalt("sysresetreq"), Fault);
  assertEquals(one.message, "The chip was not reset: SYSRESETREQ had no effect");
});

Deno.test("a core that runs on after resetAndHalt() is reported", async () => {
  const chip = new FakeCore();
  chip.is.catches = false;
  await using b = await bench(chip);
  const fault = await assertRejects(() => b.core.resetAndHalt(), Fault);
  assertEquals(fault.slug, "core-did-not-stop");
});

Deno.test("a chip that answers nothing for a moment after its reset is waited for", async () => {
  const chip = new FakeCore();
  await using b = await bench(chip);
  let dead = 0;
  const access = chip.fake.onAccess;
  chip.fake.onWrite = ((before) => (at: number, value: number) => {
    if (at === 0xE000_ED0C) dead = 6;
    before(at, value);
  })(chip.fake.onWrite);
  chip.fake.onAccess = (kind, at) => dead-- > 0 ? 0x16 : access(kind, at);
  assertEquals(await b.core.resetAndHalt("sysresetreq"), { by: "sysresetreq" });
  assertEquals(chip.halted, true);
});

Deno.test("watchResets() counts what happens while it looks", async () => {
  const chip = new FakeCore();
  await using b = await bench(chip, "attach");
  chip.reset(); // before: does not count
  const quiet = await watchResets(b.core, 60);
  assertEquals([quiet.resets, quiet.ms, quiet.looks > 20], [0, 60, true]);
  chip.is.resetsEvery = 8;
  const busy = await watchResets(b.core, 60);
  assertEquals(busy.resets, 3);
});
