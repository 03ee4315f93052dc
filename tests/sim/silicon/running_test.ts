/** The chip with its real core: what code sees of clocks, interrupts, a busy flash and watchdogs. */
import { assert, assertEquals } from "@std/assert";
import { VirtualBoard } from "../../../src/sim/board.ts";
import { BOARDS } from "../../../src/sim/boards/all.ts";
import { type Program, smallImage } from "../../../src/sim/boards/firmware.ts";
import { makeCore } from "../../../src/sim/boards/parts.ts";
import { SCENARIOS } from "../../../src/sim/scenarios.ts";
import { NullProbe } from "./null_probe.ts";

const program = (assembly: string, words: string): Program => ({
  assembly,
  halfwords: words.trim().split(/\s+/).map((w) => parseInt(w, 16)),
});
const ERASE_SELF = program(
  `unlocks FLASH_CR, CR = STRT | SNB 7 | SER | x32, nop × 4, [0x20000000] = 0x55, b .`,
  `4807 4908 6041 4908 6041 4908 6101 bf00 bf00 bf00 bf00 f04f 5200 2355 6013 e7fe
   3c00 4002 0123 4567 89ab cdef 023a 0001`,
);
const RAM_LOADER = program(
  `r0 to, r1 from, r2 words: unlock, CR = PG | x32; each word: store, dsb, poll SR.BSY; bkpt`,
  `4b0a 4c0b 605c 4c0b 605c f240 2401 611c f851 4b04 f840 4b04 f3bf 8f4f 68dc f414 3f80 d1fb 3a01
   d1f3 be00 0000 3c00 4002 0123 4567 89ab cdef`,
);
const TICK = program(
  `TIM6: PSC 15, ARR 999, UG, UIF = 0, UIE, CEN; NVIC 54 on; again: wfi; b again`,
  `480a 2110 6001 480a 210f 6281 f240 31e7 62c1 2101 6141 2200 6102 60c1 6001 4805 f44f 0180 6001
   bf30 e7fd 0000 3840 4002 1000 4000 e104 e000`,
);
const TICK_HANDLER = program(
  `TIM6_SR = 0; [0x20000000] += 1; dsb; bx lr`,
  `4805 2100 6101 f04f 5000 6801 3101 6001 f3bf 8f4f 4770 0000 1000 4000`,
);
const TO_216_MHZ = program(
  `ACR = 7; PLLCFGR = HSI / 16 × 432 / 2; PLLON; until PLLRDY; SW = PLL; b .`,
  `4808 2107 6001 4808 4908 6041 6801 f041 7180 6001 6801 f011 7f00 d0fb 2102 6081 e7fe 0000
   3c00 4002 3800 4002 6c10 0900`,
);
const RAM = 0x2000_0000;

function running(reset: Program, fault?: Program, scenario = "factory"): VirtualBoard {
  const board = new VirtualBoard(
    { spec: BOARDS[0]!, scenario: SCENARIOS.find((s) => s.name === scenario)! },
    { makeCore, makeProbe: () => new NullProbe("p") },
  );
  board.putFlash(0x0800_0000, smallImage(fault === undefined ? { reset } : { reset, fault }));
  board.chip.debugWrite(RAM, 4, 0);
  return board;
}
/** Puts words into RAM, sets registers, and lets the core go there. */
function call(board: VirtualBoard, code: Program, registers: readonly number[]): void {
  const { chip } = board;
  chip.debugWrite(0xE000_EDF0, 4, 0xA05F_0003);
  code.halfwords.forEach((h, i) => chip.debugWrite(0x2001_0000 + 2 * i, 2, h));
  const set = (n: number, value: number) => {
    chip.debugWrite(0xE000_EDF8, 4, value);
    chip.debugWrite(0xE000_EDF4, 4, 0x1_0000 | n);
  };
  registers.forEach((v, i) => set(i, v));
  set(16, 0x0100_0000);
  set(15, 0x2001_0000);
  chip.debugWrite(0xE000_EDF0, 4, 0xA05F_0001);
}

Deno.test("code that erases while it runs from flash stands still for as long as the erase takes", () => {
  const board = running(ERASE_SELF);
  board.pressReset();
  board.run(995);
  assertEquals(board.peek(RAM), 0);
  board.run(10);
  assertEquals([board.peek(RAM), board.peek(0x4002_3C0C)], [0x55, 0]);
  assert(board.flash.subarray(0xC_0000).every((b) => b === 0xFF));
});

