import { assert, assertEquals } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { type FakeBoard, faultOf } from "./support/fake_board.ts";
import { noise, opened } from "./support/open.ts";

const AT = 0x0800_0000;
const clean = (board: FakeBoard): void => {
  assertEquals(board.illegal, []);
  assert(board.locked, "flash is locked again");
};

Deno.test("the core must be halted: nothing is written", async () => {
  const { board, flash } = await opened({ running: true });
  for (const act of [() => flash.erase(flash.layout.sectors), () => flash.program(AT, noise(4))]) {
    const fault = await faultOf(act);
    assertEquals([fault.slug, fault.options.board?.state], ["flash-core-running", "untouched"]);
  }
  assertEquals(board.writes, []);
});

Deno.test("an old error in SR is cleared before the work, not taken for our own", async () => {
  const { board, flash } = await opened();
  board.sr = 0xF2;
  await flash.erase(flash.layout.sectors.slice(0, 1));
  assertEquals(board.sr, 0);
  clean(board);
});

Deno.test("flash left unlocked by firmware: no key is written, and it is locked afterwards", async () => {
  const { board, flash } = await opened();
  board.cr = 0x0100_0000; // EOPIE set, LOCK clear
  await flash.erase(flash.layout.sectors.slice(0, 1));
  assertEquals(board.writes.filter((w) => w.startsWith("KEYR")), []);
  assertEquals(board.cr, 0x8100_0000); // what is not ours stays
  clean(board);
});

Deno.test("locked until reset: told, with nothing touched", async () => {
  const { board, flash } = await opened();
  board.spoilKeys();
  const fault = await faultOf(() => flash.erase(flash.layout.sectors.slice(0, 1)));
  assertEquals([fault.slug, fault.options.board?.state], ["flash-locked-until-reset", "untouched"]);
  assertEquals([board.resets, board.log], [[], []]);
});

Deno.test("locked until reset: reset and halted once when that is allowed", async () => {
  const { board, flash } = await opened({}, { mayReset: true });
  board.spoilKeys();
  await flash.erase(flash.layout.sectors.slice(0, 1));
  assertEquals([board.resets, board.log], [["ours"], ["erase 0 x32"]]);
  clean(board);
});

Deno.test("write protection is seen before anything is erased", async () => {
  const { board, flash } = await opened({ optcr: 0xC0FB_AAFD });
  assertEquals((await flash.protectedSectors()).map((s) => s.index), [2]);
  for (
    const act of [
      () => flash.erase(flash.layout.sectors.slice(0, 4)),
      () => flash.massErase(),
      () => flash.program(0x0801_0000, noise(4)),
    ]
  ) {
    const fault = await faultOf(act);
    assertEquals([fault.slug, fault.facts["sectors"], fault.options.board?.state], [
      "flash-write-protected",
      "sector 2",
      "untouched",
    ]);
  }
  assertEquals(board.log, []);
  await flash.erase(flash.layout.sectors.slice(0, 2)); // the others are free
  clean(board);
});

Deno.test("write protection in dual-bank mode: a bit is two sectors", async () => {
  const { flash } = await opened({ part: "f76", optcr: 0xDFBF_AAFD });
  assertEquals((await flash.protectedSectors()).map((s) => s.index), [12, 13]);
});

Deno.test("PCROP sectors are not erased and said to be so", async () => {
  const { board, flash } = await opened({ part: "f72", optcr2: 0x02 });
  assertEquals((await flash.closedSectors()).map((s) => s.index), [1]);
  const fault = await faultOf(() => flash.erase(flash.layout.sectors.slice(0, 2)));
  assertEquals([fault.slug, fault.facts["sectors"]], ["flash-code-protected", "sector 1"]);
  assertEquals(board.log, []);
});

Deno.test("RDP level 1: reads and writes are explained, nothing is touched", async () => {
  const { board, flash } = await opened({ optcr: 0xC0FF_55FD });
  const read = await faultOf(() => flash.read(AT, 64));
  assertEquals([read.slug, read.facts["level"], read.facts["access"], read.facts["rdp"]], [
    "flash-read-protected",
    1,
    "read",
    "0x55",
  ]);
  assert(read.cause instanceof Fault && read.cause.slug === "bus-refused");
  const erase = await faultOf(() => flash.erase(flash.layout.sectors.slice(0, 1)));
  assertEquals([erase.slug, erase.facts["access"]], ["flash-read-protected", "write"]);
  assertEquals(board.log, []);
});

Deno.test("a refused read outside flash's troubles keeps its own fault, with SR as evidence", async () => {
  const { flash } = await opened();
  const fault = await faultOf(() => flash.read(0x0810_0000, 4));
  assertEquals(fault.slug, "bus-refused");
  assertEquals(fault.options.evidence?.at(-1)?.what, "FLASH_SR");
});

