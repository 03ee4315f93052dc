import { assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { comparatorCount } from "../../src/cortex/breakpoints.ts";
import { bench, FakeCore } from "../support/fake_core.ts";

const COMP0 = 0xE000_2008;
const M3 = { cpuid: 0x411F_C231, fpb: 0x0000_0260 };

Deno.test("comparatorCount() reads NUM_CODE from both its places", () => {
  assertEquals(comparatorCount(0x1000_0080), 8);
  assertEquals(comparatorCount(0x0000_0260), 6);
  assertEquals(comparatorCount(0x0000_1040), 20);
});

Deno.test("version 2 holds the address, enabled", async () => {
  await using b = await bench();
  await b.core.breakpoint(0x0800_0102, true);
  await b.core.breakpoint(0x2000_0400, true);
  await b.core.breakpoint(0x2000_0400, true);
  assertEquals([0, 4, 8].map((n) => b.chip.word(COMP0 + n)), [0x0800_0103, 0x2000_0401, 0]);
  assertEquals(b.chip.word(0xE000_2000), 3);
  await b.core.breakpoint(0x0800_0102, false);
  await b.core.breakpoint(0x0800_9999, false);
  assertEquals(b.chip.word(COMP0), 0);
});

Deno.test("version 1 holds the word and which half of it, below 0x20000000 only", async () => {
  await using b = await bench(new FakeCore(M3));
  await b.core.breakpoint(0x0800_0100, true);
  await b.core.breakpoint(0x0800_0102, true);
  assertEquals([0, 4].map((n) => b.chip.word(COMP0 + n)), [0x4800_0101, 0x8800_0101]);
  const fault = await assertRejects(() => b.core.breakpoint(0x2000_0000, true), Fault);
  assertEquals(
    fault.message,
    "Cortex-M3 r1p1 cannot break at 0x20000000: its breakpoint unit (version 1) reaches addresses below 0x20000000 only",
  );
});

Deno.test("the ninth breakpoint of eight is refused, one cleared makes room", async () => {
  await using b = await bench();
  for (let n = 0; n < 8; n++) await b.core.breakpoint(0x0800_0000 + 2 * n, true);
  const fault = await assertRejects(() => b.core.breakpoint(0x0800_0100, true), Fault);
  assertEquals(
    fault.message,
    "All 8 hardware breakpoints are in use; 0x08000100 was not set",
  );
  await b.core.breakpoint(0x0800_0004, false);
  await b.core.breakpoint(0x0800_0100, true);
  assertEquals(b.chip.word(COMP0 + 8), 0x0800_0101);
  const odd = await assertRejects(() => b.core.breakpoint(0x0800_0101, true), Fault);
  assertEquals(odd.slug, "core-cannot-break-there");
});

Deno.test("breakpoints are written again after a reset, and cost nothing when there are none", async () => {
  await using b = await bench();
  const without = await b.cost(() => b.core.resetAndHalt());
  await b.core.breakpoint(0x0800_0102, true);
  b.chip.fake.onCommand = ((before) => (op: number, p: Uint8Array) => {
    if (op === 0x3C) b.chip.set(COMP0, 0); // this reset clears the FPB
    return before(op, p);
  })(b.chip.fake.onCommand);
  assertEquals(await b.cost(() => b.core.resetAndHalt()), without + 2);
  assertEquals(b.chip.word(COMP0), 0x0800_0103);
});
