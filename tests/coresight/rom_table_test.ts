import { assert, assertEquals } from "@std/assert";
import { romTable, walk } from "../../src/coresight/mod.ts";
import { openStlink } from "../../src/probe/mod.ts";
import { FakeStlink } from "../support/fake_stlink.ts";

/** Lays a component's id registers down: class, part and designer as the hardware codes them. */
function component(
  words: Map<number, number>,
  at: number,
  cls: number,
  part: number,
  designer = 0x23B,
  archid = 0,
): void {
  for (let offset = 0xFBC; offset < 0x1000; offset += 4) words.set(at + offset, 0);
  const code = designer & 0x7F;
  words.set(at + 0xFBC, archid);
  words.set(at + 0xFE0, part & 0xFF);
  words.set(at + 0xFE4, (part >> 8) | ((code & 0xF) << 4));
  words.set(at + 0xFE8, 0x08 | (code >> 4));
  words.set(at + 0xFD0, designer >> 7);
  [0x0D, cls << 4, 0x05, 0xB1].forEach((v, i) => words.set(at + 0xFF0 + 4 * i, v));
}

const TABLE = 0xE00F_F000;

/** A Cortex-M7's table: SCS, DWT, FPB, an entry not present, a TPIU that is not powered, a nested table. */
function chip(): Map<number, number> {
  const words = new Map<number, number>();
  const entries = [0xFFF0_F003, 0xFFF0_2003, 0xFFF0_3003, 0xFFF0_1002, 0xFFF4_1003, 0xFFFF_E003, 0];
  for (let i = 0; i < 16; i++) words.set(TABLE + 4 * i, entries[i] ?? 0);
  component(words, TABLE, 1, 0x4C8, 0x23B);
  component(words, 0xE000_E000, 0xE, 0x00C);
  component(words, 0xE000_1000, 0xE, 0x002);
  component(words, 0xE000_2000, 0xE, 0x00E);
  // at 0xE004_0000 nothing answers
  for (let i = 0; i < 8; i++) words.set(0xE00F_D000 + 4 * i, i === 0 ? 0xFFF4_4003 : 0);
  component(words, 0xE00F_D000, 1, 0x449, 0x020);
  component(words, 0xE004_1000, 9, 0x975, 0x23B, 0x4A13);
  return words;
}

async function setup(words: Map<number, number>) {
  const fake = new FakeStlink({ words });
  const probe = await openStlink(fake, fake.clock);
  await probe.connect({ hertz: 4e6, underReset: false });
  const memory = probe.fastMemory?.(0);
  assert(memory);
  return { fake, probe, memory, [Symbol.asyncDispose]: () => probe[Symbol.asyncDispose]() };
}

Deno.test("romTable() walks tables within tables and survives what refuses", async () => {
  await using s = await setup(chip());
  s.fake.dap.set("0:248", 0xE00F_F003);
  const found = await romTable(s.probe, 0, s.memory);
  assertEquals(found.map((c) => [c.depth, c.at, c.name]), [
    [0, 0xE00F_F000, "ROM table by Arm"],
    [1, 0xE000_E000, "SCS of v7-M"],
    [1, 0xE000_2000 - 0x1000, "DWT of v7-M"],
    [1, 0xE000_2000, "FPB of v7-M"],
    [1, 0xE004_0000, "refused"],
    [1, 0xE00F_D000, "ROM table by ST"],
    [2, 0xE004_1000, "ETM of M7"],
  ]);
  assert(found[4]?.problem?.includes("refused to read 0xE0040FD0"));
});

Deno.test("romTable() finds nothing where BASE says that nothing is", async () => {
  await using s = await setup(new Map());
  for (const base of [0xFFFF_FFFF, 2]) {
    s.fake.dap.set("0:248", base);
    assertEquals(await romTable(s.probe, 0, s.memory), []);
  }
});

Deno.test("walk() says what has no id, and names v8-M parts by their architecture", async () => {
  const words = new Map<number, number>();
  component(words, 0xE000_1000, 9, 0xD21, 0x23B, 0x1A02);
  component(words, 0xE000_2000, 9, 0xABC, 0x123);
  for (let offset = 0xFBC; offset < 0x1000; offset += 4) words.set(0xE000_3000 + offset, 0);
  await using s = await setup(words);
  assertEquals((await walk(s.memory, 0xE000_1000))[0]?.name, "DWT of v8-M");
  assertEquals((await walk(s.memory, 0xE000_2000))[0]?.name, "unknown: designer 0x123 part 0xABC");
  assertEquals((await walk(s.memory, 0xE000_3000))[0]?.problem, "no component id");
});