Deno.test("a hardware watchdog resets the chip in an erase: cause and evidence", async () => {
  const { board, flash } = await opened({ optcr: 0x00FF_AAED });
  board.onErase = () => board.resetItself();
  const fault = await faultOf(() => flash.erase(flash.layout.sectors.slice(0, 2)));
  assertEquals([fault.slug, fault.code, fault.exit], ["resets-by-itself", "E2209", 22]);
  const [cause] = fault.options.causes ?? [];
  assertEquals(cause?.likelihood, "proven");
  assert(cause?.because?.includes("FLASH_OPTCR 0x00FFAAED: WWDG_SW = 0"));
  assertEquals(fault.options.board?.state, "partial");
  assertEquals(fault.options.evidence?.map((e) => e.what), ["FLASH_OPTCR", "RCC_CSR", "FLASH_CR"]);
  assertEquals(board.locked, true);
});

Deno.test("a reset in mid-programming is noticed within a burst, not at the end", async () => {
  const { board, flash } = await opened();
  let units = 0;
  board.onProgram = () => {
    if (++units === 3000) board.resetItself(26);
  };
  const fault = await faultOf(() => flash.program(AT, noise(200 * 1024)));
  assertEquals(fault.slug, "resets-by-itself");
  assert(units <= 6144, `${units} units were sent`);
  assertEquals(fault.options.board?.text, "0 of 204800 bytes are programmed");
});

Deno.test("a chip that runs on after a reset is noticed even when S_RESET_ST was read by others", async () => {
  const { board, flash } = await opened();
  board.onErase = () => {
    board.resetItself();
    void board.batch([{ read: 0xE000_EDF0 }]);
  };
  assertEquals(
    (await faultOf(() => flash.erase(flash.layout.sectors.slice(0, 1)))).slug,
    "resets-by-itself",
  );
});

for (
  const [bit, slug] of [
    [1, "flash-operation-failed"],
    [4, "flash-write-protected"],
    [5, "flash-misaligned"],
    [6, "flash-wrong-width"],
    [7, "flash-wrong-sequence"],
  ] as const
) {
  Deno.test(`SR bit ${bit} while programming is ${slug}, located, cleared and locked`, async () => {
    const { board, flash } = await opened();
    let n = 0;
    board.onProgram = () => {
      if (++n === 10) board.sr |= 1 << bit;
    };
    const fault = await faultOf(() => flash.program(AT, noise(4000)));
    assertEquals(fault.slug, slug);
    const what = fault.options.evidence?.map((e) => e.what) ?? [];
    assert(what.includes("FLASH_SR") && what.includes("first byte that is wrong"), what.join());
    assertEquals(fault.options.board?.state, "partial");
    assertEquals(board.sr & 0x1F2, 0);
    assert(board.locked);
  });
}

Deno.test("RDERR exists on F72x only", async () => {
  const { board, flash } = await opened({ part: "f72" });
  board.onProgram = () => void (board.sr |= 1 << 8);
  assertEquals((await faultOf(() => flash.program(AT, noise(8)))).slug, "flash-code-read");
});

Deno.test("an error in the second sector says what the first one is", async () => {
  const { board, flash } = await opened();
  board.onErase = (what) => {
    if (what === "sector 1") board.sr |= 1 << 1;
  };
  const fault = await faultOf(() => flash.erase(flash.layout.sectors.slice(0, 3)));
  assertEquals(fault.slug, "flash-operation-failed");
  assertEquals(fault.options.board?.text, "sector 0 erased; sectors 1..2 in part, or not at all");
});

Deno.test("a link that is lost in mid-work keeps its own fault, with the board's state", async () => {
  const { board, flash } = await opened();
  let n = 0;
  board.onProgram = () => {
    if (++n === 100) board.dead = true;
  };
  const fault = await faultOf(() => flash.program(AT, noise(100_000)));
  assertEquals([fault.slug, fault.options.board?.state], ["link-lost", "partial"]);
});

Deno.test("a progress callback that throws stops the work; flash is locked", async () => {
  const { board, flash } = await opened();
  const stop = new Fault("stop", { code: "E1100", class: "tool", title: "stop", next: [] });
  const fault = await faultOf(() =>
    flash.erase(flash.layout.sectors.slice(0, 3), () => {
      throw stop;
    })
  );
  assertEquals(fault.slug, "stop");
  assertEquals(board.log, ["erase 0 x32"]);
  clean(board);
});

Deno.test("caches and accelerator that firmware has switched on are emptied, and left on", async () => {
  const { board, flash } = await opened({ acr: 0x0000_0307, ccr: 0x0007_0200 });
  await flash.erase(flash.layout.sectors.slice(0, 1));
  assertEquals(board.art, ["107", "907", "107", "307"]);
  assertEquals([board.icache, board.dcacheLines], [1, 128]);
  clean(board);
});

Deno.test("caches that are off cost nothing", async () => {
  const { board, flash } = await opened();
  await flash.erase(flash.layout.sectors.slice(0, 1));
  assertEquals([board.art, board.icache, board.dcacheLines], [[], 0, 0]);
});
