import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { bench, FakeCore } from "../support/fake_core.ts";

const comparator = (chip: FakeCore, n: number) =>
  [0, 4, 8].map((offset) => chip.word(0xE000_1020 + 16 * n + offset));

Deno.test("v7-M: address, mask, function; TRCENA is set first", async () => {
  await using b = await bench();
  await b.core.watchpoint(0x2000_0010, 4, "write", true);
  await b.core.watchpoint(0x2000_0100, 256, "read", true);
  await b.core.watchpoint(0x2000_0001, 1, "access", true);
  assertEquals(comparator(b.chip, 0), [0x2000_0010, 2, 6]);
  assertEquals(comparator(b.chip, 1), [0x2000_0100, 8, 5]);
  assertEquals(comparator(b.chip, 2), [0x2000_0001, 0, 7]);
  assertEquals(b.chip.word(0xE000_EDFC) >>> 24 & 1, 1);
  await b.core.watchpoint(0x2000_0100, 256, "read", false);
  await b.core.watchpoint(0x2000_0100, 256, "write", false);
  assertEquals(comparator(b.chip, 1)[2], 0);
});

Deno.test("v8-M: match, action and size in one register", async () => {
  await using b = await bench(new FakeCore({ cpuid: 0x410F_D214 }));
  await b.core.watchpoint(0x2000_0010, 4, "write", true);
  await b.core.watchpoint(0x2000_0012, 2, "read", true);
  await b.core.watchpoint(0x2000_0013, 1, "access", true);
  assertEquals(comparator(b.chip, 0), [0x2000_0010, 0, 0x815]);
  assertEquals(comparator(b.chip, 1), [0x2000_0012, 0, 0x416]);
  assertEquals(comparator(b.chip, 2), [0x2000_0013, 0, 0x014]);
  const fault = await assertRejects(() => b.core.watchpoint(0x2000_0000, 8, "read", true), Fault);
  assertEquals(
    fault.message,
    "Cortex-M33 r0p4 cannot watch 8 bytes at 0x20000000: it takes a power of two up to 4",
  );
});

Deno.test("a watchpoint that cannot be, and one too many", async () => {
  await using b = await bench(new FakeCore({ watchpoints: 2 }));
  for (const [at, length] of [[0x2000_0001, 2], [0x2000_0000, 3], [0x2000_0000, 65536]] as const) {
    const fault = await assertRejects(() => b.core.watchpoint(at, length, "read", true), Fault);
    assertEquals(fault.slug, "core-cannot-watch");
  }
  await b.core.watchpoint(0x2000_0000, 4, "read", true);
  await b.core.watchpoint(0x2000_0004, 4, "read", true);
  const fault = await assertRejects(() => b.core.watchpoint(0x2000_0008, 4, "read", true), Fault);
  assertEquals(fault.message, "All 2 watchpoints are in use; 0x20000008 was not set");
});

Deno.test("stopReason() names the address of the watchpoint that matched", async () => {
  await using b = await bench();
  await b.core.watchpoint(0x2000_0010, 4, "write", true);
  await b.core.watchpoint(0x2000_0020, 4, "write", true);
  b.chip.set(0xE000_ED30, 0b00101);
  assertEquals(await b.core.stopReason(), { why: "watchpoint" });
  b.chip.set(0xE000_1038, 0x0100_0006);
  assertEquals(await b.core.stopReason(), { why: "watchpoint", at: 0x2000_0020 });
});

Deno.test("watchpoints are written again after a reset", async () => {
  await using b = await bench();
  await b.core.watchpoint(0x2000_0010, 4, "write", true);
  b.chip.fake.onCommand = ((before) => (op: number, p: Uint8Array) => {
    if (op === 0x3C) b.chip.set(0xE000_1028, 0);
    return before(op, p);
  })(b.chip.fake.onCommand);
  await b.core.reset();
  assertEquals(comparator(b.chip, 0), [0x2000_0010, 2, 6]);
});
