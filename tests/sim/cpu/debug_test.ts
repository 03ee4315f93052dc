/** Halting debug as a probe sees it. Section numbers are of ARM DDI 0403 (ARMv7-M). */
import { assertEquals } from "@std/assert";
import {
  adds,
  Bench,
  bkpt,
  BX_LR,
  CFSR,
  CPACR,
  DCRDR,
  DCRSR,
  DEMCR,
  DFSR,
  DHCSR,
  FLASH,
  handler,
  HFSR,
  KEY,
  ldr,
  load,
  MAIN,
  movs,
  msr,
  NOP,
  RAM,
  S_HALT,
  S_SLEEP,
  SHCSR,
  str,
  svc,
  WFI,
} from "./system_bench.ts";

const ISER = 0xE000_E100;
const UDF = 0xDE00;
const HALTED = 1;
const BKPT = 2;
const VCATCH = 8;

Deno.test("§C1.6.2: C_HALT halts, DFSR.HALTED says why; without the key nothing happens", () => {
  const b = new Bench().vectors().start();
  b.poke(DHCSR, 3);
  assertEquals(b.core.halted, false);
  b.poke(DHCSR, KEY | 2);
  assertEquals(b.core.halted, false, "C_HALT without C_DEBUGEN");
  b.halt();
  assertEquals([b.core.halted, b.peek(DHCSR) & 0xFFFF_000F & ~(3 << 24)], [true, 0x0003_0003]);
  assertEquals([b.peek(DFSR), b.run(100)], [HALTED, 0]);
  b.poke(DFSR, HALTED);
  assertEquals(b.peek(DFSR), 0, "write 1 to clear");
  b.resume();
  assertEquals([b.core.halted, b.run(100) > 0], [false, true]);
  b.halt();
  b.poke(DHCSR, KEY);
  assertEquals([b.core.halted, b.peek(DHCSR) & 0xF], [false, 0], "leaving debug lets the core go");
});

Deno.test("the core may halt itself, but not enable debugging. §C1.6.2", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(0, KEY | 3), ...load(1, DHCSR), str(0, 1), movs(2, 9), 0xE7FE).start();
  b.run(30);
  assertEquals([b.core.halted, b.core.state.r[2]], [false, 9]);
  b.poke(DHCSR, KEY | 1);
  b.core.systemReset();
  b.run(30);
  assertEquals([b.core.halted, b.core.state.r[2], b.pc], [true, 0, MAIN + 18]);
});

Deno.test("§C1.6.3: every register by REGSEL, written only while halted", () => {
  const b = new Bench().vectors().start();
  b.set(CPACR, 0xF0_0000);
  b.setRegister(0, 5);
  b.poke(DCRSR, 0);
  assertEquals([b.core.state.r[0], b.peek(DCRDR)], [0, 5], "running: nothing moves");
  b.halt();
  for (let n = 0; n <= 12; n++) b.setRegister(n, 0x100 + n);
  b.setRegister(13, RAM + 0x803);
  b.setRegister(14, 0xFFFF_FFF1);
  b.setRegister(15, MAIN + 5);
  b.setRegister(16, 0xF900_0000);
  b.setRegister(18, RAM + 0x403);
  assertEquals([0, 7, 12, 13, 14, 15, 16, 17, 18].map((n) => b.register(n)), [
    0x100,
    0x107,
    0x10C,
    RAM + 0x800,
    0xFFFF_FFF1,
    MAIN + 4,
    0xF900_0000,
    RAM + 0x800,
    RAM + 0x400,
  ]);
  b.setRegister(20, 0x0601_F501);
  assertEquals([b.register(20), b.register(13), b.register(17)], [
    0x0601_F001,
    RAM + 0x400,
    RAM + 0x800,
  ], "CONTROL FAULTMASK BASEPRI PRIMASK; SPSEL makes PSP current");
  b.setRegister(17, RAM + 0x900);
  assertEquals([b.register(13), b.register(17)], [RAM + 0x400, RAM + 0x900]);
  b.setRegister(0x21, 0xFFFF_FFFF);
  b.setRegister(0x40, 0x3F80_0000);
  b.setRegister(0x5F, 0xC000_0000);
  assertEquals([0x21, 0x40, 0x5F].map((n) => b.register(n)), [
    0xF7C0_009F,
    0x3F80_0000,
    0xC000_0000,
  ]);
  assertEquals(b.warnings, []);
  b.setRegister(0x30, 1);
  assertEquals([b.register(0x30), b.warnings.length], [0, 2]);
  assertEquals(b.peek(DCRSR), 0, "write-only");
});

