/** Registers of the NVIC, the SCB and SysTick. Section numbers are of ARM DDI 0403 (ARMv7-M). */
import { assertEquals } from "@std/assert";
import { SysTick } from "../../../src/sim/cpu/system/systick.ts";
import {
  AIRCR,
  Bench,
  BX_LR,
  CCR,
  DEVICE,
  handler,
  ICSR,
  ldr,
  load,
  MAIN,
  movs,
  msr,
  NOP,
  RAM,
  SCR,
  SHCSR,
  str,
  WFI,
} from "./system_bench.ts";

const ISER = 0xE000_E100;
const ICER = 0xE000_E180;
const ISPR = 0xE000_E200;
const ICPR = 0xE000_E280;
const IABR = 0xE000_E300;
const IPR = 0xE000_E400;
const STIR = 0xE000_EF00;
const SHPR1 = 0xE000_ED18;

Deno.test("§B3.4: enable, pend, and clear by writing ones; lines that are not there read as zero", () => {
  const b = new Bench().vectors().start();
  b.set(ISER, 0x8000_0001);
  b.set(ISER + 12, 0xFFFF_FFFF);
  assertEquals([b.peek(ISER), b.peek(ICER), b.peek(ISER + 12)], [0x8000_0001, 0x8000_0001, 3]);
  b.set(ICER, 1);
  assertEquals(b.peek(ISER), 0x8000_0000);
  b.set(ISPR, 6);
  assertEquals([b.peek(ISPR), b.peek(ICPR)], [6, 6]);
  b.set(ICPR, 2);
  assertEquals(b.peek(ISPR), 4);
  assertEquals(b.peek(0xE000_E004), 3, "ICTR: 98 lines");
  b.set(IABR, 1);
  assertEquals(b.peek(IABR), 0);
});

Deno.test("§B3.4.9: four priority bits, by bytes, halfwords and words", () => {
  const b = new Bench().vectors().start();
  b.set(IPR + 1, 0xFF, 1);
  b.set(IPR + 2, 0x1234, 2);
  assertEquals([b.peek(IPR), b.peek(IPR + 1, 1), b.peek(IPR + 2, 2)], [0x1030_F000, 0xF0, 0x1030]);
  const all = new Bench({ priorityBits: 8 }).vectors().start();
  all.set(IPR, 0x1234_5678);
  assertEquals(all.peek(IPR), 0x1234_5678);
  b.set(SHPR1 + 1, 0x80, 1);
  assertEquals(b.peek(SHPR1), 0x8000, "SHPR1 is byte-accessible too");
});

Deno.test("IABR shows what is active", () => {
  const b = new Bench().vectors().start();
  b.set(ISER, 4);
  b.core.interrupt(2);
  b.run(2);
  assertEquals([b.peek(IABR), b.peek(ISPR)], [4, 0]);
  b.core.interrupt(2);
  assertEquals([b.peek(IABR), b.peek(ISPR)], [4, 4], "active and pending at once");
  b.core.interrupt(400); // no such line
  assertEquals(b.ipsr, 18);
});

Deno.test("§B3.2.4: ICSR tells what is active and pending, and pends by hand", () => {
  const b = new Bench().vectors().start();
  b.set(IPR, 0x40_20);
  assertEquals(b.peek(ICSR), 1 << 11);
  b.set(ISER, 3);
  b.core.interrupt(1);
  assertEquals(b.peek(ICSR), (1 << 22) | (17 << 12) | (1 << 11));
  b.run(1);
  assertEquals(b.peek(ICSR), (1 << 11) | 17, "alone: RETTOBASE");
  b.core.interrupt(0);
  b.run(1);
  assertEquals(b.peek(ICSR), 16, "on top of another");
  b.set(ICSR, (1 << 28) | (1 << 26));
  assertEquals(b.peek(ICSR) >>> 24, 0x14);
  b.set(ICSR, (1 << 27) | (1 << 25));
  assertEquals(b.peek(ICSR) >>> 24, 0);
  b.set(ICSR, 1 << 31);
  b.run(1);
  assertEquals(b.ipsr, 2);
});

Deno.test("§B3.4.3: STIR pends by number; unprivileged code needs CCR.USERSETMPEND", () => {
  const user = (allowed: boolean) => {
    const b = new Bench().vectors();
    b.code(MAIN, movs(0, 1), ...msr(20, 0), movs(0, 3), ...load(1, STIR), str(0, 1), 0xE7FE);
    b.start();
    b.set(CCR, allowed ? 2 : 0);
    b.set(ISER, 8);
    b.run(60);
    return b.ipsr;
  };
  assertEquals([user(true), user(false)], [19, 3]);
  const b = new Bench().vectors().start();
  b.set(STIR, 5);
  assertEquals([b.peek(ISPR), b.peek(STIR)], [32, 0]);
});

Deno.test("§B3.2.13: SHCSR has enables, pending and active bits", () => {
  const b = new Bench().vectors().code(MAIN, 0xDE00).start();
  b.set(SHCSR, 0x7_8000 | (7 << 12) | 0xD8B);
  assertEquals(b.peek(SHCSR), 0x7_FD8B);
  b.set(SHCSR, 7 << 16);
  b.run(20);
  assertEquals(b.peek(SHCSR), (7 << 16) | 8);
});

