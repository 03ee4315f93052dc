/** Hardware breakpoints. ARM DDI 0403 §C1.11 */
import { assertEquals } from "@std/assert";
import {
  adds,
  Bench,
  DEMCR,
  DFSR,
  DHCSR,
  HFSR,
  KEY,
  MAIN,
  movs,
  NOP,
  RAM,
} from "./system_bench.ts";

const FP_CTRL = 0xE000_2000;
const FP_COMP0 = 0xE000_2008;
const BKPT = 2;

const counting = (b: Bench): Bench => b.code(MAIN, movs(0, 0), adds(0, 1), adds(0, 1), 0xE7FC);

Deno.test("FP_CTRL: version 2, eight comparators, changed only with KEY", () => {
  const b = new Bench().vectors().start();
  assertEquals(b.peek(FP_CTRL), 0x1000_0080);
  b.poke(FP_CTRL, 1);
  assertEquals(b.peek(FP_CTRL), 0x1000_0080);
  b.poke(FP_CTRL, 3);
  assertEquals(b.peek(FP_CTRL), 0x1000_0081);
  b.poke(FP_COMP0 + 28, 0x1234_5679);
  assertEquals([b.peek(FP_COMP0 + 28), b.peek(FP_CTRL + 4)], [0x1234_5679, 0]);
  b.poke(FP_CTRL + 4, 0x100);
  assertEquals(b.warnings, []);
  assertEquals([b.peek(FP_COMP0 + 32), b.warnings.length], [0, 1], "a ninth there is not");
});

Deno.test("a comparator stops the core in front of its instruction, anywhere", () => {
  const b = counting(new Bench().vectors()).start();
  b.poke(DHCSR, KEY | 1);
  b.run(100);
  b.poke(FP_CTRL, 3);
  b.poke(FP_COMP0 + 4, (MAIN + 4) | 1);
  b.run(1000);
  assertEquals([b.core.halted, b.pc, b.peek(DFSR)], [true, MAIN + 4, BKPT]);
  b.resume();
  b.run(1000);
  assertEquals(b.pc, MAIN + 4, "it is still set");
  b.step();
  assertEquals(b.pc, MAIN + 4, "for a step, too");
  b.poke(FP_COMP0 + 4, 0);
  b.step();
  assertEquals(b.pc, MAIN + 6);
  b.poke(FP_COMP0 + 4, (MAIN + 4) | 1);
  b.poke(FP_CTRL, 2);
  b.resume();
  b.run(1000);
  assertEquals(b.core.halted, false, "the unit is off");
});

Deno.test("breakpoints in RAM, on the second instruction of an IT block, and many at a time", () => {
  const b = new Bench().vectors();
  b.code(MAIN, 0xF04F, 0x0000, 0x4285, 0xBF04, adds(0, 1), adds(0, 1), 0xE7FE).start(); // CMP r5, r0; ITT EQ
  b.poke(DHCSR, KEY | 1);
  b.poke(FP_CTRL, 3);
  for (let i = 0; i < 7; i++) b.poke(FP_COMP0 + 4 * i, (RAM + 2 * i) | 1);
  b.poke(FP_COMP0 + 28, (MAIN + 10) | 1);
  b.run(100);
  assertEquals([b.core.halted, b.pc, b.core.state.r[0]], [true, MAIN + 10, 1]);
  b.code(RAM, NOP, NOP, NOP, 0xE7FE);
  b.setRegister(16, 0x0100_0000);
  b.setRegister(15, RAM + 4);
  b.resume();
  b.run(100);
  assertEquals(b.pc, RAM + 4);
});

Deno.test("left-over comparators without a debugger: DebugMonitor or HardFault. facts/cortex-m.md §8", () => {
  const b = counting(new Bench().vectors()).start();
  b.poke(FP_CTRL, 3);
  b.poke(FP_COMP0, (MAIN + 2) | 1);
  b.run(100);
  assertEquals([b.ipsr, b.peek(HFSR)], [3, 0x8000_0000]);
  const monitor = counting(new Bench().vectors()).start();
  monitor.poke(DEMCR, 1 << 16);
  monitor.poke(FP_CTRL, 3);
  monitor.poke(FP_COMP0, (MAIN + 2) | 1);
  monitor.run(100);
  assertEquals([monitor.ipsr, monitor.at(monitor.sp + 24)], [12, MAIN + 2]);
});
