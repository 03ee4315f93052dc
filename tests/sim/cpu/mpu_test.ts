/** Protection. ARM DDI 0403 §B3.1, §B3.5 */
import { assertEquals } from "@std/assert";
import { MAY_EXECUTE, MAY_READ, MAY_WRITE } from "../../../src/sim/cpu/fast_memory.ts";
import { defaultDevice, defaultExecutable, Mpu } from "../../../src/sim/cpu/system/mpu.ts";
import {
  Bench,
  CFSR,
  FLASH,
  handler,
  ldr,
  load,
  MAIN,
  MMFAR,
  movs,
  msr,
  RAM,
  SHCSR,
  str,
} from "./system_bench.ts";

const CTRL = 0x94;
const RNR = 0x98;
const RBAR = 0x9C;
const RASR = 0xA0;
const PPB = 0xE000_E000;
const XN = 1 << 28;
const NORMAL = 2 << 16;
const R = MAY_READ;
const RW = MAY_READ | MAY_WRITE;
const X = MAY_EXECUTE;
const ap = (n: number): number => n << 24;
const size = (log2: number): number => ((log2 - 1) << 1) | 1;

function mpu(...regions: [at: number, attributes: number][]): Mpu {
  const m = new Mpu(() => {});
  regions.forEach(([at, attributes], i) => {
    m.writeRegister(RBAR, at | 0x10 | i);
    m.writeRegister(RASR, attributes);
  });
  m.writeRegister(CTRL, 1);
  return m;
}

Deno.test("Table B3-15: what each AP allows to privileged and unprivileged code", () => {
  const rights = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => {
    const m = mpu([0, ap(n) | size(12)]);
    return [m.rights(8, true), m.rights(8, false)];
  });
  assertEquals(rights, [
    [0, 0],
    [RW | X, 0],
    [RW | X, R | X],
    [RW | X, RW | X],
    [0, 0],
    [R | X, 0],
    [R | X, R | X],
    [R | X, R | X],
  ]);
  assertEquals(mpu([0, ap(3) | XN | size(12)]).rights(8, false), RW);
});

Deno.test("§B3.5.1: sizes, subregions, overlaps, and the private peripheral bus", () => {
  const m = mpu(
    [RAM, ap(3) | size(16)],
    [RAM + 0x1000, ap(6) | (0x81 << 8) | size(12)],
    [RAM + 0x2000, ap(0) | (1 << 8) | size(7)],
  );
  const at = (address: number) => m.rights(address, false);
  assertEquals([at(RAM - 1), at(RAM), at(RAM + 0xFFFF), at(RAM + 0x10000)], [0, RW | X, RW | X, 0]);
  assertEquals([at(RAM + 0x11FF), at(RAM + 0x1200), at(RAM + 0x1DFF), at(RAM + 0x1E00)], [
    RW | X,
    R | X,
    R | X,
    RW | X,
  ], "disabled eighths show the region below");
  assertEquals([at(RAM + 0x2000), at(RAM + 0x207F)], [0, 0], "no subregions below 256 bytes");
  const ppb = mpu([0xE000_0000, size(20)], [0, ap(3) | size(32)]);
  assertEquals([ppb.rights(0xE000_ED00, true), ppb.rights(0xE000_ED00, false)], [RW, RW]);
  assertEquals(ppb.rights(0xE010_0000, true), RW, "the system region stays XN");
});

Deno.test("a page's rights are those that all of it has", () => {
  const m = mpu(
    [RAM, ap(3) | size(16)],
    [RAM + 0x3000, ap(6) | size(12)],
    [RAM + 0x4100, ap(0) | (0xFE << 8) | size(8)],
    [RAM + 0xC000, ap(5) | size(5)],
  );
  const page = (n: number) => m.rightsOfAll(RAM + n * 0x4000, 0x4000, false);
  assertEquals([page(0), page(1), page(2), page(3), page(4)], [R | X, 0, RW | X, 0, 0]);
});