Deno.test("§B3.2: what can be written of AIRCR, SCR, CCR, and what is fixed", () => {
  const b = new Bench().vectors().start();
  b.set(AIRCR, 0x05FA_0700);
  assertEquals(b.peek(AIRCR), 0xFA05_0700);
  b.set(AIRCR, 0x0000_0000);
  assertEquals(b.peek(AIRCR), 0xFA05_0700);
  b.set(SCR, 0xFFFF_FFFF);
  assertEquals(b.peek(SCR), 0x16);
  assertEquals(b.peek(CCR), 0x0004_0200, "STKALIGN and BP: PM0253 §4.3.7");
  b.set(CCR, 0xFFFF_FFFF);
  assertEquals(b.peek(CCR), 0x0007_031B);
  b.set(0xE000_ED00, 0);
  assertEquals(b.peek(0xE000_ED00), 0x411F_C270);
  assertEquals(new Bench({ cpuid: 0x411F_C271 }).peek(0xE000_ED00), 0x411F_C271);
});

Deno.test("§B3.3: SysTick pends every RVR + 1 ticks, and COUNTFLAG is cleared by reading", () => {
  const b = new Bench().vectors().start();
  b.set(0xE000_E014, 99);
  b.set(0xE000_E018, 5);
  b.set(0xE000_E010, 5); // no TICKINT
  b.run(50);
  assertEquals(b.peek(0xE000_E018), 100 - b.core.cycles);
  b.run(100);
  assertEquals(b.peek(0xE000_E010), 0x1_0005, "the debugger's look leaves it");
  assertEquals(b.core.readPpb(0xE000_E010, 4, "core"), 0x1_0005);
  assertEquals(b.core.readPpb(0xE000_E010, 4, "core"), 5);
  assertEquals(b.ipsr, 0);
  b.set(0xE000_E010, 7);
  b.run(120);
  assertEquals(b.ipsr, 15);
  assertEquals(b.peek(0xE000_E01C), 18750);
});

Deno.test("SysTick ticks at the right cycle, also while the core sleeps", () => {
  const b = new Bench().vectors().code(MAIN, WFI, NOP, 0xE7FD).code(handler(15), BX_LR).start();
  b.set(0xE000_E014, 999);
  b.set(0xE000_E018, 0);
  b.set(0xE000_E010, 7);
  assertEquals(b.run(900), 900, "asleep, but time passes");
  assertEquals(b.core.sleeping, true);
  const before = b.core.cycles;
  b.run(200);
  assertEquals(b.core.cycles - before >= 200, true);
  assertEquals(b.peek(0xE000_E018) > 850, true, "reloaded");
});

Deno.test("CLKSOURCE 0 is an eighth; a reload of 0 stops; sums are right for any distance", () => {
  let now = 0;
  let ticks = 0;
  const t = new SysTick(() => now, 8, 0, () => ticks++);
  const read = (offset: number) => t.readRegister(offset, "core");
  assertEquals(t.cyclesToTick, Infinity);
  t.writeRegister(0x14, 9);
  t.writeRegister(0x10, 3);
  assertEquals(t.cyclesToTick, 80);
  now = 8 * 4 + 5;
  assertEquals([read(0x18), t.cyclesToTick], [6, 48 - 5]);
  now = 80;
  t.sync();
  assertEquals([ticks, read(0x18)], [1, 0]);
  now = 88;
  assertEquals(read(0x18), 9);
  now = 88 + 8 * 10 * 7;
  t.sync();
  assertEquals([ticks, read(0x18)], [2, 9], "seven wraps between two looks pend once");
  t.writeRegister(0x14, 0);
  now += 8 * 9;
  assertEquals([read(0x18), ticks], [0, 3]);
  now += 800;
  assertEquals([read(0x18), ticks, t.cyclesToTick], [0, 3, Infinity]);
  t.writeRegister(0x1C, 5);
  assertEquals(read(0x1C), 0);
});

Deno.test("a handler that starts SysTick does not miss its first tick", () => {
  const b = new Bench().vectors();
  b.code(
    MAIN,
    ...load(1, 0xE000_E010),
    movs(0, 20),
    str(0, 1, 4),
    movs(0, 7),
    str(0, 1),
    ldr(2, 1, 8),
    0xE7FE,
  );
  b.start();
  b.run(1000);
  assertEquals([b.ipsr, b.core.state.r[2]! <= 20], [15, true]);
});

Deno.test("an interrupt that an access brings about is taken before the next instruction", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, DEVICE), str(0, 1), movs(0, 1), 0xE7FE).start();
  b.set(ISER, 1);
  b.bus.write = () => b.core.interrupt(0);
  b.run(30);
  assertEquals([b.ipsr, b.at(b.sp + 24), b.at(RAM + 0x8000 - 32)], [16, MAIN + 10, 0]);
});