Deno.test("xPSR written in a handler with IPSR 0 makes Thread mode, as OpenOCD's loaders need", () => {
  const b = new Bench().vectors().code(MAIN, svc(0)).start();
  b.setControl(2);
  b.core.state.r[13] = RAM + 0x2000;
  b.run(30);
  assertEquals(b.ipsr, 11);
  b.halt();
  b.setRegister(16, 0x0100_0000);
  assertEquals([b.ipsr, b.register(13)], [0, RAM + 0x8000]);
  b.setRegister(16, 0x0100_000B);
  b.setRegister(20, 0x0200_0000);
  assertEquals(b.core.state.control, 0, "Handler mode is on MSP");
});

Deno.test("§C1.5.4: a step is one instruction", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 1), adds(0, 2), 0xE7FE).start();
  b.halt();
  b.poke(DFSR, 31);
  b.step();
  assertEquals([b.core.halted, b.pc, b.core.state.r[0], b.peek(DFSR)], [true, MAIN + 2, 1, HALTED]);
  b.step();
  b.step();
  b.step();
  assertEquals([b.pc, b.core.state.r[0]], [MAIN + 4, 3], "b . comes back to itself");
});

Deno.test("a step may be the entry of an exception, unless C_MASKINTS holds it back", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 1), adds(0, 2), 0xE7FE).start();
  b.set(ISER, 1);
  b.halt();
  b.core.interrupt(0);
  b.poke(DHCSR, KEY | 0xB); // C_MASKINTS with C_HALT still set
  b.step(true);
  assertEquals([b.pc, b.ipsr], [MAIN + 2, 0]);
  b.poke(DHCSR, KEY | 3);
  b.step();
  assertEquals([b.pc, b.ipsr], [handler(16), 16], "in front of the handler's first instruction");
});

Deno.test("C_MASKINTS changes only while halted, and spares faults, SVC and NMI", () => {
  const b = new Bench().vectors().code(MAIN, svc(0), 0xE7FE).start();
  b.poke(DHCSR, KEY | 9);
  assertEquals(b.peek(DHCSR) & 8, 0);
  b.halt();
  b.poke(DHCSR, KEY | 0xB);
  b.poke(DHCSR, KEY | 9);
  assertEquals(b.peek(DHCSR) & 0xF, 9);
  b.set(ISER, 1);
  b.core.interrupt(0);
  b.run(40);
  assertEquals(b.ipsr, 11);
  b.code(handler(11), BX_LR);
  b.set(0xE000_ED04, 0x1400_0000 | 0x8000_0000);
  b.run(5);
  assertEquals(b.ipsr, 2, "NMI");
  b.code(handler(2), BX_LR);
  b.run(100);
  assertEquals(b.ipsr, 0, "PendSV, SysTick and the interrupt wait");
});

Deno.test("a step over SVC or a fault ends in front of the handler; over a return, behind it", () => {
  const b = new Bench().vectors().code(MAIN, svc(0), UDF).code(handler(11), BX_LR).start();
  b.halt();
  b.step();
  assertEquals([b.pc, b.ipsr], [handler(11), 11]);
  b.step();
  assertEquals([b.pc, b.ipsr], [MAIN + 2, 0]);
  b.step();
  assertEquals([b.pc, b.ipsr, b.core.halted], [handler(3), 3, true]);
});