Deno.test("§B3.5.2: without a region there is the default map, for privileged code with PRIVDEFENA", () => {
  const m = mpu();
  assertEquals([m.rights(RAM, true), m.rights(RAM, false)], [0, 0]);
  m.writeRegister(CTRL, 5);
  assertEquals([m.rights(RAM, true), m.rights(RAM, false)], [RW | X, 0]);
  assertEquals([m.rights(0x4000_0000, true), m.device(0x4000_0000, true)], [RW, true]);
});

Deno.test("Table B3-1: where the default map lets code run, and what is Device", () => {
  const map = [0, 0x2000_0000, 0x4000_0000, 0x6000_0000, 0x9FFF_FFFF, 0xA000_0000, 0xE000_0000];
  assertEquals(map.map(defaultExecutable), [true, true, false, true, true, false, false]);
  assertEquals(map.map(defaultDevice), [false, false, true, false, false, true, true]);
});

Deno.test("Table B3-13: TEX, C and B tell Device memory from Normal", () => {
  const device = (tex: number, cb: number) =>
    mpu([RAM, ap(3) | (tex << 19) | (cb << 16) | size(16)]).device(RAM, true);
  assertEquals([device(0, 0), device(0, 1), device(0, 2), device(1, 0), device(2, 0)], [
    true,
    true,
    false,
    false,
    true,
  ]);
});

Deno.test("§B3.5: registers read back; RBAR with VALID selects; the aliases are the same", () => {
  const m = new Mpu(() => {});
  assertEquals(m.readRegister(0x90), 0x800);
  m.writeRegister(RNR, 3);
  m.writeRegister(0x90, 1);
  m.writeRegister(0xA4, 0x1000_0020);
  m.writeRegister(0xA8, 0xFFFF_FFFF);
  assertEquals([m.readRegister(RNR), m.readRegister(RBAR), m.readRegister(RASR)], [
    3,
    0x1000_0023,
    0x173F_FF3F,
  ]);
  m.writeRegister(0xB4, 0x2000_0015);
  assertEquals([m.readRegister(RNR), m.readRegister(0xAC)], [5, 0x2000_0005]);
  m.reset();
  assertEquals([m.readRegister(CTRL), m.readRegister(RNR), m.rasr[3]], [0, 0, 0]);
});

Deno.test("§B3.5.3: HFNMIENA decides about negative priorities", () => {
  const m = mpu();
  assertEquals([m.inEffect(0), m.inEffect(-1)], [true, false]);
  m.writeRegister(CTRL, 3);
  assertEquals(m.inEffect(-1), true);
  m.writeRegister(CTRL, 0);
  assertEquals(m.inEffect(0), false);
});

/** Code in flash, RAM with a guarded KiB at RAM + 0x2000; gives the core after running. */
function guarded(attributes: number, ...code: number[]): Bench {
  const b = new Bench().vectors().code(MAIN, ...code, 0xE7FE).start();
  b.set(SHCSR, 7 << 16);
  b.set(PPB + 0xD9C, FLASH | 0x10);
  b.set(PPB + 0xDA0, ap(6) | NORMAL | size(16));
  b.set(PPB + 0xD9C, RAM | 0x11);
  b.set(PPB + 0xDA0, ap(3) | NORMAL | XN | size(16));
  b.set(PPB + 0xD9C, (RAM + 0x2000) | 0x12);
  b.set(PPB + 0xDA0, attributes | NORMAL | size(10));
  b.set(PPB + 0xD94, 1);
  b.run(80);
  return b;
}
const status = (b: Bench): number[] => [b.ipsr, b.peek(CFSR), b.peek(MMFAR) - RAM];

Deno.test("a violation is MemManage with DACCVIOL and the address", () => {
  const there = load(1, RAM + 0x2004);
  assertEquals(status(guarded(ap(6), ...there, ldr(0, 1), str(0, 1))), [4, 0x82, 0x2004]);
  assertEquals(status(guarded(ap(3), ...there, ldr(0, 1), str(0, 1))).slice(0, 2), [0, 0]);
  const user = [movs(0, 1), ...msr(20, 0), ...there];
  assertEquals(status(guarded(ap(1), ...user, ldr(0, 1))), [4, 0x82, 0x2004]);
  assertEquals(status(guarded(ap(1), ...there, ldr(0, 1))).slice(0, 2), [0, 0]);
  assertEquals(status(guarded(ap(1), ...there, 0xF851, 0x0E00)), [4, 0x82, 0x2004], "LDRT");
  assertEquals(status(guarded(ap(1), ...there, 0xF841, 0x0E00)), [4, 0x82, 0x2004], "STRT");
});

