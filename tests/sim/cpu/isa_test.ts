import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encodings } from "../../../src/sim/cpu/encodings.ts";
import { shapes } from "../../../src/sim/cpu/decode.ts";
import { newRegisters } from "../../support/unicorn.ts";
import { CODE, Machine, RAM } from "./oracle_machine.ts";
import { arrange, changes, type Vectors } from "./oracle_vectors.ts";
import vectors from "./isa_vectors.json" with { type: "json" };

const recorded = vectors as unknown as Vectors;

/** A machine about to execute `halves`, and what its registers are. */
function machine(
  halves: readonly number[],
  registers: Readonly<Record<number, number>> = {},
): Machine {
  const m = new Machine();
  m.put(CODE, halves);
  m.state.r[13] = RAM + 0x2000;
  for (const [n, value] of Object.entries(registers)) m.state.r[Number(n)] = value;
  m.state.r[15] = CODE;
  return m;
}
/** Rows that the tests below execute by hand: their meaning lies in the system, or in what comes after. */
const byHand = new Map<string, () => void>();
const row = (name: string, act: () => void): void => {
  byHand.set(name, act);
};
/** Executes once; what was asked of the system. */
function asks(
  halves: readonly number[],
  registers: Readonly<Record<number, number>> = {},
): string[] {
  const m = machine(halves, registers);
  assertEquals(m.step(), undefined);
  assertEquals(m.state.r[15], CODE + 2 * halves.length);
  return m.system.calls;
}

row("SVC T1", () => assertEquals(asks([0xDF2A]), ["supervisorCall 42"]));
row("BKPT T1", () => {
  const m = machine([0xBEAB]);
  m.step();
  assertEquals([m.system.calls, m.state.r[15]], [["breakpoint 171"], CODE]);
});
row("UDF T1", () => {
  const m = machine([0xDE00]);
  assertEquals([m.step(), m.state.r[15]], ["UNDEFINSTR", CODE]);
});
row("UDF T2", () => assertEquals(machine([0xF7F0, 0xA000]).step(), "UNDEFINSTR"));
row("WFI T1", () => assertEquals(asks([0xBF30]), ["waitForInterrupt"]));
row("WFI T2", () => assertEquals(asks([0xF3AF, 0x8003]), ["waitForInterrupt"]));
row("WFE T1", () => assertEquals(asks([0xBF20]), ["waitForEvent"]));
row("WFE T2", () => assertEquals(asks([0xF3AF, 0x8002]), ["waitForEvent"]));
row("SEV T1", () => assertEquals(asks([0xBF40]), ["sendEvent"]));
row("SEV T2", () => assertEquals(asks([0xF3AF, 0x8004]), ["sendEvent"]));
row("YIELD T1", () => assertEquals(asks([0xBF10]), []));
row("YIELD T2", () => assertEquals(asks([0xF3AF, 0x8001]), []));
row("hint T1, unallocated", () => assertEquals(asks([0xBF70]), []));
row("hint T2, unallocated", () => assertEquals(asks([0xF3AF, 0x8014]), []));
row("DBG T1", () => assertEquals(asks([0xF3AF, 0x80F5]), []));
row("CLREX T1", () => assertEquals(asks([0xF3BF, 0x8F2F]), ["clearExclusive"]));
row("CPS T1", () => {
  assertEquals(asks([0xB672]), ["CPSID i"]);
  assertEquals(asks([0xB661]), ["CPSIE f"]);
  assertEquals(asks([0xB673]), ["CPSID if"]);
});
row("MSR T1", () => {
  assertEquals(asks([0xF381, 0x8811], { 1: 0x55 }), ["writeSpecial 17 2"]); // MSR BASEPRI, r1
});
row("MRS T1", () => {
  const m = machine([0xF3EF, 0x8214]); // MRS r2, CONTROL
  m.system.special.set(20, 0xFFFF_FFF3);
  m.step();
  assertEquals(m.state.r[2]! >>> 0, 0xFFFF_FFF3);
});
row("coprocessor operation", () => {
  assertEquals(machine([0xEE11, 0x0F10]).step(), "NOCP"); // MRC p15
});
row("coprocessor load, store or move", () => {
  assertEquals(machine([0xED90, 0x0500]).step(), "NOCP"); // LDC p5
});
row("floating-point operation, undefined", () => {
  assertEquals(machine([0xEE30, 0x0B01]).step(), "UNDEFINSTR"); // VADD.F64: no double precision here
  const off = machine([0xEE30, 0x0B01]);
  off.system.fpuOff = true;
  assertEquals(off.step(), "NOCP");
});
row("floating-point load or store, undefined", () => {
  assertEquals(machine([0xEDD0, 0x0B00]).step(), "UNDEFINSTR"); // VLDR d16
});
row("IT T1", () => {
  // ITTE EQ; MOVEQ r0, #1; ADDEQ r0, r0, #2; MOVNE r0, #9
  const program = [0xBF06, 0x2001, 0x3002, 0x2009];
  for (const z of [1, 0]) {
    const m = machine(program, { 0: 0x80 });
    m.state.z = z;
    m.state.c = 1;
    const its: number[] = [];
    for (let i = 0; i < 4; i++) {
      m.step();
      its.push(m.state.it);
    }
    assertEquals(its, [0x06, 0x0C, 0x18, 0]);
    assertEquals([m.state.r[0], m.state.z, m.state.c], [z === 1 ? 3 : 9, z, 1]); // no flags in IT
    assertEquals(m.state.r[15], CODE + 8);
  }
});

