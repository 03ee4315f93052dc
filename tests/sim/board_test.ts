import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { concat, Fault, putU32le, u32le } from "../../src/base/mod.ts";
import { VirtualBoard } from "../../src/sim/board.ts";
import type { BoardWish } from "../../src/sim/board.ts";
import { BOARDS } from "../../src/sim/boards/all.ts";
import { smallImage } from "../../src/sim/boards/firmware.ts";
import { makeCore } from "../../src/sim/boards/parts.ts";
import { crc32, fingerprint, ownerOf, saveBoard } from "../../src/sim/boards/state_file.ts";
import { SCENARIOS } from "../../src/sim/scenarios.ts";
import { NullProbe } from "./silicon/null_probe.ts";
import type { Urb } from "../../src/sim/contracts.ts";

function board(name = "factory", wish: Partial<BoardWish> = {}): VirtualBoard {
  const scenario = SCENARIOS.find((s) => s.name === name)!;
  return new VirtualBoard({ spec: BOARDS[0]!, scenario, ...wish }, {
    makeCore,
    makeProbe: (_, probe) => new NullProbe(probe.serial),
  });
}
const FLASH = 0x4002_3C00;
function programWord(b: VirtualBoard, at: number, value: number): void {
  for (const key of [0x4567_0123, 0xCDEF_89AB]) b.chip.debugWrite(FLASH + 4, 4, key);
  b.chip.debugWrite(FLASH + 0x10, 4, 0x201);
  b.chip.debugWrite(at, 4, value);
  b.run(1);
  b.chip.debugWrite(FLASH + 0x10, 4, 0x8000_0000);
}
/** blinks PI1 as fast as it can */
const BLINK = {
  assembly: `
    ldr r0, rcc_ahb1enr
    ldr r1, [r0]
    mov.w r2, #0x100
    orrs r1, r2
    str r1, [r0]
    ldr r0, gpioi
    movs r1, #4
    str r1, [r0]
    again: movs r1, #2
    str r1, [r0, #0x18]
    lsls r1, r1, #16
    str r1, [r0, #0x18]
    b again
    rcc_ahb1enr: .word 0x40023830
    gpioi: .word 0x40022000`,
  // deno-fmt-ignore
  halfwords: [
    0x4806, 0x6801, 0xF44F, 0x7280, 0x4311, 0x6001, 0x4804, 0x2104, 0x6001, 0x2102, 0x6181, 0x0409,
    0x6181, 0xE7FA, 0x3830, 0x4002, 0x2000, 0x4002,
  ],
};

Deno.test("pins: firmware drives the LED, the test drives the button", () => {
  const b = board();
  b.putFlash(0x0800_0000, smallImage({ reset: BLINK }));
  const seen: string[] = [];
  b.onPin = (pin, high) => seen.push(`${pin}=${high}`);
  b.pressReset();
  b.run(0.01);
  assert(seen.filter((s) => s === "PI1=true").length > 3, seen.join());
  assert(seen.includes("PI1=false"));
  assertEquals(b.pin("PI11"), false);
  b.drive("PI11", true);
  assertEquals([b.pin("PI11"), typeof b.led], [true, "boolean"]);
});

Deno.test("pins: one that does not exist is a clear fault", () => {
  for (const name of ["PI16", "PL0", "LD1"]) {
    const f = assertThrows(() => board().pin(name), Fault);
    assertEquals(f.code, "E0204");
    assertStringIncludes(f.message, name);
  }
});

Deno.test("power cycle: RAM forgotten, flash kept, the core starts again", () => {
  const b = board();
  b.chip.debugWrite(0x2000_0000, 4, 0xCAFE_F00D);
  b.powerCycle();
  assertEquals([b.resets, b.core], [["power-on"], "running"]);
  assert(b.peek(0x2000_0000) !== 0xCAFE_F00D);
  assertEquals(b.peek(0x0800_0000), 0x2001_0000);
});

Deno.test("the same seed gives the same board, another seed another RAM", () => {
  const ram = (seed: number) => board("factory", { seed }).peek(0x2000_1000);
  assertEquals(ram(3), ram(3));
  assert(ram(3) !== ram(4));
});

Deno.test("options: loaded and written differ until a reset", () => {
  const b = board();
  for (const key of [0x0819_2A3B, 0x4C5D_6E7F]) b.chip.debugWrite(FLASH + 8, 4, key);
  b.chip.debugWrite(FLASH + 0x14, 4, 0x80FF_AAFE);
  b.run(300);
  assertEquals([b.options.loaded.OPTCR, b.options.written.OPTCR], [0xC0FF_AAFC, 0x80FF_AAFC]);
  b.pressReset();
  assertEquals(b.options.loaded.OPTCR, 0x80FF_AAFC);
});

Deno.test("unplugging takes the supply with it unless the board has its own", () => {
  const usb = board();
  usb.unplug();
  assertEquals([usb.core, usb.usb.plugged], ["off", false]);
  usb.replug();
  assertEquals([usb.core, usb.usb.plugged, usb.resets], ["running", true, ["power-on"]]);
  const own = board("factory", { supply: "own" });
  own.unplug();
  assertEquals([own.core, own.usb.plugged], ["running", false]);
});

Deno.test("the cable: transfers under way end with -108, later ones too; unlink gives back", () => {
  const b = board();
  const done: number[] = [];
  const urb = (): Urb => ({
    endpoint: 1,
    in: true,
    length: 64,
    setup: new Uint8Array(8),
    data: new Uint8Array(0),
    done: (status) => done.push(status),
  });
  const first = urb();
  const second = urb();
  b.usb.submit(first);
  b.usb.submit(second);
  assertEquals([b.usb.unlink(first), b.usb.unlink(first)], [true, false]);
  let told = 0;
  b.usb.onUnplug = () => told++;
  b.unplug();
  b.usb.submit(urb());
  assertEquals([done, told], [[-108, -108], 1]);
});

