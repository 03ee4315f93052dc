/** Entry, return, priorities, faults. Section numbers are of ARM DDI 0403 (ARMv7-M). */
import { assertEquals } from "@std/assert";
import { BusError, BusStall } from "../../../src/sim/contracts.ts";
import { msp, psp } from "../../../src/sim/cpu/system/registers.ts";
import {
  adds,
  Bench,
  BFAR,
  BX_LR,
  CCR,
  CFSR,
  CPACR,
  CPSID_F,
  CPSID_I,
  CPSIE_I,
  DEVICE,
  FLASH,
  FPCCR,
  handler,
  HFSR,
  ICSR,
  ldr,
  load,
  MAIN,
  MMFAR,
  movs,
  mrs,
  msr,
  NOP,
  RAM,
  SCR,
  SHCSR,
  str,
  svc,
  VTOR,
  WFE,
  WFI,
} from "./system_bench.ts";

const ISER = 0xE000_E100;
const ISPR = 0xE000_E200;
const IPR = 0xE000_E400;
const SHPR2 = 0xE000_ED1C;
const UDF = 0xDE00;
const FAULTS_ON = 7 << 16;
const FORCED = 0x4000_0000;
const NOWHERE = 0x9000_0000;

Deno.test("§B1.5.6: eight words are stacked, from r0 up; LR says how to return", () => {
  const b = new Bench().vectors().code(
    MAIN,
    movs(0, 1),
    movs(1, 2),
    movs(2, 3),
    movs(3, 4),
    svc(0),
    NOP,
  );
  b.start();
  b.core.state.r[12] = 0x12;
  b.run(10);
  assertEquals(b.ipsr, 11);
  assertEquals(b.sp, RAM + 0x8000 - 32);
  const frame = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => b.at(b.sp + 4 * i));
  assertEquals(frame, [1, 2, 3, 4, 0x12, 0xFFFF_FFFF, MAIN + 10, 0x0100_0000]);
  assertEquals(b.core.state.r[14]! >>> 0, 0xFFFF_FFF9);
  assertEquals(b.pc, handler(11));
});

Deno.test("§B1.5.7: an odd stack is aligned to 8 bytes, xPSR bit 9 remembers it, return undoes it", () => {
  const b = new Bench().vectors().word(FLASH, RAM + 0x8004);
  b.code(MAIN, svc(0), NOP, 0xE7FE).code(handler(11), BX_LR).start();
  b.run(2);
  assertEquals(b.sp, RAM + 0x8000 - 32);
  assertEquals(b.at(b.sp + 28), 0x0100_0200);
  b.run(60);
  assertEquals([b.sp, b.ipsr, b.pc], [RAM + 0x8004, 0, MAIN + 4]);
});

Deno.test("§B1.5.8: flags and ITSTATE come back", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 0), 0xBF08, svc(0), movs(1, 1), 0xE7FE);
  b.code(handler(11), movs(0, 1), BX_LR).start(); // IT EQ; SVC
  b.run(2);
  assertEquals(b.ipsr, 0);
  b.run(100);
  assertEquals([b.core.state.z, b.core.state.it, b.core.state.r[1]], [0, 0, 1]);
});

Deno.test("§B1.4: PSP in Thread mode, MSP in handlers, EXC_RETURN FFFFFFFD", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(0, RAM + 0x4000), ...msr(9, 0), movs(0, 2), ...msr(20, 0), svc(0), 0xE7FE);
  b.code(handler(11), 0xE7FE).start();
  b.run(40);
  const s = b.core.state;
  assertEquals([s.ipsr, s.r[14]! >>> 0], [11, 0xFFFF_FFFD]);
  assertEquals([msp(s), psp(s)], [RAM + 0x8000, RAM + 0x4000 - 32]);
  assertEquals(b.sp, RAM + 0x8000);
  b.code(handler(11), BX_LR);
  b.run(40);
  assertEquals([s.ipsr, b.sp, msp(s)], [0, RAM + 0x4000, RAM + 0x8000]);
});

