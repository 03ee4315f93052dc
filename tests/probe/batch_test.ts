import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type Access, Fault } from "../../src/base/mod.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { type FakeOptions, FakeStlink } from "../support/fake_stlink.ts";

const BASE = 0x2000_0000;

async function setup(options: FakeOptions = {}) {
  const fake = new FakeStlink({ bytes: new Uint8Array(1024), ...options });
  const probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const memory = probe.fastMemory?.(0);
  assert(memory);
  fake.log.length = 0;
  const close = () => probe[Symbol.asyncDispose]();
  return { fake, probe, memory, [Symbol.asyncDispose]: close };
}

const writes = (n: number): Access[] =>
  Array.from({ length: n }, (_, i) => ({ write: BASE + 4 * i, value: i + 1 }));
const reads = (n: number): Access[] =>
  Array.from({ length: n }, (_, i) => ({ read: BASE + 4 * i }));

Deno.test("batch() sends one or two pokes one by one, three in one pair of exchanges", async () => {
  await using s = await setup();
  await s.memory.batch(writes(2));
  assertEquals(s.fake.log.splice(0), ["F2 35", "F2 35"]);
  await s.memory.batch(writes(3));
  assertEquals(s.fake.log.splice(0), ["F2 51", "F2 52"]);
  assertEquals([...await s.memory.batch(reads(3))], [1, 2, 3]);
  assertEquals(s.fake.log.splice(0), ["F2 51", "F2 52"]);
  assertEquals([...await s.memory.batch([])], []);
  assertEquals(s.fake.log, []);
});

Deno.test("tripItems: that much is one pair of exchanges, one more is two; an old firmware has no trips", async () => {
  for (const options of [{}, { major: 3, jtag: 13 }] as const) {
    await using s = await setup(options);
    const room = s.probe.tripItems ?? 0;
    assert(room >= 64);
    // the trip itself, reads, one write of two
    const full = [...Array.from({ length: room - 3 }, () => ({ read: BASE })), ...writes(1)];
    await s.memory.batch(full);
    assertEquals(s.fake.log.splice(0), ["F2 51", "F2 52"]);
    await s.memory.batch([{ read: BASE }, ...full]);
    assertEquals(s.fake.log.splice(0).filter((c) => c === "F2 51").length, 2);
    assertEquals([...await s.memory.batch(full)].length, room - 3);
  }
  await using old = await setup({ jtag: 28 });
  assertEquals(old.probe.tripItems, 0);
});

Deno.test("batch() splits at the 64 items of a V2, not of a V3", async () => {
  for (const [options, pairs] of [[{}, 3], [{ major: 3, jtag: 13 }, 1]] as const) {
    await using s = await setup(options);
    // one item names the access port, a write takes two: 31 in each
    await s.memory.batch(writes(80));
    assertEquals(s.fake.log.filter((l) => l === "F2 51").length, pairs);
    assertEquals([...await s.memory.batch(reads(80))], writes(80).map((_, i) => i + 1));
  }
});

Deno.test("batch() on old firmware uses debug-register commands", async () => {
  await using s = await setup({ jtag: 31 });
  await s.memory.batch(writes(4));
  assertEquals(s.fake.log, ["F2 35", "F2 35", "F2 35", "F2 35"]);
});

Deno.test("batch() gives one word a read and a poll, in order, whatever the mix", async () => {
  for (const options of [{}, { jtag: 28 }, { major: 3, jtag: 13 }]) {
    await using s = await setup(options);
    const model = new Map<number, number>();
    const slot = fc.nat(15).map((i) => BASE + 4 * i);
    const step = fc.oneof(
      fc.record({ read: slot }),
      fc.record({ write: slot, value: fc.nat(0xFFFFFFFF) }),
      fc.record({
        poll: slot,
        mask: fc.constant(0),
        want: fc.constant(0),
        withinMs: fc.constant(1),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 90 }), async (steps) => {
        const want: number[] = [];
        for (const one of steps) {
          if ("write" in one) model.set(one.write, one.value);
          else want.push(model.get("read" in one ? one.read : one.poll) ?? 0);
        }
        assertEquals([...await s.memory.batch(steps)], want);
      }),
      { numRuns: 40 },
    );
  }
});

Deno.test("a poll rides with the pokes before it, then looks again at its pace", async () => {
  await using s = await setup();
  let looks = 0;
  s.fake.onAccess = (kind, at) => {
    if (kind === "read" && at === BASE + 64 && ++looks === 4) s.fake.bytes[64] = 1;
    return undefined;
  };
  const poll: Access = { poll: BASE + 64, mask: 1, want: 1, withinMs: 1000, everyMs: 20 };
  assertEquals([...await s.memory.batch([...writes(3), poll, { read: BASE }])], [1, 1]);
  assertEquals(s.fake.log, ["F2 51", "F2 52", "F2 36", "F2 36", "F2 36", "F2 36"]);
  assertEquals(s.fake.clock.slept, [20, 20, 20]);
});