Deno.test("instructions of the system, one by one", async (t) => {
  for (const [name, act] of byHand) await t.step(name, act);
});

Deno.test("recorded answers of Unicorn, every row", () => {
  const m = new Machine();
  const after = newRegisters();
  for (const shape of shapes) {
    for (const [word, seed, expected] of recorded[shape.row.name] ?? []) {
      for (const fast of [true, false]) {
        m.fast = fast;
        const before = arrange(m, shape, word, seed);
        const ram = m.ram.slice();
        m.step();
        m.get(after);
        assertEquals(
          changes(before, after, ram, m.ram),
          [...expected],
          `${shape.row.name}, ${word.toString(16)} with seed ${seed}`,
        );
      }
    }
  }
});

Deno.test("no row of the table is without a test", () => {
  const missing = encodings.filter((r) =>
    !byHand.has(r.name) && (recorded[r.name]?.length ?? 0) === 0
  );
  assertEquals(missing.map((r) => r.name), []);
});

// ── flags, against arithmetic that has no 32-bit limit

const word = fc.oneof(
  fc.integer({ min: -0x8000_0000, max: 0x7FFF_FFFF }),
  fc.constantFrom(0, 1, -1, 0x7FFF_FFFF, -0x8000_0000),
);
interface Sum {
  readonly result: number;
  readonly nzcv: readonly number[];
}
/** AddWithCarry() of the manual, §A2.2.1, word for word. */
function addWithCarry(x: number, y: number, carry: number): Sum {
  const unsigned = BigInt(x >>> 0) + BigInt(y >>> 0) + BigInt(carry);
  const signed = BigInt(x | 0) + BigInt(y | 0) + BigInt(carry);
  const result = Number(BigInt.asIntN(32, unsigned));
  return {
    result,
    nzcv: [
      result < 0 ? 1 : 0,
      result === 0 ? 1 : 0,
      BigInt.asUintN(32, unsigned) === unsigned ? 0 : 1,
      BigInt.asIntN(32, signed) === signed ? 0 : 1,
    ],
  };
}
const sums: readonly [
  name: string,
  halves: readonly number[],
  of: (a: number, b: number, c: number) => Sum,
][] = [
  ["ADDS T1", [0x1888], (a, b) => addWithCarry(a, b, 0)],
  ["SUBS T1", [0x1A88], (a, b) => addWithCarry(a, ~b, 1)],
  ["CMP T1", [0x4291], (a, b) => addWithCarry(a, ~b, 1)],
  ["CMN T1", [0x42D1], (a, b) => addWithCarry(a, b, 0)],
  ["ADCS T2", [0xEB51, 0x0002], (a, b, c) => addWithCarry(a, b, c)],
  ["SBCS T2", [0xEB71, 0x0002], (a, b, c) => addWithCarry(a, ~b, c)],
  ["RSBS T1", [0xEBD1, 0x0002], (a, b) => addWithCarry(~a, b, 1)],
  ["NEGS T1", [0x4248], (a) => addWithCarry(~a, 0, 1)],
];
Deno.test("flags of sums and differences are those of the manual's AddWithCarry", () => {
  for (const threshold of [Infinity, 0]) {
    for (const [name, halves, of] of sums) {
      const m = machine([...halves, 0xBE00]);
      m.cache.threshold = threshold;
      fc.assert(fc.property(word, word, fc.integer({ min: 0, max: 1 }), (a, b, c) => {
        const s = m.state;
        s.r[1] = a;
        s.r[2] = b;
        s.c = c;
        s.r[15] = CODE;
        s.attention = 0;
        m.run(100);
        const { result, nzcv } = of(a, b, c);
        assertEquals([s.n, s.z, s.c, s.v], [...nzcv], name);
        if (!name.startsWith("CM")) assertEquals(s.r[0], result, name);
      }));
    }
  }
});

