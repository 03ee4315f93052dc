/** The debug port and the AHB access port, access by access. */
import { assert, assertEquals } from "@std/assert";
import { ABORT_CLEAR_ALL, Dap, DP, POWER_UP } from "../../src/sim/dap.ts";
import { AP } from "../../src/sim/mem_ap.ts";
import { RAM, type ScriptedTarget, scriptedTarget } from "./support/scripted_target.ts";

const STICKYERR = 0x20;
const STICKYORUN = 0x02;
const NOWHERE = 0x4000_0000;

class Line {
  readonly target: ScriptedTarget = scriptedTarget();
  readonly dap = new Dap(this.target);
  /** connected and powered up */
  up(): this {
    this.dap.lineReset();
    assertEquals(this.dap.read(false, DP.DPIDR), 0x5BA0_2477);
    this.dap.write(false, DP.CTRL_STAT, POWER_UP);
    return this;
  }
  select(ap: number, bank = 0): void {
    this.dap.write(false, DP.SELECT, ((ap << 24) | bank) >>> 0);
  }
  /** an AP register, fetched through RDBUFF */
  ap(register: number, ap = 0): number {
    this.select(ap, register & 0xF0);
    this.dap.read(true, register & 0xC);
    const value = this.dap.read(false, DP.RDBUFF);
    this.select(0);
    return value;
  }
  set(register: number, value: number): void {
    this.select(0, register & 0xF0);
    this.dap.write(true, register & 0xC, value);
  }
  get status(): number {
    return this.dap.read(false, DP.CTRL_STAT);
  }
}

Deno.test("the port is deaf until a line reset, and then hears DPIDR only", () => {
  const { dap } = new Line();
  dap.read(false, DP.DPIDR);
  assertEquals(dap.ack, "none");
  dap.lineReset();
  dap.read(false, DP.CTRL_STAT); // a protocol error: silent until the next line reset
  assertEquals(dap.ack, "none");
  dap.read(false, DP.DPIDR);
  assertEquals(dap.ack, "none");
  dap.lineReset();
  assertEquals(dap.read(false, DP.DPIDR), 0x5BA0_2477);
  assertEquals(dap.ack, "ok");
});

Deno.test("power-up requests are acknowledged, and tell the chip that a debugger is there", () => {
  const line = new Line();
  line.dap.lineReset();
  line.dap.read(false, DP.DPIDR);
  assertEquals(line.status >>> 28, 0);
  line.dap.write(false, DP.CTRL_STAT, POWER_UP);
  assertEquals(line.status >>> 28, 0xF);
  assertEquals(line.target.attached, [true]);
  line.dap.write(false, DP.CTRL_STAT, 0);
  assertEquals(line.target.attached, [true, false]);
});

Deno.test("an AP access without debug power is an error", () => {
  const line = new Line();
  line.dap.lineReset();
  line.dap.read(false, DP.DPIDR);
  line.dap.read(true, AP.CSW);
  assertEquals(line.status & STICKYERR, STICKYERR);
});

Deno.test("AP 0 says what an F7's says, other APs read as zero", () => {
  const line = new Line().up();
  assertEquals(line.ap(AP.IDR), 0x7477_0001);
  assertEquals(line.ap(AP.BASE), 0xE00F_D003);
  assertEquals(line.ap(AP.CFG), 0);
  assertEquals(line.ap(AP.CSW) & 0x47, 0x42); // word, DeviceEn
  assertEquals(line.ap(AP.IDR, 1), 0);
  assertEquals(line.ap(AP.IDR, 255), 0);
  line.select(3);
  line.dap.write(true, AP.TAR, 0x1234);
  assertEquals(line.ap(AP.TAR), 0, "a write to an absent AP goes nowhere");
});

