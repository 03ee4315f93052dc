import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BusError } from "../../../src/sim/contracts.ts";
import { f72, f76, FLASH, Hand, makeChip } from "./stand_in.ts";

const AXIM = 0x0800_0000;
const [WRPERR, PGAERR, PGPERR, ERSERR, BSY, OPERR, EOP] = [0x10, 0x20, 0x40, 0x80, 0x1_0000, 2, 1];

function bench(wish: Parameters<typeof makeChip>[0] = {}) {
  const made = makeChip(wish);
  return { ...made, hand: new Hand(made.chip) };
}

Deno.test("FLASH: reset values", () => {
  const { hand } = bench();
  assertEquals(hand.get(FLASH.CR), 0x8000_0000);
  assertEquals(hand.get(FLASH.SR), 0);
  assertEquals(hand.get(FLASH.ACR), 0);
  assertEquals(hand.get(FLASH.OPTCR), 0xC0FF_AAFD);
  assertEquals(hand.get(FLASH.OPTCR1), 0x0040_0080);
});

Deno.test("FLASH_KEYR: both keys in order unlock, LOCK locks again and can be unlocked again", () => {
  const { hand } = bench();
  hand.put(FLASH.KEYR, 0x4567_0123);
  assertEquals(hand.get(FLASH.CR), 0x8000_0000);
  hand.put(FLASH.KEYR, 0xCDEF_89AB);
  assertEquals(hand.get(FLASH.CR), 0);
  hand.put(FLASH.CR, 0x8000_0000);
  assertEquals(hand.get(FLASH.CR), 0x8000_0000);
  hand.unlock();
  assertEquals(hand.get(FLASH.CR), 0);
});

Deno.test("FLASH_KEYR: a wrong key is a bus error and locks until the next reset", () => {
  const { hand } = bench();
  assertThrows(() => hand.put(FLASH.KEYR, 0x1234_5678), BusError, "FLASH_KEYR");
  assertThrows(() => hand.put(FLASH.KEYR, 0x4567_0123), BusError);
  assertThrows(() => hand.put(FLASH.KEYR, 0xCDEF_89AB), BusError);
  assertEquals(hand.get(FLASH.CR), 0x8000_0000);
  hand.reset();
  hand.unlock();
  assertEquals(hand.get(FLASH.CR), 0);
});

Deno.test("FLASH_KEYR: second key first, and keys when already unlocked, are wrong sequences too", () => {
  const first = bench().hand;
  assertThrows(() => first.put(FLASH.KEYR, 0xCDEF_89AB), BusError);
  const again = bench().hand;
  again.unlock();
  assertThrows(() => again.put(FLASH.KEYR, 0x4567_0123), BusError);
  assertEquals(again.get(FLASH.CR), 0x8000_0000);
});

Deno.test("FLASH_OPTKEYR: a wrong key locks OPTCR until reset and leaves CR alone", () => {
  const { hand } = bench();
  assertThrows(() => hand.put(FLASH.OPTKEYR, 0x4C5D_6E7F), BusError, "FLASH_OPTKEYR");
  assertThrows(() => hand.unlockOptions(), BusError);
  hand.unlock();
  assertEquals(hand.get(FLASH.CR), 0);
  hand.reset();
  hand.unlockOptions();
  assertEquals(hand.get(FLASH.OPTCR), 0xC0FF_AAFC);
});

Deno.test("FLASH_CR: writes while locked are dropped silently", () => {
  const { hand, warnings } = bench();
  hand.put(FLASH.CR, 0x1_0002);
  assertEquals(hand.get(FLASH.CR), 0x8000_0000);
  assertEquals(hand.get(FLASH.SR), 0);
  assertEquals(warnings, []);
});

