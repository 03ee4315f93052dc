/** Watchpoints and the cycle counter. ARM DDI 0403 §C1.8 */
import { assertEquals } from "@std/assert";
import {
  adds,
  Bench,
  DEMCR,
  DFSR,
  DHCSR,
  KEY,
  ldr,
  load,
  MAIN,
  movs,
  NOP,
  RAM,
  str,
  WFI,
} from "./system_bench.ts";

const DWT_CTRL = 0xE000_1000;
const CYCCNT = 0xE000_1004;
const PCSR = 0xE000_101C;
const COMP = 0xE000_1020;
const LAR = 0xE000_1FB0;
const TRCENA = 1 << 24;
const DWTTRAP = 4;
const MATCHED = 1 << 24;
const X = RAM + 0x100;

/** r1 = X; then what is given, then `b .` */
function watching(comp: number, mask: number, fn: number, ...code: number[]): Bench {
  const b = new Bench().vectors().code(MAIN, ...load(1, X), movs(0, 5), ...code, 0xE7FE).start();
  b.poke(DHCSR, KEY | 1);
  b.poke(DEMCR, TRCENA);
  b.poke(COMP, comp);
  b.poke(COMP + 4, mask);
  b.poke(COMP + 8, fn);
  b.run(200);
  return b;
}
const state = (b: Bench): unknown[] => [b.core.halted, b.pc - MAIN, b.peek(DFSR)];
const FIRST = 10;

Deno.test("functions 5, 6 and 7 watch reads, writes and both; the core stops behind the access", () => {
  const code = [str(0, 1), ldr(2, 1), NOP];
  assertEquals(state(watching(X, 0, 6, ...code)), [true, FIRST + 2, DWTTRAP]);
  assertEquals(state(watching(X, 0, 5, ...code)), [true, FIRST + 4, DWTTRAP]);
  assertEquals(state(watching(X, 0, 7, ...code)), [true, FIRST + 2, DWTTRAP]);
  const b = watching(X, 0, 6, ...code);
  assertEquals([b.at(X), b.peek(COMP + 8), b.peek(COMP + 8)], [5, MATCHED | 6, 6]);
  b.resume();
  b.run(100);
  assertEquals(b.core.halted, false);
});

Deno.test("MASK makes a range; any byte of an access counts", () => {
  assertEquals(watching(X + 3, 0, 6, str(0, 1)).core.halted, true, "a byte within the word");
  assertEquals(watching(X + 4, 0, 6, str(0, 1)).core.halted, false);
  assertEquals(
    watching(X + 5, 3, 6, str(0, 1)).core.halted,
    true,
    "COMP is taken without low bits",
  );
  assertEquals(watching(X - 0x100, 8, 6, str(0, 1)).core.halted, false);
  const b = watching(0, 0, 0);
  b.poke(COMP + 4, 31);
  assertEquals(b.peek(COMP + 4), 15);
});

Deno.test("loads and stores elsewhere on the page go on, however often", () => {
  const b = watching(X, 0, 7, str(0, 1, 4), adds(0, 1), 0xE7FC);
  assertEquals([b.core.halted, b.at(X + 4) > 5], [false, true]);
});

Deno.test("nothing is watched without TRCENA, and without it writes are not taken", () => {
  const b = watching(X, 0, 6, NOP, NOP, str(0, 1));
  assertEquals(b.core.halted, true);
  b.poke(DEMCR, 0);
  b.core.systemReset();
  b.poke(COMP + 4, 9);
  b.run(100);
  assertEquals([b.core.halted, b.peek(COMP + 4)], [false, 0]);
});

Deno.test("without a debugger a watchpoint goes to the DebugMonitor, or nowhere", () => {
  for (const monitor of [true, false]) {
    const b = new Bench().vectors().code(MAIN, ...load(1, X), str(0, 1), 0xE7FE).start();
    b.poke(DEMCR, TRCENA | (monitor ? 1 << 16 : 0));
    b.poke(COMP, X);
    b.poke(COMP + 8, 6);
    b.run(60);
    assertEquals([b.ipsr, b.peek(COMP + 8) & MATCHED], [monitor ? 12 : 0, MATCHED]);
  }
});

Deno.test("function 4 matches the PC; 8 … 11 only set MATCHED", () => {
  const b = watching(MAIN + FIRST, 0, 4, NOP, NOP);
  assertEquals(state(b), [true, FIRST + 2, DWTTRAP]);
  const match = watching(X, 0, 10, str(0, 1));
  assertEquals([match.core.halted, match.peek(COMP + 8)], [false, MATCHED | 10]);
  const pc = watching(MAIN + FIRST, 0, 8, NOP);
  assertEquals([pc.core.halted, pc.peek(COMP + 8)], [false, MATCHED | 8]);
  const stepped = new Bench().vectors().code(MAIN, NOP, NOP).start();
  stepped.halt();
  stepped.poke(DEMCR, TRCENA);
  stepped.poke(COMP, MAIN);
  stepped.poke(COMP + 8, 4);
  stepped.poke(DFSR, 31);
  stepped.step();
  assertEquals(stepped.peek(DFSR), DWTTRAP);
});

