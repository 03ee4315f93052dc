import { assert, assertEquals, assertThrows } from "@std/assert";
import { BusError } from "../../../src/sim/contracts.ts";
import { f76, FLASH, Hand, makeChip } from "./stand_in.ts";

const CSR = 0x4002_3874;
const FLAGS = 0xFE00_0000;
const APB1_FZ = 0xE004_2008;
const MS = 1e6;

function bench(wish: Parameters<typeof makeChip>[0] = {}) {
  const made = makeChip(wish);
  const resets: string[] = [];
  made.chip.onReset = (cause) => resets.push(cause);
  return { ...made, resets, hand: new Hand(made.chip) };
}
const csr = (hand: Hand) => (hand.get(CSR) & FLAGS) >>> 0;

Deno.test("RCC_CSR: power-on, pin, software; flags add up until RMVF", () => {
  const { hand } = bench();
  assertEquals(csr(hand), 0x0E00_0000);
  hand.put(CSR, 0x0100_0000);
  assertEquals(csr(hand), 0);
  hand.reset();
  assertEquals(csr(hand), 0x0400_0000);
  hand.put(0xE000_ED0C, 0x05FA_0004);
  assertEquals(csr(hand), 0x1400_0000);
});

Deno.test("SYSRESETREQ by the core itself resets after the access", () => {
  const { chip, core, hand, resets } = bench();
  let after = false;
  core.program.push(() => core.writePpb(0xE000_ED0C, 4, 0x05FA_0004), () => after = true);
  chip.time.advance(1 * MS);
  assertEquals([resets, after], [["SYSRESETREQ"], false]);
  assertEquals(csr(hand) >>> 28, 1);
});

Deno.test("NRST held: private bus and DBGMCU answer, the system bus does not, the core starts on release", () => {
  const { chip, core, hand } = bench();
  chip.driveNrst(true);
  assert(chip.nrstLow && core.held);
  assertEquals(hand.get(0xE004_2000), 0x1001_6449);
  hand.put(APB1_FZ, 0x1800);
  assertThrows(() => hand.get(0x2000_0000), BusError, "held in reset");
  let started = false;
  core.onStart = () => started = true;
  chip.time.advance(100 * MS);
  assertEquals(started, false);
  chip.driveNrst(false);
  assertEquals(started, true);
  assertEquals(hand.get(APB1_FZ), 0x1800);
});

Deno.test("NRST: button and probe together; release comes with the last one", () => {
  const { chip, core } = bench();
  chip.driveNrst(true);
  chip.pullNrst(true);
  chip.driveNrst(false);
  assert(core.held);
  chip.pullNrst(false);
  assert(!core.held);
});

Deno.test("NRST not wired: the probe's pin moves, the chip does not", () => {
  const { chip, core, resets } = bench();
  chip.nrstWired = false;
  chip.driveNrst(true);
  assertEquals([chip.nrstLow, core.held, resets], [true, false, []]);
});

Deno.test("DBGMCU: kept over system resets, cleared by power-on; IDCODE is read only", () => {
  const { hand } = bench();
  hand.put(0xE004_2004, 7);
  hand.put(APB1_FZ, 0xFFFF_FFFF);
  hand.put(0xE004_2000, 0);
  hand.reset();
  assertEquals([hand.get(0xE004_2004), hand.get(APB1_FZ)], [7, 0x07E0_3FFF]);
  assertEquals(hand.get(0xE004_2000), 0x1001_6449);
  hand.powerCycle();
  assertEquals([hand.get(0xE004_2004), hand.get(APB1_FZ)], [0, 0]);
});

Deno.test("power: nothing answers without it, RAM is chance after it, flash stays", () => {
  const { hand, chip, resets } = bench();
  hand.put(0x2000_0000, 0x1234_5678);
  chip.cells.bytes[0] = 0x42;
  chip.setVolts(0);
  assertEquals([chip.debugPortAlive, chip.nrstLow, chip.powered], [false, true, false]);
  chip.setVolts(3.3);
  assertEquals(resets, ["power-on"]);
  assert(hand.get(0x2000_0000) !== 0x1234_5678);
  assertEquals(hand.get(0x0800_0000, 1), 0x42);
});

Deno.test("brown-out: BOR_LEV of the option bytes decides", () => {
  for (const [lev, holds] of [[3, 1.8], [2, 2.2], [1, 2.5], [0, 2.8]] as const) {
    const { hand, chip, resets } = bench();
    hand.setOptions(0xC0FF_AAF1 | lev << 2);
    hand.reset();
    resets.length = 0;
    chip.setVolts(holds);
    assertEquals([resets, chip.powered], [[], true], `level ${lev} at ${holds} V`);
    chip.setVolts(holds - 0.2);
    assertEquals(chip.powered, false, `level ${lev} at ${holds - 0.2} V`);
    chip.setVolts(holds);
    assertEquals(resets, ["power-on"]);
  }
});