Deno.test("§B1.5.4: only a higher group priority pre-empts; the subpriority orders", () => {
  const b = new Bench().vectors().start();
  b.set(0xE000_ED0C, 0x05FA_0500); // two bits of group
  b.set(IPR, 0x40_50_20_60); // irq 0: 60, 1: 20, 2: 50, 3: 40
  b.set(ISER, 15);
  b.core.interrupt(0);
  b.run(5);
  assertEquals(b.ipsr, 16);
  b.core.interrupt(2);
  b.core.interrupt(3);
  b.run(5);
  assertEquals(b.ipsr, 16, "40, 50 and 60 are one group");
  b.core.interrupt(1);
  b.run(5);
  assertEquals(b.ipsr, 17);
  b.code(handler(17), BX_LR).code(handler(16), BX_LR);
  b.run(60);
  assertEquals(b.ipsr, 19, "40 before 50");
});

Deno.test("§B1.5.10: a handler's return goes straight to the next one, on the same frame", () => {
  const b = new Bench().vectors().code(handler(16), BX_LR).start();
  b.set(ISER, 3);
  b.core.interrupt(0);
  b.core.interrupt(1);
  b.run(1);
  assertEquals(b.ipsr, 16);
  b.bus.ram.fill(0xAA, 0x7FE0, 0x8000); // a second stacking would show
  b.run(30);
  assertEquals([b.ipsr, b.sp, b.at(b.sp)], [17, RAM + 0x8000 - 32, 0xAAAA_AAAA]);
  assertEquals(b.core.state.r[14]! >>> 0, 0xFFFF_FFF9);
});

Deno.test("§B1.5.11: one that comes first is entered in place of the one that was to be", () => {
  const b = new Bench().vectors().start();
  b.set(IPR, 0x20_40);
  b.set(ISER, 3);
  b.core.interrupt(0);
  b.core.interrupt(1);
  b.run(1);
  assertEquals(b.ipsr, 17);
  assertEquals(b.peek(ISPR), 1);
});

Deno.test("PRIMASK, BASEPRI and FAULTMASK hold back what they say. §B1.4.3", () => {
  const b = new Bench().vectors().code(MAIN, CPSID_I, NOP, CPSIE_I, 0xE7FE).start();
  b.set(ISER, 1);
  b.run(1);
  b.core.interrupt(0);
  b.run(1);
  assertEquals(b.ipsr, 0);
  b.run(2);
  assertEquals(b.ipsr, 16, "before the next instruction after CPSIE");
  const masked = (value: number) => {
    const c = new Bench().vectors().start();
    c.set(IPR, 0x40);
    c.set(ISER, 1);
    c.core.state.basepri = value;
    c.core.interrupt(0);
    c.run(2);
    return c.ipsr;
  };
  assertEquals([masked(0x40), masked(0x50), masked(0)], [0, 16, 16]);
});

Deno.test("§B5.2: FAULTMASK ends with the handler, unless that is NMI's; it cannot be set below −1", () => {
  const b = new Bench().vectors().code(handler(16), CPSID_F, BX_LR).start();
  b.set(ISER, 1);
  b.core.interrupt(0);
  b.run(40);
  assertEquals([b.ipsr, b.core.state.faultmask], [0, 0]);
  const nmi = new Bench().vectors().code(handler(2), CPSID_F, movs(0, 1), 0xE7FE).start();
  nmi.set(ICSR, 0x8000_0000);
  nmi.run(40);
  assertEquals([nmi.ipsr, nmi.core.state.faultmask, nmi.core.state.r[0]], [2, 0, 1]);
});

/** A program whose last instruction faults; gives [exception, CFSR, HFSR, stacked PC]. */
function faulting(prepare: (b: Bench) => void, ...code: number[]): number[] {
  const b = new Bench().vectors();
  b.code(MAIN, ...code).start();
  b.set(SHCSR, FAULTS_ON);
  prepare(b);
  b.run(60);
  return [b.ipsr, b.peek(CFSR), b.peek(HFSR), b.at(b.sp + 24)];
}
const nothing = (): void => {};