Deno.test("an unaligned access is checked at both its ends", () => {
  const across = load(1, RAM + 0x1FFE);
  assertEquals(status(guarded(ap(6), ...across, movs(0, 5), str(0, 1))), [4, 0x82, 0x2001]);
  const b = guarded(ap(6), ...across, movs(0, 5), str(0, 1));
  assertEquals(b.at(RAM + 0x1FFC), 0, "nothing is written");
  assertEquals(status(guarded(ap(0), ...across, ldr(0, 1))), [4, 0x82, 0x2000]);
});

Deno.test("execute never: IACCVIOL, without an address", () => {
  const b = guarded(ap(3), ...load(1, RAM + 0x101), 0x4708);
  assertEquals([b.ipsr, b.peek(CFSR), b.at(b.sp + 24)], [4, 1, RAM + 0x100]);
});

Deno.test("stacking obeys it: MSTKERR; so does unstacking: MUNSTKERR", () => {
  const b = guarded(ap(0), ...load(0, RAM + 0x2020), ...msr(8, 0), 0xDF00);
  assertEquals([b.ipsr, b.peek(CFSR), b.sp], [4, 0x10, RAM + 0x2000]);
  const back = guarded(ap(0), 0xDF00);
  assertEquals(back.ipsr, 11);
  back.core.state.r[13] = RAM + 0x2000;
  back.code(handler(11), 0x4770);
  back.run(30);
  assertEquals([back.ipsr, back.peek(CFSR), back.sp], [4, 8, RAM + 0x2000]);
});

Deno.test("HardFault works without the MPU when HFNMIENA is clear", () => {
  const b = new Bench().vectors().code(MAIN, 0xDE00);
  b.code(handler(3), ...load(1, 0x4000_0000), ldr(0, 1), 0xE7FE).start();
  b.bus.device = 0x55;
  b.set(PPB + 0xD9C, FLASH | 0x10);
  b.set(PPB + 0xDA0, ap(6) | NORMAL | size(16));
  b.set(PPB + 0xD9C, RAM | 0x11);
  b.set(PPB + 0xDA0, ap(3) | NORMAL | size(16));
  b.set(PPB + 0xD94, 1);
  b.run(60);
  assertEquals([b.ipsr, b.core.lockedUp, b.core.state.r[0]], [3, false, 0x55]);
});

Deno.test("rights follow privilege at once, although pages are remembered", () => {
  // the same load first privileged, then not: MemManage the second time
  const b = guarded(
    ap(1),
    ...load(1, RAM + 0x2004),
    movs(2, 1),
    ldr(0, 1),
    ldr(0, 1),
    ...msr(20, 2),
    ldr(0, 1),
  );
  assertEquals([b.ipsr, b.peek(CFSR), b.at(b.sp + 24)], [4, 0x82, MAIN + 18]);
});

Deno.test("a lazy store into a guarded stack is MLSPERR", () => {
  const b = guarded(ap(0));
  b.set(0xE000_ED88, 0xF0_0000);
  b.set(0xE000_ED1C, 0x8000_0000);
  b.code(MAIN + 2, 0xEE30, 0x0A20, 0xDF00, 0xE7FE);
  b.code(handler(11), 0xBF00, 0xBF00, 0xEE30, 0x0A20, 0xE7FE);
  b.core.state.r[15] = MAIN + 2;
  while (b.ipsr === 0) b.run(1);
  b.set(0xE000_EF38, RAM + 0x2000);
  b.run(40);
  assertEquals([b.ipsr, b.peek(CFSR)], [4, 0x20]);
});
