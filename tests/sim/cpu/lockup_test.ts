/** Faults that cannot be taken. ARM DDI 0403 §B1.5.15 */
import { assertEquals } from "@std/assert";
import {
  Bench,
  BX_LR,
  CFSR,
  CPSID_F,
  DFSR,
  DHCSR,
  handler,
  HFSR,
  ICSR,
  KEY,
  ldr,
  load,
  MAIN,
  movs,
  S_HALT,
  S_LOCKUP,
} from "./system_bench.ts";

const UDF = 0xDE00;
const locked = (...code: number[]): Bench => {
  const b = new Bench().vectors().code(MAIN, UDF).code(handler(3), ...code).start();
  b.run(100);
  return b;
};

Deno.test("a fault in HardFault locks up: PC 0xFFFFFFFE, S_LOCKUP, and no cycles are used", () => {
  const b = locked(UDF);
  assertEquals([b.core.lockedUp, b.pc, b.ipsr, b.run(100)], [true, 0xFFFF_FFFE, 3, 0]);
  assertEquals(b.peek(DHCSR) & (S_LOCKUP | S_HALT), S_LOCKUP);
  assertEquals([b.peek(HFSR), b.peek(CFSR)], [0x4000_0000, 0x1_0000]);
});

Deno.test("so does one with FAULTMASK, and one in NMI", () => {
  const masked = new Bench().vectors().code(MAIN, CPSID_F, UDF).start();
  masked.run(30);
  assertEquals([masked.core.lockedUp, masked.ipsr], [true, 0]);
  const nmi = new Bench().vectors().code(handler(2), ...load(1, 0x9000_0000), ldr(0, 1)).start();
  nmi.set(ICSR, 1 << 31);
  nmi.run(60);
  assertEquals([nmi.core.lockedUp, nmi.ipsr, nmi.peek(CFSR)], [true, 2, 0x8200]);
  const svc = locked(0xDF00);
  assertEquals(svc.core.lockedUp, true, "SVC in HardFault");
});

Deno.test("a debugger's halt ends it; going on from the same PC locks up again", () => {
  const b = locked(UDF);
  b.halt();
  assertEquals([b.core.lockedUp, b.core.halted, b.register(15)], [false, true, 0xFFFF_FFFE]);
  assertEquals(b.peek(DHCSR) & (S_LOCKUP | S_HALT), S_HALT);
  assertEquals(b.peek(DFSR), 1);
  b.resume();
  b.run(50);
  assertEquals(b.core.lockedUp, true);
  b.halt();
  b.code(MAIN + 8, movs(0, 3), 0xE7FE);
  b.setRegister(15, MAIN + 8);
  b.setRegister(16, 0x0100_0000);
  b.resume();
  b.run(50);
  assertEquals([b.core.lockedUp, b.core.state.r[0]], [false, 3]);
});

Deno.test("NMI is taken out of a HardFault's lockup, and returns to it", () => {
  const b = locked(UDF);
  b.code(handler(2), BX_LR);
  b.core.interrupt(0);
  b.set(0xE000_E100, 1);
  assertEquals(b.run(50), 0, "an interrupt is not enough");
  b.set(ICSR, 1 << 31);
  b.run(1);
  assertEquals([b.ipsr, b.core.lockedUp], [2, false]);
  assertEquals(b.at(b.sp + 24), 0xFFFF_FFFE);
  b.run(60);
  assertEquals([b.ipsr, b.core.lockedUp], [3, true]);
});

Deno.test("a reset ends it", () => {
  const b = locked(UDF);
  b.core.systemReset();
  assertEquals([b.core.lockedUp, b.pc, b.ipsr], [false, MAIN, 0]);
  assertEquals(b.peek(0xE000_ED24), 0);
});

Deno.test("with VC_HARDERR the debugger comes first", () => {
  const b = new Bench().vectors().code(MAIN, UDF).code(handler(3), UDF).start();
  b.poke(DHCSR, KEY | 1);
  b.poke(0xE000_EDFC, 0x400);
  b.run(100);
  assertEquals([b.core.lockedUp, b.core.halted, b.pc], [false, true, handler(3)]);
  b.step();
  assertEquals([b.core.halted, b.core.lockedUp, b.pc], [true, false, 0xFFFF_FFFE]);
});
