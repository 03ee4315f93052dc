/** The firmware's commands: modes, connecting, memory, registers, what it refuses. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { parseFirmware, stlinkDevice } from "../../src/sim/stlink_firmware.ts";
import { ProbeBench, u16, u32, word } from "./support/probe_bench.ts";
import { DCRDR, RAM, scriptedTarget } from "./support/scripted_target.ts";

const OK = 0x80;
const AP_WAIT = 0x10;
const AP_FAULT = 0x11;
const NOWHERE = 0x4000_0000;
const DP = [0xFF, 0xFF];
const bytes = (n: number): Uint8Array =>
  Uint8Array.from({ length: n }, (_, i) => (i * 7 + 3) & 0xFF);

// ── who it is ──

Deno.test("GET_VERSION packs V2 versions in sixteen bits, big-endian", () => {
  const bench = new ProbeBench();
  assertEquals([...bench.ask(6, 0xF1)!], [0x29, 0x5A, 0x83, 0x04, 0x4B, 0x37]); // rig.md §2.2
  const old = new ProbeBench({ firmware: "V2J14S4", variant: "V2" });
  assertEquals([...old.ask(6, 0xF1)!], [0x23, 0x84, 0x83, 0x04, 0x48, 0x37]);
});

Deno.test("a V3 says only 3 there, and the rest in GET_VERSION_EX", () => {
  const bench = new ProbeBench({ firmware: "V3J7M2B4S1", variant: "V3" });
  assertEquals([...bench.ask(6, 0xF1)!], [0x30, 0x00, 0x83, 0x04, 0x4F, 0x37]);
  assertEquals([...bench.ask(12, 0xFB)!], [3, 1, 7, 2, 4, 0, 0, 0, 0x83, 0x04, 0x4F, 0x37]);
  const v2 = new ProbeBench();
  assertEquals(v2.ask(12, 0xFB), undefined);
  assertStringIncludes(v2.noise, "V2J37M26 does not know the command (FB 00");
});

Deno.test("the voltage is measured against 1.2 V, or not at all, or badly", () => {
  const target = scriptedTarget();
  const volts = (answer: Uint8Array) => 2.4 * word(answer, 4) / word(answer, 0);
  const bench = new ProbeBench({ target });
  assertEquals(word(bench.ask(8, 0xF7)!, 0), 1519);
  assert(Math.abs(volts(bench.ask(8, 0xF7)!) - 3.3) < 0.005);
  target.volts = 1.8;
  assert(Math.abs(volts(bench.ask(8, 0xF7)!) - 1.8) < 0.005);
  assertEquals([...new ProbeBench({ voltageInput: "dead" }).ask(8, 0xF7)!], Array(8).fill(0));
  assert(volts(new ProbeBench({ voltageInput: "nonsense" }).ask(8, 0xF7)!) > 6);
});

Deno.test("a firmware is written as tools print it, and everything else is refused", () => {
  assertEquals(parseFirmware("V3J10M3B5S1", "V3").bridge, 5);
  for (const [text, variant] of [["V2J37", "V3"], ["J37", "V2-1"], ["V2J64S0", "V2"]] as const) {
    const fault = assertThrows(() => parseFirmware(text, variant), Fault);
    assertEquals(fault.slug, "sim-bad-option");
    assertStringIncludes(fault.message, text);
  }
  const target = scriptedTarget();
  assertThrows(() => stlinkDevice({ target, firmware: "V2J37M26", serial: "123" }), Fault, "123");
});

Deno.test("the stored board id follows two bytes of status", () => {
  const known = new ProbeBench({ boardId: "0815" }).ask(128, 0xF2, 0x56)!;
  assertEquals([known.length, known[0], known[1]], [128, OK, 0]);
  assertEquals(new TextDecoder().decode(known.subarray(2, 6)), "0815");
  assertEquals(word(new ProbeBench().ask(128, 0xF2, 0x56)!, 2), 0);
});

// ── modes ──

Deno.test("the modes: drive, debug, back; EXIT and DFU_EXIT answer nothing", () => {
  const bench = new ProbeBench();
  const mode = () => bench.status(2, 0xF5);
  assertEquals(mode(), 1);
  bench.enter();
  assertEquals(mode(), 2);
  assertEquals(bench.ask(2, 0xF2, 0x21), undefined);
  assertEquals(mode(), 1);
  bench.send(0xF3, 0x07);
  assertEquals(mode(), 1);
  assertEquals(bench.noise, "");
});

Deno.test("a stand-alone V2 wakes in DFU mode, where neither voltage nor chip can be asked for", () => {
  const bench = new ProbeBench({ variant: "V2", firmware: "V2J37S7" });
  assertEquals(bench.status(2, 0xF5), 0);
  assertEquals(bench.ask(8, 0xF7), undefined);
  assertEquals(bench.ask(2, 0xF2, 0x30, 0xA3), undefined);
  assertEquals(bench.warnings.length, 2);
  bench.send(0xF3, 0x07);
  assertEquals(bench.status(2, 0xF5), 1);
  bench.enter();
});

Deno.test("SWIM: a mode of its own, without an STM8 behind it", () => {
  const bench = new ProbeBench({ variant: "V2", firmware: "V2J37S6", startMode: 1 });
  bench.send(0xF4, 0x00);
  assertEquals(bench.status(2, 0xF5), 3);
  assertEquals([...bench.ask(4, 0xF4, 0x09)!], [0, 0, 0, 0]);
  assertEquals([...bench.ask(8, 0xF4, 0x02, 0x01)!], [0, 1, 2, 6, 0, 0, 0, 0]);
  assertEquals(bench.status(2, 0xF2, 0x30, 0xA3), 0x0E, "open in another mode");
  bench.send(0xF4, 0x04);
  assertEquals(bench.status(4, 0xF4, 0x09), 5);
  assertStringIncludes(bench.noise, "no STM8");
  bench.send(0xF4, 0x01);
  assertEquals(bench.status(2, 0xF5), 1);
  const without = new ProbeBench();
  without.send(0xF4, 0x00);
  assertEquals(without.status(2, 0xF5), 1);
  assertStringIncludes(without.noise, "does not know the SWIM command F4 00");
});

Deno.test("before ENTER, what needs the chip is refused, loudly", () => {
  const bench = new ProbeBench();
  assertEquals(bench.status(8, 0xF2, 0x36, ...u32(RAM)), 0x01);
  assertEquals(bench.read(0x07, RAM, 4), undefined);
  assertEquals(bench.last().status, 0x01);
  assertEquals(bench.warnings.length, 2);
  assertEquals(bench.target.log, []);
});

Deno.test("ENTER says why it failed: no supply, no answer", () => {
  const bench = new ProbeBench();
  bench.target.debugPortAlive = false;
  assertEquals(bench.status(2, 0xF2, 0x30, 0xA3), 0x09);
  assertEquals(bench.status(2, 0xF5), 1);
  assertEquals(bench.status(8, 0xF2, 0x36, ...u32(RAM)), 0x09, "who goes on is told again");
  assertEquals(bench.noise, "");
  bench.target.volts = 0;
  assertEquals(bench.status(2, 0xF2, 0x30, 0xA3), 0x05);
  bench.target.volts = 3.3;
  bench.target.debugPortAlive = true;
  assertEquals(bench.status(2, 0xF2, 0x30, 0xA3), OK);
});

Deno.test("JTAG is not wired: GET_IDCODE_ERROR, with a reset pulse where the firmware makes one", () => {
  const quiet = new ProbeBench();
  assertEquals(quiet.status(2, 0xF2, 0x30, 0xA4), 0x09);
  assertEquals(quiet.target.nrst, []);
  assertStringIncludes(quiet.noise, "JTAG");
  const old = new ProbeBench({ firmware: "V2J14S4" });
  assertEquals(old.status(2, 0xF2, 0x30, 0xA4), 0x09);
  assertEquals(old.target.nrst, [true, false], "an unknown parameter means JTAG with a reset");
});

Deno.test("NRST: driven before ENTER too, kept across commands, let go by EXIT", () => {
  const bench = new ProbeBench();
  assertEquals(bench.status(2, 0xF2, 0x3C, 0), OK);
  bench.enter();
  assertEquals(bench.target.nrst, [true]);
  bench.status(2, 0xF2, 0x3C, 1);
  const before = bench.target.time.now;
  bench.status(2, 0xF2, 0x3C, 2);
  assert(bench.target.time.now - before >= 50_000);
  assertEquals(bench.target.nrst, [true, false, true, false]);
  bench.status(2, 0xF2, 0x3C, 0);
  bench.send(0xF2, 0x21);
  assertEquals(bench.target.nrstLow, false);
  assertEquals(bench.status(2, 0xF2, 0x3C, 9), 0x08);
  assertStringIncludes(bench.noise, "DRIVE_NRST 9");
});

Deno.test("an unplugged probe forgets its mode and lets go of NRST", () => {
  const bench = new ProbeBench().enter();
  bench.status(2, 0xF2, 0x3C, 0);
  bench.device.unplug();
  assertEquals(bench.target.nrstLow, false);
  bench.device.replug();
  assertEquals(bench.status(2, 0xF5), 1);
});

// ── memory ──

Deno.test("memory in all widths; one byte comes as two", () => {
  const bench = new ProbeBench().enter();
  const data = bytes(96);
  bench.write(0x08, RAM + 0x20, data);
  assertEquals(bench.last(), { status: OK, at: 0 });
  assertEquals(bench.read(0x07, RAM + 0x20, 96), data);
  assertEquals(bench.read(0x47, RAM + 0x22, 6), data.slice(2, 8));
  assertEquals(bench.read(0x0C, RAM + 0x23, 5), data.slice(3, 8));
  assertEquals([...bench.read(0x0C, RAM + 0x21, 1)!], [data[1], 0]);
  bench.write(0x0D, RAM + 0x41, [0xAA, 0xBB, 0xCC]);
  bench.write(0x48, RAM + 0x46, [1, 2]);
  assertEquals([...bench.target.view(RAM + 0x41, 7)], [0xAA, 0xBB, 0xCC, data[36], data[37], 1, 2]);
  const widths = new Set(
    bench.target.log.filter((a) => a.at >= RAM + 0x41 && a.kind === "write").map((a) => a.width),
  );
  assertEquals([...widths].sort(), [1, 2, 4]);
  assertEquals(bench.noise, "");
});

Deno.test("a block boundary is crossed, in both directions and over several packets", () => {
  const bench = new ProbeBench().enter();
  const data = bytes(4096);
  bench.write(0x08, RAM + 0x3F8, data);
  assertEquals(bench.last().status, OK);
  assertEquals(bench.target.view(RAM + 0x3F8, 4096), data);
  assertEquals(bench.read(0x07, RAM + 0x3F8, 4096), data);
  assertEquals(bench.read(0x0C, RAM + 0x3FE, 4), data.slice(6, 10));
});

Deno.test("writes are streamed to 65532 bytes, reads end at 6144", () => {
  const bench = new ProbeBench().enter();
  const data = bytes(65_532);
  bench.write(0x08, RAM, data);
  assertEquals(bench.last().status, OK);
  assertEquals(bench.target.view(RAM, 65_532), data);
  assertEquals(bench.read(0x07, RAM, 6144), data.slice(0, 6144));
  assertEquals(bench.read(0x07, RAM, 6148), undefined);
  assertStringIncludes(bench.noise, "6148 bytes in one read");
});

Deno.test("without increment the same word is accessed again and again", () => {
  const bench = new ProbeBench().enter();
  bench.write(0x50, RAM, [...u32(1), ...u32(2), ...u32(3)]);
  assertEquals(bench.target.log.map((a) => [a.at, a.value]), [[RAM, 1], [RAM, 2], [RAM, 3]]);
  assertEquals([...bench.read(0x54, RAM, 8)!], [...u32(3), ...u32(3)]);
});

Deno.test("the host's CSW is used; without one the firmware's own", () => {
  const bench = new ProbeBench().enter();
  const csw = () => {
    const answer = bench.ask(8, 0xF2, 0x45, 0, 0, 0x00, 0)!;
    return word(answer, 4);
  };
  bench.read(0x07, RAM, 4, 0, 0x0B00_0000);
  assertEquals(csw() >>> 24, 0x0B);
  bench.read(0x07, RAM, 4);
  assertEquals(csw() >>> 24, 0x23);
  const old = new ProbeBench({ firmware: "V2J31M21" }).enter();
  old.read(0x07, RAM, 4, 0, 0x0B00_0000);
  assertEquals(
    word(old.ask(8, 0xF2, 0x45, 0, 0, 0x00, 0)!, 4) >>> 24,
    0x23,
    "J31 does not look there",
  );
});

Deno.test("alignment is checked before anything is accessed", () => {
  const bench = new ProbeBench().enter();
  for (
    const [op, at, length] of [[0x07, RAM + 2, 4], [0x07, RAM, 6], [0x47, RAM + 1, 2]] as const
  ) {
    assertEquals(bench.read(op, at, length)?.length, length, "the data phase comes all the same");
    assertEquals(bench.last(), { status: 0x0A, at });
  }
  bench.write(0x08, RAM + 2, [1, 2, 3, 4]);
  assertEquals(bench.last().status, 0x0A);
  assertEquals(bench.status(8, 0xF2, 0x36, ...u32(RAM + 1)), 0x0A);
  assertEquals(bench.status(2, 0xF2, 0x35, ...u32(RAM + 1), ...u32(0)), 0x0A);
  assertEquals(bench.target.log, []);
  assertEquals(bench.read(0x07, RAM, 4)?.length, 4, "the next command is not taken for its data");
});

Deno.test("commands without bytes have no data phase", () => {
  const bench = new ProbeBench().enter();
  bench.send(0xF2, 0x08, ...u32(RAM), ...u16(0));
  assertEquals(bench.status(2, 0xF5), 2);
  assertEquals(bench.read(0x07, RAM, 0), undefined);
  assertEquals(bench.warnings.length, 2);
});

Deno.test("bytes: 64 on a V2, 512 on a V3 from J6; before that a V3 hangs itself up", () => {
  const v2 = new ProbeBench().enter();
  assertEquals(v2.read(0x0C, RAM, 65), undefined);
  assertStringIncludes(v2.noise, "at most 64");
  v2.write(0x0D, RAM, bytes(65));
  assertEquals(v2.last().status, 0x01);
  assertEquals(v2.target.ram[0], 0, "nothing was written");
  const v3 = new ProbeBench({ variant: "V3", firmware: "V3J6M2" }).enter();
  v3.write(0x0D, RAM, bytes(512));
  assertEquals(v3.read(0x0C, RAM, 512), bytes(512));
  const early = new ProbeBench({ variant: "V3", firmware: "V3J5M2" }).enter();
  early.send(0xF2, 0x0C, ...u32(RAM), ...u16(128));
  assertStringIncludes(early.noise, "stops working");
  assertEquals(early.out(new Uint8Array(16)), undefined, "it takes nothing any more");
  assertEquals(early.control([0x80, 6, 0, 1, 0, 0, 18, 0]), undefined);
  early.device.unplug();
  early.device.replug();
  assertEquals(early.status(2, 0xF5), 1);
});

// ── what goes wrong on the bus ──

Deno.test("a refused address: status 11 with it, zeros for the rest, and sticky until ABORT", () => {
  const bench = new ProbeBench().enter();
  bench.target.ram.set(bytes(16), 0xFFF0);
  const data = bench.read(0x07, RAM + 0xFFF8, 16)!;
  assertEquals([...data], [...bytes(16).slice(8), ...Array(8).fill(0)]);
  assertEquals(bench.last(), { status: AP_FAULT, at: RAM + 0x1_0000 });
  bench.read(0x07, RAM, 4);
  assertEquals(bench.last(), { status: AP_FAULT, at: RAM });
  assertEquals(bench.status(8, 0xF2, 0x36, ...u32(RAM)), AP_FAULT);
  const control = word(bench.ask(8, 0xF2, 0x45, ...DP, 4, 0)!, 4);
  assertEquals(control & 0x20, 0x20, "STICKYERR can be read");
  assertEquals(bench.status(2, 0xF2, 0x46, ...DP, 0, 0, ...u32(0x1E)), OK);
  bench.read(0x07, RAM, 4);
  assertEquals(bench.last().status, OK);
});

Deno.test("a refused write names its address; the data is taken to its end", () => {
  const bench = new ProbeBench().enter();
  bench.write(0x08, RAM + 0xFFF8, bytes(200));
  assertEquals(bench.last(), { status: AP_FAULT, at: RAM + 0x1_0000 });
  assertEquals(bench.target.view(RAM + 0xFFF8, 8), bytes(200).slice(0, 8));
  assertEquals(bench.status(2, 0xF5), 2);
});

Deno.test("entering again clears the flags: the only way of old firmware", () => {
  const bench = new ProbeBench({ firmware: "V2J13S0" });
  bench.status(2, 0xF2, 0x30, 0xA3);
  bench.read(0x07, NOWHERE, 4);
  assertEquals(bench.status(2, 0xF2, 0x3B), AP_FAULT);
  assertEquals(bench.status(2, 0xF2, 0x30, 0xA3), OK);
  bench.read(0x07, RAM, 4);
  assertEquals(bench.status(2, 0xF2, 0x3B), OK);
});

Deno.test("a firmware that clears faults itself can be asked for", () => {
  const bench = new ProbeBench({ clearsFaults: true }).enter();
  bench.read(0x07, NOWHERE, 4);
  assertEquals(bench.last().status, AP_FAULT);
  bench.read(0x07, RAM, 4);
  assertEquals(bench.last().status, OK);
});

Deno.test("WAIT is tried five times, then told; the held access happens when the bus lets it", () => {
  const bench = new ProbeBench().enter();
  const until = bench.target.time.now + 5e6;
  bench.target.busy = (at) => at === RAM ? until : undefined;
  const { accesses } = bench.device.stats;
  assertEquals(bench.status(2, 0xF2, 0x35, ...u32(RAM), ...u32(7)), AP_WAIT);
  assertEquals(bench.device.stats.accesses - accesses, 4 + 5); // SELECT, CSW, TAR, DRW; RDBUFF five times
  assertEquals(bench.target.log, []);
  assertEquals(
    bench.status(8, 0xF2, 0x36, ...u32(RAM + 4)),
    AP_WAIT,
    "the AP waits, whatever the address",
  );
  bench.target.time.advance(until - bench.target.time.now);
  assertEquals(bench.target.log.map((a) => [a.at, a.value, a.when]), [[RAM, 7, until]]);
  assertEquals(bench.status(8, 0xF2, 0x36, ...u32(RAM)), OK);
});

Deno.test("a short WAIT within a block costs time only", () => {
  const bench = new ProbeBench().enter();
  bench.target.busy = (at, write) =>
    write && at === RAM + 8 ? bench.target.log.at(-1)!.when + 50_000 : undefined;
  bench.write(0x08, RAM, bytes(32));
  assertEquals(bench.last().status, OK);
  assertEquals(bench.target.view(RAM, 32), bytes(32));
});

Deno.test("from V3J10 on a WAIT of a flash word is survived, before it is not", () => {
  for (const [firmware, status] of [["V3J9M3", AP_WAIT], ["V3J10M3", OK]] as const) {
    const bench = new ProbeBench({ variant: "V3", firmware }).enter();
    bench.status(8, 0xF2, 0x61, 0, 0, ...u32(24_000));
    let busyUntil = 0;
    bench.target.busy = (_, write) => write ? busyUntil : undefined;
    bench.target.onWrite = () => busyUntil = bench.target.time.now + 200_000; // 256 bits of an H7
    bench.write(0x08, RAM, bytes(64));
    assertEquals(bench.last().status, status, firmware);
  }
});

Deno.test("a chip that falls silent: 16, and 12 within a block; nothing comes back by itself", () => {
  const bench = new ProbeBench().enter();
  bench.target.onWrite = (at) => {
    if (at === RAM + 4) bench.target.debugPortAlive = false;
  };
  bench.write(0x08, RAM, bytes(16));
  assertEquals(bench.last(), { status: 0x12, at: RAM + 8 });
  assertEquals(bench.status(8, 0xF2, 0x45, ...DP, 4, 0), 0x16);
  assertEquals(bench.status(12, 0xF2, 0x31), 0x09);
});

Deno.test("a write that resets the chip away is told after it was made", () => {
  const bench = new ProbeBench().enter();
  bench.target.onWrite = () => bench.target.debugPortAlive = false;
  assertEquals(bench.status(2, 0xF2, 0x32), 0x12);
  assertEquals(bench.target.log.at(-1)!.value, 0x05FA_0004);
});

// ── AP and DP ──

Deno.test("from J37 and V3J7 on memory needs an opened AP; the commands about the core open AP 0", () => {
  const bench = new ProbeBench();
  bench.status(2, 0xF2, 0x30, 0xA3);
  bench.read(0x07, RAM, 4);
  assertEquals(bench.last(), { status: 0x1D, at: RAM });
  bench.write(0x08, RAM, bytes(8));
  assertEquals(bench.last().status, 0x1D);
  assertEquals(bench.status(8, 0xF2, 0x45, 0, 0, 0xF8, 0), 0x1D);
  assertEquals(bench.status(8, 0xF2, 0x45, 0, 0, 0xFC, 0), OK, "IDR may be read of any");
  assertEquals(bench.status(8, 0xF2, 0x36, ...u32(RAM)), OK);
  bench.read(0x07, RAM, 4);
  assertEquals(bench.last().status, OK);
  for (const firmware of ["V2J36M26", "V2J22M5"]) {
    const older = new ProbeBench({ firmware });
    older.status(2, 0xF2, 0x30, 0xA3);
    older.read(0x07, RAM, 4);
    assertEquals(older.last().status, OK);
  }
});

Deno.test("APs: opening what is not there, closing twice, numbers above 8, EXIT closes", () => {
  const bench = new ProbeBench().enter();
  assertEquals(bench.status(2, 0xF2, 0x4B, 1), 0x1D);
  assertEquals(bench.status(2, 0xF2, 0x4B, 9), 0x1D);
  assertEquals(bench.status(8, 0xF2, 0x45, 9, 0, 0xFC, 0), 0x1D);
  const absent = bench.ask(8, 0xF2, 0x45, 3, 0, 0xFC, 0)!;
  assertEquals([absent[0], word(absent, 4)], [OK, 0]);
  assertEquals(bench.status(2, 0xF2, 0x4C, 0), OK);
  assertEquals(bench.status(2, 0xF2, 0x4C, 0), 0x1D);
  bench.status(2, 0xF2, 0x4B, 0);
  bench.send(0xF2, 0x21);
  bench.status(2, 0xF2, 0x30, 0xA3);
  bench.read(0x07, RAM, 4);
  assertEquals(bench.last().status, 0x1D);
  const j28 = new ProbeBench({ firmware: "V2J28M17" }).enter();
  assertEquals(j28.status(2, 0xF2, 0x4C, 0), 0x1D, "J28 always says so");
});

Deno.test("DP and AP registers raw: TAR, DRW, SELECT without its bank, banked registers", () => {
  const bench = new ProbeBench().enter();
  const get = (port: number[], register: number) =>
    word(bench.ask(8, 0xF2, 0x45, ...port, register, 0)!, 4);
  const set = (port: number[], register: number, value: number) =>
    assertEquals(bench.status(2, 0xF2, 0x46, ...port, register, 0, ...u32(value)), OK);
  assertEquals(get(DP, 0), 0x5BA0_2477);
  assertEquals(get(DP, 4) >>> 28, 0xF);
  assertEquals(get([0, 0], 0xF8), 0xE00F_D003);
  set([0, 0], 0x00, 0x2300_0012);
  set([0, 0], 0x04, RAM + 0x10);
  set([0, 0], 0x0C, 0x1122_3344);
  assertEquals(bench.status(8, 0xF2, 0x45, ...DP, 0x0C, 0), OK); // RDBUFF: errors would show here
  assertEquals(word(bench.target.ram, 0x10), 0x1122_3344);
  assertEquals(get([0, 0], 0x04), RAM + 0x14);
  set([0, 0], 0x04, RAM + 0x10);
  assertEquals(get([0, 0], 0x0C), 0x1122_3344);
  set(DP, 8, 0x3);
  assertEquals(get(DP, 4) >>> 28, 0xF, "the bank stays the firmware's");
  assertEquals(get(DP, 0x34), 1); // DLPIDR
  assertEquals(get(DP, 4) >>> 28, 0xF);
  const old = new ProbeBench({ firmware: "V2J31M21" }).enter();
  assertEquals(old.status(8, 0xF2, 0x45, ...DP, 0x34, 0), 0x08);
  assertStringIncludes(old.noise, "no banked DP registers");
});

// ── core ──

Deno.test("core registers one by one and all at once", () => {
  const bench = new ProbeBench().enter();
  assertEquals([...bench.ask(8, 0xF2, 0x33, 15)!], [OK, 0, 0, 0, ...u32(0x1000_000F)]);
  assertEquals(bench.status(2, 0xF2, 0x34, 3, ...u32(0xCAFE_F00D)), OK);
  assertEquals(bench.target.core.get(3), 0xCAFE_F00D);
  const all = bench.ask(88, 0xF2, 0x3A)!;
  assertEquals([all.length, all[0]], [88, OK]);
  const words = Array.from({ length: 21 }, (_, i) => word(all, 4 + 4 * i));
  assertEquals(words[3], 0xCAFE_F00D);
  assertEquals(words.slice(16, 19), [0x1000_0010, 0x1000_0011, 0x1000_0012]);
  assertEquals([words[19], words[20]], [0, 0x1000_0014]);
  assertEquals(
    bench.target.log.every((a) => a.at !== 0xE000_EDF0),
    true,
    "DHCSR's sticky bits are the host's",
  );
});

Deno.test("registers of the FPU from J15 on", () => {
  const old = new ProbeBench({ firmware: "V2J14S4" });
  old.status(2, 0xF2, 0x30, 0xA3);
  assertEquals(old.status(8, 0xF2, 0x33, 0x21), 0x42);
  assertEquals(old.status(2, 0xF2, 0x34, 0x40, ...u32(0)), 0x42);
  const bench = new ProbeBench().enter();
  bench.status(2, 0xF2, 0x34, 0x40, ...u32(0x3F80_0000));
  assertEquals(bench.target.core.get(0x40), 0x3F80_0000);
});

Deno.test("halt, run, step and reset are writes of the core's registers", () => {
  const bench = new ProbeBench().enter();
  for (const op of [0x02, 0x09, 0x0A, 0x32]) assertEquals(bench.status(2, 0xF2, op), OK);
  assertEquals(bench.target.log.map((a) => [a.at, a.value]), [
    [0xE000_EDF0, 0xA05F_0003],
    [0xE000_EDF0, 0xA05F_0001],
    [0xE000_EDF0, 0xA05F_0005],
    [0xE000_ED0C, 0x05FA_0004],
  ]);
});

Deno.test("IDCODES, and the older command without a status", () => {
  const bench = new ProbeBench().enter();
  assertEquals([...bench.ask(12, 0xF2, 0x31)!], [OK, 0, 0, 0, ...u32(0x5BA0_2477), 0, 0, 0, 0]);
  assertEquals([...bench.ask(4, 0xF2, 0x22)!], u32(0x5BA0_2477));
});

// ── pipelines, speeds, trace ──

Deno.test("RW_MISC runs its items in order and hands the results out once", () => {
  const bench = new ProbeBench().enter();
  bench.target.ram.set(u32(0x55AA_1234), 8);
  const items: [number, number][] = [[5, 0], [1, RAM], [2, 0x11], [2, 0x22], [3, RAM + 8], [
    3,
    NOWHERE,
  ]];
  const codes = [...items.map(([code]) => code), 0, 0];
  bench.send(0xF2, 0x51, ...u32(items.length));
  assertEquals(bench.out([...codes, ...items.flatMap(([, value]) => u32(value))])?.status, 0);
  const results = bench.ask(48, 0xF2, 0x52)!;
  assertEquals(Array.from({ length: 6 }, (_, i) => word(results, 4 * i)), [
    0,
    0,
    0,
    0,
    0x55AA_1234,
    0,
  ]);
  assertEquals(Array.from({ length: 6 }, (_, i) => word(results, 24 + 4 * i)), [
    ...Array(5).fill(OK),
    AP_FAULT,
  ]);
  assertEquals(word(bench.target.ram), 0x22, "no increment");
  assertEquals(bench.ask(48, 0xF2, 0x52), undefined);
  assertStringIncludes(bench.noise, "without results");
});

Deno.test("RW_MISC: its limit, items it does not know, APs that are not open", () => {
  const bench = new ProbeBench().enter();
  assertEquals([...bench.ask(2, 0xF2, 0x53)!], [64, 0]);
  const v3 = new ProbeBench({ variant: "V3", firmware: "V3J7M2" }).enter();
  assertEquals([...v3.ask(2, 0xF2, 0x53)!], u16(1227));
  bench.send(0xF2, 0x51, ...u32(65));
  bench.out(new Uint8Array(68 + 4 * 65));
  assertEquals(bench.status(2, 0xF5), 2, "its data is taken");
  assertEquals(bench.ask(8, 0xF2, 0x52), undefined);
  bench.send(0xF2, 0x51, ...u32(2));
  bench.out([9, 5, 0, 0, ...u32(0), ...u32(1)]);
  const results = bench.ask(16, 0xF2, 0x52)!;
  assertEquals([word(results, 8), word(results, 12)], [0x08, 0x1D]);
  assertStringIncludes(bench.noise, "item 9");
});

Deno.test("V2 speeds are divisors, V3 speeds kHz", () => {
  const v2 = new ProbeBench();
  assertEquals(v2.status(2, 0xF2, 0x43, ...u16(798)), OK);
  assertEquals(v2.device.firmware.khz, 5);
  v2.status(2, 0xF2, 0x43, ...u16(99));
  assertEquals(v2.device.firmware.khz, 40);
  assertEquals(v2.status(2, 0xF2, 0x44, ...u16(32)), OK);
  assertEquals(v2.status(8, 0xF2, 0x61, 0, 0, ...u32(1000)), 0x42);
  const v3 = new ProbeBench({ variant: "V3", firmware: "V3J7M2" });
  const set = v3.ask(8, 0xF2, 0x61, 0, 0, ...u32(7999))!;
  assertEquals([set[0], word(set, 4)], [OK, 3300]);
  assertEquals(v3.status(8, 0xF2, 0x61, 0, 0, ...u32(4)), 0x08);
  const got = v3.ask(52, 0xF2, 0x62, 0)!;
  assertEquals([got.length, got[0], word(got, 4), got[8]], [52, OK, 3300, 7]);
  assertEquals(Array.from({ length: 7 }, (_, i) => word(got, 12 + 4 * i)), [
    ...[24_000, 8000, 3300, 1000, 200, 50, 5],
  ]);
  assertEquals(v3.status(52, 0xF2, 0x62, 1), OK);
  assertEquals(v3.status(8, 0xF2, 0x63, 1), 0x40);
  assertEquals(v3.status(8, 0xF2, 0x63, 3), 0x41);
  assertEquals(v3.status(2, 0xF2, 0x43, 0, 0), 0x42);
});

Deno.test("trace: so many bytes are announced, and so many come on its endpoint", () => {
  const bench = new ProbeBench().enter();
  const { firmware, endpoints } = bench.device;
  assertEquals(bench.status(2, 0xF2, 0x40, ...u16(4096), ...u32(4_500_000)), 0x41);
  assertEquals(bench.status(2, 0xF2, 0x40, ...u16(16), ...u32(2_000_000)), OK);
  assertEquals([...bench.ask(2, 0xF2, 0x42)!], [0, 0]);
  firmware.trace.push(bytes(20));
  assertEquals(firmware.trace.lost, 4, "the buffer is as large as the host said");
  assertEquals(bench.in(64, endpoints.trace), undefined, "nothing comes before it was counted");
  assertEquals([...bench.ask(2, 0xF2, 0x42)!], [16, 0]);
  assertEquals(bench.in(16, endpoints.trace)?.data, bytes(16));
  assertEquals(bench.status(2, 0xF2, 0x41), OK);
  firmware.trace.push(bytes(4));
  assertEquals([...bench.ask(2, 0xF2, 0x42)!], [0, 0]);
});

// ── what it does not know ──

Deno.test("each gate: known from there on, 42 before", () => {
  const gates: [number, string, string][] = [
    [0x40, "V2J12S0", "V2J13S0"],
    [0x3E, "V2J14S4", "V2J15S4"],
    [0x43, "V2J19S4", "V2J20S4"],
    [0x44, "V2J23M6", "V2J24M6"],
    [0x45, "V2J23M6", "V2J24M6"],
    [0x46, "V2J23M6", "V2J24M6"],
    [0x4B, "V2J27M15", "V2J28M17"],
    [0x4C, "V2J27M15", "V2J28M17"],
    [0x56, "V2J35M26", "V2J36M26"],
  ];
  for (const [op, before, from] of gates) {
    const old = new ProbeBench({ firmware: before });
    old.status(2, 0xF2, 0x30, 0xA3);
    assertEquals([...old.ask(128, 0xF2, op)!], [0x42, 0], `${op.toString(16)} on ${before}`);
    assertStringIncludes(old.noise, `(F2 ${op.toString(16).toUpperCase()} 00`);
    const fresh = new ProbeBench({ firmware: from });
    fresh.status(2, 0xF2, 0x30, 0xA3);
    assert(fresh.ask(128, 0xF2, op)![0] !== 0x42, `${op.toString(16)} on ${from}`);
  }
});

Deno.test("a command without a status answers nothing when it is not known", () => {
  const old = new ProbeBench({ firmware: "V2J25M14" });
  old.status(2, 0xF2, 0x30, 0xA3);
  assertEquals(old.read(0x47, RAM, 2), undefined);
  assertEquals(old.last().status, 0x42);
  assertEquals(old.ask(8, 0xF7)?.length, 8);
  assertEquals(new ProbeBench({ firmware: "V2J12S0" }).ask(8, 0xF7), undefined);
});

Deno.test("nothing is made up: unknown bytes are named, with what is known of them", () => {
  const bench = new ProbeBench().enter();
  assertEquals([...bench.ask(64, 0xF2, 0x99, 1, 2)!], [0x42, 0]);
  assertEquals(bench.ask(64, 0xE0), undefined);
  assertEquals([...bench.ask(64, 0xF2, 0x4A)!], [0x42, 0]);
  assertEquals(bench.ask(64, 0xF3, 0x01), undefined);
  assertEquals(bench.warnings, [
    "V2J37M26 does not know the command (F2 99 01 02 00 00 00 00 00 00 00 00 00 00 00 00)",
    "V2J37M26 does not know the command (E0 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00)",
    "V2J37M26 does not know GET_DISK_NAME (F2 4A 00 00 00 00 00 00 00 00 00 00 00 00 00 00)",
    "V2J37M26 does not know the command (F3 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00)",
  ]);
  assertEquals(bench.target.words.get(DCRDR), 0);
});
