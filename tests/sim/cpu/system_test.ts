/** The private peripheral bus, memory beyond the fast path, identification, semihosting. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BusError } from "../../../src/sim/contracts.ts";
import {
  Bench,
  BenchBus,
  BX_LR,
  CCR,
  CFSR,
  CPACR,
  DEMCR,
  DEVICE,
  DHCSR,
  FLASH,
  handler,
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
} from "./system_bench.ts";

const SCS = 0xE000_E000;
const hexes = (values: readonly number[]): string[] => values.map((v) => (v >>> 0).toString(16));

/** PIDR, PIDR4 and CIDR as tools put them together. */
function identity(b: Bench, base: number): [pidr: string, cidr: string] {
  const byte = (offset: number) => b.peek(base + offset);
  const join = (from: number) =>
    [3, 2, 1, 0].map((i) => byte(from + 4 * i).toString(16).padStart(2, "0")).join("");
  return [byte(0xFD0).toString(16).padStart(2, "0") + join(0xFE0), join(0xFF0)];
}

Deno.test("ROM tables: F7's own, processor's, PPB's; and the parts they list. facts/cortex-m.md §4", () => {
  const b = new Bench().start();
  const entries = (table: number) => {
    const out: number[] = [];
    for (let i = 0; i < 960; i++) {
      const entry = b.peek(table + 4 * i);
      if (entry === 0) break;
      assertEquals(entry & 3, 3);
      out.push((table + (entry & ~0xFFF)) >>> 0);
    }
    return out;
  };
  assertEquals(hexes(entries(0xE00F_D000)), ["e00fe000", "e0040000"]);
  assertEquals(hexes(entries(0xE00F_E000)), ["e00ff000", "e0041000"]);
  assertEquals(hexes(entries(0xE00F_F000)), ["e000e000", "e0001000", "e0002000", "e0000000"]);
  const parts: [number, string, string][] = [
    [0xE00F_D000, "00000a0449", "b105100d"],
    [0xE00F_E000, "04000bb4c8", "b105100d"],
    [0xE00F_F000, "04000bb4c7", "b105100d"],
    [0xE000_E000, "04000bb00c", "b105e00d"],
    [0xE000_1000, "04000bb002", "b105e00d"],
    [0xE000_2000, "04000bb00e", "b105e00d"],
    [0xE000_0000, "04000bb001", "b105e00d"],
    [0xE004_0000, "04000bb9a9", "b105900d"],
    [0xE004_1000, "04000bb975", "b105900d"],
  ];
  for (const [at, pidr, cidr] of parts) {
    assertEquals(identity(b, at), [pidr, cidr], at.toString(16));
  }
  assertEquals([b.peek(0xE00F_DFCC), b.peek(0xE004_1FCC)], [1, 0x13], "MEMTYPE, DEVTYPE");
  assertEquals(identity(new Bench({ vendorPart: 0x451 }).start(), 0xE00F_D000)[0], "00000a0451");
  const reserved = [0xE000_1FBC, 0xE004_1FC0, 0xE004_1FC4, 0xE004_1FC8, 0xE004_0FC0, 0xE004_0FC4];
  assertEquals([reserved.map((at) => b.peek(at)), b.warnings], [reserved.map(() => 0), []]);
  b.poke(0xE00F_D000, 5);
  b.poke(0xE000_1FE0, 5);
  assertEquals([b.peek(0xE00F_D000), b.warnings], [0x1003, []], "read-only");
});

Deno.test("what the core is: rig.md §2.3, Cortex-M7 TRM", () => {
  const b = new Bench().start();
  assertEquals(hexes([0xD00, 0xF40, 0xF44, 0xF48, 0xD78, 0xD7C].map((o) => b.peek(SCS + o))), [
    "411fc270",
    "10110021",
    "11000011",
    "40",
    "9000003",
    "8303c003",
  ]);
  assertEquals(hexes([0xD40, 0xD44, 0xD60, 0xD70].map((o) => b.peek(SCS + o))), [
    "30",
    "200",
    "1101110",
    "1310132",
  ]);
  b.set(SCS + 0xD40, 1);
  b.set(SCS + 0xF40, 1);
  b.set(SCS + 4, 1);
  assertEquals([b.peek(SCS + 0xD40), b.peek(SCS + 4)], [0x30, 3]);
  const dp = new Bench({ fpu: "dp" });
  assertEquals([dp.peek(SCS + 0xF40), dp.peek(SCS + 0xF44)], [0x1011_0221, 0x1200_0011]);
});