Deno.test("a debugger gets through to RAM while the core waits for flash", () => {
  const board = running(ERASE_SELF);
  board.pressReset();
  board.run(100);
  assertEquals(board.peek(0x4002_3C0C), 0x1_0000);
  assertEquals(board.peek(RAM), 0);
  assert(board.target.readyAt(0x0800_0000) > board.target.time.now + 800e6);
});

Deno.test("NRST while the core waits for flash: it starts again, the sector is undefined", () => {
  const board = running(ERASE_SELF);
  const sector = board.flash.subarray(0xC_0000);
  assert(sector.every((b) => b === 0xFF));
  board.putFlash(0x080C_0000, new Uint8Array(0x4_0000));
  board.pressReset();
  board.run(100);
  board.pressReset(1);
  assert(board.flash.subarray(0xC_0000).some((b) => b !== 0 && b !== 0xFF));
  board.run(1010); // and does it again
  assertEquals(board.peek(RAM), 0x55);
});

Deno.test("a RAM loader programs a KiB in 256 × 16 µs and a little", () => {
  const board = running(ERASE_SELF);
  for (let i = 0; i < 256; i++) board.chip.debugWrite(0x2002_0000 + 4 * i, 4, i * 0x0101_0101);
  call(board, RAM_LOADER, [0x0804_0000, 0x2002_0000, 256]);
  const begun = board.ms;
  while (board.core !== "halted" && board.ms < begun + 20) board.run(0.05);
  assertEquals(board.core, "halted");
  assert(board.ms - begun > 4.1 && board.ms - begun < 5.2, `${board.ms - begun} ms`);
  for (let i = 0; i < 256; i++) assertEquals(board.peek(0x0804_0000 + 4 * i), i * 0x0101_0101);
});

Deno.test("so36160986: the window watchdog resets a running RAM loader, frozen bits or not", () => {
  const board = running(ERASE_SELF, undefined, "so36160986");
  board.putFlash(0x0800_0000, new Uint8Array(0x400).fill(0xFF)); // the tool has just erased sector 0
  board.chip.debugWrite(0xE004_2008, 4, 0x1800);
  board.pressReset();
  for (let i = 0; i < 0x800; i++) board.chip.debugWrite(0x2002_0000 + 4 * i, 4, i);
  call(board, RAM_LOADER, [0x0800_1000, 0x2002_0000, 0x800]);
  board.resets.length = 0;
  board.run(40);
  assertEquals(board.resets[0], "WWDG");
  const programmed = board.flash.subarray(0x1000, 0x3000);
  assert(programmed.subarray(0, 0x400).some((b) => b !== 0xFF), "it was at work");
  assert(programmed.subarray(-0x400).every((b) => b === 0xFF), "it never reached the end");
  // what the board's owner saw: reset into the erased vectors
  assertEquals([board.core, board.chip.core.pc], ["locked-up", 0xFFFF_FFFE]);
});

Deno.test("TIM6 interrupts a sleeping core every ms", () => {
  const board = running(TICK, TICK_HANDLER);
  board.pressReset();
  board.chip.debugWrite(RAM, 4, 0);
  board.run(100);
  const ticks = board.peek(RAM)!;
  assert(ticks >= 99 && ticks <= 101, String(ticks));
  assertEquals([board.core, board.warnings], ["sleeping", []]);
});

Deno.test("a handler that does not clear its flag is entered again and again", () => {
  const board = running(TICK, program("[0x20000000] += 1; bx lr", "f04f 5000 6801 3101 6001 4770"));
  board.pressReset();
  board.chip.debugWrite(RAM, 4, 0);
  board.run(2);
  assert(board.peek(RAM)! > 20, String(board.peek(RAM)));
});

Deno.test("firmware raises the clock: cycles follow, in the middle of a slice", () => {
  const board = running(TO_216_MHZ);
  board.pressReset();
  board.run(1);
  assertEquals([board.chip.hz, board.warnings.length], [216e6, 1]); // over-drive is off, and that is said
  const before = board.chip.core.cycles;
  board.run(1);
  assert(Math.abs(board.chip.core.cycles - before - 216_000) < 3);
});

Deno.test("a halted core costs no time to let pass", () => {
  const board = running(TICK, TICK_HANDLER);
  board.chip.debugWrite(0xE000_EDF0, 4, 0xA05F_0003);
  board.run(3600e3);
  assertEquals(board.core, "halted");
});