Deno.test("saving: flash, options, OTP, waiting options and wrong keys come back; RAM does not", () => {
  const b = board();
  programWord(b, 0x0804_0000, 0x1234_5678);
  for (const key of [0x0819_2A3B, 0x4C5D_6E7F]) b.chip.debugWrite(FLASH + 8, 4, key);
  b.chip.debugWrite(FLASH + 0x14, 4, 0xC0FF_55FE);
  const bytes = b.save(); // brings the programming to its end
  assertThrows(() => b.chip.debugWrite(FLASH + 4, 4, 1));
  const again = board("factory", { saved: { bytes, file: "b.pk" } });
  assertEquals([again.peek(0x0804_0000), again.options.level], [0x1234_5678, 0]);
  assertEquals(again.options.written.OPTCR, 0xC0FF_55FC);
  assertEquals(again.flash, b.flash);
  again.pressReset();
  assertEquals(again.options.level, 1);
  const locked = board("factory", { saved: { bytes: b.save(), file: "b.pk" } });
  assertThrows(() => locked.chip.debugWrite(FLASH + 4, 4, 0x4567_0123));
});

Deno.test("saving: level 1 remembers that a debugger was there", () => {
  const b = board("rdp1");
  b.target.debuggerAttached(true);
  const again = board("rdp1", { saved: { bytes: b.save(), file: "b.pk" } });
  again.run(1);
  assertEquals(again.core, "locked-up");
  again.powerCycle();
  assertEquals(again.core, "running");
});

Deno.test("saving: a board without power stays without", () => {
  const b = board("no-power");
  const again = board("no-power", { saved: { bytes: b.save(), file: "b.pk" } });
  assertEquals(again.core, "off");
});

Deno.test("the fingerprint ignores what looking changes, and nothing else", () => {
  const b = board();
  const before = fingerprint(b.chip, b.owner);
  b.target.debuggerAttached(true);
  b.chip.debugWrite(0xE004_2008, 4, 0x1800);
  b.pressReset();
  b.run(100);
  assertEquals(fingerprint(b.chip, b.owner), before);
  programWord(b, 0x0804_0000, 0);
  assert(fingerprint(b.chip, b.owner) !== before);
});

Deno.test("a saved board of the same state has the same bytes", () => {
  const b = board();
  const bytes = b.save();
  const again = board("factory", { saved: { bytes, file: "b.pk" } });
  assertEquals(fingerprint(again.chip, again.owner), fingerprint(b.chip, b.owner));
  assertEquals(ownerOf(bytes, "b.pk"), { board: "stm32f746g-disco", scenario: "factory" });
});

Deno.test("a file in another form is refused, good checksum or not: another version's, or nobody's", () => {
  const bytes = saveBoard(board().chip, { board: "stm32f746g-disco", scenario: "factory" });
  const end = 12 + u32le(bytes, 8);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, end)));
  const rewritten = (other: unknown): Uint8Array => {
    const text = new TextEncoder().encode(JSON.stringify(other));
    const out = concat([bytes.subarray(0, 12), text, bytes.subarray(end)]);
    putU32le(out, 8, text.length);
    putU32le(out, out.length - 4, crc32(out.subarray(0, -4)));
    return out;
  };
  assertEquals(ownerOf(rewritten(header), "b.pk").scenario, "factory");
  const { options: _, ...without } = header;
  const cases: [unknown, string][] = [
    ...[null, [], without, { ...header, volatile: {} }, { ...header, loaded: null }].map((
      h,
    ): [unknown, string] => [h, "not in the form that this version writes"]),
    [{ ...header, options: [1, 2] }, "form"],
    [{ ...header, otp: "zz" }, "form"],
    [{ ...header, pages: [4096] }, "form"],
    [{ ...header, scenario: "renamed" }, "it began as renamed, a scenario that there is not"],
  ];
  for (const [other, why] of cases) {
    const f = assertThrows(() => ownerOf(rewritten(other), "b.pk"), Fault);
    assertEquals(f.slug, "sim-state-damaged");
    assertStringIncludes(f.message, why);
  }
});

Deno.test("a damaged file is refused wherever a byte changes or it is cut", () => {
  const bytes = saveBoard(board().chip, { board: "stm32f746g-disco", scenario: "factory" });
  for (let i = 0; i < bytes.length; i += 37) {
    const bad = bytes.slice();
    bad[i]! ^= 0x10;
    const f = assertThrows(() => ownerOf(bad, "b.pk"), Fault);
    assertEquals([f.code, f.slug], ["E0205", "sim-state-damaged"]);
    assertStringIncludes(f.message, "The file b.pk does not hold a saved virtual board");
  }
  for (const length of [0, 1, 12, 100, bytes.length - 1]) {
    assertThrows(() => ownerOf(bytes.subarray(0, length), "b.pk"), Fault);
  }
});

Deno.test("the UART's text is the test's to read, and typing reaches the firmware", () => {
  const b = board();
  const U = 0x4001_1000;
  const set: [number, number][] = [
    [0x4002_3844, 1 << 4],
    [0x4002_3830, 0x0010_0003],
    [0x4002_0000, 0xA808_0000],
    [0x4002_0024, 7 << 4],
    [0x4002_0400, 0x8280],
    [0x4002_0420, 0x7000_0000],
    [U + 0xC, 139],
    [U, 0xD],
    [U + 0x28, 0x21],
  ];
  for (const [at, value] of set) b.chip.debugWrite(at, 4, value);
  b.run(1);
  assertEquals(b.text, "!");
  b.send("x");
  b.run(1);
  assertEquals(b.peek(U + 0x24), 0x78);
});