Deno.test("CCSIDR by CSSELR: 4 KiB on the F746, 16 KiB on the F767. ARM DDI 0403 §B4.8", () => {
  const sizes = (b: Bench) =>
    [0, 1].map((which) => {
      b.set(SCS + 0xD84, which);
      assertEquals(b.peek(SCS + 0xD84), which);
      return b.peek(SCS + 0xD80);
    });
  assertEquals(hexes(sizes(new Bench().start())), ["f003e019", "f007e009"]);
  const big = new Bench({ cacheKb: { instructions: 16, data: 16 } }).start();
  assertEquals(hexes(sizes(big)), ["f00fe019", "f01fe009"]);
  assertEquals(sizes(new Bench({ cacheKb: { instructions: 0, data: 0 } }).start()), [0, 0]);
  big.set(SCS + 0xF50, 0);
  big.set(SCS + 0xF70, RAM);
  assertEquals([big.peek(SCS + 0xF50), big.warnings], [0, []], "maintenance is write-only");
  assertEquals(big.peek(CCR) & 0x3_0000, 0);
  big.set(CCR, 0x3_0000);
  assertEquals(big.peek(CCR) & 0x3_0000, 0x3_0000);
});

Deno.test("the M7's own registers hold what can be written", () => {
  const b = new Bench().start();
  b.set(SCS + 8, 0xFFFF_FFFF);
  b.set(SCS + 0xF90, 0);
  assertEquals(hexes([8, 0xF90, 0xF94, 0xF98].map((o) => b.peek(SCS + o))), [
    "1ffffc04",
    "68",
    "3f",
    "9",
  ]);
  b.core.systemReset();
  assertEquals([b.peek(SCS + 8), b.peek(SCS + 0xF90)], [0, 0x6F]);
});

Deno.test("registers that are not there warn once, with the PC, and read as zero", () => {
  const b = new Bench().vectors().start();
  assertEquals([b.peek(SCS + 0xEF0), b.peek(SCS + 0xEF0), b.peek(0xE000_3000)], [0, 0, 0]);
  b.poke(SCS + 0xEF0, 1);
  b.poke(0xE000_4000, 1);
  b.poke(0xE004_1004, 1);
  assertEquals(b.warnings.length, 5);
  assertStringIncludes(b.warnings[0]!, "read of 0xE000EEF0");
  assertStringIncludes(b.warnings[0]!, "PC 0x08000400");
});

