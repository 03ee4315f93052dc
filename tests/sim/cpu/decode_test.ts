import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { decode, DecodeCache } from "../../../src/sim/cpu/decode.ts";
import { FastMemory, MAY_EXECUTE, MAY_READ, PAGE_SIZE } from "../../../src/sim/cpu/fast_memory.ts";
import { ATTENTION_BREAKPOINT } from "../../../src/sim/cpu/state.ts";
import { CODE, Machine, RAM } from "./oracle_machine.ts";

const AT = 0x0800_0100;
const NOP = 0xBF00;

Deno.test("operands are extracted by letter", () => {
  const add = decode(AT, 0x1888, 0, false); // ADDS r0, r1, r2
  assertEquals([add.row.name, add.d, add.n, add.m, add.S], ["ADD (register) T1", 0, 1, 2, 1]);
  assertEquals(decode(AT, 0x1888, 0, true).S, 0);
  const movw = decode(AT, 0xF64A, 0x31CD, false); // MOVW r1, #0xABCD
  assertEquals([movw.row.name, movw.d, movw.i], ["MOV (immediate) T3", 1, 0xABCD]);
  const high = decode(AT, 0x4688, 0, false); // MOV r8, r1
  assertEquals([high.d, high.m], [8, 1]);
  const ldm = decode(AT, 0xE8BD, 0x81F0, false); // POP.W {r4-r8, pc}
  assertEquals([ldm.n, ldm.W, ldm.list], [13, 1, [4, 5, 6, 7, 8, 15]]);
  const vadd = decode(AT, 0xEE70, 0x0A81, false); // VADD.F32 s1, s1, s2
  assertEquals([vadd.row.name, vadd.d, vadd.n, vadd.m], ["VADD T2", 1, 1, 2]);
});

Deno.test("modified immediates expand as the manual's table says", () => {
  const value = (imm12: number) => {
    const op = decode(
      AT,
      0xF04F | ((imm12 >> 11) << 10),
      ((imm12 >> 8) & 7) << 12 | (imm12 & 255),
      false,
    );
    return [op.i >>> 0, op.C];
  };
  assertEquals(value(0x0AB), [0xAB, -1]);
  assertEquals(value(0x1AB), [0x00AB_00AB, -1]);
  assertEquals(value(0x2AB), [0xAB00_AB00, -1]);
  assertEquals(value(0x3AB), [0xABAB_ABAB, -1]);
  assertEquals(value(0x400), [0x8000_0000, 1]);
  assertEquals(value(0x47F), [0xFF00_0000, 1]);
  assertEquals(value(0xFFF), [0x0000_01FE, 0]);
});

Deno.test("branch targets", () => {
  assertEquals(decode(AT, 0xE7FE, 0, false).i, AT); // B .
  assertEquals(decode(AT, 0xD0FE, 0, false).i, AT); // BEQ .
  assertEquals(decode(AT, 0xF7FF, 0xFFFE, false).i, AT); // BL .
  assertEquals(decode(AT, 0xF3FF, 0x97FF, false).i, AT + 4 + 0xFF_FFFE); // B.W, far
  assertEquals(decode(AT, 0xF43F, 0xAFFE, false).i, AT); // BEQ.W .
  assertEquals(decode(AT, 0xB3F8, 0, false).i, AT + 4 + 126); // CBZ r0, furthest
});

Deno.test("what was decoded is kept until memory changes", () => {
  const m = new Machine();
  m.put(CODE, [NOP, NOP]);
  const op = m.cache.fill(CODE);
  assert(op !== undefined);
  assertStrictEquals(m.cache.fill(CODE), op);
  m.put(CODE, [0x2001]);
  assertEquals(m.cache.fill(CODE)?.row.name, "MOV (immediate) T1");
});

Deno.test("a change in the second half of an instruction drops it", () => {
  const m = new Machine();
  m.put(CODE, [0xF240, 0x0101]); // MOVW r1, #1
  assertEquals(m.cache.fill(CODE)?.i, 1);
  m.code[2] = 0x22;
  m.cache.invalidate(CODE + 2, 2);
  assertEquals(m.cache.fill(CODE)?.i, 0x22);
});

