import { assert, assertEquals } from "@std/assert";
import type { Progress } from "../../src/flash/mod.ts";
import { type FakeBoard, type FakeWish, faultOf } from "./support/fake_board.ts";
import { noise, opened } from "./support/open.ts";

const AT = 0x0800_0000;
const clean = (board: FakeBoard): void => {
  assertEquals(board.illegal, []);
  assert(board.locked, "flash is locked again");
};

Deno.test("erase: the sectors asked for, at the width of the supply, locked afterwards", async () => {
  const { board, flash } = await opened({ flash: new Uint8Array(0x10_0000) });
  const seen: Progress[] = [];
  const wanted = flash.layout.sectors.filter((s) => [1, 4].includes(s.index));
  await flash.erase(wanted, (p) => seen.push(p));
  assertEquals(board.log, ["erase 1 x32", "erase 4 x32"]);
  assertEquals(board.flash.findIndex((b) => b === 0xFF), 0x8000);
  assertEquals([board.flash[0x7FFF], board.flash[0x1_0000], board.flash[0x4_0000]], [0, 0, 0]);
  assertEquals(seen.map((p) => [p.what, p.done, p.total, p.unit]), [
    ["erase", 1, 2, "sectors"],
    ["erase", 2, 2, "sectors"],
  ]);
  clean(board);
});

Deno.test("erase: one look right after the start, then sleep: few exchanges a sector", async () => {
  const { board, flash } = await opened();
  await flash.erase(flash.layout.sectors.slice(0, 5));
  assert(board.exchanges < 80, `${board.exchanges}`);
  clean(board);
});

Deno.test("erase: an operation slower than typical is waited for up to twice the maximum", async () => {
  const { board, flash } = await opened();
  board.slow = 650; // 200 + 650 ms, maximum 500
  await flash.erase(flash.layout.sectors.slice(0, 1));
  assertEquals(board.log.length, 1);
  board.slow = 900;
  const fault = await faultOf(() => flash.erase(flash.layout.sectors.slice(1, 2)));
  assertEquals([fault.slug, fault.facts["ms"]], ["flash-stuck-busy", 1000]);
  // locking would hold the bus while BSY: it is left alone
  assertEquals(board.illegal, []);
});

Deno.test("width: x32, x16, x8 by the supply, for erase as well as program", async () => {
  for (
    const [volts, unit, x] of [[3.3, 4, 32], [2.7, 4, 32], [2.69, 2, 16], [2.0, 1, 8]] as const
  ) {
    const { board, flash } = await opened({ volts });
    assertEquals(flash.unit, unit);
    await flash.erase(flash.layout.sectors.slice(0, 1));
    await flash.program(AT, noise(301));
    assertEquals(board.log, [`erase 0 x${x}`]);
    assertEquals(board.flash.slice(0, 301), noise(301));
    clean(board);
  }
});

Deno.test("width: an unmeasured supply means bytes; an explicit width must fit the supply", async () => {
  const { flash } = await opened({}, { volts: undefined });
  assertEquals(flash.unit, 1);
  assertEquals((await opened({}, { volts: undefined, psize: 2 })).flash.unit, 4);
  assertEquals((await opened({ volts: 3.3 }, { psize: 0 })).flash.unit, 1);
  const fault = await faultOf(() => opened({ volts: 2.3 }, { psize: 2 }));
  assertEquals(fault.slug, "flash-width-refused");
});

Deno.test("width: below what flash needs nothing is written", async () => {
  const { board, flash } = await opened({ volts: 1.6 });
  for (
    const act of [
      () => flash.erase(flash.layout.sectors.slice(0, 1)),
      () => flash.massErase(),
      () => flash.program(AT, Uint8Array.of(1)),
    ]
  ) {
    const fault = await faultOf(act);
    assertEquals([fault.slug, fault.options.board?.state], ["flash-supply-too-low", "untouched"]);
  }
  assertEquals(board.writes, []);
});

Deno.test("program: 256 KiB, exchanges counted", async () => {
  const { board, flash } = await opened();
  await flash.erase(flash.layout.sectors.slice(0, 5));
  board.exchanges = 0;
  const data = noise(256 * 1024);
  await flash.program(AT, data);
  assertEquals(board.flash.slice(0, data.length), data);
  // 43 writes of 6144 B with their status, 11 looks, and the frame around them
  assert(board.exchanges <= 43 * 2 + 11 * 2 + 10, `${board.exchanges}`);
  clean(board);
});

Deno.test("program: any place and length; the edges are filled, neighbours stay", async () => {
  const { board, flash } = await opened();
  await flash.program(AT + 3, Uint8Array.of(1, 2, 3));
  assertEquals([...board.flash.slice(0, 8)], [0xFF, 0xFF, 0xFF, 1, 2, 3, 0xFF, 0xFF]);
  await flash.program(AT + 8, new Uint8Array(0));
  clean(board);
});

