import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BusError } from "../../../src/sim/contracts.ts";
import { OptionBytes } from "../../../src/sim/silicon/flash_options.ts";
import { f72, f74, f76, FLASH, Hand, makeChip } from "./stand_in.ts";

const AXIM = 0x0800_0000;
const [WRPERR, RDERR] = [0x10, 0x100];
const FACTORY = 0xC0FF_AAFD;

function bench(wish: Parameters<typeof makeChip>[0] = {}) {
  const made = makeChip(wish);
  return { ...made, hand: new Hand(made.chip) };
}

Deno.test("option words: factory storage is value and complement", () => {
  const { hand } = bench();
  assertEquals(hand.get(0x1FFF_0000), 0x5500_AAFF);
  assertEquals(hand.get(0x1FFF_0008) & 0xFFFF, 0xC0FF);
  assertEquals(hand.get(0x1FFF_0010), 0xFF7F_0080); // community.st.com 672018
  assertEquals(hand.get(0x1FFF_0018), 0xFFBF_0040);
});

Deno.test("option words: encode and load are inverse on every sub-family", () => {
  for (const silicon of [f72, f74, f76]) {
    const options = new OptionBytes(silicon);
    for (const OPTCR of [0, 0xFFFF_FFFF, 0x00FF_AAED, 0x1234_55A0]) {
      const wanted = options.clean({ OPTCR, OPTCR1: 0x2008_2000, OPTCR2: 0x8000_0005 });
      options.storage.set(options.encode(wanted));
      assertEquals(options.load(), []);
      assertEquals(options.loaded, wanted);
    }
  }
});

Deno.test("OPTCR: locked writes are lost, unlocked ones shadow only, a reset brings the loaded values back", () => {
  const { hand } = bench();
  hand.put(FLASH.OPTCR, 0);
  assertEquals(hand.get(FLASH.OPTCR), FACTORY);
  hand.unlockOptions();
  hand.put(FLASH.OPTCR, 0x00FF_AAEC);
  hand.put(FLASH.OPTCR1, 0x0040_2000);
  assertEquals(hand.get(FLASH.OPTCR), 0x00FF_AAEC);
  assertEquals(hand.get(0x1FFF_0000), 0x5500_AAFF);
  hand.reset();
  assertEquals([hand.get(FLASH.OPTCR), hand.get(FLASH.OPTCR1)], [FACTORY, 0x0040_0080]);
});

Deno.test("OPTCR: byte writes change their byte (the HAL writes RDP so)", () => {
  const { hand } = bench();
  hand.unlockOptions();
  hand.put(FLASH.OPTCR + 1, 0x55, 1);
  assertEquals(hand.get(FLASH.OPTCR), 0xC0FF_55FC);
});

Deno.test("OPTCR: bits that do not exist read 0 on F74x and stay on F76x", () => {
  const small = bench().hand;
  small.unlockOptions();
  small.put(FLASH.OPTCR, 0xFFFF_AAFC);
  assertEquals(small.get(FLASH.OPTCR), 0xC0FF_AAFC);
  const big = bench({ silicon: f76 }).hand;
  assertEquals(big.get(FLASH.OPTCR), 0xFFFF_AAFD);
});

Deno.test("OPTSTRT: programs both registers in some 200 ms, reads 1 meanwhile, counts from the next reset", () => {
  const { hand } = bench();
  hand.unlockOptions();
  hand.put(FLASH.OPTCR1, 0x0040_2000);
  hand.put(FLASH.OPTCR, 0x80FF_AAFC);
  hand.put(FLASH.OPTCR, 0x80FF_AAFE);
  assertEquals(hand.get(FLASH.OPTCR) & 2, 2);
  const took = hand.wait();
  assert(took >= 200 && took < 202, `${took} ms`);
  assertEquals(hand.get(FLASH.OPTCR), 0x80FF_AAFC);
  hand.reset();
  assertEquals([hand.get(FLASH.OPTCR), hand.get(FLASH.OPTCR1)], [0x80FF_AAFD, 0x0040_2000]);
});