Deno.test("64-bit products and sums are exact", () => {
  const forms: readonly [
    second: number,
    half: number,
    of: (n: bigint, m: bigint, acc: bigint) => bigint,
  ][] = [
    [0x0100, 0xFBA2, (n, m) => BigInt.asUintN(32, n) * BigInt.asUintN(32, m)], // UMULL r0, r1, r2, r3
    [0x0100, 0xFB82, (n, m) => n * m],
    [0x0100, 0xFBE2, (n, m, a) => BigInt.asUintN(32, n) * BigInt.asUintN(32, m) + a],
    [0x0100, 0xFBC2, (n, m, a) => n * m + a],
    [
      0x0160,
      0xFBE2,
      (n, m, a) =>
        BigInt.asUintN(32, n) * BigInt.asUintN(32, m) + BigInt.asUintN(32, a) +
        BigInt.asUintN(32, a >> 32n),
    ],
  ];
  for (const [second, half, of] of forms) {
    const m = machine([half, second | 3]);
    fc.assert(fc.property(word, word, word, word, (n, x, low, high) => {
      const s = m.state;
      s.r.set([low, high, n, x]);
      s.r[15] = CODE;
      m.step();
      const sum = (BigInt(high) << 32n) | BigInt(low >>> 0);
      const expected = BigInt.asUintN(64, of(BigInt(n), BigInt(x), sum));
      const got = (BigInt(s.r[1]! >>> 0) << 32n) | BigInt(s.r[0]! >>> 0);
      assertEquals(got, expected);
    }));
  }
});

// ── faults

Deno.test("a fault leaves registers and PC as they were", () => {
  const outside = RAM + 0x4000;
  const cases: readonly [name: string, halves: number[], base: number, fault: string][] = [
    ["LDMIA r1!, {r2-r5}", [0xC93C], outside - 8, "PRECISERR"],
    ["LDMDB r1!, {r2-r5}", [0xE931, 0x003C], RAM + 8, "PRECISERR"],
    ["STMIA r1!, {r2-r5}", [0xC13C], outside - 8, "PRECISERR"],
    ["LDRD r2, r3, [r1], #8", [0xE8F1, 0x2302], outside - 4, "PRECISERR"],
    ["LDRD unaligned", [0xE9D1, 0x2300], RAM + 2, "UNALIGNED"],
    ["LDM unaligned", [0xC90C], RAM + 1, "UNALIGNED"],
    ["STM unaligned", [0xC10C], RAM + 1, "UNALIGNED"],
    ["LDREX unaligned", [0xE851, 0x2F00], RAM + 2, "UNALIGNED"],
    ["STREXH unaligned", [0xE8C1, 0x3F52], RAM + 1, "UNALIGNED"],
    ["VLDR unaligned", [0xED91, 0x0A00], RAM + 2, "UNALIGNED"],
    ["VLDMIA r1!, {s0-s3}", [0xECB1, 0x0A04], outside - 8, "PRECISERR"],
    ["LDR r2, [r1], #4", [0xF851, 0x2B04], outside, "PRECISERR"],
    ["LDR r2, [r1, #4]!", [0xF851, 0x2F04], outside, "PRECISERR"],
    ["STR r2, [r1], #4", [0xF841, 0x2B04], outside, "PRECISERR"],
    ["LDRB r2, [r1]", [0x780A], outside, "PRECISERR"],
    ["STRH r2, [r1]", [0x800A], outside, "PRECISERR"],
  ];
  for (const threshold of [Infinity, 0]) {
    for (const [name, halves, base, fault] of cases) {
      const m = machine([0x3701, ...halves], { 1: base, 2: 2, 3: 3, 4: 4, 5: 5, 7: 0 });
      m.cache.threshold = threshold;
      const r = m.state.r.slice();
      const s = m.state.s.slice();
      assertEquals(m.run(1000), fault, name);
      r[7] = 1;
      r[15] = CODE + 2;
      assertEquals([...m.state.r], [...r], name);
      assertEquals([...m.state.s], [...s], name);
      assertEquals(m.state.cycles, 1, name);
    }
  }
});