Deno.test("program: stretches in the order given, unlocked once; shared units written once", async () => {
  const { board, flash } = await opened();
  const order: number[] = [];
  board.onProgram = (at) => order.push(at - AT);
  await flash.programRuns([
    { at: AT + 8, bytes: Uint8Array.of(1, 2) },
    { at: AT + 10, bytes: Uint8Array.of(3) },
    { at: AT, bytes: Uint8Array.of(9) },
  ]);
  assertEquals(order, [8, 0]);
  assertEquals([...board.flash.slice(0, 12)].map((b) => b === 0xFF ? 0 : b), [
    9,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    2,
    3,
    0,
  ]);
  assertEquals(board.writes.filter((w) => w.startsWith("KEYR")).length, 2);
  clean(board);
});

Deno.test("program: flash that is not erased is refused before anything is written", async () => {
  const { board, flash } = await opened({ flash: Uint8Array.of(0xFF, 0xFF, 0xFF, 0xFF, 0x12) });
  const fault = await faultOf(() => flash.program(AT, noise(64)));
  assertEquals([fault.slug, fault.facts["at"], fault.facts["is"]], [
    "flash-not-erased",
    "0x08000004",
    "0x12",
  ]);
  assertEquals(board.writes, []);
});

Deno.test("program: a sector we have erased is not read again, one we have written is", async () => {
  const { board, flash } = await opened({ flash: new Uint8Array(0x8000) });
  let reads = 0;
  const read = board.read.bind(board);
  board.read = (at, length) => {
    reads++;
    return read(at, length);
  };
  await flash.erase(flash.layout.sectors.slice(0, 1));
  await flash.program(AT, noise(16));
  assertEquals(reads, 0);
  await flash.program(AT + 16, noise(16));
  assert(reads > 0);
  const fault = await faultOf(() => flash.program(AT + 8, noise(4)));
  assertEquals(fault.slug, "flash-not-erased");
});

Deno.test("program: verify reads back and finds a weak bit", async () => {
  const { board, flash } = await opened();
  board.weakAt = AT + 100;
  const data = new Uint8Array(200);
  const fault = await faultOf(() => flash.program(AT, data, undefined, { verify: true }));
  assertEquals([fault.slug, fault.facts["at"], fault.facts["is"]], [
    "flash-content-wrong",
    "0x08000064",
    "0x01",
  ]);
  clean(board);
});

Deno.test("program: outside flash, and over an alias", async () => {
  const { flash } = await opened();
  assertEquals((await faultOf(() => flash.program(0x0810_0000, noise(4)))).slug, "flash-outside");
  assertEquals((await faultOf(() => flash.program(0x080F_FFFE, noise(4)))).slug, "flash-outside");
  assertEquals((await faultOf(() => flash.program(0x0020_0000, noise(4)))).slug, "flash-outside");
});

Deno.test("massErase: one bank and two", async () => {
  for (const wish of [{}, { part: "f76" }, { part: "f76", optcr: 0xDFFF_AAFD }] as FakeWish[]) {
    const { board, flash } = await opened({ ...wish, flash: new Uint8Array(1000) });
    await flash.massErase();
    assertEquals(board.log, ["mass"]);
    assert(board.flash.every((b) => b === 0xFF));
    await flash.program(AT, noise(100)); // known to be erased
    clean(board);
  }
});

Deno.test("dual bank: sectors of the second bank by their own SNB", async () => {
  const { board, flash } = await opened({
    part: "f76",
    optcr: 0xDFFF_AAFD,
    flash: new Uint8Array(2 << 20),
  });
  await flash.erase(flash.layout.sectors.filter((s) => [11, 12, 23].includes(s.index)));
  assertEquals(board.log, ["erase 11 x32", "erase 16 x32", "erase 27 x32"]);
  assertEquals(board.flash.findIndex((b) => b === 0xFF), 0xE_0000);
  assertEquals([board.flash[0x10_3FFF], board.flash[0x10_4000]], [0xFF, 0]);
  clean(board);
});

Deno.test("dual bank: a half-sized part is not written where its second bank may be", async () => {
  const { board, flash } = await opened({ part: "f76", flashKiB: 1024, optcr: 0xDFFF_AAFD });
  const fault = await faultOf(() => flash.program(0x0808_0000, noise(4)));
  assertEquals(fault.slug, "flash-outside");
  assert(String(fault.facts["doubt"]).includes("bank 2"));
  await flash.erase(flash.layout.sectors.slice(-1));
  assertEquals(board.log, ["erase 7 x32"]);
  clean(board);
});

Deno.test("a chip whose size is in doubt is not written", async () => {
  const { chip, board } = await opened();
  const { openFlash } = await import("../../src/flash/mod.ts");
  const flash = await openFlash(board, { ...chip, flashSizeDoubt: "it says 0 KiB" }, {
    volts: 3.3,
  });
  for (
    const act of [
      () => flash.erase(flash.layout.sectors.slice(0, 1)),
      () => flash.program(AT, noise(4)),
    ]
  ) assertEquals((await faultOf(act)).slug, "flash-size-doubtful");
  assertEquals(board.writes, []);
});

Deno.test("read: any part, in big steps, also through the alias", async () => {
  const { flash } = await opened({ flash: noise(70_000) });
  const seen: number[] = [];
  const got = await flash.read(AT + 1, 60_000, (p) => seen.push(p.done));
  assertEquals(got, noise(70_000).slice(1, 60_001));
  assertEquals(seen, [24_576, 49_152, 60_000]);
  assertEquals(await flash.read(0x0020_0000, 4), noise(4));
});
