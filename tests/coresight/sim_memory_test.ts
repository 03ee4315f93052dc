import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Fault, type Width } from "../../src/base/mod.ts";
import { MemApMemory, readAp, readDp, romTable } from "../../src/coresight/mod.ts";
import { simCore } from "../support/sim_bench.ts";

const RAM = 0x2001_0000;

Deno.test("the access port's registers and the probe's commands see the same memory", async () => {
  await using b = await simCore();
  const port = new MemApMemory(b.probe, 0, b.clock);
  const own = b.core.uncached;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(2500),
      fc.integer({ min: 0, max: 1500 }),
      fc.constantFrom<Width | undefined>(undefined, 1, 2, 4),
      fc.boolean(),
      async (from, length, width, byPort) => {
        const unit = width ?? 1;
        const at = RAM + from - from % unit;
        const data = Uint8Array.from(
          { length: length - length % unit },
          (_, i) => (i * 11 + from) % 256,
        );
        await (byPort ? port : own).write(at, data, width);
        assertEquals(await own.read(at, data.length, width), data);
        assertEquals(await port.read(at, data.length, width), data);
      },
    ),
    { numRuns: 10 },
  );
  assertEquals(b.board.warnings, []);
});

Deno.test("both name the same address when the bus refuses, and go on after it", async () => {
  await using b = await simCore();
  const port = new MemApMemory(b.probe, 0, b.clock);
  const nowhere = 0x6FFF_FFF8;
  for (const memory of [port, b.core.uncached]) {
    const fault = await assertRejects(() => memory.read(nowhere, 16), Fault);
    assertEquals([fault.slug, fault.facts["at"]], ["bus-refused", nowhere]);
    const write = await assertRejects(() => memory.write(nowhere, new Uint8Array(8)), Fault);
    assertEquals([write.slug, write.facts["at"]], ["bus-refused", nowhere]);
    assertEquals((await memory.read(0x0800_0000, 8)).length, 8);
  }
});

Deno.test("batches by both ways give the same words", async () => {
  await using b = await simCore();
  const port = new MemApMemory(b.probe, 0, b.clock);
  const steps = [
    { write: RAM, value: 0x8000_0001 },
    { read: RAM },
    { read: 0xE004_2000 },
    { poll: 0xE000_EDF0, mask: 0x2_0000, want: 0x2_0000, withinMs: 10 },
  ];
  const got = [...await port.batch(steps)].slice(0, 2);
  assertEquals(got, [...await b.core.uncached.batch(steps)].slice(0, 2));
  assertEquals(got, [0x8000_0001, 0x1001_6449]);
});

Deno.test("the ROM tables list the core's parts, and reading them disturbs nothing", async () => {
  await using b = await simCore();
  const found = await romTable(b.probe, 0, b.core.uncached);
  const names = found.map((c) => c.name);
  for (const name of ["SCS of v7-M", "DWT of v7-M", "FPB of v7-M", "ITM of v7-M"]) {
    assert(names.includes(name), `${name} in ${names.join(", ")}`);
  }
  assertEquals(found.filter((c) => c.at === 0xE000_E000).length, 1);
  assertEquals(found.filter((c) => c.problem), []);
  assertEquals(await b.core.state(), "halted");
  assertEquals(b.board.warnings, []);
});

Deno.test("debug port and access port say what they are", async () => {
  await using b = await simCore();
  assertEquals(await readDp(b.probe, "DPIDR"), 0x5BA0_2477);
  assertEquals(await readAp(b.probe, 0, "IDR"), 0x7477_0001);
});
