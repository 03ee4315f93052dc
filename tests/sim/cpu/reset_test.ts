import { assertEquals } from "@std/assert";
import {
  AIRCR,
  Bench,
  CFSR,
  DEMCR,
  DFSR,
  DHCSR,
  FLASH,
  HFSR,
  KEY,
  MAIN,
  movs,
  NOP,
  RAM,
  S_HALT,
  S_LOCKUP,
  S_RESET_ST,
  S_RETIRE_ST,
  svc,
  VTOR,
} from "./system_bench.ts";

Deno.test("§B1.5.5: out of reset MSP and PC come from the boot address", () => {
  const b = new Bench().vectors().start();
  assertEquals(b.sp, RAM + 0x8000);
  assertEquals(b.pc, MAIN);
  assertEquals(b.core.state.t, 1);
  assertEquals(b.core.state.r[14], -1);
  assertEquals(b.peek(VTOR), FLASH);
});

Deno.test("§B1.5.5: low bits of the stack pointer are dropped, T is bit 0 of the vector", () => {
  const b = new Bench().vectors().word(FLASH, RAM + 0x8003, MAIN).start();
  assertEquals(b.sp, RAM + 0x8000);
  b.run(100);
  assertEquals(b.peek(CFSR), 1 << 17, "INVSTATE");
  assertEquals(b.ipsr, 3);
});

Deno.test("a held core does not run, and starts when let go", () => {
  const b = new Bench().vectors();
  b.core.powerOnReset();
  assertEquals(b.run(), 0);
  assertEquals(b.core.halted, false);
  b.word(FLASH, RAM + 0x4000, (MAIN + 8) | 1).code(MAIN + 8, 0xE7FE);
  b.core.held = false;
  assertEquals(b.pc, MAIN + 8);
  assertEquals(b.run(100) >= 100, true);
});

Deno.test("§C1.6.2: a system reset keeps the debug logic, C_HALT excepted; power-on clears it", () => {
  const b = new Bench().vectors().start();
  b.halt();
  b.poke(DEMCR, 0x0100_0501 & ~1 | 0xF_0000);
  b.poke(0xE000_2008, MAIN | 1);
  b.poke(0xE000_2000, 3);
  b.poke(0xE000_1020, RAM);
  b.poke(0xE000_1028, 6);
  b.core.systemReset();
  assertEquals(b.peek(DHCSR) & 0xFFFF, 1, "C_DEBUGEN stays, C_HALT goes");
  assertEquals(b.peek(DEMCR), 0x0100_0500, "MON_EN and its like go");
  assertEquals(b.peek(0xE000_2000), 0x1000_0081);
  assertEquals(b.peek(0xE000_2008), MAIN | 1);
  assertEquals(b.peek(0xE000_1028), 6);
  b.core.powerOnReset();
  assertEquals(b.peek(DHCSR) & 0xFFFF, 0);
  assertEquals(b.peek(DEMCR), 0);
  assertEquals(b.peek(0xE000_2000), 0x1000_0080);
  assertEquals(b.peek(0xE000_1028), 0);
});

Deno.test("§C1.6.5: VC_CORERESET stops before the first instruction", () => {
  const b = new Bench().vectors().start();
  b.halt();
  b.poke(DFSR, 31);
  b.poke(DEMCR, 1);
  b.core.held = true;
  assertEquals(b.peek(DHCSR) & (S_HALT | S_RESET_ST), S_RESET_ST);
  assertEquals(b.peek(DHCSR) & S_RESET_ST, S_RESET_ST, "sticky as long as reset lasts");
  b.core.held = false;
  assertEquals(b.core.halted, true);
  assertEquals(b.peek(DHCSR) & (S_HALT | S_RESET_ST), S_HALT | S_RESET_ST);
  assertEquals(b.peek(DHCSR) & S_RESET_ST, 0, "cleared by reading");
  assertEquals(b.peek(DFSR), 8, "VCATCH");
  assertEquals([b.register(15), b.register(13), b.register(16)], [MAIN, RAM + 0x8000, 0x0100_0000]);
});

Deno.test("C_HALT cannot be set while in reset", () => {
  const b = new Bench().vectors();
  b.core.powerOnReset();
  b.poke(DHCSR, KEY | 3);
  assertEquals(b.peek(DHCSR) & 3, 1);
  b.core.held = false;
  assertEquals(b.core.halted, false);
});