Deno.test("§B1.5.14: each fault has its bit and its exception, and the PC is the instruction's", () => {
  assertEquals(faulting(nothing, UDF), [6, 1 << 16, 0, MAIN], "UNDEFINSTR");
  const even = load(0, MAIN);
  assertEquals(faulting(nothing, ...even, 0x4700), [6, 1 << 17, 0, MAIN], "INVSTATE");
  assertEquals(faulting(nothing, 0xEE30, 0x0A20), [6, 1 << 19, 0, MAIN], "NOCP");
  const trap = (b: Bench) => b.set(CCR, 0x18);
  const odd = load(1, RAM + 1);
  assertEquals(faulting(trap, ...odd, ldr(0, 1)), [6, 1 << 24, 0, MAIN + 8], "UNALIGNED");
  assertEquals(faulting(nothing, ...odd, 0xE891, 0x0005), [6, 1 << 24, 0, MAIN + 8], "LDM");
  assertEquals(faulting(trap, 0xFB90, 0xF0F1), [6, 1 << 25, 0, MAIN], "DIVBYZERO");
  const far = load(1, NOWHERE);
  assertEquals(faulting(nothing, ...far, ldr(0, 1)), [5, 0x8200, 0, MAIN + 8], "PRECISERR");
  const away = load(1, NOWHERE | 1);
  assertEquals(faulting(nothing, ...away, 0x4708), [5, 0x100, 0, NOWHERE], "IBUSERR");
  const xn = load(1, DEVICE | 1);
  assertEquals(faulting(nothing, ...xn, 0x4708), [4, 1, 0, DEVICE], "IACCVIOL, no address");
});

Deno.test("Device memory faults when unaligned, whatever CCR says. Cortex-M7 TRM, §A3.2.1", () => {
  const odd = load(1, DEVICE + 1);
  assertEquals(faulting(nothing, ...odd, ldr(0, 1)), [6, 1 << 24, 0, MAIN + 8]);
});

Deno.test("PM0253 §2.5.3: a store's bus error is imprecise; it does not lock up in HardFault", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, NOWHERE), str(0, 1), 0xE7FE).start();
  b.set(SHCSR, FAULTS_ON);
  b.run(20);
  assertEquals([b.ipsr, b.peek(CFSR), b.at(b.sp + 24)], [5, 0x400, MAIN + 10]);
  assertEquals(b.peek(0xE000_EFA8), 8, "ABFSR: AXIM");
  b.set(0xE000_EFA8, 0);
  assertEquals(b.peek(0xE000_EFA8), 0);
  const hard = new Bench().vectors();
  hard.code(MAIN, UDF).code(handler(3), ...load(1, NOWHERE), str(0, 1), 0xE7FE).start();
  hard.run(40);
  assertEquals([hard.ipsr, hard.core.lockedUp], [3, false]);
});

Deno.test("§B1.5.14: disabled or masked faults become HardFault, FORCED", () => {
  assertEquals(faulting((b) => b.set(SHCSR, 0), UDF), [3, 1 << 16, FORCED, MAIN]);
  assertEquals(faulting(nothing, CPSID_I, UDF), [3, 1 << 16, FORCED, MAIN + 2], "PRIMASK");
  const b = new Bench().vectors().code(MAIN, CPSID_I, svc(1), NOP).start();
  b.run(30);
  assertEquals([b.ipsr, b.peek(HFSR)], [3, FORCED]);
  assertEquals(b.at(b.sp + 24), MAIN + 4, "SVC: behind it");
});

Deno.test("§B3.2.15: BFAR and MMFAR keep their address until the valid bit is cleared", () => {
  const b = new Bench().vectors().code(MAIN, ...load(1, NOWHERE + 8), ldr(0, 1, 4)).start();
  b.run(30);
  assertEquals([b.peek(CFSR), b.peek(BFAR)], [0x8200, NOWHERE + 12]);
  b.set(CFSR, 0x8000);
  assertEquals(b.peek(CFSR), 0x200);
  b.set(CFSR + 1, 0x02, 1);
  assertEquals(b.peek(CFSR), 0, "by bytes, too");
  b.set(HFSR, FORCED);
  assertEquals(b.peek(HFSR), 0);
  b.set(BFAR, 5);
  b.set(MMFAR, 6);
  b.set(0xE000_ED3C, 7);
  assertEquals([b.peek(BFAR), b.peek(MMFAR), b.peek(0xE000_ED3C)], [5, 6, 0]);
});