Deno.test("a poll that is met at once costs nothing of its own", async () => {
  await using s = await setup();
  await s.memory.batch([...writes(2), { poll: BASE, mask: 0xFF, want: 1, withinMs: 10 }]);
  assertEquals(s.fake.log, ["F2 51", "F2 52"]);
});

Deno.test("a poll that runs out says what it saw last", async () => {
  await using s = await setup();
  const fault = await assertRejects(
    () =>
      s.memory.batch([{ poll: BASE, mask: 0x10000, want: 0, withinMs: 50, everyMs: 10 }, {
        read: BASE,
      }]).then(() => s.memory.batch([{ poll: BASE, mask: 1, want: 1, withinMs: 50, everyMs: 10 }])),
    Fault,
  );
  assertEquals(fault.slug, "register-never-changed");
  assertEquals(
    fault.message,
    "The register at 0x20000000 did not become 0x00000001 (mask 0x00000001) within 50 ms: it reads 0x00000000",
  );
  assert(s.fake.clock.slept.length <= 5);
});

Deno.test("batch() goes on after a WAIT with what was not done", async () => {
  await using s = await setup();
  const done: number[] = [];
  s.fake.onWrite = (at) => done.push(at);
  let busy = 2;
  let stalled = false;
  // the bus is stalled from the third word on, for two trips
  s.fake.onCommand = (op) => {
    if (op === 0x51) stalled = busy-- > 0;
    return undefined;
  };
  s.fake.onAccess = (_, at) => stalled && at >= BASE + 8 ? 0x10 : undefined;
  await s.memory.batch(writes(5));
  assertEquals(done, [0, 4, 8, 12, 16].map((n) => BASE + n), "each once, in order");
  assertEquals(s.fake.clock.slept, [1, 2]);
});

Deno.test("batch() does not repeat a write when the probe went on past a WAIT", async () => {
  await using s = await setup();
  let first = true;
  s.fake.onAccess = (_, at) => {
    if (at !== BASE + 4 || !first) return undefined;
    first = false;
    return 0x10;
  };
  const fault = await assertRejects(() => s.memory.batch(writes(4)), Fault);
  assertEquals(fault.slug, "bus-busy");
  assertEquals(fault.options.evidence?.at(-1), { what: "pokes done before it", value: "1 of 4" });
});

Deno.test("batch() reads again what came after a WAIT when only reads did", async () => {
  await using s = await setup();
  await s.memory.batch(writes(4));
  let first = true;
  s.fake.onAccess = (_, at) => {
    if (at !== BASE + 4 || !first) return undefined;
    first = false;
    return 0x10;
  };
  assertEquals([...await s.memory.batch(reads(4))], [1, 2, 3, 4]);
});

Deno.test("batch() reports a refused poke with its address and clears the error", async () => {
  await using s = await setup();
  const fault = await assertRejects(
    () => s.memory.batch([...writes(2), { read: 0x6000_0000 }, ...writes(1)]),
    Fault,
  );
  assertEquals(fault.message, "The chip's bus refused to read 0x60000000");
  assertEquals(s.fake.log.at(-1), "F2 46");
});

Deno.test("batch() gives up on a bus that stays busy", async () => {
  await using s = await setup();
  s.fake.onAccess = () => 0x10;
  const fault = await assertRejects(() => s.memory.batch(reads(5)), Fault);
  assertEquals(fault.slug, "bus-busy");
  assert(s.fake.clock.time < 2000);
});

Deno.test("batch() of reads is asked again when its answer is short, of writes never", async () => {
  await using s = await setup();
  let cut = true;
  const receive = s.fake.receive.bind(s.fake);
  s.fake.receive = async (length) => {
    const reply = await receive(length);
    if (!cut || length < 24) return reply;
    cut = false;
    return reply.subarray(0, 8);
  };
  assertEquals([...await s.memory.batch(reads(3))], [0, 0, 0]);
  cut = true;
  const fault = await assertRejects(() => s.memory.batch(writes(3)), Fault);
  assertEquals(fault.slug, "probe-unknown-reply");
});

Deno.test("batch() refuses an address that is no word's", async () => {
  await using s = await setup();
  const fault = await assertRejects(() => s.memory.batch([{ read: BASE + 1 }]), Fault);
  assertEquals(fault.slug, "access-impossible");
  assertEquals(s.fake.log, []);
});