Deno.test("unaligned words and halfwords are one access each, plain or not", () => {
  for (const fast of [true, false]) {
    const m = machine([0x680A, 0x884B], { 1: RAM + 1 }); // LDR r2, [r1]; LDRH r3, [r1, #2]
    m.fast = fast;
    m.ram.set([0, 0x11, 0x22, 0x33, 0x44]);
    m.step();
    m.step();
    assertEquals([m.state.r[2], m.state.r[3]], [0x4433_2211, 0x4433]);
  }
});

Deno.test("division by zero gives 0, or a fault when CCR asks for it", () => {
  const m = machine([0xFB91, 0xF0F2], { 0: 5, 1: 7, 2: 0 }); // SDIV r0, r1, r2
  m.system.trapDivideByZero = true;
  assertEquals([m.step(), m.state.r[0], m.state.r[15]], ["DIVBYZERO", 5, CODE]);
  m.system.trapDivideByZero = false;
  assertEquals([m.step(), m.state.r[0]], [undefined, 0]);
});

Deno.test("T clear faults at the next instruction", () => {
  const m = machine([0x4708], { 1: CODE + 0x10 }); // BX r1 without bit 0
  assertEquals(m.step(), undefined);
  assertEquals([m.state.t, m.state.r[15]], [0, CODE + 0x10]);
  assertEquals([m.step(), m.run(10)], ["INVSTATE", "INVSTATE"]);
});

Deno.test("the floating-point unit may be off", () => {
  for (const halves of [[0xEE30, 0x0A20], [0xED91, 0x0A00], [0xEEF1, 0x0A10], [0xFE00, 0x0A00]]) {
    const m = machine(halves, { 1: RAM });
    m.system.fpuOff = true;
    assertEquals(m.step(), "NOCP");
  }
});

Deno.test("instructions outside plain memory are fetched through the system", () => {
  const m = machine([]);
  m.state.r[15] = 0x4000_0000;
  assertEquals(m.step(), "IBUSERR");
  assertEquals(m.run(10), "IBUSERR");
  m.put(CODE, [0x2005]);
  m.state.r[15] = CODE;
  m.fast = false;
  m.step();
  assertEquals(m.state.r[0], 5);
});

// ── jumps that are more than jumps

Deno.test("an exception return is one only in Handler mode, after SP has moved", () => {
  for (const ipsr of [0, 3]) {
    const m = machine([0xBD00]); // POP {pc}
    m.state.ipsr = ipsr;
    m.ram.set([0xF9, 0xFF, 0xFF, 0xFF], 0x2000);
    m.step();
    assertEquals(m.state.r[13], RAM + 0x2004);
    assertEquals(m.system.calls, ipsr === 0 ? [] : ["exceptionReturn fffffff9"]);
    assertEquals(m.state.r[15]! >>> 0, ipsr === 0 ? 0xFFFF_FFF8 : CODE + 0x100);
  }
});

Deno.test("in an IT block: BKPT stops always, a fault keeps ITSTATE, a return brings its own", () => {
  const bkpt = machine([0xBF08, 0xBE01]); // IT EQ
  bkpt.state.z = 0;
  bkpt.step();
  bkpt.step();
  assertEquals([bkpt.system.calls, bkpt.state.it, bkpt.state.r[15]], [
    ["breakpoint 1"],
    8,
    CODE + 2,
  ]);

  for (const threshold of [Infinity, 0]) {
    const fault = machine([0xBF04, 0x6808, 0x2001], { 1: 0 }); // ITT EQ; LDREQ r0, [r1]; MOVEQ r0, #1
    fault.cache.threshold = threshold;
    fault.state.z = 1;
    fault.state.r[1] = 0x1000_0000;
    assertEquals(fault.run(1000), "PRECISERR");
    assertEquals([fault.state.it, fault.state.r[15]], [4, CODE + 2]);

    const back = machine([0xBF08, 0x4770], { 14: 0xFFFF_FFF9 }); // IT EQ; BXEQ lr
    back.cache.threshold = threshold;
    back.state.z = 1;
    back.state.ipsr = 3;
    back.put(CODE + 0x100, [0xBE00]);
    back.run(1000);
    assertEquals(back.system.calls, ["exceptionReturn fffffff9", "breakpoint 0"]);
  }
});

