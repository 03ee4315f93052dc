/** A computation must end with the same numbers however many interrupts, nested and lazy, break into it. */
import { assert, assertEquals } from "@std/assert";
import { adds, Bench, BX_LR, CPACR, handler, load, MAIN, movs, msr, RAM } from "./system_bench.ts";

const IRQS = 16;
const VADD = [0xEE30, 0x0A20]; // vadd.f32 s0, s0, s1
const VMOV = [0xEEF7, 0x0A00]; // vmov.f32 s1, #1.0
const VSUB = [0xEE30, 0x0AE0]; // vsub.f32 s0, s1, s1
const MULS = 0x4348; // muls r0, r1
const ADDS_R2 = 0x1880; // adds r0, r0, r2
const ADC = 0x4150; // adcs r0, r2: the carry is part of it
const SUBS_R3 = 0x3B01; // subs r3, #1
const BNE_BACK = 0xD1F7; // to MULS
const IT_CC = 0xBF3C; // ITT CC

/** r0 = r0 * r1 + r2 (+ carry) 500 times, with an IT block, and as many additions to s0 */
function program(floats: boolean, process: boolean): Bench {
  const b = new Bench().vectors(IRQS);
  const stack = process ? [...load(0, RAM + 0x6000), ...msr(9, 0), movs(0, 2), ...msr(20, 0)] : [];
  const body = [
    MULS,
    ADDS_R2,
    IT_CC,
    0x3201,
    0x1880,
    ...(floats ? VADD : [0xBF00, 0xBF00]),
    SUBS_R3,
  ];
  assertEquals(body.length, 8);
  b.code(
    MAIN,
    ...stack,
    ...(floats ? [...VMOV, ...VSUB] : []),
    ...load(1, 1664525),
    ...load(2, 1013904223),
    ...load(3, 500),
    movs(0, 7),
    ...body,
    BNE_BACK,
    0xE7FE,
  );
  for (let n = 16; n < 16 + IRQS; n++) {
    const clobber = [movs(0, n), movs(1, 0), movs(2, 1), 0x4088, ADC, adds(3, 200), 0xF04F, 0x0C77];
    b.code(handler(n), ...clobber, ...(n % 3 === 0 ? [...VMOV, ...VADD] : []), BX_LR);
  }
  b.start();
  b.set(CPACR, 0xF0_0000);
  return b;
}

const outcome = (b: Bench, floats: boolean): unknown[] => {
  const s = b.core.state;
  return [
    [...s.r].slice(0, 13),
    s.r[14],
    b.sp,
    s.ipsr,
    s.control,
    ...(floats ? s.s.slice(0, 2) : []),
    s.n,
    s.z,
    s.c,
    s.v,
  ];
};
const atEnd = (b: Bench): boolean =>
  b.ipsr === 0 && b.core.state.r[3] === 0 && b.peek16(b.pc) === 0xE7FE;

/** xorshift */
function random(seed: number): (below: number) => number {
  let x = seed | 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

for (const floats of [false, true]) {
  for (const process of [false, true]) {
    Deno.test(`storm of interrupts: ${floats ? "floats" : "no floats"}, ${process ? "PSP" : "MSP"}`, () => {
      const calm = program(floats, process);
      calm.run(20_000);
      assert(atEnd(calm));
      for (let seed = 1; seed <= 12; seed++) {
        const next = random(seed * 7919);
        const b = program(floats, process);
        b.set(0xE000_E100, 0xFFFF);
        b.set(0xE000_ED0C, 0x05FA_0000 | (next(8) << 8));
        for (let i = 0; i < IRQS; i++) b.set(0xE000_E400 + i, next(16) << 4, 1);
        for (let i = 0; i < 3000 && !atEnd(b); i++) {
          if (next(3) === 0) b.core.interrupt(next(IRQS));
          b.run(1 + next(12));
        }
        b.run(20_000);
        assert(b.core.cycles > calm.core.cycles);
        assertEquals(outcome(b, floats), outcome(calm, floats), `seed ${seed}`);
      }
    });
  }
}