Deno.test("CCR.BFHFNMIGN: data bus errors do not count at negative priority. §B3.2.8", () => {
  const b = new Bench().vectors();
  b.code(MAIN, UDF).code(handler(3), ...load(1, NOWHERE), ldr(0, 1), str(0, 1), 0xE7FE).start();
  b.set(CCR, 0x100);
  b.run(60);
  assertEquals([b.ipsr, b.pc, b.core.lockedUp], [3, handler(3) + 12, false]);
  assertEquals(b.peek(CFSR), 1 << 16);
});

Deno.test("§B1.5.6: an error while stacking is STKERR, and SP moves all the same", () => {
  const b = new Bench().vectors().word(FLASH, NOWHERE + 0x100).start();
  b.set(SHCSR, FAULTS_ON);
  b.set(SHPR2, 0x8000_0000);
  b.set(0xE000_ED18, 0x0000_4000);
  b.set(ISER, 1);
  b.set(IPR, 0x60);
  b.core.interrupt(0);
  b.run(1);
  assertEquals([b.ipsr, b.peek(CFSR)], [5, 0x1000], "the derived BusFault comes first");
  assertEquals(b.peek(ISPR), 1, "the interrupt waits");
  assertEquals(b.sp, NOWHERE + 0x100 - 32);
  const low = new Bench().vectors().word(FLASH, NOWHERE + 0x100).start();
  low.set(SHCSR, FAULTS_ON);
  low.set(0xE000_ED18, 0x0000_8000);
  low.set(ISER, 1);
  low.set(IPR, 0x60);
  low.core.interrupt(0);
  low.run(1);
  assertEquals([low.ipsr, low.peek(SHCSR) & (1 << 14)], [16, 1 << 14], "less urgent: it waits");
});

Deno.test("§B1.5.8: an error while unstacking is UNSTKERR, on the frame that stays", () => {
  const b = new Bench().vectors().code(MAIN, svc(0), NOP).start();
  b.set(SHCSR, FAULTS_ON);
  b.run(20);
  b.core.state.r[13] = NOWHERE;
  b.code(handler(11), BX_LR);
  b.run(20);
  assertEquals([b.ipsr, b.peek(CFSR), b.sp], [5, 0x800, NOWHERE]);
  assertEquals(b.core.state.r[14]! >>> 0, 0xFFFF_FFF9);
  assertEquals(b.peek(SHCSR) & 0x80, 0, "SVCall is not active any more");
});

/** Returns from SVCall with an EXC_RETURN value; gives [exception, CFSR, LR]. */
function returning(value: number, prepare: (b: Bench) => void = () => {}): number[] {
  const b = new Bench().vectors().code(MAIN, svc(0), NOP, 0xE7FE);
  b.code(handler(11), ...load(0, value), 0x4700).start();
  b.set(SHCSR, FAULTS_ON);
  b.run(3);
  prepare(b);
  b.run(60);
  return [b.ipsr, b.peek(CFSR), b.core.state.r[14]! >>> 0];
}