Deno.test("reads are posted: each gives the one before, RDBUFF the last", () => {
  const line = new Line().up();
  line.target.ram.set([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
  line.set(AP.CSW, 0x2300_0012);
  line.set(AP.TAR, RAM);
  line.dap.read(true, AP.DRW);
  assertEquals(line.dap.read(true, AP.DRW), 1);
  assertEquals(line.dap.read(true, AP.DRW), 2);
  assertEquals(line.dap.read(false, DP.RDBUFF), 3);
  assertEquals(line.ap(AP.TAR), RAM + 12);
});

Deno.test("TAR counts within one KiB and wraps", () => {
  const line = new Line().up();
  line.set(AP.CSW, 0x12);
  line.set(AP.TAR, RAM + 0x3FC);
  line.dap.write(true, AP.DRW, 0x1111);
  line.dap.write(true, AP.DRW, 0x2222);
  assertEquals(line.target.log.map((a) => a.at), [RAM + 0x3FC, RAM]);
  assertEquals(line.ap(AP.TAR), RAM + 4);
});

Deno.test("bytes and half-words travel on their lanes; packed increment does not exist", () => {
  const line = new Line().up();
  line.target.ram.set([0x11, 0x22, 0x33, 0x44]);
  line.set(AP.CSW, 0x10);
  line.set(AP.TAR, RAM + 1);
  line.dap.read(true, AP.DRW);
  assertEquals(line.dap.read(false, DP.RDBUFF), 0x2200);
  line.set(AP.TAR, RAM + 3);
  line.dap.write(true, AP.DRW, 0xAB00_0000);
  assertEquals(line.target.ram[3], 0xAB);
  line.set(AP.CSW, 0x11);
  line.set(AP.TAR, RAM + 2);
  line.dap.write(true, AP.DRW, 0x5566_0000);
  assertEquals(line.target.log.at(-1), {
    ...line.target.log.at(-1)!,
    at: RAM + 2,
    width: 2,
    value: 0x5566,
  });
  line.set(AP.CSW, 0x22);
  assertEquals(line.ap(AP.CSW) & 0x3F, 0x02);
  line.set(AP.CSW, 0x7);
  assertEquals(line.ap(AP.CSW) & 7, 2, "nothing wider than a word");
});

Deno.test("the banked data registers reach four words without touching TAR", () => {
  const line = new Line().up();
  line.set(AP.TAR, RAM + 0x14);
  line.set(AP.BD0 + 8, 0xCAFE);
  assertEquals(line.target.log.at(-1)!.at, RAM + 0x18);
  assertEquals(line.ap(AP.BD0 + 8), 0xCAFE);
  assertEquals(line.ap(AP.TAR), RAM + 0x14);
});

Deno.test("a refused access makes everything FAULT until ABORT, except DPIDR and CTRL/STAT", () => {
  const line = new Line().up();
  line.set(AP.TAR, NOWHERE);
  line.dap.read(true, AP.DRW);
  assertEquals(line.dap.ack, "ok", "the access itself is accepted");
  for (
    const act of [
      () => line.dap.read(true, AP.DRW),
      () => line.dap.write(true, AP.TAR, RAM),
      () => line.dap.read(false, DP.RDBUFF),
      () => line.dap.write(false, DP.SELECT, 0),
      () => line.dap.write(false, DP.CTRL_STAT, POWER_UP),
    ]
  ) {
    act();
    assertEquals(line.dap.ack, "fault");
  }
  assertEquals(line.status & STICKYERR, STICKYERR);
  assertEquals(line.dap.ack, "ok");
  assertEquals(line.dap.read(false, DP.DPIDR), 0x5BA0_2477);
  line.dap.write(false, DP.ABORT, 1 << 4); // the wrong flag
  assertEquals(line.status & STICKYERR, STICKYERR);
  line.dap.write(false, DP.ABORT, ABORT_CLEAR_ALL);
  assertEquals(line.status & STICKYERR, 0);
  assertEquals(line.ap(AP.TAR), NOWHERE, "TAR has not moved");
});

Deno.test("a write that the bus holds is accepted; the AP answers WAIT until it is through", () => {
  const line = new Line().up();
  const { dap, target } = line;
  line.set(AP.CSW, 0x12);
  line.set(AP.TAR, RAM);
  target.busy = () => 1000;
  dap.write(true, AP.DRW, 7);
  assertEquals(dap.ack, "ok");
  assertEquals(target.log, []);
  dap.write(true, AP.DRW, 8);
  assertEquals(dap.ack, "wait");
  dap.read(false, DP.RDBUFF);
  assertEquals(dap.ack, "wait");
  assertEquals(line.status >>> 28, 0xF, "CTRL/STAT never waits");
  target.time.advance(1000);
  assertEquals(target.log.map((a) => [a.at, a.value, a.when]), [[RAM, 7, 1000]]);
  dap.write(true, AP.DRW, 9);
  assertEquals(dap.ack, "ok");
  assertEquals(target.log.map((a) => a.value), [7, 9], "the waited write was never taken");
});

Deno.test("a stall that lasts longer than announced is waited out", () => {
  const line = new Line().up();
  const { dap, target } = line;
  line.set(AP.TAR, RAM);
  let until = 1000;
  target.busy = () => until;
  dap.read(true, AP.DRW);
  target.time.at(500, () => until = 5000);
  target.time.advance(2000);
  assertEquals(target.log, []);
  dap.read(false, DP.RDBUFF);
  assertEquals(dap.ack, "wait");
  target.time.advance(3000);
  assertEquals(target.log.length, 1);
});

Deno.test("a stall that ends early, by a reset, lets the next access through", () => {
  const line = new Line().up();
  let until: number | undefined = 1e9;
  line.target.busy = () => until;
  line.set(AP.TAR, RAM);
  line.dap.read(true, AP.DRW);
  until = undefined;
  line.dap.read(false, DP.RDBUFF);
  assertEquals(line.dap.ack, "ok");
  assertEquals(line.target.log.length, 1);
});

Deno.test("DAPABORT frees a port that waits for ever", () => {
  const line = new Line().up();
  line.set(AP.TAR, RAM);
  line.target.busy = () => Infinity;
  line.dap.write(true, AP.DRW, 1);
  line.dap.read(true, AP.CSW);
  assertEquals(line.dap.ack, "wait");
  line.dap.write(false, DP.ABORT, 1);
  line.target.busy = () => undefined;
  assert((line.ap(AP.CSW) & 0x80) === 0);
  assertEquals(line.target.log, [], "the aborted write is lost");
});

Deno.test("with overrun detection a WAIT becomes a sticky overrun", () => {
  const line = new Line().up();
  line.dap.write(false, DP.CTRL_STAT, POWER_UP | 1);
  line.set(AP.TAR, RAM);
  line.target.busy = () => 1000;
  line.dap.write(true, AP.DRW, 1);
  line.dap.write(true, AP.DRW, 2);
  assertEquals(line.status & STICKYORUN, STICKYORUN);
  line.target.time.advance(1000);
  line.dap.read(true, AP.CSW);
  assertEquals(line.dap.ack, "fault");
  line.dap.write(false, DP.ABORT, 1 << 4);
  line.dap.read(true, AP.CSW);
  assertEquals(line.dap.ack, "ok");
});

Deno.test("banked DP registers: what the architecture fixes is answered, TARGETID is not made up", () => {
  const line = new Line().up();
  line.select(0, 3);
  assertEquals(line.status, 1); // DLPIDR
  line.select(0, 2);
  assertEquals(line.status, 0);
  assertEquals(line.target.warnings.length, 1);
  line.select(0, 0);
  const known = new Dap(line.target, { ...line.dap.ids, targetId: 0x0449_0041 });
  known.lineReset();
  known.read(false, DP.DPIDR);
  known.write(false, DP.SELECT, 2);
  assertEquals(known.read(false, DP.CTRL_STAT), 0x0449_0041);
});

Deno.test("a dead port is silent; a chip that lost its supply has forgotten the connection", () => {
  const line = new Line().up();
  line.target.debugPortAlive = false;
  line.dap.read(false, DP.DPIDR);
  assertEquals(line.dap.ack, "none");
  line.target.debugPortAlive = true;
  assertEquals(line.status >>> 28, 0xF, "asleep only: all is as before");
  line.target.volts = 0;
  line.dap.read(false, DP.DPIDR);
  line.target.volts = 3.3;
  line.dap.read(false, DP.DPIDR);
  assertEquals(line.dap.ack, "none");
  line.dap.lineReset();
  line.dap.read(false, DP.DPIDR);
  assertEquals(line.status >>> 28, 0);
});

Deno.test("a power cycle that nobody saw is noticed all the same", () => {
  const line = new Line().up();
  line.target.powerOns++;
  line.dap.read(true, AP.CSW);
  assertEquals(line.dap.ack, "none");
});

Deno.test("pushed transfers are not modelled, and that is said", () => {
  const line = new Line().up();
  line.dap.write(false, DP.CTRL_STAT, POWER_UP | (5 << 12));
  assert(line.target.warnings.join().includes("TRNCNT"));
});
