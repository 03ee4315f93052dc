import { assert, assertEquals } from "@std/assert";
import { compile } from "../../../src/sim/cpu/compile.ts";
import { decode } from "../../../src/sim/cpu/decode.ts";
import { newRegisters } from "../../support/unicorn.ts";
import { CODE, Machine, RAM } from "./oracle_machine.ts";
import { programRegisters, Random } from "./oracle_generate.ts";
import { build } from "./oracle_run.ts";

const NOP = 0xBF00;

/** Fills both machines' memories with the same numbers. */
function scramble(machines: readonly Machine[], seed: number): void {
  for (const m of machines) {
    const random = new Random(seed);
    const words = new Uint32Array(m.ram.buffer);
    for (let i = 0; i < words.length; i++) words[i] = random.word();
    m.cache.invalidate(CODE, m.code.length);
  }
}

/** A loop of chunks at CODE, with jumps over some of them where NOPs were. Gives the address of its BKPT. */
function writeLoop(m: Machine, random: Random): number {
  const jumps: number[] = [];
  const starts: number[] = [];
  let at = CODE + 4;
  m.put(CODE, [0xF04F, 0x0C00 | (2 + random.below(30))]); // MOV.W r12, #n
  m.step();
  for (let chunk = 0; chunk < 6; chunk++) {
    starts.push(at);
    jumps.push(at);
    m.put(at, [NOP]);
    m.step();
    const counter = m.state.r[12];
    build(m, random, at + 2, 2 + random.below(9));
    while (m.state.it !== 0) m.put(m.state.r[15]!, [NOP]), m.step();
    if (m.state.r[12] !== counter) m.state.r[12] = counter!;
    at = m.state.r[15]!;
  }
  starts.push(at);
  jumps.forEach((from, i) => {
    const to = starts[Math.min(i + 1 + random.below(2), starts.length - 1)]!;
    const offset = (to - from - 4) >> 1;
    if (random.below(2) === 0 && offset >= 0 && offset < 128) {
      m.put(from, [0xD000 | (random.below(14) << 8) | offset]);
    }
  });
  // SUBS.W r12, r12, #1; BNE.W start; BKPT
  const back = (CODE + 4 - (at + 4) - 4) >> 1;
  m.put(at, [0xF1BC, 0x0C01, 0xF47F, 0xA800 | (back & 0x7FF), 0xBE00]);
  return at + 8;
}

Deno.test("compiled code does what single steps do, in loops, to the cycle", () => {
  const stepped = new Machine();
  const compiled = new Machine();
  stepped.cache.threshold = Infinity;
  compiled.cache.threshold = 0;
  const before = newRegisters();
  const a = newRegisters();
  const b = newRegisters();
  let instructions = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const random = new Random(seed);
    scramble([stepped, compiled], seed);
    programRegisters(before, random);
    before.r[15] = CODE;
    for (const m of [stepped, compiled]) m.fast = true;
    stepped.set(before);
    stepped.state.r[15] = CODE;
    writeLoop(stepped, random);
    compiled.code.set(stepped.code);
    scramble([stepped, compiled], seed);
    const slice = random.below(2) === 0 ? 100_000 : 200 + random.below(400);
    for (const m of [stepped, compiled]) {
      m.set(before);
      m.state.r[15] = CODE;
      m.state.cycles = 0;
      m.system.exclusive = undefined;
    }
    let faults: (string | undefined)[] = [undefined, undefined];
    // slices end where one instruction at a time would end them
    for (let i = 0; i < 500 && faults[0] === undefined; i++) {
      faults = [stepped.run(slice), compiled.run(slice)];
      assertEquals(faults[0], faults[1], `seed ${seed}`);
      assertEquals(compiled.state.cycles, stepped.state.cycles, `seed ${seed}`);
      assertEquals(compiled.state.r[15], stepped.state.r[15], `seed ${seed}`);
      if (stepped.state.attention !== 0) break;
    }
    stepped.get(a);
    compiled.get(b);
    assertEquals(b, a, `seed ${seed}`);
    assertEquals(compiled.ram, stepped.ram);
    instructions += stepped.state.cycles;
  }
  assert(instructions > 2_000, `${instructions} cycles`);
});

