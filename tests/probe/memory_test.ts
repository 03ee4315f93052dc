import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Fault, type Memory, type Width } from "../../src/base/mod.ts";
import { openStlink, type Probe, type StlinkOptions } from "../../src/probe/mod.ts";
import { type FakeOptions, FakeStlink } from "../support/fake_stlink.ts";

const BASE = 0x2000_0000;
const SIZE = 32768;

interface Setup extends AsyncDisposable {
  fake: FakeStlink;
  probe: Probe;
  memory: Memory;
  /** exchanges of `go` */
  cost(go: () => Promise<unknown>): Promise<number>;
}

async function setup(
  options: FakeOptions = {},
  stlink: StlinkOptions = {},
  csw = 0,
): Promise<Setup> {
  const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) % 256);
  const fake = new FakeStlink({ bytes, base: BASE, ...options });
  const probe = await openStlink(fake, fake.clock, stlink);
  await probe.connect({ hertz: 4e6, underReset: false });
  const memory = probe.fastMemory?.(0, csw);
  assert(memory);
  return {
    fake,
    probe,
    memory,
    async cost(go) {
      const before = probe.counters.exchanges;
      await go();
      return probe.counters.exchanges - before;
    },
    [Symbol.asyncDispose]: () => probe[Symbol.asyncDispose](),
  };
}

const FIRMWARES: readonly FakeOptions[] = [
  { jtag: 24 },
  { jtag: 26 },
  { jtag: 37 },
  { major: 3, jtag: 5 },
  { major: 3, jtag: 13 },
];
const most = (o: FakeOptions): Record<number, number> => {
  const v3 = o.major === 3 && (o.jtag ?? 0) >= 6;
  return {
    0x0C: v3 ? 128 : 64,
    0x0D: v3 ? 512 : 64,
    0x47: 6144,
    0x48: 6144,
    0x07: 6144,
    0x08: 6144,
  };
};

for (const firmware of FIRMWARES) {
  const name = `V${firmware.major ?? 2}J${firmware.jtag}`;
  Deno.test(`read() and write() on ${name}: any address and length gives the right bytes`, async () => {
    await using s = await setup(firmware);
    const model = s.fake.bytes.slice();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(SIZE - 1),
        fc.integer({ min: 0, max: 7000 }),
        fc.constantFrom<Width | undefined>(undefined, 1, 4),
        fc.boolean(),
        async (from, length, width, write) => {
          const unit = width ?? 1;
          const offset = from - from % unit;
          const room = Math.min(length, SIZE - offset);
          const n = room - room % unit;
          if (write) {
            const data = Uint8Array.from({ length: n }, (_, i) => (i * 13 + from) % 256);
            await s.memory.write(BASE + offset, data, width);
            model.set(data, offset);
          }
          const got = await s.memory.read(BASE + offset, n, width);
          assertEquals(got, model.slice(offset, offset + n));
        },
      ),
      { numRuns: 60 },
    );
    assertEquals(s.fake.bytes, model);
    for (const [op, length] of s.fake.longest) {
      assert(length <= most(firmware)[op]!, `F2 ${op.toString(16)} of ${length} bytes`);
    }
    const half = s.fake.longest.has(0x47) || s.fake.longest.has(0x48);
    assertEquals(half, name !== "V2J24");
  });
}

Deno.test("read() of a word is one exchange, of 256 KiB two for each 6144 bytes", async () => {
  await using s = await setup({ bytes: new Uint8Array(262144) });
  assertEquals(await s.cost(() => s.memory.read(BASE, 4)), 1);
  assertEquals(await s.cost(() => s.memory.write(BASE, new Uint8Array(4))), 1);
  assertEquals(await s.cost(() => s.memory.read(BASE, 8)), 2);
  assertEquals(await s.cost(() => s.memory.read(BASE, 262144)), 86);
  assertEquals(await s.cost(() => s.memory.write(BASE, new Uint8Array(262144))), 86);
  assertEquals(await s.cost(() => s.memory.read(BASE, 0)), 0);
});