Deno.test("a word that does not match its complement loads as all ones: RDP level 1, with a warning", () => {
  const { hand, chip, warnings } = bench();
  chip.options.storage[0] = 0x5500_ABFF;
  chip.options.storage[2] = 0xFFFF_FFFF;
  hand.reset();
  assertEquals([hand.get(FLASH.OPTCR), hand.get(FLASH.OPTCR1)], [0xC0FF_FFFD, 0x0040_FFFF]);
  assertStringIncludes(warnings[0]!, "1FFF0000, 1FFF0010");
  assertThrows(() => hand.get(AXIM), BusError, "RDP level 1");
});

Deno.test("a reset while options are programmed: old, new, or a mismatch that means level 1; never level 2", () => {
  const outcomes = new Set<string>();
  for (let us = 0; us <= 201_000; us += us < 198_000 ? 1_900 : 5) {
    const { hand, chip } = bench({ seed: us + 1 });
    hand.unlockOptions();
    hand.put(FLASH.OPTCR, 0x80FF_AAFC);
    hand.put(FLASH.OPTCR, 0x80FF_AAFE);
    chip.time.advance(us * 1000);
    hand.powerCycle();
    const rdp = hand.get(FLASH.OPTCR) >>> 8 & 0xFF;
    assert(rdp !== 0xCC, `${us} µs`);
    outcomes.add(rdp !== 0xAA ? "level 1" : hand.get(FLASH.OPTCR) === FACTORY ? "old" : "new");
  }
  assertEquals([...outcomes].sort(), ["level 1", "new", "old"]);
});

Deno.test("RDP 0 → 1: takes hold at the next reset; flash, OTP, option words and backup SRAM refuse the debugger", () => {
  const { hand, chip } = bench();
  chip.debuggerAttached(true);
  hand.setOptions(0xC0FF_55FD);
  assertEquals(hand.get(AXIM), 0xFFFF_FFFF);
  hand.reset();
  for (const at of [AXIM, 0x0020_0000, 0x1FF0_F000, 0x1FFF_0000, 0x4002_4000]) {
    assertThrows(() => hand.get(at), BusError, "RDP level 1");
  }
  assertEquals(hand.get(FLASH.OPTCR), 0xC0FF_55FD);
  assertEquals(hand.get(0xE004_2000), 0x1001_6449);
  assertEquals(hand.get(0x1FF0_F442, 2), 1024);
  hand.put(0x2000_0000, 0x1234_5678);
  assertEquals(hand.get(0x2000_0000), 0x1234_5678);
});

Deno.test("RDP 1: nothing can be erased or programmed by the debugger", () => {
  const { hand, chip } = bench();
  hand.setOptions(0xC0FF_55FD);
  hand.reset();
  hand.unlock();
  for (const cr of [0x202, 0x204]) {
    hand.put(FLASH.CR, cr | 0x1_0000);
    assertEquals(hand.get(FLASH.SR), WRPERR);
    hand.put(FLASH.SR, WRPERR);
  }
  hand.put(FLASH.CR, 0x201);
  hand.put(AXIM, 0);
  assertEquals(hand.get(FLASH.SR), WRPERR);
  assertEquals(chip.cells.bytes[0], 0xFF);
});

Deno.test("RDP 1: the core runs from flash until a debugger connects, then not before a power cycle", () => {
  const { hand, chip, core } = bench();
  chip.cells.bytes.set([0x00, 0x10, 0x00, 0x20, 0x41, 0x00, 0x20, 0x00]);
  hand.setOptions(0xC0FF_55FD);
  hand.powerCycle();
  assertEquals([core.sp, core.pc, core.lockedUp], [0x2000_1000, 0x0020_0040, false]);
  assert(chip.bus.windows.filter((w) => !w.writable).every((w) => w.open));
  chip.debuggerAttached(true);
  assert(chip.bus.windows.filter((w) => !w.writable).every((w) => !w.open));
  core.program.push((bus) => bus.read(AXIM, 4, "core"));
  chip.time.advance(1e6);
  assertEquals(core.faults.length, 1);
  chip.debuggerAttached(false);
  hand.reset();
  assert(core.lockedUp, "a reset is not enough");
  hand.powerCycle();
  assert(!core.lockedUp);
});