Deno.test("programming: bits go from 1 to 0 only, BSY for 16 µs", () => {
  const { hand, chip } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  hand.put(AXIM + 8, 0xFFFF_0F0F);
  assertEquals(hand.get(FLASH.SR), BSY);
  assertEquals(chip.readyAt(AXIM), chip.time.now + 16_000);
  assertEquals(chip.readyAt(FLASH.SR), chip.time.now);
  assertEquals(chip.readyAt(FLASH.CR), chip.time.now);
  assertEquals(chip.readyAt(FLASH.CR, true), chip.time.now + 16_000);
  hand.wait();
  hand.put(AXIM + 8, 0x0000_FFFF);
  hand.wait();
  assertEquals(hand.get(AXIM + 8), 0x0000_0F0F);
  assertEquals(hand.get(FLASH.SR), 0);
});

Deno.test("programming: a read or a second write while busy waits for the end", () => {
  const { hand, chip } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  hand.put(AXIM, 0x1111_1111);
  const begun = chip.time.now;
  hand.put(AXIM + 4, 0x2222_2222);
  assertEquals(chip.time.now - begun, 16_000);
  assertEquals(hand.get(AXIM + 4), 0x2222_2222);
  assertEquals(chip.time.now - begun, 32_000);
});

Deno.test("programming: every PSIZE takes its own width and no other", () => {
  for (const [psize, width] of [[0, 1], [1, 2], [2, 4]] as const) {
    for (const used of [1, 2, 4] as const) {
      const { hand } = bench();
      hand.unlock();
      hand.put(FLASH.CR, 1 | psize << 8);
      hand.put(AXIM + 0x10, 0x5555_5555, used);
      hand.wait();
      assertEquals(hand.get(FLASH.SR), used === width ? 0 : PGPERR, `x${8 << psize}, ${used}`);
      const want = used === width ? 0x55 : 0xFF;
      assertEquals(hand.get(AXIM + 0x10, 1), want);
    }
  }
});

Deno.test("programming: without PG it is a sequence error, across a 128-bit row an alignment error", () => {
  const { hand, chip } = bench();
  hand.put(AXIM, 0);
  assertEquals(hand.get(FLASH.SR), ERSERR);
  hand.put(FLASH.SR, ERSERR);
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  chip.bus.write(AXIM + 0xE, 4, 0, "core");
  assertEquals(hand.get(FLASH.SR), PGAERR);
  assertEquals(hand.get(AXIM), 0xFFFF_FFFF);
  assertEquals(hand.get(AXIM + 0xC), 0xFFFF_FFFF);
});

Deno.test("FLASH_SR: errors are cleared by writing 1, each alone", () => {
  const { hand } = bench();
  hand.put(AXIM, 0);
  hand.unlock();
  hand.put(FLASH.CR, 0x101);
  hand.put(AXIM, 0);
  assertEquals(hand.get(FLASH.SR), ERSERR | PGPERR);
  hand.put(FLASH.SR, PGPERR);
  assertEquals(hand.get(FLASH.SR), ERSERR);
  hand.put(FLASH.SR, 0xF3);
  assertEquals(hand.get(FLASH.SR), 0);
});

Deno.test("OPERR and EOP show only with ERRIE and EOPIE, and interrupt", () => {
  const { hand, core } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x0300_0201);
  hand.put(AXIM, 0x1234_5678);
  hand.wait();
  assertEquals(hand.get(FLASH.SR), EOP);
  assert(core.interrupts.includes(4));
  hand.put(FLASH.SR, EOP);
  hand.put(AXIM, 0, 2);
  assertEquals(hand.get(FLASH.SR), PGPERR | OPERR);
});

Deno.test("programming through ITCM is a bus error, reading is not", () => {
  const { hand } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  assertThrows(() => hand.put(0x0020_0000, 0), BusError, "ITCM");
  hand.put(AXIM, 0xCAFE_0000);
  assertEquals(hand.get(0x0020_0000), 0xCAFE_0000);
});