Deno.test("brown-out level 3 keeps a board at 2.5 V from starting at all", () => {
  const { hand, chip } = bench();
  hand.setOptions(0xC0FF_AAF1);
  chip.setVolts(0);
  chip.setVolts(2.5);
  assertEquals([chip.powered, chip.debugPortAlive], [false, false]);
});

Deno.test("a brown-out level above the supply takes the chip down at the reset that loads it", () => {
  const { hand, chip } = bench({ volts: 2.5 });
  hand.setOptions(0xC0FF_AAF1);
  assertEquals(chip.powered, true);
  hand.reset();
  assertEquals([chip.powered, chip.debugPortAlive], [false, false]);
  chip.setVolts(3.3);
  assertEquals([chip.powered, chip.inReset], [true, false]);
});

Deno.test("hardware WWDG: resets every 16.4 ms at 16 MHz, and says so", () => {
  const { hand, chip, resets } = bench();
  hand.setOptions(0x00FF_AAED);
  hand.reset();
  resets.length = 0;
  chip.time.advance(16.3 * MS);
  assertEquals(resets, []);
  chip.time.advance(0.1 * MS);
  assertEquals(resets, ["WWDG"]);
  chip.time.advance(10 * 16.384 * MS);
  assertEquals(resets.length, 11);
  assertEquals(csr(hand), 0x4E00_0000);
  assertEquals(hand.get(0x4000_2C00) & 0x80, 0x80);
});

Deno.test("hardware WWDG: frozen while halted with DBG_WWDG_STOP, not while running", () => {
  const { hand, chip, resets } = bench();
  hand.setOptions(0x00FF_AAED);
  hand.reset();
  hand.put(APB1_FZ, 1 << 11);
  hand.halt();
  resets.length = 0;
  const t = hand.get(0x4000_2C00);
  chip.time.advance(1000 * MS);
  assertEquals([resets, hand.get(0x4000_2C00)], [[], t]);
  hand.put(0xE000_EDF0, 0xA05F_0001);
  chip.time.advance(17 * MS);
  assertEquals(resets, ["WWDG"]);
});

Deno.test("hardware WWDG: halted without the freeze bit it still bites", () => {
  const { hand, chip, resets } = bench();
  hand.setOptions(0x00FF_AAED);
  hand.reset();
  hand.halt();
  resets.length = 0;
  chip.time.advance(17 * MS);
  assertEquals(resets, ["WWDG"]);
});

Deno.test("hardware WWDG during a sector erase by a running core: the erase is cut", () => {
  const { hand, chip, resets } = bench();
  hand.setOptions(0x00FF_AAED);
  hand.reset();
  chip.cells.bytes.fill(0);
  hand.unlock();
  hand.put(FLASH.CR, 0x1_0202);
  chip.time.advance(20 * MS);
  assert(resets.includes("WWDG"));
  assertEquals(hand.get(FLASH.SR) & 0x1_0000, 0);
  assert(chip.cells.bytes.subarray(0, 0x8000).some((b) => b !== 0xFF));
});

Deno.test("WWDG by software: window, T6 and EWI rules", () => {
  const make = () => {
    const made = bench();
    made.hand.put(0x4002_3840, 1 << 11); // WWDGEN
    made.resets.length = 0;
    return made;
  };
  const early = make();
  early.hand.put(0x4000_2C04, 0x50);
  early.hand.put(0x4000_2C00, 0xFF);
  early.hand.put(0x4000_2C00, 0xFF); // T > W
  assertEquals(early.resets, ["WWDG"]);
  const cleared = make();
  cleared.hand.put(0x4000_2C00, 0xFF);
  cleared.hand.put(0x4000_2C00, 0x3F);
  assertEquals(cleared.resets, ["WWDG"]);
  const fed = make();
  fed.hand.put(0x4000_2C04, 0x27F); // EWI
  fed.hand.put(0x4000_2C00, 0xFF);
  for (let i = 0; i < 5; i++) {
    fed.chip.time.advance(16 * MS);
    fed.hand.put(0x4000_2C00, 0x7F);
  }
  assertEquals(fed.resets, []);
  fed.chip.time.advance(16.2 * MS); // at 0x40: 63 × 256 µs
  assert(fed.core.interrupts.includes(0));
  assertEquals(fed.hand.get(0x4000_2C08), 1);
});

Deno.test("WWDG without its clock enabled is silent", () => {
  const { hand, chip, resets } = bench();
  hand.put(0x4000_2C00, 0xFF);
  chip.time.advance(50 * MS);
  assertEquals(resets, []);
});

Deno.test("hardware IWDG: 512 ms from reset, frozen while halted with DBG_IWDG_STOP, refreshed by AAAA", () => {
  const { hand, chip, resets } = bench();
  hand.setOptions(0xC0FF_AADD);
  hand.reset();
  resets.length = 0;
  chip.time.advance(511 * MS);
  hand.put(0x4000_3000, 0xAAAA);
  chip.time.advance(511 * MS);
  assertEquals(resets, []);
  chip.time.advance(2 * MS);
  assertEquals(resets, ["IWDG"]);
  assertEquals(csr(hand), 0x2E00_0000);
  hand.put(APB1_FZ, 1 << 12);
  hand.halt();
  chip.time.advance(5000 * MS);
  assertEquals(resets, ["IWDG"]);
});