Deno.test("SP never holds an address that is not a multiple of 4", () => {
  // MOV sp, r1; ADD sp, r1; ADD.W sp, sp, #1; LDR sp, [r2]; SUB.W sp, sp, r1; LDR r3, [sp], #1
  const programs = [[0x468D], [0x448D], [0xF10D, 0x0D01], [0xF8D2, 0xD000], [0xEBAD, 0x0D01], [
    0xF85D,
    0x3B01,
  ]];
  for (const halves of programs) {
    const m = machine(halves, { 1: 7, 2: RAM });
    m.ram[0] = 0x23;
    assertEquals(m.step(), undefined);
    assertEquals(m.state.r[13]! & 3, 0);
  }
});

Deno.test("LDREX and STREX are a pair", () => {
  const m = machine([0xE851, 0x2F01, 0xE841, 0x3001, 0xE841, 0x3001], { 1: RAM, 3: 0x1234 });
  m.ram[4] = 0x77;
  m.step(); // LDREX r2, [r1, #4]
  assertEquals(m.state.r[2], 0x77);
  m.step(); // STREX r0, r3, [r1, #4]
  assertEquals([m.state.r[0], m.ram[4], m.ram[5]], [0, 0x34, 0x12]);
  m.step(); // again, without LDREX
  assertEquals(m.state.r[0], 1);
});

Deno.test("unprivileged loads and stores go to the system that has them", () => {
  const m = machine([0xF851, 0x2E04, 0xF841, 0x2E08, 0xF911, 0x2E00], { 1: RAM }); // LDRT, STRT, LDRSBT
  const seen: string[] = [];
  Object.assign(m.system, {
    loadUnprivileged: (at: number, width: number) => {
      seen.push(`load ${at - RAM} ${width}`);
      return 0x80;
    },
    storeUnprivileged: (at: number, width: number, value: number) =>
      seen.push(`store ${at - RAM} ${width} ${value}`),
  });
  m.step();
  m.step();
  m.step();
  assertEquals(seen, ["load 4 4", "store 8 4 128", "load 0 1"]);
  assertEquals(m.state.r[2], -128);
});

Deno.test("cycles: 1, more for loads, multiples, divisions and taken branches", () => {
  const cycles = (halves: number[], registers: Readonly<Record<number, number>> = {}) => {
    const m = machine(halves, { 1: RAM, 2: 3, ...registers });
    m.step();
    return m.state.cycles;
  };
  assertEquals(cycles([0x1888]), 1);
  assertEquals(cycles([0x6808]), 2); // LDR
  assertEquals(cycles([0x6008]), 1); // STR
  assertEquals(cycles([0xC90C]), 3); // LDM, two registers
  assertEquals(cycles([0xFB91, 0xF0F2]), 7); // SDIV
  assertEquals(cycles([0xE7FE]), 2); // B
  assertEquals(cycles([0xD1FE]), 2); // BNE, taken
  assertEquals(cycles([0xD0FE]), 1); // BEQ, not taken
  assertEquals(cycles([0xEE80, 0x0A20]), 14); // VDIV
});

Deno.test("FPSCR holds only the bits that exist, and gives its flags to APSR", () => {
  const m = machine([0xEEE1, 0x0A10, 0xEEF1, 0x1A10, 0xEEF1, 0xFA10], { 0: -1 }); // VMSR, VMRS r1, VMRS APSR
  m.step();
  m.step();
  m.step();
  assertEquals(m.state.r[1]! >>> 0, 0xF7C0_009F);
  assertEquals([m.state.n, m.state.z, m.state.c, m.state.v], [1, 1, 1, 1]);
});

Deno.test("fixed point becomes float by rounding to nearest, whatever FPSCR says", () => {
  for (const mode of [0, 1, 2, 3]) {
    const m = machine([0xEEBA, 0x0ACF]); // VCVT.F32.S32 s0, s0, #2
    m.state.fpscr = mode << 22;
    m.state.s[0] = 0x0100_0001;
    m.step();
    assertEquals(m.state.s[0], 0x4A80_0000);
    assert((m.state.fpscr & 0x10) !== 0);
  }
});