Deno.test("sector erase: the named sector only, for the time its size and PSIZE take", () => {
  const cases = [[0, 2, 200, 32], [4, 2, 500, 128], [7, 2, 1000, 256], [0, 0, 400, 32], [
    7,
    1,
    1500,
    256,
  ]];
  for (const [snb, psize, ms, kb] of cases as [number, number, number, number][]) {
    const { hand, chip } = bench();
    chip.cells.bytes.fill(0);
    hand.unlock();
    hand.put(FLASH.CR, 2 | snb << 3 | psize << 8);
    hand.put(FLASH.CR, 2 | snb << 3 | psize << 8 | 0x1_0000);
    assertEquals(hand.get(FLASH.CR) & 0x1_0000, 0x1_0000);
    const took = hand.wait();
    assert(took >= ms && took < ms + 1, `${took} ms`);
    assertEquals(hand.get(FLASH.CR) & 0x1_0000, 0);
    assertEquals(chip.cells.bytes.filter((b) => b === 0xFF).length, kb * 1024);
  }
});

Deno.test("mass erase: everything, 4 s a MiB at x32; SER with MER, or neither, does nothing", () => {
  const { hand, chip } = bench();
  chip.cells.bytes.fill(0);
  hand.unlock();
  for (const cr of [0x206, 0x200]) {
    hand.put(FLASH.CR, cr | 0x1_0000);
    assertEquals(hand.get(FLASH.SR), ERSERR);
    hand.put(FLASH.SR, ERSERR);
  }
  assertEquals(chip.cells.bytes[0], 0);
  hand.put(FLASH.CR, 0x204 | 0x1_0000);
  const took = hand.wait();
  assert(took >= 4000 && took < 4001, `${took} ms`);
  assert(chip.cells.bytes.every((b) => b === 0xFF));
});

Deno.test("a sector that the part does not have is refused with a warning", () => {
  const { hand, warnings } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0202 | 8 << 3);
  assertEquals(hand.get(FLASH.SR), ERSERR);
  assertStringIncludes(warnings[0]!, "SNB = 8");
});

Deno.test("nWRP: no program, no erase of that sector, no mass erase; the others are free", () => {
  const { hand, chip } = bench();
  hand.setOptions(0xC0FD_AAFD); // nWRP1 = 0
  hand.reset();
  hand.unlock();
  chip.cells.bytes.fill(0xF0);
  for (const cr of [0x202 | 1 << 3, 0x204]) {
    hand.put(FLASH.CR, cr | 0x1_0000);
    assertEquals(hand.get(FLASH.SR), WRPERR);
    hand.put(FLASH.SR, WRPERR);
  }
  hand.put(FLASH.CR, 0x201);
  hand.put(AXIM + 0x8000, 0);
  assertEquals(hand.get(FLASH.SR), WRPERR);
  hand.put(FLASH.SR, WRPERR);
  hand.put(AXIM + 0x1_0000, 0);
  hand.wait();
  assertEquals([hand.get(AXIM + 0x8000), hand.get(AXIM + 0x1_0000)], [0xF0F0_F0F0, 0]);
});

Deno.test("nWRP acts from the unlocked register at once: OPTCR = 1 left every sector protected (openocd 7bcf1d838)", () => {
  const { hand } = bench();
  hand.unlockOptions();
  hand.put(FLASH.OPTCR, 1);
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0202);
  assertEquals(hand.get(FLASH.SR), WRPERR);
  hand.reset();
  assertEquals(hand.get(FLASH.OPTCR), 0xC0FF_AAFD);
});

Deno.test("F76x dual bank: sectors, SNB of bank 2, MER2, and one nWRP bit for two sectors", () => {
  const { hand, chip } = bench({ silicon: f76 });
  hand.setOptions(0xDFFF_AAFD & ~(1 << 22)); // nDBANK = 0, nWRP6 = 0
  hand.reset();
  chip.cells.bytes.fill(0);
  hand.unlock();
  for (const n of [0, 1]) {
    hand.put(FLASH.CR, 0x1_0202 | (0x10 | n) << 3);
    assertEquals(hand.get(FLASH.SR), WRPERR, `bank 2 sector ${n}`);
    hand.put(FLASH.SR, WRPERR);
  }
  hand.put(FLASH.CR, 0x1_0202 | 0x12 << 3);
  hand.wait();
  assertEquals(chip.cells.bytes.indexOf(0xFF), 0x10_8000);
  assertEquals(chip.cells.bytes.filter((b) => b === 0xFF).length, 16 * 1024);
});