Deno.test("what OpenOCD's `dap info` and `itm ports on`, and st-trace touch is known: DEVID of every part, ITM_TER1 … 7", () => {
  const b = new Bench().vectors().start();
  const parts = [0xE000_0000, 0xE000_1000, 0xE000_2000, SCS, 0xE004_1000, 0xE00F_F000];
  assertEquals(parts.map((at) => b.peek(at + 0xFC8)), parts.map(() => 0));
  assertEquals(b.peek(0xE004_0FC8), 0xCA1, "the TPIU's is its TYPE");
  b.poke(DEMCR, 1 << 24);
  for (let at = 0xE000_0E00; at < 0xE000_0E20; at += 4) b.poke(at, 0xFFFF_FFFF);
  b.poke(0xE000_0E90, 0x400); // st-trace
  const enabled = Array.from({ length: 8 }, (_, i) => b.peek(0xE000_0E00 + 4 * i));
  assertEquals(enabled, [0xFFFF_FFFF, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(b.warnings, []);
});

Deno.test("the external part of the bus is the chip's; a chip that sends it back gets zero and a warning", () => {
  const b = new Bench().vectors().start();
  b.bus.read = (at) => at === 0xE004_2000 ? 0x1001_6449 : b.peek(at);
  let written = 0;
  b.bus.write = (_at, _width, value) => void (written = value);
  assertEquals(b.peek(0xE004_2000), 0x1001_6449);
  b.poke(0xE004_2004, 7);
  assertEquals([written, b.warnings.length], [7, 0]);
  assertEquals([b.peek(0xE004_3000), b.warnings.length], [0, 1]);
  b.bus.read = (at) => {
    throw new BusError(at, "refused");
  };
  assertThrows(() => b.peek(0xE004_2000), BusError);
});

Deno.test("ITM: ports answer when enabled, and hand out what is written", () => {
  const heard: number[][] = [];
  const b = new Bench({ onTrace: (...said) => heard.push(said) }).vectors().start();
  b.poke(0xE000_0000, 65, 1);
  b.poke(DEMCR, 1 << 24);
  b.poke(0xE000_0000, 65, 1);
  assertEquals([b.peek(0xE000_0000), heard], [0, []]);
  b.poke(0xE000_0E00, 3);
  b.poke(0xE000_0E80, 1);
  assertEquals([b.peek(0xE000_0004), b.peek(0xE000_0008)], [1, 0]);
  b.poke(0xE000_0000, 66, 1);
  b.set(0xE000_0004, 0x1234, 2);
  assertEquals(heard, [[0, 1, 66], [1, 2, 0x1234]]);
  b.set(0xE000_0E40, 15);
  assertEquals(b.peek(0xE000_0E40), 0, "locked for code");
  b.poke(0xE004_00F0, 2);
  b.poke(0xE004_0010, 0x1FFFF);
  assertEquals([b.peek(0xE004_00F0), b.peek(0xE004_0010), b.peek(0xE004_0304)], [2, 0xFFFF, 0x102]);
  assertEquals(b.warnings, []);
  b.poke(0xE004_0020, 1);
  assertEquals([b.warnings.length, b.peek(0xE004_0024), b.warnings.length], [1, 0, 1 + 1]);
  b.core.powerOnReset();
  assertEquals(b.peek(0xE004_00F0), 1);
});

Deno.test("narrow reads give their part of the word", () => {
  const b = new Bench().start();
  assertEquals([b.peek(SCS + 0xD00, 1), b.peek(SCS + 0xD02, 2), b.peek(SCS + 0xD03, 1)], [
    0x70,
    0x411F,
    0x41,
  ]);
});

/** Runs one load or store; gives r0, the status register and what the bus was asked. */
function access(at: number, ...code: number[]): [r0: number, cfsr: number, asked: string[]] {
  const b = new Bench().vectors().code(MAIN, ...load(1, at), movs(0, 0x5A), ...code, 0xE7FE)
    .start();
  b.set(SHCSR, 7 << 16);
  b.bus.device = 0x8765_4321;
  b.word(RAM + 0x3FFC, 0x1122_3344, 0x5566_7788);
  b.run(60);
  return [b.core.state.r[0]! >>> 0, b.peek(CFSR), b.bus.accesses];
}
const LDRB = 0x7808;
const LDRH = 0x8808;
const STRB = 0x7008;
const STRH = 0x8008;

Deno.test("peripherals are reached in the width of the instruction", () => {
  assertEquals(access(DEVICE, ldr(0, 1)), [0x8765_4321, 0, ["read 40000000 4 core"]]);
  assertEquals(access(DEVICE, LDRH)[2], ["read 40000000 2 core"]);
  assertEquals(access(DEVICE, LDRB)[2], ["read 40000000 1 core"]);
  assertEquals(access(DEVICE, str(0, 1))[2], ["write 40000000 4 core"]);
  assertEquals(access(DEVICE, STRH)[2], ["write 40000000 2 core"]);
  assertEquals(access(DEVICE, STRB)[2], ["write 40000000 1 core"]);
});

Deno.test("§A3.2.1: unaligned accesses to RAM work, across the pages of the fast path too", () => {
  assertEquals(access(RAM + 0x3FFD, ldr(0, 1)), [0x8811_2233, 0, []]);
  assertEquals(access(RAM + 0x3FFF, ldr(0, 1)), [0x6677_8811, 0, []]);
  assertEquals(access(RAM + 0x3FFF, LDRH), [0x8811, 0, []]);
  assertEquals(access(RAM + 0x3FFF, str(0, 1), ldr(0, 1)), [0x5A, 0, []]);
  assertEquals(access(RAM + 0x3FFD, STRH, LDRH), [0x5A, 0, []]);
  assertEquals(access(RAM + 0x3FFF, STRH, LDRH), [0x5A, 0, []]);
  assertEquals(access(SCS + 0xD01, ldr(0, 1))[1], 1 << 24, "not on the PPB");
});

Deno.test("§A3.2.1: LDM, LDRD, STRD and their kind want alignment", () => {
  for (const code of [[0xE891, 0x0005], [0xE9D1, 0x0200], [0xE9C1, 0x0200], [0xE881, 0x0005]]) {
    assertEquals(access(RAM + 2, ...code)[1], 1 << 24);
    assertEquals(access(RAM + 4, ...code)[1], 0);
  }
});

Deno.test("a window that is closed, or not writable, or not executable asks the bus", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, FLASH + 0x800), ldr(0, 1), NOP, ldr(0, 1), str(0, 1), 0xE7FE).start();
  b.run(3);
  assertEquals([b.core.state.r[0]! >>> 0, b.bus.accesses.length], [0xFFFF_FFFF, 0]);
  b.run(10);
  assertEquals(b.bus.accesses, ["write 8000800 4 core"], "flash is written by its controller");
  b.bus.windows[0]!.open = false;
  b.run(60);
  assertEquals(
    b.core.lockedUp,
    true,
    "the code itself is out of reach, and so is the vector table",
  );
  const ram = new Bench().vectors().code(MAIN, ...load(1, RAM | 1), 0x4708).start();
  (ram.bus.windows[1] as { executable: boolean }).executable = false;
  ram.set(SHCSR, 7 << 16);
  ram.run(40);
  assertEquals([ram.ipsr, ram.peek(CFSR)], [5, 0x100]);
});

