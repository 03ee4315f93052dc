/** The core as the chip around it runs it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { BusStall } from "../../../src/sim/contracts.ts";
import { createCortexM7 } from "../../../src/sim/cpu/mod.ts";
import {
  Bench,
  BX_LR,
  CFSR,
  DEVICE,
  DHCSR,
  FLASH,
  handler,
  ICSR,
  KEY,
  ldr,
  load,
  MAIN,
  movs,
  msr,
  NOP,
  RAM,
  SHCSR,
  str,
  WFI,
} from "./system_bench.ts";

Deno.test("run uses what it is given, and at most the rest of one instruction more", () => {
  const b = new Bench().vectors().start();
  let sum = 0;
  for (const cycles of [1, 2, 3, 10, 100, 12345]) {
    const used = b.run(cycles);
    assert(used >= cycles && used < cycles + 4, `${used} of ${cycles}`);
    sum += used;
  }
  assertEquals(b.core.cycles, sum);
});

Deno.test("a core without power, or held, uses nothing; interrupts meanwhile are lost by the reset", () => {
  const b = new Bench().vectors();
  assertEquals([b.core.held, b.run(100), b.core.bootAddress], [true, 0, FLASH]);
  b.core.held = true;
  b.set(0xE000_E100, 1);
  b.core.interrupt(0);
  b.core.powerOnReset();
  b.core.held = false;
  b.run(50);
  assertEquals(b.ipsr, 0);
});

Deno.test("cycles go on over a reset", () => {
  const b = new Bench().vectors().start();
  b.run(100);
  b.core.systemReset();
  b.run(100);
  assert(b.core.cycles >= 200);
});

Deno.test("held from within an instruction: the core stops there, and starts anew when let go", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, DEVICE), str(0, 1), movs(0, 1), 0xE7FE).start();
  b.bus.write = () => b.core.held = true;
  assert(b.run(1000) < 20);
  assertEquals([b.run(100), b.core.held, b.core.state.r[0]], [0, true, 0]);
  b.code(MAIN, movs(0, 9), 0xE7FE);
  b.core.held = false;
  b.run(10);
  assertEquals(b.core.state.r[0], 9);
});

Deno.test("a power-on from within an instruction clears the debug logic too", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, DEVICE), str(0, 1), 0xE7FE).start();
  b.poke(DHCSR, KEY | 1);
  b.bus.write = () => {
    b.core.powerOnReset();
    b.core.systemReset();
    b.code(MAIN, 0xE7FE);
  };
  b.run(30);
  assertEquals([b.peek(DHCSR) & 1, b.pc], [0, MAIN]);
});

Deno.test("VTOR of firmware is gone after a reset; another boot address takes effect with one", () => {
  const b = new Bench().vectors().start();
  b.set(0xE000_ED08, RAM);
  b.word(FLASH + 0x200, RAM + 0x600, (MAIN + 0x20) | 1).code(MAIN + 0x20, 0xE7FE);
  b.core.bootAddress = FLASH + 0x200;
  assertEquals(b.peek(0xE000_ED08), RAM);
  b.core.systemReset();
  assertEquals([b.peek(0xE000_ED08), b.pc, b.sp], [FLASH + 0x200, MAIN + 0x20, RAM + 0x600]);
});

Deno.test("a debugger's step of a stalled instruction ends when the bus lets go", () => {
  const b = new Bench().vectors().code(MAIN, ...load(1, DEVICE), ldr(0, 1), NOP).start();
  b.halt();
  b.step();
  b.step();
  b.bus.read = () => {
    throw new BusStall(5);
  };
  assertThrows(
    () => {
      try {
        b.step();
      } catch (error) {
        throw error instanceof BusStall ? new TypeError(`until ${error.until}`) : error;
      }
    },
    TypeError,
    "until 5",
  );
  assertEquals([b.core.halted, b.pc], [false, MAIN + 8]);
  b.bus.read = () => 77;
  b.run(10);
  assertEquals([b.core.halted, b.pc, b.core.state.r[0]], [true, MAIN + 10, 77]);
});

Deno.test("a step that is reset on the way is over", () => {
  const b = new Bench().vectors().code(MAIN, ...load(1, DEVICE), str(0, 1), NOP).start();
  b.halt();
  b.step();
  b.step();
  b.bus.write = () => b.core.systemReset();
  b.step();
  assertEquals([b.core.halted, b.pc], [false, MAIN]);
});

Deno.test("a step of WFI ends behind it; one into lockup stops there", () => {
  const b = new Bench().vectors().code(MAIN, WFI, NOP).start();
  b.halt();
  b.step();
  assertEquals([b.core.halted, b.core.sleeping, b.pc], [true, false, MAIN + 2]);
  const c = new Bench().vectors().start();
  c.halt();
  c.poke(0xE000_EDFC, 0x400);
  c.set(ICSR, 1 << 31);
  c.set(0xE000_ED08, 0x9000_0000); // NMI's vector cannot be read: lockup in its place
  c.step();
  assertEquals([c.core.halted, c.core.lockedUp, c.pc], [true, false, 0xFFFF_FFFE]);
});

Deno.test("BASEPRI and FAULTMASK by MSR take effect at once", () => {
  const b = new Bench().vectors();
  b.code(MAIN, movs(0, 1), ...msr(19, 0), NOP, movs(0, 0), ...msr(19, 0), NOP, 0xE7FE).start();
  b.set(0xE000_E100, 1);
  b.run(2);
  b.core.interrupt(0);
  b.run(1);
  assertEquals([b.ipsr, b.core.state.faultmask], [0, 1]);
  b.run(4);
  assertEquals([b.ipsr, b.at(b.sp + 24)], [16, MAIN + 14]);
});

Deno.test("a stack pointer that debuggers left odd is a bus error for frames", () => {
  const b = new Bench().vectors().code(MAIN, 0xDF00).code(handler(11), BX_LR).start();
  b.set(SHCSR, 7 << 16);
  b.core.state.r[13] = RAM + 0x101;
  b.run(14);
  assertEquals([b.ipsr, b.peek(CFSR) & 0x1000], [5, 0x1000]);
});

Deno.test("flash that closes while code runs from it stops that code, and opens again", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 1), 0xE7FD).start();
  b.run(10_000);
  b.bus.windows[0]!.open = false;
  b.bus.read = () => {
    throw new BusStall(1);
  };
  assertThrows(() => {
    try {
      b.run(100);
    } catch {
      throw new TypeError("stalled");
    }
  }, TypeError);
  b.bus.windows[0]!.open = true;
  assert(b.run(100) >= 100);
  assertEquals([b.ipsr, b.core.lockedUp], [0, false]);
});

Deno.test("two cores do not share anything", () => {
  const a = new Bench().vectors().code(MAIN, movs(0, 1), 0xE7FE).start();
  const b = new Bench().vectors().code(MAIN, movs(0, 2), 0xE7FE).start();
  a.run(10);
  b.run(10);
  assertEquals([a.core.state.r[0], b.core.state.r[0]], [1, 2]);
  const bare = createCortexM7(a);
  assertEquals([bare.halted, bare.lockedUp, bare.sleeping, bare.sleepDeep], [
    false,
    false,
    false,
    false,
  ]);
});
