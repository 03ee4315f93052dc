import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BusError } from "../../../src/sim/contracts.ts";
import { f72, f74, f76, Hand, makeChip } from "./stand_in.ts";

Deno.test("RAM: all of it and nothing beyond, in every width, across the border of two RAMs", () => {
  for (
    const [silicon, end] of [[f72, 0x2004_0000], [f74, 0x2005_0000], [f76, 0x2008_0000]] as const
  ) {
    const { chip } = makeChip({ silicon });
    const hand = new Hand(chip);
    for (const at of [0, 0x3FFC, 0x2000_0000, end - 4]) {
      hand.put(at, 0x8877_6655);
      assertEquals(hand.get(at), 0x8877_6655);
      assertEquals([hand.get(at, 2), hand.get(at + 2, 2), hand.get(at + 3, 1)], [
        0x6655,
        0x8877,
        0x88,
      ]);
      hand.put(at + 1, 0x11, 1);
      assertEquals(hand.get(at), 0x8877_1155);
    }
    chip.bus.write(0x2000_FFFE, 4, 0x1234_5678, "core");
    assertEquals(hand.get(0x2001_0000, 2), 0x1234);
    for (const at of [0x4000, end, 0x1000_0000, 0x6000_0000, 0x3FFF_FFFC]) {
      assertThrows(() => hand.get(at), BusError, "nothing answers");
      assertThrows(() => hand.put(at, 0), BusError);
    }
  }
});

Deno.test("flash ends where the part ends, on both buses", () => {
  const { chip } = makeChip({
    flashKb: 512,
    identity: { uid: [0, 0, 0], sizeKb: 512, packageCode: 0 },
  });
  const hand = new Hand(chip);
  assertEquals(hand.get(0x0807_FFFC), 0xFFFF_FFFF);
  assertThrows(() => hand.get(0x0808_0000), BusError);
  assertThrows(() => hand.get(0x0028_0000), BusError);
  assertEquals(hand.get(0x1FF0_F442, 2), 512);
});

Deno.test("a hole between peripherals is a bus error; a block that is not modelled warns once per access and reads 0", () => {
  const { chip, warnings } = makeChip();
  const hand = new Hand(chip);
  assertThrows(() => hand.get(0x4000_3400), BusError, "0x40003400"); // CAN3: F76x only
  assertEquals(hand.get(0x4001_3000), 0);
  assertEquals(hand.get(0x4001_3000), 0);
  hand.put(0x4001_3004, 1);
  assertEquals(warnings.length, 2);
  assertStringIncludes(warnings[0]!, "SPI1 at 0x40013000");
  assertStringIncludes(warnings[1]!, "write of SPI1");
});

Deno.test("CAN3 exists on F76x", () => {
  const { chip, warnings } = makeChip({ silicon: f76 });
  assertEquals(new Hand(chip).get(0x4000_3400), 0);
  assertStringIncludes(warnings[0]!, "CAN3");
});

Deno.test("RNG and its like give no made-up numbers", () => {
  const { chip, warnings } = makeChip();
  assertEquals(new Hand(chip).get(0x5006_0808), 0);
  assertStringIncludes(warnings[0]!, "RNG");
});

Deno.test("a warning of the core's access says where the core was", () => {
  const { chip, core, warnings } = makeChip();
  core.pc = 0x0800_0123;
  core.program.push((bus) => bus.read(0x4001_3000, 4, "core"));
  chip.time.advance(1000);
  assertStringIncludes(warnings[0]!, "PC 0x08000123");
});

Deno.test("a peripheral without its clock reads 0 and loses writes; the core is told, a debugger not", () => {
  const { chip, core, warnings } = makeChip();
  const hand = new Hand(chip);
  hand.put(0x4002_2018, 2); // GPIOI_BSRR
  assertEquals([hand.get(0x4002_2000), warnings], [0, []]);
  core.program.push((bus) => bus.write(0x4002_2018, 4, 2, "core"));
  chip.time.advance(1000);
  assertStringIncludes(warnings[0]!, "GPIOI");
});

Deno.test("instructions cannot be fetched from peripherals, nor words read unaligned", () => {
  const { chip } = makeChip();
  assertThrows(() => chip.bus.read(0x4002_3800, 2, "fetch"), BusError, "no instructions");
  assertThrows(() => chip.bus.read(0x4002_3802, 4, "core"), BusError, "unaligned");
});

Deno.test("the debugger's writes to code are told to the core", () => {
  const { chip, core } = makeChip();
  new Hand(chip).put(0x2000_0100, 1);
  assertEquals(core.invalidated.at(-1), [0x2000_0100, 4]);
});

Deno.test("windows: RAM writable and open, flash through both buses, closed while busy", () => {
  const { chip } = makeChip();
  const hand = new Hand(chip);
  const flash = chip.bus.windows.filter((w) => !w.writable);
  assertEquals(flash.map((w) => [w.at, w.bytes.length]), [
    [0x0800_0000, 0x8_0000],
    [0x0808_0000, 0x8_0000],
    [0x0020_0000, 0x8_0000],
    [0x0028_0000, 0x8_0000],
  ]);
  assertEquals(flash.map((w) => w.open), [true, true, true, true]);
  hand.unlock();
  hand.put(0x4002_3C10, 0x201);
  hand.put(0x0800_0000, 0);
  assertEquals(flash.map((w) => w.open), [false, false, false, false]);
  hand.wait();
  assertEquals(flash.map((w) => w.open), [true, true, true, true]);
});
