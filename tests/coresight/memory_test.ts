import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type Access, Fault, type Width } from "../../src/base/mod.ts";
import { CSW_CACHEABLE, MemApMemory, memoryOf } from "../../src/coresight/mod.ts";
import { openStlink, type Probe } from "../../src/probe/mod.ts";
import { FakeStlink } from "../support/fake_stlink.ts";

const BASE = 0x2000_0000;
const SIZE = 8192;

async function setup() {
  const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) % 256);
  const fake = new FakeStlink({ bytes, base: BASE });
  const probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const close = () => probe[Symbol.asyncDispose]();
  const port = new MemApMemory(probe, 0, fake.clock);
  return { fake, probe, port, own: memoryOf(probe, 0, fake.clock), [Symbol.asyncDispose]: close };
}

Deno.test("the port's registers and the probe's commands read and write the same bytes", async () => {
  await using s = await setup();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(SIZE - 1),
      fc.integer({ min: 0, max: 2100 }),
      fc.constantFrom<Width | undefined>(undefined, 1, 2, 4),
      fc.constantFrom("read", "write by port", "write by probe"),
      async (from, length, width, what) => {
        const unit = width ?? 1;
        const offset = from - from % unit;
        const room = Math.min(length, SIZE - offset);
        const n = room - room % unit;
        const data = Uint8Array.from({ length: n }, (_, i) => (i * 17 + from) % 256);
        if (what === "write by port") await s.port.write(BASE + offset, data, width);
        if (what === "write by probe") await s.own.write(BASE + offset, data, width);
        const wanted = what === "read" ? s.fake.bytes.slice(offset, offset + n) : data;
        assertEquals(await s.port.read(BASE + offset, n, width), wanted);
        assertEquals(await s.own.read(BASE + offset, n, width), wanted);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("batch() of the port gives what batch() of the probe gives", async () => {
  await using s = await setup();
  const steps: Access[] = [
    { write: BASE, value: 0xF000_0001 },
    { read: BASE },
    { write: BASE + 1024, value: 7 },
    { poll: BASE + 1024, mask: 0xF, want: 7, withinMs: 10 },
    { read: BASE + 4 },
  ];
  assertEquals([...await s.port.batch(steps)], [...await s.own.batch(steps)]);
});

Deno.test("TAR is written again at each 1 KiB, because it may not count further", async () => {
  await using s = await setup();
  const tars: number[] = [];
  s.fake.onCommand = (op, p) => {
    const view = new DataView(p.buffer, p.byteOffset, 16);
    if (op === 0x46 && view.getUint16(4, true) === 0x04) tars.push(view.getUint32(6, true));
    return undefined;
  };
  await s.port.read(BASE + 1000, 1100);
  assertEquals(tars, [BASE + 1000, BASE + 1024, BASE + 2048]);
});

Deno.test("a refused access names the address where TAR stopped", async () => {
  await using s = await setup();
  const end = BASE + SIZE;
  const read = await assertRejects(() => s.port.read(end - 8, 16), Fault);
  assertEquals(read.message, "The chip's bus refused to read 0x20002000");
  assertEquals([read.facts["at"], read.facts["length"]], [end, 8]);
  assertEquals((read.cause as Fault).slug, "bus-refused");
  const write = await assertRejects(() => s.port.write(end, new Uint8Array(4)), Fault);
  assertEquals(write.facts["access"], "write");
});

Deno.test("a poll that runs out says so, whichever way it went", async () => {
  await using s = await setup();
  await s.port.write(BASE, new Uint8Array(4));
  const poll: Access = { poll: BASE, mask: 1, want: 1, withinMs: 30, everyMs: 10 };
  for (const memory of [s.port, s.own]) {
    const fault = await assertRejects(() => memory.batch([poll]), Fault);
    assertEquals([fault.slug, fault.facts["value"]], ["register-never-changed", 0]);
  }
});

Deno.test("memoryOf() asks a Cortex-M7's bus for cacheable accesses", async () => {
  await using s = await setup();
  await memoryOf(s.probe, 0, s.fake.clock, { cacheable: true }).read(BASE, 64);
  assertEquals(s.fake.csw, [0xAA00_0000]);
  assertEquals(CSW_CACHEABLE, 0xAA00_0000);
});

Deno.test("memoryOf() uses the port's registers when the probe has no memory commands", async () => {
  await using s = await setup();
  const bare: Probe = {
    id: s.probe.id,
    counters: s.probe.counters,
    lacks: [],
    voltage: () => s.probe.voltage(),
    connect: (wish) => s.probe.connect(wish),
    disconnect: () => s.probe.disconnect(),
    holdReset: (held) => s.probe.holdReset(held),
    transfer: (steps) => s.probe.transfer(steps),
    clearErrors: () => s.probe.clearErrors(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const memory = memoryOf(bare, 0, s.fake.clock, { cacheable: true });
  assert(memory instanceof MemApMemory);
  assertEquals(await memory.read(BASE, 8), s.fake.bytes.slice(0, 8));
  assertEquals(s.fake.dap.get("0:0"), 0xAA00_0012, "CSW: 32 bits, single increment");
});