Deno.test("§B1.5.8: EXC_RETURN is checked: INVPC", () => {
  const INVPC = 1 << 18;
  assertEquals(returning(0xFFFF_FFF9), [0, 0, 0xFFFF_FFFF]);
  for (const bad of [0xFFFF_FFF5, 0xFFFF_FFF0, 0xFFFF_FF99, 0xFFF0_FFF9]) {
    assertEquals(returning(bad), [6, INVPC, bad], bad.toString(16));
  }
  const inactive = (b: Bench) => b.set(SHCSR, FAULTS_ON); // SVCALLACT cleared
  assertEquals(returning(0xFFFF_FFF9, inactive), [6, INVPC, 0xFFFF_FFF9]);
  const nested = (b: Bench) => {
    b.set(0xE000_ED20, 0x00F0_0000); // PendSV, active too, is less urgent than UsageFault
    b.set(SHCSR, FAULTS_ON | 0x80 | 0x400);
  };
  assertEquals(returning(0xFFFF_FFF9, nested), [6, INVPC, 0xFFFF_FFF9], "not the base level");
  const allowed = (b: Bench) => {
    nested(b);
    b.set(CCR, 1); // NONBASETHRDENA
  };
  assertEquals(returning(0xFFFF_FFF9, allowed).slice(0, 2), [0, 0]);
  const wrong = (b: Bench) => b.word(b.sp + 28, 0x0100_000B); // IPSR 11 in a frame for Thread mode
  assertEquals(returning(0xFFFF_FFF9, wrong), [6, INVPC, 0xFFFF_FFF9]);
  assertEquals(returning(0xFFFF_FFF1), [6, INVPC, 0xFFFF_FFF1], "to a handler, with IPSR 0");
});

Deno.test("without an FPU a frame with floating-point registers is INVPC", () => {
  const b = new Bench({ fpu: "none" }).vectors().code(MAIN, svc(0));
  b.code(handler(11), ...load(0, 0xFFFF_FFE9), 0x4700).start();
  b.run(60);
  assertEquals([b.ipsr, b.peek(CFSR)], [3, 1 << 18]);
  b.set(CPACR, 0xF0_0000);
  b.set(FPCCR, 0xC000_0000);
  b.set(FPCCR + 4, 8);
  b.set(FPCCR + 8, 1 << 24);
  assertEquals([CPACR, FPCCR, FPCCR + 4, FPCCR + 8, FPCCR + 12].map((r) => b.peek(r)), [
    0,
    0,
    0,
    0,
    0,
  ]);
});

const VADD = [0xEE30, 0x0A20]; // vadd.f32 s0, s0, s1
const withFpu = (b: Bench): Bench => {
  b.start();
  b.set(CPACR, 0xF0_0000);
  return b;
};

Deno.test("§B1.5.7: lazy stacking reserves 26 words, and writes them when the handler needs the FPU", () => {
  const b = withFpu(new Bench().vectors().code(MAIN, ...VADD, svc(0), 0xE7FE));
  b.core.state.s[0] = 0x3F80_0000;
  b.core.state.s[15] = 0x1234_5678;
  b.run(3);
  b.run(20);
  const s = b.core.state;
  assertEquals([b.ipsr, s.r[14]! >>> 0, s.control], [11, 0xFFFF_FFE9, 0]);
  assertEquals(b.sp, RAM + 0x8000 - 104);
  assertEquals([b.peek(FPCCR), b.peek(FPCCR + 4)], [0xC000_0019, b.sp + 32]);
  assertEquals(b.at(b.sp + 32), 0, "not written yet");
  b.code(handler(11), ...VADD, BX_LR);
  s.s[1] = 0x4000_0000;
  b.run(1);
  assertEquals([b.peek(FPCCR) & 1, s.control], [0, 4]);
  assertEquals([b.at(b.sp + 32), b.at(b.sp + 32 + 60)], [0x3F80_0000, 0x1234_5678]);
  b.run(60);
  assertEquals([b.ipsr, s.s[0], s.control, b.sp], [0, 0x3F80_0000, 4, RAM + 0x8000]);
});

Deno.test("lazy stacking: a handler without floats leaves the registers where they are", () => {
  const b = withFpu(new Bench().vectors().code(MAIN, ...VADD, svc(0), 0xE7FE));
  b.code(handler(11), BX_LR);
  b.core.state.s[3] = 77;
  b.run(60);
  assertEquals([b.ipsr, b.core.state.s[3], b.peek(FPCCR) & 1], [0, 77, 0]);
});