Deno.test("writeChunk makes writes longer, not reads", async () => {
  await using s = await setup({ bytes: new Uint8Array(262144) }, { writeChunk: 32768 });
  assertEquals(await s.cost(() => s.memory.write(BASE, new Uint8Array(262144))), 16);
  assertEquals(await s.cost(() => s.memory.read(BASE, 262144)), 86);
});

Deno.test("a refused access names the address that failed, and clears the sticky error", async () => {
  await using s = await setup();
  const end = BASE + SIZE;
  const read = await assertRejects(() => s.memory.read(end - 32, 64), Fault);
  assertEquals(read.slug, "bus-refused");
  assertEquals([read.facts["at"], read.facts["access"], read.facts["length"]], [end, "read", 64]);
  assertEquals(s.fake.log.at(-1), "F2 46", "DP ABORT");
  const write = await assertRejects(() => s.memory.write(end, new Uint8Array(4)), Fault);
  assertEquals(write.message, "The chip's bus refused to write 0x20008000");
  const word = await assertRejects(() => s.memory.read(0, 4), Fault);
  assertEquals(word.facts["at"], 0);
});

Deno.test("a memory command that the chip makes wait is sent again", async () => {
  await using s = await setup();
  let waits = 3;
  s.fake.onAccess = () => waits-- > 0 ? 0x10 : undefined;
  assertEquals(await s.memory.read(BASE, 64), s.fake.bytes.slice(0, 64));
  waits = 2;
  await s.memory.write(BASE, new Uint8Array(64));
  assertEquals(s.fake.bytes.slice(0, 64), new Uint8Array(64));
  s.fake.onAccess = () => 0x10;
  const fault = await assertRejects(() => s.memory.read(BASE, 64), Fault);
  assertEquals(fault.slug, "bus-busy");
});

Deno.test("half-words are refused by name on old firmware, bytes take their place when free to choose", async () => {
  await using s = await setup({ jtag: 25 });
  const fault = await assertRejects(() => s.memory.read(BASE, 2, 2), Fault);
  assertEquals(fault.slug, "probe-firmware-lacks");
  assertEquals(
    fault.message,
    "The probe's firmware V2J25M26 cannot access memory in 16-bit units",
  );
  assertEquals(await s.memory.read(BASE + 2, 2), s.fake.bytes.slice(2, 4));
});

Deno.test("a CSW goes with every memory command, and single words of memory take one too", async () => {
  const words = new Map([[0xE000_ED00, 0x411F_C271]]);
  await using s = await setup({ words }, {}, 0xAA00_0000);
  await s.memory.read(BASE, 4);
  await s.memory.write(BASE, new Uint8Array(128));
  assertEquals(s.fake.csw, [0xAA00_0000, 0xAA00_0000]);
  assertEquals(await s.cost(() => s.memory.read(0xE000_ED00, 4)), 1, "a device: no cache");
  const got = await s.memory.batch([
    { read: 0xE000_ED00 },
    { write: BASE + 4, value: 5 },
    { read: BASE + 4 },
    { poll: 0xE000_ED00, mask: 0xFFF0, want: 0xC270, withinMs: 1 },
  ]);
  assertEquals([...got], [0x411F_C271, 5, 0x411F_C271]);
  assertEquals(s.fake.csw.length, 4);
});

Deno.test("firmware without CSW gets none, and no second access port", async () => {
  await using s = await setup({ jtag: 31 }, {}, 0xAA00_0000);
  await s.memory.read(BASE, 64);
  assertEquals(s.fake.csw, [0]);
  const other = s.probe.fastMemory?.(1);
  const fault = await assertRejects(async () => await other?.read(BASE, 4), Fault);
  assertEquals(fault.facts["needed"], "V2J32");
});

Deno.test("another access port is opened once, and named in the commands", async () => {
  await using s = await setup();
  const other = s.probe.fastMemory?.(2);
  assert(other);
  const aps: number[] = [];
  s.fake.onCommand = (op, p) => {
    if (op === 0x07) aps.push(p[8]!);
    if (op === 0x36) aps.push(p[6]!);
    return undefined;
  };
  await other.read(BASE, 64);
  await other.read(BASE, 4);
  assertEquals([...s.fake.opened], [0, 2]);
  assertEquals(aps, [2, 2]);
});
