import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { bytesToWords, Fault, type Memory, type Width } from "../../src/base/mod.ts";
import { listProbes, openProbe, type Probe } from "../../src/probe/mod.ts";
import { boardParts, BOARDS, openSim, SCENARIOS, VirtualBoard } from "../../src/sim/mod.ts";
import { boardClock } from "../../src/sim/front/board_clock.ts";
import { inProcessSource } from "../../src/sim/front/in_process.ts";
import { simProbe } from "../support/sim_bench.ts";

const RAM = 0x2001_0000;
const CLEAN: readonly string[] = [];

const memoryOf = (probe: Probe): Memory => {
  const memory = probe.fastMemory?.(0);
  assert(memory);
  return memory;
};

/** The Discovery board with an ST-LINK/V3 of this firmware instead of its own probe. */
async function withV3(firmware: string) {
  const spec = Object.values(BOARDS).find((b) => b.name === "stm32f746g-disco");
  const scenario = SCENARIOS.find((s) => s.name === "factory");
  assert(spec && scenario);
  const probeSpec = { model: "ST-LINK/V3", firmware, serial: spec.probe.serial } as const;
  const board = new VirtualBoard({ spec: { ...spec, probe: probeSpec }, scenario }, boardParts());
  const clock = boardClock(board.chip.time);
  const source = inProcessSource([board.usb], clock);
  const [found] = await listProbes(source);
  assert(found);
  const probe = await openProbe(source, found.device);
  return { board, probe, [Symbol.asyncDispose]: () => probe[Symbol.asyncDispose]() };
}

/** Reads, writes and batches of every kind against one memory. */
async function exercise(board: VirtualBoard, probe: Probe, halfWords: boolean): Promise<void> {
  await probe.connect({ hertz: 4e6, underReset: false });
  const memory = memoryOf(probe);
  const size = 16384;
  const model = new Uint8Array(size);
  await memory.write(RAM, model);
  const widths: (Width | undefined)[] = halfWords ? [undefined, 1, 2, 4] : [undefined, 1, 4];
  await fc.assert(
    fc.asyncProperty(
      fc.nat(size - 1),
      fc.integer({ min: 0, max: 7000 }),
      fc.constantFrom(...widths),
      async (from, length, width) => {
        const unit = width ?? 1;
        const offset = from - from % unit;
        const room = Math.min(length, size - offset);
        const data = Uint8Array.from(
          { length: room - room % unit },
          (_, i) => (i * 13 + from) % 256,
        );
        await memory.write(RAM + offset, data, width);
        model.set(data, offset);
        const got = await memory.read(RAM + offset, data.length, width);
        assertEquals(got, data);
      },
    ),
    { numRuns: 12 },
  );
  assertEquals(await memory.read(RAM, size), model);
  const steps = Array.from(
    { length: 40 },
    (_, i) => ({ write: RAM + 4 * i, value: i * 0x0101_0101 }),
  );
  await memory.batch(steps);
  const words = await memory.batch([
    ...steps.map((s) => ({ read: s.write })),
    { poll: RAM + 4, mask: 0xFF, want: 1, withinMs: 10 },
  ]);
  assertEquals([...words], [...steps.map((s) => s.value), 0x0101_0101]);
  assertEquals(board.warnings, CLEAN);
}

for (const firmware of ["V2J24M11", "V2J26M15", "V2J28M18", "V2J31M20", "V2J32M22", "V2J37M26"]) {
  Deno.test(`${firmware}: memory and batches are right`, async () => {
    await using b = await simProbe(`firmware=${firmware}`);
    assertEquals(b.probe.id.firmware, firmware);
    assertEquals(b.probe.lacks.length > 0, firmware < "V2J32");
    await exercise(b.board, b.probe, firmware >= "V2J26");
  });
}
for (const firmware of ["V3J1M1", "V3J3M2", "V3J7M3", "V3J13M4"]) {
  Deno.test(`${firmware}: memory and batches are right`, async () => {
    await using b = await withV3(firmware);
    assert(b.probe.id.firmware.startsWith(firmware.replace(/M.*/, "")));
    await exercise(b.board, b.probe, true);
  });
}

Deno.test("the virtual probe is found, named and measured", async () => {
  await using b = await simProbe();
  assertEquals(b.probe.id, {
    name: "ST-LINK/V2-1",
    serial: "0670FF485550755187121723",
    firmware: "V2J37M26",
    place: "sim",
  });
  assertEquals((await b.probe.voltage())?.toFixed(2), "3.25");
  assertEquals(b.probe.counters.exchanges, 3);
});

Deno.test("a probe that only looks like an ST-LINK measures nothing", async () => {
  await using b = await simProbe("scenario=clone-probe");
  assertEquals(await b.probe.voltage(), undefined);
});

Deno.test("connecting costs 4 exchanges, under reset 6; 256 KiB of flash 86", async () => {
  await using b = await simProbe();
  assertEquals(await b.cost(() => b.probe.connect({ hertz: 4e6, underReset: false })), 4);
  const memory = memoryOf(b.probe);
  assertEquals(await b.cost(() => memory.read(0x0800_0000, 262144)), 86);
  await b.probe.disconnect();
  assertEquals(await b.cost(() => b.probe.connect({ hertz: 4e6, underReset: true })), 6);
});

Deno.test("leaving lets NRST go", async () => {
  const b = await simProbe();
  await b.probe.connect({ hertz: 4e6, underReset: true });
  assertEquals(b.board.core, "in-reset");
  await b.probe[Symbol.asyncDispose]();
  assertEquals(b.board.core, "running");
});

Deno.test("what a killed program left, debug mode with NRST low, is cleared at the next opening", async () => {
  const { source, board } = openSim("sim:stm32f746g-disco");
  const [found] = await listProbes(source);
  assert(found);
  const first = await openProbe(source, found.device);
  await first.connect({ hertz: 4e6, underReset: true });
  await first.disconnect({ keepReset: true }); // nothing is sent, as when a program is killed
  await first[Symbol.asyncDispose]();
  assertEquals(board.core, "in-reset");
  await using second = await openProbe(source, found.device);
  assertEquals(board.core, "running");
  assertEquals((await second.connect({ hertz: 4e6, underReset: false })).dpidr, 0x5BA0_2477);
  assertEquals(board.warnings, CLEAN);
});

Deno.test("raw registers of the debug port and of its access port", async () => {
  await using b = await simProbe();
  await b.probe.connect({ hertz: 4e6, underReset: false });
  const [dpidr, idr, base] = await b.probe.transfer([
    { port: "dp", register: 0 },
    { port: 0, register: 0xFC },
    { port: 0, register: 0xF8 },
  ]);
  assertEquals([dpidr, idr, (base ?? 0) % 4], [0x5BA0_2477, 0x7477_0001, 3]);
  const fault = await assertRejects(() => b.probe.transfer([{ port: 3, register: 0xFC }]), Fault);
  assert(["probe-status", "bus-refused", "link-lost"].includes(fault.slug), fault.slug);
  // the link is usable afterwards
  assertEquals(bytesToWords(await memoryOf(b.probe).read(0xE004_2000, 4))[0], 0x1001_6449);
  assertEquals(b.board.warnings, CLEAN);
});

Deno.test("the slowest clock: a command that takes 14 s is waited for", async () => {
  await using b = await simProbe("host=slow");
  await b.probe.connect({ hertz: 5000, underReset: false });
  const before = b.clock.now();
  assertEquals((await memoryOf(b.probe).read(0x0800_0000, 6144)).length, 6144);
  assert(b.clock.now() - before > 10_000, "longer than the USB limit of 5 s");
});