Deno.test("FPCCR.LSPEN clear: the registers are written at once", () => {
  const b = withFpu(new Bench().vectors().code(MAIN, ...VADD, svc(0), 0xE7FE));
  b.set(FPCCR, 0x8000_0000);
  b.core.state.s[0] = 0x3F80_0000;
  b.run(20);
  assertEquals([b.ipsr, b.at(b.sp + 32), b.peek(FPCCR)], [11, 0x3F80_0000, 0x8000_0000]);
  b.core.state.s[0] = 5;
  b.code(handler(11), BX_LR);
  b.run(60);
  assertEquals(b.core.state.s[0], 0x3F80_0000);
});

Deno.test("CPACR may deny the FPU to frames, too: NOCP", () => {
  const b = withFpu(new Bench().vectors().code(MAIN, ...VADD, svc(0), 0xE7FE));
  b.set(FPCCR, 0x8000_0000);
  b.set(SHCSR, FAULTS_ON);
  b.run(1);
  b.set(CPACR, 0);
  b.run(20);
  assertEquals(
    [b.ipsr, b.peek(CFSR)],
    [6, 1 << 19],
    "before SVCall, which is less urgent by number",
  );
  const back = withFpu(new Bench().vectors().code(MAIN, ...VADD, svc(0), 0xE7FE));
  back.set(FPCCR, 0x8000_0000);
  back.set(SHCSR, FAULTS_ON);
  back.run(20);
  back.set(CPACR, 0);
  back.code(handler(11), BX_LR);
  back.run(20);
  assertEquals([back.ipsr, back.peek(CFSR)], [6, 1 << 19]);
});

Deno.test("§B1.5.7: FPSCR starts as FPDSCR; without ASPEN nothing is automatic", () => {
  const b = withFpu(new Bench().vectors().code(MAIN, ...VADD, 0xE7FE));
  b.set(0xE000_EF3C, 0x0100_0000);
  b.run(5);
  assertEquals([b.core.state.fpscr & 0x0100_0000, b.core.state.control], [0x0100_0000, 4]);
  const plain = withFpu(new Bench().vectors().code(MAIN, ...VADD, 0xE7FE));
  plain.set(FPCCR, 0);
  plain.run(5);
  assertEquals(plain.core.state.control, 0);
});

Deno.test("CPACR 1: floats are for privileged code only", () => {
  const user = [movs(0, 1), ...msr(20, 0), ...VADD];
  assertEquals(faulting((b) => b.set(CPACR, 0x50_0000), ...VADD, UDF)[1], 1 << 16);
  assertEquals(faulting((b) => b.set(CPACR, 0x50_0000), ...user)[1], 1 << 19);
});

Deno.test("§B1.5.7: a lazy store that fails is LSPERR, by what could be taken when the frame was made", () => {
  const lazy = (prepare: (b: Bench) => void) => {
    const b = withFpu(new Bench().vectors().code(MAIN, ...VADD, svc(0), 0xE7FE));
    b.code(handler(11), NOP, NOP, NOP, NOP, ...VADD, NOP, 0xE7FE);
    b.set(0xE000_ED1C, 0x8000_0000); // SVCall is less urgent than BusFault
    prepare(b);
    b.run(16);
    assertEquals(b.ipsr, 11);
    b.set(FPCCR + 4, NOWHERE);
    b.run(40);
    return b;
  };
  const ready = lazy((b) => b.set(SHCSR, FAULTS_ON));
  assertEquals([ready.ipsr, ready.peek(CFSR)], [5, 0x2000]);
  const disabled = lazy(() => {});
  assertEquals([disabled.ipsr, disabled.peek(CFSR), disabled.peek(HFSR)], [3, 0x2000, FORCED]);
});

Deno.test("§B1.5.18: WFI sleeps until something would pre-empt, PRIMASK aside", () => {
  const b = new Bench().vectors().code(MAIN, CPSID_I, WFI, movs(0, 1), 0xE7FE).start();
  b.set(ISER, 1);
  b.run(100);
  assertEquals([b.core.sleeping, b.run(100)], [true, 0]);
  b.core.interrupt(1); // not enabled
  assertEquals(b.run(100), 0);
  b.core.interrupt(0);
  b.run(3);
  assertEquals([b.core.sleeping, b.core.state.r[0], b.ipsr], [false, 1, 0]);
});