Deno.test("facts §11: a blank vector table locks up at 0xFFFFFFFE, and is caught before that", () => {
  const b = new Bench().start();
  assertEquals(b.sp, 0xFFFF_FFFC);
  assertEquals(b.pc, 0xFFFF_FFFE);
  b.run();
  assertEquals(b.core.lockedUp, true);
  assertEquals(b.pc, 0xFFFF_FFFE);
  assertEquals(b.peek(DHCSR) & S_LOCKUP, S_LOCKUP);
  assertEquals(b.peek(CFSR) & 1, 1, "IACCVIOL");
  b.poke(DHCSR, KEY | 1);
  b.poke(DEMCR, 1);
  b.core.systemReset();
  assertEquals(b.core.lockedUp, false);
  assertEquals([b.register(15), b.register(13), b.register(16)], [
    0xFFFF_FFFE,
    0xFFFF_FFFC,
    0x0100_0000,
  ]);
});

Deno.test("§B1.5.15: a vector table that cannot be read locks up with VECTTBL", () => {
  const b = new Bench();
  b.bus.windows[0]!.open = false;
  b.start();
  assertEquals(b.core.lockedUp, true);
  assertEquals(b.pc, 0xFFFF_FFFE);
  assertEquals(b.peek(HFSR), 2);
  assertEquals(b.ipsr, 3);
});

Deno.test("S_RETIRE_ST tells that instructions have run since it was read", () => {
  const b = new Bench().vectors().start();
  assertEquals(b.peek(DHCSR) & S_RETIRE_ST, 0);
  b.run(10);
  assertEquals(b.peek(DHCSR) & S_RETIRE_ST, S_RETIRE_ST);
  assertEquals(b.peek(DHCSR) & S_RETIRE_ST, 0);
});

Deno.test("§B3.2.6: SYSRESETREQ is the host's; a key that is wrong does nothing", () => {
  const b = new Bench().vectors().start();
  b.poke(AIRCR, 0x1234_0004);
  assertEquals(b.resets, 0);
  b.poke(AIRCR, 0x05FA_0004);
  assertEquals(b.resets, 1);
  assertEquals(b.peek(AIRCR), 0xFA05_0000);
});

Deno.test("a reset asked for by an instruction happens after it", () => {
  const b = new Bench().vectors();
  b.code(MAIN, 0x4801, 0x4902, 0x6008, NOP, 0x0004, 0x05FA, 0xED0C, 0xE000); // AIRCR = key | SYSRESETREQ
  b.onResetRequest = () => b.core.systemReset();
  b.start();
  b.run(50);
  assertEquals(b.resets >= 1, true);
  assertEquals(b.core.state.r[14], -1, "as after reset");
});

Deno.test("VECTRESET: only with the core halted, and only the core", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 5), 0xE7FE).start();
  b.run(20);
  b.poke(AIRCR, 0x05FA_0001);
  assertEquals(b.pc, MAIN + 2);
  b.halt();
  b.poke(DEMCR, 1);
  b.poke(AIRCR, 0x05FA_0001);
  assertEquals(b.resets, 0);
  assertEquals([b.core.halted, b.pc, b.register(0)], [true, MAIN, 0]);
});

Deno.test("VECTCLRACTIVE forgets what is active", () => {
  const b = new Bench().vectors().code(MAIN, svc(0)).start();
  b.run(50);
  assertEquals(b.ipsr, 11);
  b.halt();
  b.poke(AIRCR, 0x05FA_0002);
  assertEquals(b.ipsr, 0);
  assertEquals(b.peek(0xE000_ED24) & 0x80, 0);
});

Deno.test("vectors that are in no window come from the bus", () => {
  const b = new Bench().vectors();
  b.bus.windows[0]!.open = false;
  const read = b.bus.read.bind(b.bus);
  b.bus.read = (at, width, master) => {
    if (at >= FLASH && at < FLASH + 8) return at === FLASH ? RAM + 0x100 : MAIN | 1;
    return read(at, width, master);
  };
  b.start();
  assertEquals([b.sp, b.pc, b.core.lockedUp], [RAM + 0x100, MAIN, false]);
});