Deno.test("RDP 1: a core that starts from RAM has no access to flash", () => {
  const { hand, core } = bench();
  hand.setOptions(0xC0FF_55FD, 0x0040_8000);
  hand.powerCycle();
  core.program.push((bus) => bus.read(AXIM, 4, "core"));
  hand.chip.time.advance(1e6);
  assertEquals(core.faults, ["flash is read-protected (RDP level 1)"]);
});

Deno.test("RDP 1 → 0: mass erase in spite of nWRP, backup SRAM too, OTP stays; free after the reset", () => {
  const { hand, chip } = bench();
  chip.cells.bytes.fill(0x11);
  chip.otp.bytes[3] = 0;
  chip.backup.bytes.fill(0x22);
  hand.setOptions(0xC000_55FD); // level 1 and every sector protected
  hand.reset();
  hand.unlockOptions();
  hand.put(FLASH.OPTCR, 0xC0FF_AAFC);
  hand.put(FLASH.OPTCR, 0xC0FF_AAFE);
  const took = hand.wait();
  assert(took > 8000 && took < 8300, `${took} ms: PSIZE is x8 in CR after reset`);
  hand.reset();
  assertEquals(hand.get(FLASH.OPTCR), FACTORY);
  assertEquals(hand.get(AXIM), 0xFFFF_FFFF);
  assert(chip.cells.bytes.every((b) => b === 0xFF));
  assert(chip.backup.bytes.every((b) => b === 0));
  assertEquals(chip.otp.bytes[3], 0);
});

Deno.test("RDP 1 → 1 with other options changed erases nothing", () => {
  const { hand, chip } = bench();
  chip.cells.bytes.fill(0x11);
  hand.setOptions(0x80FF_55FD);
  hand.reset();
  hand.setOptions(0xC0FF_55FD);
  hand.reset();
  assertEquals(hand.get(FLASH.OPTCR), 0xC0FF_55FD);
  assert(chip.cells.bytes.every((b) => b === 0x11));
});

Deno.test("RDP 1 → 0 with hardware watchdogs: unless frozen the watchdog cuts the mass erase", () => {
  const { hand, chip } = bench();
  chip.cells.bytes.fill(0x11);
  hand.setOptions(0xC0FF_55CD); // level 1, IWDG_SW = WWDG_SW = 0
  hand.reset();
  hand.unlockOptions();
  hand.put(FLASH.OPTCR, 0xC0FF_AAFC);
  hand.put(FLASH.OPTCR, 0xC0FF_AAFE);
  chip.time.advance(9000e6);
  assertEquals(hand.get(FLASH.OPTCR) >>> 8 & 0xFF, 0x55);
  assert(chip.cells.bytes.some((b) => b === 0x11));
  // facts/stm32f7.md §7: first the watchdogs, at level 1; or halted with the freeze bits
  hand.put(0xE004_2008, 0x1800);
  hand.halt();
  hand.unlockOptions();
  hand.put(FLASH.OPTCR, 0xC0FF_AAFC);
  hand.put(FLASH.OPTCR, 0xC0FF_AAFE);
  hand.wait();
  hand.reset();
  assertEquals(hand.get(FLASH.OPTCR), FACTORY);
});

Deno.test("RDP 2: the debug port is dead for good, also under reset, and options are frozen", () => {
  const { hand, chip, core } = bench();
  hand.setOptions(0xC0FF_CCFD);
  hand.powerCycle();
  assertEquals(chip.debugPortAlive, false);
  assertThrows(() => hand.get(0xE004_2000), BusError, "dead");
  chip.driveNrst(true);
  assertEquals(chip.debugPortAlive, false);
  chip.driveNrst(false);
  core.program = [0x0819_2A3B, 0x4C5D_6E7F].map((key) => (bus) =>
    bus.write(FLASH.OPTKEYR, 4, key, "core")
  );
  core.program.push((bus) => bus.write(FLASH.OPTCR, 4, 0xC0FF_AAFE, "core"));
  chip.time.advance(1000e6);
  assertEquals(chip.flash.read(0xC), WRPERR);
  assertEquals(chip.options.level, 2);
  hand.powerCycle();
  assertEquals(chip.options.level, 2);
});