Deno.test("memory where the default map forbids code may hold data all the same", () => {
  const sdram = new Uint8Array(0x4000);
  const bus = new BenchBus();
  bus.windows.push({ at: 0xC000_0000, bytes: sdram, writable: true, executable: true, open: true });
  const b = new Bench({}, bus).vectors();
  b.code(MAIN, ...load(1, 0xC000_0000), movs(0, 7), str(0, 1), ldr(2, 1), 0x3101, 0x4708).start(); // ADDS r1, #1
  b.set(SHCSR, 7 << 16);
  b.run(60);
  assertEquals([b.at(b.sp + 8), sdram[0], b.ipsr, b.peek(CFSR)], [7, 7, 4, 1]);
});

Deno.test("LDREX and STREX: the monitor is lost by CLREX, exceptions, and a second STREX", () => {
  const LDREX = [0xE851, 0x0F00];
  const STREX = [0xE841, 0x2000]; // STREX r0, r2, [r1]
  const result = (...code: number[]) => {
    const b = new Bench().vectors().code(MAIN, ...load(1, RAM), ...code, 0xE7FE);
    b.code(handler(11), BX_LR).start();
    b.run(80);
    return b.core.state.r[0];
  };
  assertEquals(result(...LDREX, ...STREX), 0);
  assertEquals(result(...STREX), 1);
  assertEquals(result(...LDREX, 0xF3BF, 0x8F2F, ...STREX), 1, "CLREX");
  assertEquals(result(...LDREX, 0xDF00, ...STREX), 1, "SVC");
  assertEquals(result(...LDREX, ...STREX, ...STREX), 1);
});

Deno.test("instructions that are outside plain memory come from the bus, and none of them are kept", () => {
  const b = new Bench().vectors().code(MAIN, ...load(1, 0x6000_0001), 0x4708).start();
  let n = 0;
  b.bus.read = (at) => at === 0x6000_0000 ? movs(0, ++n) : at === 0x6000_0002 ? 0xE7FD : 0;
  b.run(60);
  assert(n > 5);
  assertEquals(b.core.state.r[0], n);
});

// ── semihosting ──