Deno.test("§B1.5.19: WFE falls through once after an event; SEVONPEND makes one of any interrupt", () => {
  const b = new Bench().vectors().code(MAIN, 0xBF40, WFE, movs(0, 1), WFE, movs(0, 2), 0xE7FE);
  b.start(); // SEV first
  b.run(20);
  assertEquals([b.core.state.r[0], b.core.sleeping], [1, true]);
  b.core.interrupt(5);
  assertEquals(b.run(20), 0);
  b.set(SCR, 0x10);
  b.core.interrupt(6);
  b.run(3);
  assertEquals([b.core.sleeping, b.core.state.r[0]], [false, 2]);
});

Deno.test("WFE is left by an interrupt that is taken; its entry is an event", () => {
  const b = new Bench().vectors().code(MAIN, WFE, movs(0, 1), WFE, movs(0, 2), 0xE7FE);
  b.code(handler(16), BX_LR).start();
  b.set(ISER, 1);
  b.run(10);
  assertEquals(b.core.sleeping, true);
  b.core.interrupt(0);
  b.run(100);
  assertEquals(b.core.state.r[0], 2);
});

Deno.test("SLEEPONEXIT: back to sleep when the last handler returns; SLEEPDEEP is the chip's to see", () => {
  const b = new Bench().vectors().code(MAIN, movs(0, 1), 0xE7FE).code(
    handler(16),
    adds(4, 1),
    BX_LR,
  );
  b.start();
  b.set(SCR, 6);
  b.set(ISER, 1);
  b.run(5);
  b.core.interrupt(0);
  b.run(100);
  assertEquals([b.core.sleeping, b.core.sleepDeep, b.core.state.r[4]], [true, true, 1]);
  b.core.interrupt(0);
  b.run(100);
  assertEquals([b.core.sleeping, b.core.state.r[4]], [true, 2]);
});

Deno.test("§B3.2.5: VTOR moves the table; a vector that cannot be read is VECTTBL", () => {
  const b = new Bench().vectors().start();
  b.word(RAM + 0x400 + 4 * 16, handler(20) | 1);
  b.set(VTOR, RAM + 0x47F);
  assertEquals(b.peek(VTOR), RAM + 0x400);
  b.set(ISER, 1);
  b.core.interrupt(0);
  b.run(2);
  assertEquals([b.ipsr, b.pc], [16, handler(20)]);
  const bad = new Bench().vectors().start();
  bad.set(VTOR, NOWHERE);
  bad.set(ISER, 1);
  bad.core.interrupt(0);
  bad.run(2);
  assertEquals([bad.core.lockedUp, bad.peek(HFSR), bad.ipsr], [true, 2, 3], "HardFault's neither");
  // only interrupt 0's vector refuses
  const half = new Bench().vectors().start();
  half.bus.windows[0]!.open = false;
  half.bus.read = (at) => {
    if (at === FLASH + 64) throw new BusError(at, "refused");
    return new DataView(half.bus.flash.buffer).getUint32(at - FLASH, true);
  };
  half.set(ISER, 1);
  half.core.interrupt(0);
  half.run(2);
  assertEquals([half.ipsr, half.peek(HFSR), half.pc], [3, 2, handler(3)]);
});

Deno.test("a vector without bit 0 is INVSTATE in the handler", () => {
  const b = new Bench().vectors().word(FLASH + 64, handler(16)).start();
  b.set(SHCSR, FAULTS_ON);
  b.set(ISER, 1);
  b.set(IPR, 0x80);
  b.core.interrupt(0);
  b.run(40);
  assertEquals([b.ipsr, b.peek(CFSR), b.at(b.sp + 24)], [6, 1 << 17, handler(16)]);
});