Deno.test("§C1.4: BKPT halts with a debugger, and the PC stays on it", () => {
  const b = new Bench().vectors().code(MAIN, bkpt(0x11), movs(0, 1), 0xE7FE).start();
  b.poke(DHCSR, KEY | 1);
  b.run(10);
  assertEquals([b.core.halted, b.pc, b.peek(DFSR)], [true, MAIN, BKPT]);
  b.step();
  assertEquals([b.pc, b.peek(DFSR)], [MAIN, BKPT], "stepping does not get over it");
  b.setRegister(15, MAIN + 2);
  b.resume();
  b.run(10);
  assertEquals(b.core.state.r[0], 1);
});

Deno.test("§C1.4: without a debugger BKPT is DebugMonitor, else HardFault with DEBUGEVT, else lockup", () => {
  const b = new Bench().vectors().code(MAIN, bkpt(0)).start();
  b.set(DEMCR, 1 << 16);
  b.run(20);
  assertEquals([b.ipsr, b.peek(DFSR), b.peek(HFSR), b.at(b.sp + 24)], [12, BKPT, 0, MAIN]);
  const hard = new Bench().vectors().code(MAIN, bkpt(0xAB)).start();
  hard.run(20);
  assertEquals([hard.ipsr, hard.peek(DFSR), hard.peek(HFSR)], [3, BKPT, 0x8000_0000]);
  const twice = new Bench().vectors().code(MAIN, UDF).code(handler(3), bkpt(0)).start();
  twice.run(40);
  assertEquals([twice.core.lockedUp, twice.ipsr], [true, 3]);
});

Deno.test("DEMCR.MON_PEND and MON_STEP work the DebugMonitor. §C1.6.5", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 1), adds(0, 1), adds(0, 1), 0xE7FE);
  b.code(handler(12), BX_LR).start();
  b.set(DEMCR, 1 << 17);
  assertEquals(b.peek(DEMCR), 1 << 17);
  b.set(DEMCR, 0);
  assertEquals(b.peek(DEMCR), 0);
  b.set(DEMCR, 5 << 16); // MON_EN, MON_STEP
  b.run(1);
  assertEquals([b.core.state.r[0], b.ipsr], [1, 0]);
  b.run(1);
  assertEquals([b.ipsr, b.peek(DFSR)], [12, HALTED]);
  b.run(1);
  b.run(1);
  assertEquals([b.core.state.r[0], b.ipsr, b.pc], [2, 0, MAIN + 4], "one more instruction");
});

/** Runs code that faults with a vector catch set; gives [halted, DFSR, IPSR]. */
function caught(catches: number, ...code: number[]): unknown[] {
  const b = new Bench().vectors().code(MAIN, ...code).start();
  b.poke(DHCSR, KEY | 1);
  b.poke(DEMCR, catches);
  b.set(SHCSR, 7 << 16);
  b.set(0xE000_ED14, 0x18);
  b.run(60);
  return [b.core.halted, b.peek(DFSR), b.ipsr];
}