/** Calls one operation with its block at RAM + 0x100; gives r0 and what the host was told. */
function hosted(
  operation: number,
  block: readonly number[],
  text = "",
): [number, string, number[]] {
  let said = "";
  const codes: number[] = [];
  const b = new Bench({ semihosting: (t) => said += t, onExit: (c) => codes.push(c) }).vectors();
  b.code(MAIN, ...load(1, RAM + 0x100), movs(0, operation), 0xBEAB, 0xE7FE);
  b.word(RAM + 0x100, ...block);
  [...new TextEncoder().encode(text), 0].forEach((c, i) => b.bus.ram[0x200 + i] = c);
  b.start();
  b.run(40);
  return [b.core.state.r[0]!, said, codes];
}
const TEXT = RAM + 0x200;

Deno.test("semihosting writes text: WRITEC, WRITE0, WRITE", () => {
  assertEquals(hosted(3, [0x41]), [0, "A", []]);
  const zero = new Bench({ semihosting: (t) => heard += t }).vectors();
  let heard = "";
  zero.code(MAIN, ...load(1, TEXT), movs(0, 4), 0xBEAB, 0xE7FE).start();
  zero.bus.ram.set(new TextEncoder().encode("Grüße\0"), 0x200);
  zero.run(40);
  assertEquals([heard, zero.pc], ["Grüße", MAIN + 12]);
  assertEquals(hosted(5, [2, TEXT, 3], "abcdef"), [0, "abc", []]);
  assertEquals(hosted(5, [9, TEXT, 3], "abcdef"), [3, "", []], "no such file");
});

Deno.test("semihosting opens the console and its feature file, reads, asks, and exits", () => {
  assertEquals([0, 4, 8].map((mode) => hosted(1, [TEXT, mode, 3], ":tt")[0]), [1, 2, 3]);
  assertEquals(hosted(1, [TEXT, 0, 9], "/etc/file")[0], -1);
  assertEquals(hosted(1, [TEXT, 0, 21], ":semihosting-features")[0], 4);
  assertEquals([hosted(0x0C, [4])[0], hosted(0x0C, [2])[0]], [5, 0]);
  assertEquals([hosted(9, [2])[0], hosted(9, [4])[0], hosted(2, [2])[0]], [1, 0, 0]);
  assertEquals([hosted(6, [1, TEXT, 8])[0], hosted(6, [4, TEXT, 8])[0]], [8, 3]);
  assertEquals([hosted(0x0A, [4, 4])[0], hosted(0x13, [0])[0]], [0, 0]);
  assertEquals([hosted(0x15, [TEXT, 20])[0], hosted(0x16, [TEXT])[0]], [0, 0]);
  assertEquals(hosted(0x20, [0x20026, 3]), [0, "", [3]]);
  assertEquals(hosted(0x20, [0x20023, 3])[2], [1]);
  assertEquals(hosted(0x11, [0])[0], -1, "not served");
});

Deno.test("after an exit nothing runs until a reset", () => {
  let code = -1;
  const b = new Bench({ semihosting: () => {}, onExit: (c) => code = c }).vectors();
  b.code(MAIN, ...load(1, 0x20026), movs(0, 0x18), 0xBEAB, movs(0, 1), 0xE7FE).start();
  b.run(50);
  assertEquals([code, b.core.state.r[0], b.run(50)], [0, 0, 0]);
  b.code(MAIN + 4, 0xE7FE);
  b.core.systemReset();
  assertEquals(b.run(50) >= 50, true);
});

Deno.test("with a debugger, and without a host for it, BKPT 0xAB is any BKPT", () => {
  const b = new Bench({ semihosting: () => {} }).vectors().code(MAIN, movs(0, 4), 0xBEAB).start();
  b.poke(DHCSR, KEY | 1);
  b.run(20);
  assertEquals([b.core.halted, b.pc], [true, MAIN + 2]);
});

Deno.test("privilege: unprivileged code may use memory, not the PPB", () => {
  const b = new Bench().vectors();
  b.code(MAIN, movs(0, 1), ...msr(20, 0), ...load(1, RAM), str(0, 1), ...load(1, CPACR), str(0, 1));
  b.start();
  b.run(60);
  assertEquals([b.ipsr, b.at(RAM), b.peek(CFSR), b.peek(CPACR)], [3, 1, 0x400, 0]);
});