Deno.test("an access that wants attention ends the block behind its instruction", () => {
  for (
    const [halves, registers] of [
      [[0x6008], "str"], // STR r0, [r1]
      [[0x6808], "ldr"],
      [[0xF851, 0x0B04], "ldr post"],
      [[0xF841, 0x0B04], "str post"],
      [[0xC10D], "stm"], // STMIA r1!, {r0, r2, r3}
    ] as const
  ) {
    const seen: unknown[] = [];
    for (const threshold of [Infinity, 0]) {
      const m = new Machine();
      m.cache.threshold = threshold;
      m.put(CODE, [0x3201, ...halves, 0x3201, 0xBE00]); // ADDS r2, #1 before and after
      m.state.r[15] = CODE;
      m.state.r[1] = 0x4000_0000;
      const touch = () => {
        m.state.attention = 2;
        return 0x55;
      };
      Object.assign(m.system, { load32: touch, store32: touch });
      m.run(1000);
      seen.push([[...m.state.r], m.state.cycles, m.state.attention]);
      assertEquals(m.state.r[2], 1, registers);
    }
    assertEquals(seen[1], seen[0], registers);
  }
});

Deno.test("a block covers what it was made of, and is dropped with any part of it", () => {
  const m = new Machine();
  m.cache.threshold = 0;
  // ADDS r0, #1; B +2 (over a NOP); ADDS r0, #2; BKPT
  m.put(CODE, [0x3001, 0xE000, NOP, 0x3002, 0xBE00]);
  const block = compile(m.cache, CODE);
  assertEquals([block?.start, block?.from, block?.to], [0, 0, 5]);
  const run = () => {
    m.state.r[0] = 0;
    m.state.r[15] = CODE;
    m.state.attention = 0;
    m.run(1000);
    return m.state.r[0];
  };
  assertEquals([run(), run()], [3, 3]);
  m.put(CODE + 6, [0x3005]);
  assertEquals([run(), run()], [6, 6]);
});

Deno.test("a slice is not overshot by more than one instruction", () => {
  for (const threshold of [Infinity, 0]) {
    const m = new Machine();
    m.cache.threshold = threshold;
    m.put(CODE, [0x3001, 0x3001, 0x3001, 0x3001, 0xE7FA]); // ADDS r0, #1 × 4; B back
    m.state.r[15] = CODE;
    for (let i = 1; i <= 50; i++) {
      m.run(7);
      assert(m.state.cycles >= 7 * i && m.state.cycles <= 7 * i + 2 * i, `${m.state.cycles}`);
    }
  }
});

Deno.test("where functions cannot be made of text, code is interpreted", () => {
  const m = new Machine();
  m.cache.threshold = 0;
  m.put(CODE, [0x2007, 0xBE00]);
  const real = globalThis.Function;
  try {
    globalThis.Function = function () {
      throw new EvalError("forbidden");
    } as unknown as FunctionConstructor;
    m.state.r[15] = CODE;
    m.run(100);
  } finally {
    globalThis.Function = real;
  }
  assertEquals(m.state.r[0], 7);
});

Deno.test("IT blocks that only calculate choose, and others call", () => {
  const programs: readonly number[][] = [
    [0xBF06, 0x2001, 0x3002, 0x2009], // ITTE EQ; MOV r0, #1; ADD r0, #2; MOV r0, #9
    [0xBF0C, 0x4608, 0x4240], // ITE EQ; MOV r0, r1; RSB r0, r0, #0
    [0xBF04, 0x2801, 0x2003], // ITT EQ; CMP r0, #1 (changes Z); MOV r0, #3
    [0xBF14, 0x6810, 0x6010], // ITE NE; LDR r0, [r2]; STR r0, [r2]
    [0xBF08, 0xE001, 0x2005, 0x2006], // IT EQ; B over one
    [0xBF01, 0x2001, 0x2102, 0x3103, 0x4408], // ITTTT EQ
  ];
  for (const program of programs) {
    for (const z of [0, 1]) {
      const seen: unknown[] = [];
      for (const threshold of [Infinity, 0]) {
        const m = new Machine();
        m.cache.threshold = threshold;
        m.put(CODE, [0x3801, ...program, 0x1C5B, 0xBE00]); // SUBS r0, #1 first; ADDS r3, #1 last
        m.state.r.set([2 - z, 0x55, RAM]);
        m.ram[0] = 0x99;
        m.state.r[15] = CODE;
        m.run(1000);
        const s = m.state;
        seen.push([[...s.r], [s.n, s.z, s.c, s.v, s.it], s.cycles, m.ram[0]]);
      }
      assertEquals(seen[1], seen[0], program.map((x) => x.toString(16)).join(" "));
    }
  }
});

Deno.test("operations in an IT block are decoded once", () => {
  const m = new Machine();
  m.put(CODE, [0xBF08, 0x2001, 0xBE00]);
  m.state.r[15] = CODE;
  m.step();
  m.step();
  assertEquals(m.cache.fill(CODE + 2)?.conditional?.S, 0);
  assertEquals(decode(CODE, 0x2001, 0, true).S, 0);
  assertEquals(m.state.r[15], CODE + 4);
  assertEquals(RAM, 0x2000_0000);
});