Deno.test("F76x dual bank: one bank is read while the other is erased; MER and MER2 erase their own", () => {
  const { hand, chip } = bench({ silicon: f76 });
  hand.setOptions(0xDFFF_AAFD);
  hand.reset();
  chip.cells.bytes.fill(0);
  hand.unlock();
  hand.put(FLASH.CR, 0x1_8200); // MER2
  const { now } = chip.time;
  assertEquals(chip.readyAt(AXIM), now);
  assertEquals(hand.get(AXIM), 0);
  assert(chip.readyAt(AXIM + 0x10_0000) > now);
  hand.wait();
  assertEquals(chip.cells.bytes.indexOf(0xFF), 0x10_0000);
  hand.put(FLASH.CR, 0x1_0204);
  hand.wait();
  assert(chip.cells.bytes.every((b) => b === 0xFF));
});

Deno.test("F76x single bank: MER2 alone names nothing, both banks wait", () => {
  const { hand, chip } = bench({ silicon: f76 });
  hand.unlock();
  hand.put(FLASH.CR, 0x1_8200);
  assertEquals(hand.get(FLASH.SR), ERSERR);
  hand.put(FLASH.CR, 0x1_0202 | 11 << 3);
  assert(chip.readyAt(AXIM) > chip.time.now);
  hand.wait();
});

Deno.test("a reset in the middle of an erase leaves chance in the sector and nothing else touched", () => {
  const { hand, chip } = bench();
  chip.cells.bytes.fill(0);
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0202 | 1 << 3);
  chip.time.advance(100e6);
  hand.reset();
  assertEquals(hand.get(FLASH.SR), 0);
  const sector = chip.cells.bytes.subarray(0x8000, 0x1_0000);
  assert(sector.some((b) => b !== 0) && sector.some((b) => b !== 0xFF));
  assert(chip.cells.bytes.subarray(0, 0x8000).every((b) => b === 0));
  assert(chip.cells.bytes.subarray(0x1_0000).every((b) => b === 0));
});

Deno.test("a reset in the middle of programming leaves some of the bits; the same seed leaves the same", () => {
  const run = (seed: number) => {
    const { hand, chip } = bench({ seed });
    hand.unlock();
    hand.put(FLASH.CR, 0x201);
    hand.put(AXIM, 0);
    chip.time.advance(8_000);
    hand.reset();
    return hand.get(AXIM);
  };
  assertEquals(run(7), run(7));
  assert(new Set([1, 2, 3, 4, 5].map(run)).size > 1);
});

Deno.test("a mass erase that is cut has done the first sectors and not the last", () => {
  const { hand, chip } = bench();
  chip.cells.bytes.fill(0);
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0204);
  chip.time.advance(2000e6);
  hand.powerCycle();
  assert(chip.cells.bytes.subarray(0, 0x8000).every((b) => b === 0xFF));
  assert(chip.cells.bytes.subarray(0xC_0000).every((b) => b === 0));
});

Deno.test("too wide a PSIZE for the supply warns and does not erase or program reliably", () => {
  const { hand, chip, warnings } = bench({ volts: 2.0 });
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  for (let i = 0; i < 64; i += 4) {
    hand.put(AXIM + i, 0);
    hand.wait();
  }
  assert(chip.cells.bytes.subarray(0, 64).some((b) => b !== 0));
  assertStringIncludes(warnings[0]!, "needs 2.7 V");
  hand.put(FLASH.CR, 1); // x8 works at any voltage
  hand.put(AXIM + 0x100, 0, 1);
  hand.wait();
  assertEquals(hand.get(AXIM + 0x100, 1), 0);
});

