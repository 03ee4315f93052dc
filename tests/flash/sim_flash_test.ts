/** flash/ over the real stack: virtual board, ST-LINK, core. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { noise } from "./support/open.ts";
import { flashIt, simBench } from "./support/sim.ts";

const AT = 0x0800_0000;
const DISCO = "sim:stm32f746g-disco";
const F767 = "sim:nucleo-f767zi";
const rejected = (go: () => Promise<unknown>): Promise<Fault> => assertRejects(go, Fault);

Deno.test("sim: 256 KiB onto a board that holds something else: identical, within 400 exchanges", async () => {
  await using b = await simBench(DISCO);
  b.board.putFlash(AT, noise(256 * 1024, 99));
  const bytes = noise(256 * 1024);
  const connected = b.exchanges;
  const { plan, differingBytes, exchanges: done } = await flashIt(b, bytes);
  assertEquals(differingBytes, 0);
  assertEquals(plan.erase.map((s) => s.index), [0, 1, 2, 3, 4]);
  assertEquals(b.board.flash.slice(0, bytes.length), bytes);
  const spent = [connected, done - connected, b.exchanges - done];
  assert(b.exchanges <= 400, `connect, flash, verify: ${spent.join(" + ")}`);
  assertEquals(b.warnings, []);
});

Deno.test("sim: 256 KiB onto a blank board, again, and with one byte changed", async () => {
  await using b = await simBench(`${DISCO}?scenario=blank`);
  const bytes = noise(256 * 1024);
  const first = await flashIt(b, bytes);
  assertEquals(first.plan.erase, []);
  assertEquals(first.differingBytes, 0);
  assert(b.exchanges <= 400, `${b.exchanges}`);
  const second = await flashIt(b, bytes);
  assertEquals([second.plan.unchanged, second.plan.steps.length], [true, 0]);
  bytes[0x9001] = ~bytes[0x9001]!;
  const third = await flashIt(b, bytes);
  assertEquals(third.plan.erase.map((s) => s.index), [1]);
  assertEquals(third.differingBytes, 0);
  assertEquals(b.warnings, []);
});

Deno.test("sim: low voltage is written byte by byte, and right", async () => {
  await using b = await simBench(`${DISCO}?scenario=low-voltage`);
  assertEquals(b.flash.unit, 1);
  const bytes = noise(3001);
  const { differingBytes } = await flashIt(b, bytes);
  assertEquals(differingBytes, 0);
  assertEquals(b.board.flash.slice(0, 3001), bytes);
  assertEquals(b.warnings, []);
});

Deno.test("sim: half-words between 2.1 and 2.7 V", async () => {
  await using b = await simBench(`${DISCO}?volts=2.4`);
  assertEquals(b.flash.unit, 2);
  const { differingBytes } = await flashIt(b, noise(5003));
  assertEquals(differingBytes, 0);
  assertEquals(b.warnings, []);
});

Deno.test("sim: mass erase, and what is left is blank", async () => {
  await using b = await simBench(DISCO);
  b.board.putFlash(AT + 0xF_0000, noise(1000));
  await b.flash.massErase();
  assert(b.board.flash.every((x) => x === 0xFF));
  assertEquals(b.warnings, []);
});

Deno.test("sim: write-protected sectors are told before anything is erased", async () => {
  await using b = await simBench(`${DISCO}?scenario=wrp`);
  const before = b.board.flash;
  assertEquals((await b.flash.protectedSectors()).map((s) => s.index), [0, 1]);
  const fault = await rejected(() => b.flash.erase(b.flash.layout.sectors));
  assertEquals([fault.slug, fault.facts["sectors"]], ["flash-write-protected", "sectors 0..1"]);
  assertEquals((await rejected(() => b.flash.massErase())).slug, "flash-write-protected");
  assertEquals(b.board.flash, before);
  await b.flash.erase(b.flash.layout.sectors.slice(2, 3));
  assertEquals(b.warnings, []);
});

Deno.test("sim: RDP level 1: a read is explained; nothing can be erased", async () => {
  await using b = await simBench(`${DISCO}?scenario=rdp1`);
  const read = await rejected(() => b.flash.read(AT, 1024));
  assertEquals([read.slug, read.facts["level"]], ["flash-read-protected", 1]);
  const erase = await rejected(() => b.flash.erase(b.flash.layout.sectors.slice(0, 1)));
  assertEquals(erase.slug, "flash-read-protected");
});

Deno.test("sim: a controller locked until reset: told, and opened by a reset when that is allowed", async () => {
  await using told = await simBench(`${DISCO}?scenario=locked-cr`, "halt");
  const fault = await rejected(() => told.flash.erase(told.flash.layout.sectors.slice(0, 1)));
  assertEquals(fault.slug, "flash-locked-until-reset");
  await using mended = await simBench(`${DISCO}?scenario=locked-cr`, "halt", { mayReset: true });
  await mended.flash.erase(mended.flash.layout.sectors.slice(0, 1));
  assert(mended.board.flash.slice(0, 0x8000).every((x) => x === 0xFF));
});

Deno.test("sim: a hardware window watchdog that is frozen does not disturb a whole flash", async () => {
  await using b = await simBench(`${DISCO}?scenario=so36160986`);
  const bytes = noise(64 * 1024);
  const { differingBytes } = await flashIt(b, bytes);
  assertEquals(differingBytes, 0);
  assertEquals(b.warnings, []);
});

Deno.test("sim: a watchdog that nobody freezes resets the chip in mid-work: cause and evidence", async () => {
  await using b = await simBench(`${DISCO}?scenario=so36160986`);
  // as a tool that knows nothing of DBGMCU_APB1_FZ would have it
  await b.core.memory.batch([{ write: 0xE004_2008, value: 0 }]);
  const fault = await rejected(async () => {
    await b.flash.erase(b.flash.layout.sectors.slice(0, 2));
  });
  assertEquals(fault.slug, "resets-by-itself");
  assertEquals(fault.options.causes?.[0]?.likelihood, "proven");
});

Deno.test("sim: two banks of an F767: sectors 11, 12 and 23", async () => {
  await using b = await simBench(`${F767}?scenario=dual-bank`);
  assertEquals(b.flash.layout.dualBank, true);
  const bytes = new Uint8Array(2 << 20);
  b.board.putFlash(AT, bytes);
  const wanted = b.flash.layout.sectors.filter((s) => [11, 12, 23].includes(s.index));
  await b.flash.erase(wanted);
  for (const s of b.flash.layout.sectors) {
    const at = s.at - AT;
    const blank = b.board.flash.slice(at, at + s.size).every((x) => x === 0xFF);
    assertEquals(blank, wanted.includes(s), `sector ${s.index}`);
  }
  await b.flash.program(0x0810_0000, noise(2000), undefined, { verify: true });
  await b.flash.massErase();
  assert(b.board.flash.every((x) => x === 0xFF));
  assertEquals(b.warnings, []);
});

Deno.test("sim: a single-bank F767 and an F722", async () => {
  for (const selector of [F767, "sim:nucleo-f722ze"]) {
    await using b = await simBench(selector);
    const bytes = noise(40_000);
    const { differingBytes } = await flashIt(b, bytes);
    assertEquals(differingBytes, 0, selector);
    await b.flash.erase(b.flash.layout.sectors.slice(-1));
    assertEquals(b.warnings, [], selector);
  }
});

Deno.test("sim: caches and accelerator that are on are emptied, and flash reads as it is", async () => {
  await using b = await simBench(DISCO);
  const [acr = 0, ccr = 0] = await b.core.memory.batch([
    { read: 0x4002_3C00 },
    { read: 0xE000_ED14 },
  ]);
  await b.core.memory.batch([
    { write: 0x4002_3C00, value: acr + 0x300 },
    { write: 0xE000_ED14, value: ccr + 0x3_0000 },
  ]);
  assertEquals((await flashIt(b, noise(5000))).differingBytes, 0);
  const after = await b.core.memory.batch([{ read: 0x4002_3C00 }, { read: 0xE000_ED14 }]);
  assertEquals([...after], [acr + 0x300, ccr + 0x3_0000]);
  assertEquals(b.warnings, []);
});

Deno.test("sim: a probe with old firmware, without RW_MISC and 16-bit commands, flashes all the same", async () => {
  for (const firmware of ["V2J28M18", "V2J24M11"]) {
    await using b = await simBench(`${DISCO}?firmware=${firmware}`);
    const bytes = noise(70_001);
    assertEquals((await flashIt(b, bytes)).differingBytes, 0, firmware);
    assertEquals(b.board.flash.slice(0, bytes.length), bytes);
    assertEquals(b.warnings, [], firmware);
  }
});

Deno.test("sim: old firmware below 2.7 V is told what it lacks, not sent what it cannot do", async () => {
  await using b = await simBench(`${DISCO}?firmware=V2J24M11&volts=2.4&scenario=blank`);
  const fault = await rejected(() => flashIt(b, noise(100)));
  assertEquals([fault.slug, fault.options.board?.state], ["probe-firmware-lacks", "partial"]);
  await using bytewise = await simBench(`${DISCO}?firmware=V2J24M11&volts=2.4`, "under-reset", {
    psize: 0,
  });
  assertEquals((await flashIt(bytewise, noise(1001))).differingBytes, 0);
});