Deno.test("a stalled bus leaves the core before the instruction, entry or return", () => {
  const b = new Bench().vectors();
  b.code(MAIN, ...load(1, DEVICE), movs(0, 7), str(0, 1), svc(0), 0xE7FE).start();
  let stall = true;
  const write = b.bus.write.bind(b.bus);
  b.bus.write = (at, width, value, master) => {
    if (stall) throw new BusStall(123);
    write(at, width, value, master);
  };
  const stalled = () => {
    try {
      b.run(50);
    } catch (error) {
      return error instanceof BusStall ? error.until : error;
    }
    return undefined;
  };
  assertEquals([stalled(), b.pc], [123, MAIN + 10]);
  stall = false;
  const read = b.bus.read.bind(b.bus);
  b.bus.read = (at, width, master) => {
    if (at >= FLASH && at < FLASH + 0x100) throw new BusStall(456);
    if (at >= FLASH && at < FLASH + 0x10000) {
      const o = at - FLASH;
      return b.bus.flash[o]! | (b.bus.flash[o + 1]! << 8);
    }
    return read(at, width, master);
  };
  b.bus.windows[0]!.open = false;
  assertEquals([stalled(), b.pc, b.sp, b.ipsr], [456, MAIN + 14, RAM + 0x8000, 0]);
  assertEquals(b.bus.device, 7);
  b.bus.windows[0]!.open = true;
  b.run(20);
  assertEquals(b.ipsr, 11);
  b.code(handler(11), BX_LR);
  b.bus.windows[1]!.open = false;
  b.bus.read = () => {
    throw new BusStall(789);
  };
  assertEquals([stalled(), b.ipsr], [789, 11]);
  assertEquals(b.peek(SHCSR) & 0x80, 0x80, "still active");
  b.bus.windows[1]!.open = true;
  b.run(40);
  assertEquals([b.ipsr, b.pc], [0, MAIN + 14]);
});

Deno.test("§B5.2.2: MRS and MSR by number, and what privilege they need", () => {
  const b = new Bench().vectors();
  const read = [0, 1, 3, 5, 6, 8, 9, 16, 17, 18, 19, 20, 30];
  const value = (sysm: number, privileged: boolean) => {
    const c = new Bench().vectors().code(MAIN, ...mrs(0, sysm), 0xE7FE).start();
    const s = c.core.state;
    Object.assign(s, { n: 1, q: 1, ge: 5, primask: 1, basepri: 0x40, otherSp: RAM + 0x100 });
    if (!privileged) c.setControl(1);
    c.run(3);
    return s.r[0]! >>> 0;
  };
  assertEquals(read.map((r) => value(r, true)), [
    0x8805_0000,
    0x8805_0000,
    0x8805_0000,
    0,
    0,
    RAM + 0x8000,
    RAM + 0x100,
    1,
    0x40,
    0x40,
    0,
    0,
    0,
  ]);
  assertEquals(read.map((r) => value(r, false)).slice(5), [0, 0, 0, 0, 0, 0, 1, 0]);
  b.code(MAIN, ...load(0, 0xFFFF_FFFF), ...[8, 9, 16, 17, 0].flatMap((n) => msr(n, 0)), 0xE7FE);
  b.start();
  b.run(20);
  const s = b.core.state;
  assertEquals([msp(s), psp(s), s.primask, s.basepri, s.n, s.q, s.ge], [
    0xFFFF_FFFC,
    0xFFFF_FFFC,
    1,
    0xF0,
    1,
    1,
    0,
  ]);
});

Deno.test("BASEPRI_MAX only raises; CONTROL.SPSEL cannot change in a handler", () => {
  const b = new Bench().vectors();
  b.code(
    MAIN,
    movs(0, 0x40),
    ...msr(18, 0),
    movs(0, 0x80),
    ...msr(18, 0),
    movs(0, 0),
    ...msr(18, 0),
  );
  b.code(MAIN + 18, svc(0)).code(handler(11), movs(0, 3), ...msr(20, 0), 0xE7FE).start();
  b.run(7);
  assertEquals(b.core.state.basepri, 0x40);
  b.core.state.basepri = 0;
  b.run(30);
  assertEquals([b.ipsr, b.core.state.control, b.sp], [11, 1, RAM + 0x8000 - 32]);
});