Deno.test("PCROP: executes but cannot be read by the core's data side or the debugger, nor written", () => {
  const { hand, chip } = bench({ silicon: f72 });
  chip.cells.bytes.fill(0x12);
  hand.unlockOptions();
  hand.put(FLASH.OPTCR2, 2); // sector 1
  hand.put(FLASH.OPTCR, 0xC0FF_AAFE);
  hand.wait();
  hand.reset();
  assertEquals(hand.get(AXIM), 0x1212_1212);
  assertThrows(() => hand.get(AXIM + 0x4000), BusError, "PCROP");
  assertEquals(hand.get(FLASH.SR), RDERR);
  assertThrows(() => chip.bus.read(AXIM + 0x4000, 4, "core"), BusError);
  assertEquals(chip.bus.read(AXIM + 0x4000, 2, "fetch"), 0x1212);
  hand.put(FLASH.SR, 0x1FF);
  hand.unlock();
  for (const cr of [0x1_0202 | 1 << 3, 0x1_0204]) {
    hand.put(FLASH.CR, cr);
    assertEquals(hand.get(FLASH.SR), WRPERR);
    hand.put(FLASH.SR, WRPERR);
  }
});

Deno.test("PCROP: bits are added only; a regression keeps the sectors unless PCROP_RDP is set, then takes all away", () => {
  for (const pcropRdp of [false, true]) {
    const { hand, chip } = bench({ silicon: f72 });
    chip.cells.bytes.fill(0x12);
    const program = (optcr: number, optcr2: number) => {
      hand.unlockOptions();
      hand.put(FLASH.OPTCR2, optcr2);
      hand.put(FLASH.OPTCR, optcr | 2);
      hand.wait();
      hand.reset();
    };
    program(0xC0FF_AAFC, 2);
    program(0xC0FF_AAFC, 0);
    assertEquals(hand.get(FLASH.OPTCR2), 2);
    program(0xC0FF_55FC, pcropRdp ? 0x8000_0002 : 2);
    program(0xC0FF_AAFC, 2);
    assertEquals(hand.get(FLASH.OPTCR2), pcropRdp ? 0 : 2);
    assertEquals(chip.cells.bytes[0], 0xFF);
    assertEquals(chip.cells.bytes[0x4000], pcropRdp ? 0xFF : 0x12);
  }
});

Deno.test("OPTCR2 does not exist on F74x: warned, reads 0", () => {
  const { hand, warnings } = bench();
  assertEquals(hand.get(FLASH.OPTCR2), 0);
  assertStringIncludes(warnings[0]!, "0x40023C1C");
});

Deno.test("BOOT_ADD0: the vector table follows it; nonsense falls back to flash over ITCM", () => {
  const cases: [number, number][] = [
    [0x0040_0080, 0x0020_0000],
    [0x0040_2000, 0x0800_0000],
    [0x0040_2008, 0x0802_0000],
    [0x0040_8000, 0x2000_0000],
    [0x0040_8013, 0x2004_C000],
    [0x0040_0000, 0x0000_0000],
    [0x0040_0040, 0x0010_0000],
    [0x0040_FFFF, 0x0020_0000],
  ];
  for (const [optcr1, want] of cases) {
    const { hand, core } = bench();
    hand.setOptions(FACTORY, optcr1);
    hand.reset();
    assertEquals(core.bootAddress, want, optcr1.toString(16));
  }
});

Deno.test("BOOT0 high takes BOOT_ADD1", () => {
  const { hand, chip, core, warnings } = bench();
  chip.bootPin = true;
  hand.reset();
  assertEquals(core.bootAddress, 0x0010_0000);
  assertEquals([core.sp, core.pc], [0x2000_1000, 0x0010_0200]);
  assertStringIncludes(warnings[0]!, "boot loader is not modelled");
});