Deno.test("stores change code that is about to run", () => {
  const m = new Machine();
  // in RAM: STRH r0, [r1]; NOP (which becomes MOVS r2, #7); BKPT
  m.ram.set([0x08, 0x80, 0x00, 0xBF, 0x00, 0xBE]);
  for (const threshold of [Infinity, 0]) {
    m.cache.threshold = threshold;
    m.ram.set([0x00, 0xBF], 2);
    m.cache.invalidate(RAM, 8);
    const s = m.state;
    for (let i = 0; i < 3; i++) { // also when all of it has been decoded, or compiled, before
      s.r[0] = i === 2 ? 0x2207 : NOP;
      s.r[1] = RAM + 2;
      s.r[2] = 0;
      s.r[15] = RAM;
      s.attention = 0;
      assertEquals(m.run(1000), undefined);
      assertEquals(s.r[2], i === 2 ? 7 : 0);
    }
  }
});

Deno.test("an instruction across two pages is decoded anew every time", () => {
  const m = new Machine();
  const at = CODE + PAGE_SIZE - 2;
  m.put(at, [0xF240, 0x0101]);
  assertEquals(m.cache.fill(at), undefined);
  m.state.r[15] = at;
  m.step();
  assertEquals(m.state.r[1], 1);
  m.code[PAGE_SIZE] = 0x02; // no invalidate: nothing was kept
  m.state.r[15] = at;
  m.step();
  assertEquals(m.state.r[1], 2);
});

Deno.test("a breakpoint stops before its instruction, and a step passes it", () => {
  const m = new Machine();
  m.put(CODE, [0x2001, 0x2102, 0x2203, 0xBE00]); // MOVS r0, r1, r2
  for (const threshold of [Infinity, 0]) {
    m.cache.threshold = threshold;
    m.cache.breakpoints = new Set();
    const s = m.state;
    s.r[15] = CODE;
    s.attention = 0;
    m.run(1000); // decoded, and perhaps compiled
    m.cache.breakpoints = new Set([CODE + 2]);
    s.r.fill(0);
    s.r[15] = CODE;
    s.attention = 0;
    m.run(1000);
    assertEquals(s.attention, ATTENTION_BREAKPOINT);
    assertEquals([s.r[15], s.r[0], s.r[1]], [CODE + 2, 1, 0]);
    m.step();
    assertEquals([s.r[15], s.r[1]], [CODE + 4, 2]);
    s.attention = 0;
    m.run(1000);
    assertEquals([s.r[15], s.r[2]], [CODE + 6, 3]);
  }
});

Deno.test("a window that closes is asked for through the system", () => {
  const bytes = new Uint8Array(PAGE_SIZE);
  bytes.set([0x00, 0xBF]);
  const window = { at: CODE, bytes, writable: false, executable: true, open: true };
  const memory = new FastMemory([window]);
  const cache = new DecodeCache(memory);
  assert(memory.reading(CODE) !== undefined);
  assert(cache.fill(CODE) !== undefined);
  window.open = false;
  memory.settle();
  assertEquals(memory.reads[(CODE >>> 14) & 0xFFFF]!.tag, -1);
  assertEquals(cache.fill(CODE), undefined);
  window.open = true;
  memory.settle();
  assert(cache.fill(CODE) !== undefined);
});

Deno.test("what the MPU says counts page by page", () => {
  const window = {
    at: RAM,
    bytes: new Uint8Array(2 * PAGE_SIZE),
    writable: true,
    executable: true,
    open: true,
  };
  const memory = new FastMemory([window]);
  const cache = new DecodeCache(memory);
  memory.permission = (at) => at === RAM ? MAY_READ : MAY_READ | MAY_EXECUTE;
  memory.refresh();
  assert(memory.reading(RAM) !== undefined);
  assertEquals(memory.writing(RAM), undefined);
  assertEquals(cache.fill(RAM), undefined);
  assert(cache.fill(RAM + PAGE_SIZE) !== undefined);
  memory.enabled = false;
  memory.refresh();
  assertEquals(memory.reading(RAM), undefined);
});

Deno.test("a window at an odd offset, or smaller than a page, is the system's", () => {
  const whole = new Uint8Array(PAGE_SIZE + 8);
  const memory = new FastMemory([
    {
      at: CODE,
      bytes: whole.subarray(2, PAGE_SIZE + 2),
      writable: false,
      executable: true,
      open: true,
    },
    { at: RAM, bytes: new Uint8Array(1024), writable: true, executable: true, open: true },
  ]);
  assertEquals(memory.reading(CODE), undefined);
  assertEquals(memory.reading(RAM), undefined);
});