Deno.test("hardware breakpoints work beside a PC comparator", () => {
  const b = new Bench().vectors().code(MAIN, NOP, NOP, NOP, 0xE7FE).start();
  b.poke(DHCSR, KEY | 1);
  b.poke(DEMCR, TRCENA);
  b.poke(COMP, MAIN + 0x100);
  b.poke(COMP + 8, 4);
  b.poke(0xE000_2000, 3);
  b.poke(0xE000_2008, (MAIN + 4) | 1);
  b.run(100);
  assertEquals([b.core.halted, b.pc, b.peek(DFSR)], [true, MAIN + 4, 2]);
});

Deno.test("DATAVMATCH compares the value, at a linked comparator's address. §C1.8.17", () => {
  const linked = (value: number, size: number, links: number) => {
    const b = new Bench().vectors();
    b.code(MAIN, ...load(1, X), movs(0, 5), str(0, 1), 0x7108, adds(0, 1), str(0, 1), 0xE7FE); // STRB
    b.start();
    b.poke(DHCSR, KEY | 1);
    b.poke(DEMCR, TRCENA);
    b.poke(COMP, X);
    b.poke(COMP + 0x10, value);
    b.poke(COMP + 0x18, 0x100 | (size << 10) | (links << 12) | 6);
    b.run(100);
    return b.core.halted ? b.pc - MAIN : 0;
  };
  assertEquals(linked(5, 2, 0x11), 12, "the first word of that value, anywhere");
  assertEquals(linked(6, 2, 0x00), 18, "at comparator 0's address");
  assertEquals(linked(7, 2, 0x00), 0);
  assertEquals(linked(0x1234_5605, 0, 0x11), 12, "only the byte");
  assertEquals(linked(5, 2, 0x22), 0, "comparator 2 looks elsewhere");
});

Deno.test("CYCCNT counts cycles while enabled, not while halted or asleep", () => {
  const b = new Bench().vectors().start();
  b.poke(DEMCR, TRCENA);
  b.run(100);
  assertEquals(b.peek(CYCCNT), 0);
  b.poke(DWT_CTRL, 1);
  assertEquals(b.peek(DWT_CTRL), 0x4000_0001);
  const used = b.run(100);
  assertEquals(b.peek(CYCCNT), used);
  b.poke(CYCCNT, 0xFFFF_FFFF);
  const more = b.run(100);
  assertEquals(b.peek(CYCCNT), more - 1, "it wraps");
  b.poke(DEMCR, 0);
  b.run(100);
  b.poke(DEMCR, TRCENA);
  assertEquals(b.peek(CYCCNT), more - 1);
  const asleep = new Bench().vectors().code(MAIN, WFI, 0xE7FE).start();
  asleep.poke(DEMCR, TRCENA);
  asleep.poke(DWT_CTRL, 1);
  asleep.set(0xE000_E014, 0xFF_FFFF);
  asleep.set(0xE000_E010, 7);
  assertEquals(asleep.run(1000), 1000);
  assertEquals(asleep.peek(CYCCNT) < 10, true);
});

Deno.test("CYCMATCH stops when the count is reached", () => {
  const b = new Bench().vectors().code(MAIN, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, 0xE7FE)
    .start();
  b.poke(DHCSR, KEY | 1);
  b.poke(DEMCR, TRCENA);
  b.poke(DWT_CTRL, 1);
  b.poke(COMP, 4);
  b.poke(COMP + 8, 0x80 | 4);
  b.run(100);
  assertEquals([b.core.halted, b.pc], [true, MAIN + 8]);
});

Deno.test("PCSR samples the PC, and reads all ones while halted", () => {
  const b = new Bench().vectors().start();
  b.run(10);
  assertEquals(b.peek(PCSR), MAIN);
  b.halt();
  assertEquals(b.peek(PCSR), 0xFFFF_FFFF);
});

Deno.test("the software lock keeps code out, as on real F7s, but not the debugger", () => {
  const b = new Bench().vectors().start();
  b.poke(DEMCR, TRCENA);
  assertEquals(b.core.readPpb(LAR + 4, 4, "core"), 3);
  assertEquals(b.peek(LAR + 4), 0);
  b.set(DWT_CTRL, 1);
  assertEquals(b.peek(DWT_CTRL), 0x4000_0000);
  b.set(LAR, 0xC5AC_CE55);
  b.set(DWT_CTRL, 1);
  assertEquals([b.peek(DWT_CTRL), b.core.readPpb(LAR + 4, 4, "core")], [0x4000_0001, 1]);
  b.set(LAR, 0);
  b.set(DWT_CTRL, 0);
  assertEquals([b.peek(DWT_CTRL), b.peek(LAR)], [0x4000_0001, 0]);
});

Deno.test("trace functions warn; counters of profiling read as zero", () => {
  const b = watching(0, 0, 2);
  assertEquals(b.warnings.length, 1);
  assertEquals([8, 12, 16, 20, 24].map((o) => b.peek(DWT_CTRL + o)), [0, 0, 0, 0, 0]);
  b.poke(DWT_CTRL + 8, 1);
  assertEquals([b.peek(COMP + 0x0C), b.peek(COMP + 0x40)], [0, 0]);
  b.poke(COMP + 0x40, 1);
  assertEquals(b.warnings.length, 4);
});