Deno.test("§C1.5.2: vector catches stop in front of the handler they name, and no other", () => {
  const far = load(1, 0x9000_0000);
  const xn = load(1, 0x4000_0001);
  const even = load(1, MAIN);
  assertEquals(caught(0x10, ...xn, 0x4708), [true, VCATCH, 4], "MMERR");
  assertEquals(caught(0x20, 0xEE30, 0x0A20), [true, VCATCH, 6], "NOCPERR");
  assertEquals(caught(0x40, 0xFB90, 0xF0F1), [true, VCATCH, 6], "CHKERR");
  assertEquals(caught(0x80, UDF), [true, VCATCH, 6], "STATERR");
  assertEquals(caught(0x80, ...even, 0x4708), [true, VCATCH, 6], "STATERR");
  assertEquals(caught(0x100, ...far, ldr(0, 1)), [true, VCATCH, 5], "BUSERR");
  assertEquals(caught(0x7F0 & ~0x80, UDF), [false, 0, 6]);
  const hard = new Bench().vectors().code(MAIN, UDF).start();
  hard.poke(DHCSR, KEY | 1);
  hard.poke(DEMCR, 0x400);
  hard.run(30);
  assertEquals([hard.core.halted, hard.pc, hard.peek(DFSR)], [true, handler(3), VCATCH], "HARDERR");
  const entry = new Bench().vectors().word(FLASH, 0x9000_0100).code(MAIN, svc(0)).start();
  entry.poke(DHCSR, KEY | 1);
  entry.poke(DEMCR, 0x200);
  entry.set(SHCSR, 7 << 16);
  entry.run(30);
  assertEquals([entry.core.halted, entry.peek(CFSR)], [true, 0x1000], "INTERR");
  const off = new Bench().vectors().code(MAIN, UDF).start();
  off.poke(DEMCR, 0x7F0);
  off.run(30);
  assertEquals([off.core.halted, off.ipsr], [false, 3], "only with C_DEBUGEN");
});

Deno.test("§C1.6.2: halting a sleeping core wakes it, behind the WFI", () => {
  const b = new Bench().vectors().code(MAIN, WFI, movs(0, 1), 0xE7FE).start();
  b.run(10);
  assertEquals(b.peek(DHCSR) & S_SLEEP, S_SLEEP);
  b.halt();
  assertEquals([b.peek(DHCSR) & (S_SLEEP | S_HALT), b.pc], [S_HALT, MAIN + 2]);
  b.resume();
  b.run(10);
  assertEquals(b.core.state.r[0], 1);
});

Deno.test("a halt waits for the return that the last instruction has begun", () => {
  const b = new Bench().vectors().code(MAIN, svc(0), movs(0, 1), 0xE7FE).code(handler(11), BX_LR);
  b.start();
  b.run(1);
  b.run(1);
  while (b.pc !== handler(11)) b.run(1);
  b.run(1);
  b.halt();
  assertEquals([b.core.halted, b.ipsr, b.pc, b.sp], [true, 0, MAIN + 2, RAM + 0x8000]);
});

Deno.test("exceptions wait while the core is halted", () => {
  const b = new Bench().vectors().start();
  b.set(ISER, 1);
  b.halt();
  b.core.interrupt(0);
  assertEquals([b.run(50), b.ipsr], [0, 0]);
  b.resume();
  b.run(20);
  assertEquals(b.ipsr, 16);
});

Deno.test("memory that the debugger writes under the core's feet is decoded anew", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 1), 0xE7FD).start();
  b.run(1000);
  assertEquals(b.core.state.r[0], 1);
  b.code(MAIN, movs(0, 2));
  b.run(10);
  assertEquals(b.core.state.r[0], 2);
});

Deno.test("stop() ends a run before the next instruction", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, 0x4000_0000), str(0, 1), movs(0, 1), NOP, 0xE7FE).start();
  b.bus.write = () => b.core.stop();
  assertEquals(b.run(1000) < 20, true);
  assertEquals([b.pc, b.core.state.r[0]], [MAIN + 10, 0]);
  b.core.stop(); // not running: nothing to end
  assertEquals(b.run(100) >= 100, true);
});

Deno.test("unprivileged code cannot touch the debug registers: BusFault", () => {
  const b = new Bench().vectors();
  b.code(MAIN, movs(0, 1), ...msr(20, 0), ...load(1, DHCSR), ldr(0, 1), 0xE7FE).start();
  b.run(60);
  assertEquals([b.ipsr, b.peek(CFSR), b.peek(0xE000_ED38)], [3, 0x8200, DHCSR]);
});