Deno.test("PSIZE x64 needs VPP, which no board has", () => {
  const { hand, warnings } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0302);
  hand.wait();
  assertStringIncludes(warnings[0]!, "VPP");
  hand.put(FLASH.CR, 0x301);
  hand.put(AXIM, 0);
  assertEquals(hand.get(FLASH.SR), PGPERR);
});

Deno.test("OTP: bits go down only, a lock byte of 00 closes its block, and itself", () => {
  const { hand } = bench();
  const otp = 0x1FF0_F000;
  hand.unlock();
  hand.put(FLASH.CR, 1);
  hand.put(otp + 64, 0x12, 1);
  hand.wait();
  hand.put(otp + 0x400 + 1, 0, 1);
  hand.wait();
  hand.put(otp + 65, 0x34, 1);
  assertEquals(hand.get(FLASH.SR), WRPERR);
  hand.put(FLASH.SR, WRPERR);
  hand.put(otp + 128, 0x56, 1);
  hand.wait();
  assertEquals([64, 65, 128].map((o) => hand.get(otp + o, 1)), [0x12, 0xFF, 0x56]);
});

Deno.test("OTP ends where ST's own data begins, and what is between the locks and there is nobody's", () => {
  const { hand } = bench();
  assertEquals(hand.get(0x1FF0_F41C), 0xFFFF_FFFF);
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  hand.put(0x1FF0_F410, 0);
  assertEquals(hand.get(FLASH.SR), WRPERR);
});

Deno.test("F72x: OTP, UID and flash size are at their own addresses", () => {
  const { hand } = bench({ silicon: f72 });
  assertEquals(hand.get(0x1FF0_7A22, 2), 512);
  assertEquals([0, 4, 8].map((o) => hand.get(0x1FF0_7A10 + o)), [1, 2, 3]);
  hand.unlock();
  hand.put(FLASH.CR, 1);
  hand.put(0x1FF0_7A00, 0, 1); // locks block 0
  hand.wait();
  hand.put(0x1FF0_7800, 0, 1);
  assertEquals(hand.get(FLASH.SR), WRPERR);
});

Deno.test("what only ST writes refuses with WRPERR", () => {
  const { hand } = bench();
  hand.unlock();
  for (const at of [0x1FF0_F420, 0x1FF0_0000, 0x1FFF_0000]) {
    hand.put(at, 0);
    assertEquals(hand.get(FLASH.SR), WRPERR, at.toString(16));
    hand.put(FLASH.SR, WRPERR);
  }
});

Deno.test("the core: a flash access while busy holds the instruction, a reset sets it free", () => {
  const { hand, chip, core } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0202);
  const begun = chip.time.now;
  let readAt = 0;
  core.program.push((bus) => {
    bus.read(AXIM, 4, "core");
    readAt = chip.time.now;
  });
  chip.time.advance(100e6);
  assertEquals(readAt, 0);
  chip.time.advance(150e6);
  assert(readAt >= begun + 200e6 && readAt < begun + 200.01e6, String(readAt));

  hand.put(FLASH.CR, 0x1_0202);
  let reached = false;
  core.program.push((bus) => bus.read(AXIM, 4, "core"));
  chip.time.advance(1e6);
  core.onStart = () => core.program.push(() => reached = true);
  hand.reset();
  chip.time.advance(1e6);
  assert(reached);
});

Deno.test("FLASH_CR written by the core while busy waits", () => {
  const { hand, chip, core } = bench();
  hand.unlock();
  hand.put(FLASH.CR, 0x201);
  hand.put(AXIM, 0);
  const begun = chip.time.now;
  let at = 0;
  core.program.push((bus) => {
    bus.write(FLASH.CR, 4, 0, "core");
    at = chip.time.now;
  });
  chip.time.advance(50_000);
  assert(at >= begun + 16_000, String(at - begun));
});