Deno.test("IWDG by software: keys, prescaler, reload, window, update flags", () => {
  const { hand, chip, resets } = bench();
  hand.put(0x4000_3004, 1); // protected
  assertEquals(hand.get(0x4000_3004), 0);
  hand.put(0x4000_3000, 0x5555);
  hand.put(0x4000_3004, 1);
  assertEquals(hand.get(0x4000_300C), 1);
  hand.put(0x4000_3008, 99);
  chip.time.advance(1 * MS);
  assertEquals(hand.get(0x4000_300C), 0);
  hand.put(0x4000_3000, 0xCCCC);
  chip.time.advance(24.9 * MS); // 100 × 8 / 32 kHz = 25 ms
  assertEquals(resets, []);
  chip.time.advance(0.2 * MS);
  assertEquals(resets, ["IWDG"]);
  chip.time.advance(1000 * MS); // software mode: off after the reset
  assertEquals(resets, ["IWDG"]);
  hand.put(0x4000_3000, 0x5555);
  hand.put(0x4000_3010, 0x100);
  hand.put(0x4000_3000, 0xCCCC);
  hand.put(0x4000_3000, 0xAAAA); // too early: above the window
  assertEquals(resets, ["IWDG", "IWDG"]);
});

Deno.test("Stop: dead to the debugger without DBG_STOP, alive under reset, an EXTI edge wakes it", () => {
  const { hand, chip, core } = bench();
  hand.put(0x4002_3844, 1 << 14); // SYSCFGEN
  hand.put(0x4001_3C00, 1); // EXTI line 0 from PA0
  hand.put(0x4001_3C08, 1);
  hand.put(0x4002_3830, 0x0010_0001);
  core.scr = 4;
  core.program.push(() => core.sleeping = true);
  chip.time.advance(1 * MS);
  assertEquals([chip.modes.mode, chip.debugPortAlive], ["stop", false]);
  chip.parts.ports.get("A")!.drive(0, true);
  chip.time.advance(1 * MS);
  assertEquals([chip.modes.mode, chip.debugPortAlive], ["run", true]);
  hand.put(0x4001_3C14, 1);
  core.program.push(() => core.sleeping = true);
  chip.time.advance(1 * MS);
  assertEquals(chip.debugPortAlive, false);
  chip.driveNrst(true);
  assertEquals(chip.debugPortAlive, true);
});

Deno.test("Stop with DBG_STOP keeps the debug port; plain Sleep does without", () => {
  for (const [scr, cr] of [[4, 2], [0, 0]] as const) {
    const { hand, chip, core } = bench();
    hand.put(0xE004_2004, cr);
    core.scr = scr;
    core.program.push(() => core.sleeping = true);
    chip.time.advance(1 * MS);
    assertEquals([chip.modes.mode, chip.debugPortAlive], [scr === 4 ? "stop" : "sleep", true]);
  }
});

Deno.test("nRST_STOP = 0: entering Stop is a reset", () => {
  const { hand, chip, core, resets } = bench();
  hand.setOptions(0xC0FF_AABD);
  hand.reset();
  resets.length = 0;
  core.scr = 4;
  core.program.push(() => core.sleeping = true);
  chip.time.advance(1 * MS);
  assertEquals(resets, ["low-power"]);
  assertEquals(csr(hand) >>> 31, 1);
});

Deno.test("IWDG_STOP: the option decides whether the watchdog runs on in Stop", () => {
  for (const [optcr, bites] of [[0xC0FF_AADD, true], [0x40FF_AADD, false]] as const) {
    const { hand, chip, core, resets } = bench();
    hand.setOptions(optcr);
    hand.reset();
    resets.length = 0;
    core.scr = 4;
    core.program.push(() => core.sleeping = true);
    chip.time.advance(600 * MS);
    assertEquals(resets, bites ? ["IWDG"] : []);
  }
});

Deno.test("SWD pins taken by firmware: dead until a reset", () => {
  const { hand, chip } = bench();
  hand.put(0x4002_0000, 0xA400_0000); // PA13 no longer alternate function
  hand.put(0x4002_3830, 0x0010_0001);
  hand.put(0x4002_0000, 0xA400_0000);
  assertEquals(chip.debugPortAlive, false);
  chip.driveNrst(true);
  assertEquals(chip.debugPortAlive, true);
});

Deno.test("F76x: its RAM map and DEV_ID", () => {
  const { hand } = bench({ silicon: f76 });
  assertEquals(hand.get(0xE004_2000) & 0xFFF, 0x451);
  hand.put(0x2007_FFFC, 7);
  assertEquals(hand.get(0x2007_FFFC), 7);
  assertThrows(() => hand.get(0x2008_0000), BusError);
});
