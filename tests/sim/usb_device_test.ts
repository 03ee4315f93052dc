/** The probe as a USB device: descriptors, endpoint 0, packets, halts, unlinking, the COM port, the cable. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ProbeBench, SERIAL, u32 } from "./support/probe_bench.ts";
import { RAM } from "./support/scripted_target.ts";

const STALLED = -32;
const OVERFLOWED = -75;
const GONE = -108;
const text = (descriptor: Uint8Array): string =>
  String.fromCharCode(...new Uint16Array(descriptor.slice(2).buffer));
const get = (bench: ProbeBench, type: number, index: number, length = 255) =>
  bench.control([0x80, 6, index, type, 0, 0, length & 0xFF, length >>> 8]);

/** The descriptors of a configuration, one after another. */
function parts(configuration: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < configuration.length; at += configuration[at]!) {
    assert(configuration[at]! > 0);
    out.push(configuration.subarray(at, at + configuration[at]!));
  }
  return out;
}

Deno.test("V2-1: the descriptors of reference/rig.md §2.1", () => {
  const { device } = new ProbeBench();
  assertEquals([...device.deviceDescriptor], [
    ...[18, 1, 0x00, 0x02, 0xEF, 2, 1, 64, 0x83, 0x04, 0x4B, 0x37, 0x00, 0x01, 1, 2, 3, 1],
  ]);
  const all = parts(device.configDescriptor);
  assertEquals(all[0]![2]! | (all[0]![3]! << 8), device.configDescriptor.length);
  assertEquals(all[0]![4], 4, "four interfaces");
  const interfaces = all.filter((d) => d[1] === 4).map((d) => [d[2], d[4], d[5], d[6], d[7]]);
  assertEquals(interfaces, [
    [0, 3, 0xFF, 0xFF, 0xFF],
    [1, 2, 0x08, 0x06, 0x50],
    [2, 1, 0x02, 0x02, 0x01],
    [3, 2, 0x0A, 0x00, 0x00],
  ]);
  const ends = all.filter((d) => d[1] === 5).map((d) => [d[2], d[3], d[4]! | (d[5]! << 8)]);
  assertEquals(ends, [
    ...[[0x81, 2, 64], [0x01, 2, 64], [0x82, 2, 64], [0x83, 2, 64], [0x03, 2, 64]],
    ...[[0x84, 3, 10], [0x05, 2, 64], [0x85, 2, 64]],
  ]);
  assertEquals(device.speed, "full");
});

Deno.test("V2 has other endpoints and nothing else, V3 is fast", () => {
  const v2 = new ProbeBench({ variant: "V2", firmware: "V2J37S7" }).device;
  const ends = parts(v2.configDescriptor).filter((d) => d[1] === 5).map((d) => d[2]);
  assertEquals([v2.productId, ...ends], [0x3748, 0x81, 0x02, 0x83]);
  const bench = new ProbeBench({ variant: "V3", firmware: "V3J7M2" });
  const { device } = bench;
  assertEquals([device.productId, device.speed], [0x374F, "high"]);
  const bulk = parts(device.configDescriptor).filter((d) => d[1] === 5 && d[3] === 2);
  assert(bulk.every((d) => (d[4]! | (d[5]! << 8)) === 512));
  assertEquals(get(bench, 6, 0)?.actual, 10, "a fast device says what it would be at full speed");
  assertEquals(get(new ProbeBench(), 6, 0)?.status, STALLED);
});

Deno.test("strings: languages, names, 24 digits of serial; none beyond", () => {
  const bench = new ProbeBench();
  assertEquals([...get(bench, 3, 0)!.data], [4, 3, 9, 4]);
  assertEquals(text(get(bench, 3, 1)!.data), "STMicroelectronics");
  assertEquals(text(get(bench, 3, 2)!.data), "STM32 STLink");
  assertEquals(text(get(bench, 3, 3)!.data), SERIAL);
  assertEquals(get(bench, 3, 3)!.data.length, 50);
  assertEquals(get(bench, 3, 3, 2)!.data.length, 2, "cut to what was asked for");
  assertEquals(get(bench, 3, 0xEE)?.status, STALLED);
  const old = new ProbeBench({ variant: "V2", firmware: "V2J14S4", rawSerial: true });
  const raw = get(old, 3, 3)!.data;
  assertEquals([raw.length, ...raw.subarray(2, 8)], [26, 0x06, 0, 0x70, 0, 0xFF, 0]);
  assertEquals(old.device.serial.length, 12);
});

Deno.test("standard requests, and a stall for what there is not", () => {
  const bench = new ProbeBench();
  assertEquals([...bench.control([0x80, 0, 0, 0, 0, 0, 2, 0])!.data], [0, 0]);
  assertEquals([...bench.control([0x80, 8, 0, 0, 0, 0, 1, 0])!.data], [1]);
  assertEquals(bench.control([0x00, 9, 1, 0, 0, 0, 0, 0])?.status, 0);
  assertEquals(bench.control([0x00, 9, 2, 0, 0, 0, 0, 0])?.status, STALLED);
  assertEquals([...bench.control([0x81, 10, 0, 0, 0, 0, 1, 0])!.data], [0]);
  assertEquals(bench.control([0x01, 11, 0, 0, 0, 0, 0, 0])?.status, 0);
  assertEquals(bench.control([0x01, 11, 1, 0, 0, 0, 0, 0])?.status, STALLED);
  assertEquals([...bench.control([0xA1, 0xFE, 0, 0, 1, 0, 1, 0])!.data], [0]); // mass storage: one drive
  assertEquals(bench.control([0x21, 0xFF, 0, 0, 1, 0, 0, 0])?.status, 0);
  assertEquals(bench.control([0xC0, 0x33, 0, 0, 0, 0, 4, 0])?.status, STALLED);
  assertEquals(bench.in(8, 0x87)?.status, STALLED);
  assertEquals(bench.out([1], 0x07)?.status, STALLED);
});

Deno.test("USB 2.0 §9.4: an interface that there is not is refused; without a configuration nothing but endpoint 0 answers", () => {
  const bench = new ProbeBench();
  const asked = [[0x81, 0, 0, 0, 9, 0, 2, 0], [0x81, 10, 0, 0, 9, 0, 1, 0], [
    1,
    11,
    0,
    0,
    9,
    0,
    0,
    0,
  ]];
  for (const setup of asked) assertEquals(bench.control(setup)?.status, STALLED, String(setup));
  assertEquals(bench.control([0x00, 9, 0, 0, 0, 0, 0, 0])?.status, 0);
  assertEquals([...bench.control([0x80, 8, 0, 0, 0, 0, 1, 0])!.data], [0]);
  assertEquals(bench.out([0xF1, ...new Array(15).fill(0)])?.status, -71);
  assertEquals(bench.in(64)?.status, -71);
  assertEquals(bench.control([0x81, 10, 0, 0, 0, 0, 1, 0])?.status, STALLED);
  assertEquals(bench.control([0x82, 0, 0, 0, 0x81, 0, 2, 0])?.status, STALLED);
  assertEquals(bench.control([0x00, 9, 1, 0, 0, 0, 0, 0])?.status, 0);
  assertEquals(bench.ask(6, 0xF1)?.length, 6);
});

Deno.test("halting and clearing an endpoint", () => {
  const bench = new ProbeBench();
  const halted = (ep: number) => bench.control([0x82, 0, 0, 0, ep, 0, 2, 0])!.data[0];
  for (const ep of [0x81, 0x01]) {
    assertEquals(bench.control([0x02, 3, 0, 0, ep, 0, 0, 0])?.status, 0);
    assertEquals(halted(ep), 1);
    const ended = ep === 0x81 ? bench.in(6) : bench.out(new Uint8Array(16));
    assertEquals(ended?.status, STALLED);
    assertEquals(bench.control([0x02, 1, 0, 0, ep, 0, 0, 0])?.status, 0);
    assertEquals(halted(ep), 0);
  }
  assertEquals(bench.ask(6, 0xF1)?.length, 6);
  assertEquals(bench.control([0x02, 3, 0, 0, 0x99, 0, 0, 0])?.status, STALLED);
});

Deno.test("a short packet ends a transfer; a full buffer does too; the rest waits", () => {
  const bench = new ProbeBench().enter();
  bench.target.ram.set(Array.from({ length: 200 }, (_, i) => i));
  assertEquals(bench.read(0x07, RAM, 200)?.length, 200);
  bench.send(0xF2, 0x07, ...u32(RAM), 200, 0);
  assertEquals(bench.in(1000)?.actual, 200, "192 and a short one of 8");
  bench.send(0xF2, 0x07, ...u32(RAM), 128, 0);
  assertEquals([...bench.in(64)!.data.subarray(0, 2)], [0, 1]);
  assertEquals([...bench.in(64)!.data.subarray(0, 2)], [64, 65]);
  bench.send(0xF2, 0x07, ...u32(RAM), 128, 0);
  assertEquals(bench.in(192), undefined, "two full packets are no end: there is no empty one");
});

Deno.test("an answer longer than the buffer overflows, and is lost", () => {
  const bench = new ProbeBench().enter();
  bench.send(0xF2, 0x0C, ...u32(RAM), 1, 0);
  assertEquals(bench.in(1)?.status, OVERFLOWED);
  assertEquals(bench.in(2), undefined);
  assertEquals(bench.ask(6, 0xF1)?.length, 6);
});

Deno.test("an IN transfer waits for its answer; unlinked, it never ends", () => {
  const bench = new ProbeBench();
  const first = bench.submit({ endpoint: 1, in: true, length: 64 });
  const second = bench.submit({ endpoint: 1, in: true, length: 64 });
  assertEquals(bench.device.unlink(first.urb), true);
  assertEquals(bench.device.unlink(first.urb), false);
  bench.send(0xF1);
  assertEquals(first.ended, undefined);
  assertEquals(second.ended?.actual, 6);
  assertEquals(bench.device.unlink(second.urb), false);
});

Deno.test("data comes in any number of transfers; what is too much is dropped, loudly", () => {
  const bench = new ProbeBench().enter();
  bench.send(0xF2, 0x08, ...u32(RAM), 12, 0);
  bench.out([1, 2, 3]);
  bench.out([4, 5]);
  bench.out([6, 7, 8, 9, 10, 11, 12, 13, 14]);
  assertEquals([...bench.target.view(RAM, 14)], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0]);
  assertStringIncludes(bench.noise, "2 bytes more");
  assertEquals(bench.last().status, 0x80);
});

Deno.test("a command of another length is filled or cut, loudly", () => {
  const bench = new ProbeBench();
  bench.out([0xF5]);
  assertEquals(bench.in(2)?.data[0], 1);
  bench.out(new Uint8Array(20).fill(0xF5, 0, 1));
  assertEquals(bench.in(2)?.data[0], 1);
  assertEquals(bench.warnings.length, 2);
});

Deno.test("closing the handle voids a half-sent command; an unread answer stays", () => {
  const bench = new ProbeBench().enter();
  bench.send(0xF2, 0x08, ...u32(RAM), 8, 0);
  bench.out([1, 2, 3, 4]);
  bench.device.release();
  assertEquals(bench.status(2, 0xF5), 2);
  bench.send(0xF1);
  bench.device.release();
  assertEquals(bench.ask(64, 0xF5)?.length, 6, "the stale answer comes first: drain it");
  assertEquals(bench.in(64)?.actual, 2);
  bench.send(0xF1);
  bench.control([0x00, 9, 1, 0, 0, 0, 0, 0]);
  assertEquals(bench.in(64), undefined, "a new configuration has no stale answers");
});

Deno.test("the COM port carries the board's UART both ways", () => {
  const bench = new ProbeBench();
  const { target } = bench;
  bench.out([0x48, 0x69], 0x05);
  assertEquals(target.fed, [0x48, 0x69]);
  const waiting = bench.submit({ endpoint: 5, in: true, length: 64 });
  for (const byte of [0x6F, 0x6B, 0x0A]) target.uart.onText?.(Uint8Array.of(byte));
  assertEquals([...waiting.ended!.data], [0x6F], "who waits gets the first at once");
  assertEquals([...bench.in(64, 0x85)!.data], [0x6B, 0x0A], "the others were joined");
  target.uart.onText?.(new Uint8Array(5000).fill(0x2E));
  let got = 0;
  for (let part = bench.in(512, 0x85); part !== undefined; part = bench.in(512, 0x85)) {
    got += part.actual;
    if (part.actual < 512) break;
  }
  assertEquals(got, 4096, "a reader who is away loses the rest");
});

Deno.test("line coding is kept as it was set; the notification endpoint stays silent", () => {
  const bench = new ProbeBench();
  const coding = () => [...bench.control([0xA1, 0x21, 0, 0, 2, 0, 7, 0])!.data];
  assertEquals(coding(), [0x00, 0xC2, 0x01, 0x00, 0, 0, 8]);
  const other = [0x80, 0x25, 0, 0, 0, 0, 8];
  assertEquals(bench.control([0x21, 0x20, 0, 0, 2, 0, 7, 0], other)?.status, 0);
  assertEquals(coding(), other);
  assertEquals(bench.control([0x21, 0x22, 3, 0, 2, 0, 0, 0])?.status, 0);
  assertEquals(bench.in(10, 0x84), undefined);
});

/** A command block of USB mass storage: tag 7, `length` bytes wanted or offered. */
const commandBlock = (length: number, isIn: boolean, ...block: number[]) =>
  Uint8Array.of(
    ...[0x55, 0x53, 0x42, 0x43, 7, 0, 0, 0, length, 0, 0, 0, isIn ? 0x80 : 0, 0, block.length],
    ...block,
    ...new Array(16 - block.length).fill(0),
  );
const commandStatus = (
  residue: number,
  failed: number,
) => [0x55, 0x53, 0x42, 0x53, 7, 0, 0, 0, residue, 0, 0, 0, failed];

Deno.test("the drive says what it is and that it has no medium; nothing of that is noise", () => {
  const bench = new ProbeBench();
  const sent = (...of: Parameters<typeof commandBlock>) =>
    bench.out(commandBlock(...of), 0x03)?.status;
  assertEquals(sent(36, true, 0x12, 0, 0, 0, 36), 0);
  const inquiry = bench.in(36, 0x83)!.data;
  assertEquals([...inquiry.slice(0, 5), inquiry.length], [0, 0x80, 2, 2, 31, 36]);
  assertEquals([...bench.in(13, 0x83)!.data], commandStatus(0, 0));
  assertEquals(sent(0, false, 0), 0);
  assertEquals([...bench.in(13, 0x83)!.data], commandStatus(0, 1), "TEST UNIT READY");
  assertEquals(sent(18, true, 3, 0, 0, 0, 18), 0);
  const sense = bench.in(18, 0x83)!.data;
  assertEquals([sense[2], sense[12]], [2, 0x3A], "not ready: no medium");
  assertEquals([...bench.in(13, 0x83)!.data], commandStatus(0, 0));
  assertEquals(sent(8, true, 0x25), 0);
  assertEquals(bench.in(8, 0x83)?.status, STALLED, "READ CAPACITY has no data");
  assertEquals(bench.control([0x02, 1, 0, 0, 0x83, 0, 0, 0])?.status, 0);
  assertEquals([...bench.in(13, 0x83)!.data], commandStatus(8, 1));
  assertEquals(bench.noise, "");
});

Deno.test("the drive takes no data, loudly, and its reset makes it good again", () => {
  const bench = new ProbeBench();
  assertEquals(bench.out(commandBlock(64, false, 0x2A), 0x03)?.status, 0);
  assertStringIncludes(bench.noise, "SCSI operation 2A fails");
  assertEquals(bench.out(new Uint8Array(64), 0x03)?.status, STALLED);
  assertEquals(bench.control([0x02, 1, 0, 0, 0x03, 0, 0, 0])?.status, 0);
  assertEquals([...bench.in(13, 0x83)!.data], commandStatus(64, 1));
  assertEquals(bench.out(new Uint8Array(31), 0x03)?.status, STALLED);
  assertEquals(bench.in(13, 0x83)?.status, STALLED);
  assertStringIncludes(bench.noise, "no command block");
  assertEquals(bench.control([0x21, 0xFF, 0, 0, 1, 0, 0, 0])?.status, 0);
  for (const ep of [0x03, 0x83]) {
    assertEquals(bench.control([0x02, 1, 0, 0, ep, 0, 0, 0])?.status, 0);
  }
  assertEquals(bench.out(commandBlock(0, false, 0), 0x03)?.status, 0);
  assertEquals([...bench.in(13, 0x83)!.data], commandStatus(0, 1));
});

Deno.test("unplugging ends everything, once", () => {
  const bench = new ProbeBench();
  let told = 0;
  bench.device.onUnplug = () => told++;
  const waiting = [0x81, 0x82, 0x84, 0x85].map((ep) =>
    bench.submit({ endpoint: ep & 0xF, in: true, length: 64 })
  );
  bench.device.unplug();
  bench.device.unplug();
  assertEquals(waiting.map((w) => w.ended?.status), [GONE, GONE, GONE, GONE]);
  assertEquals([told, bench.device.plugged], [1, false]);
  assertEquals(bench.out(new Uint8Array(16))?.status, GONE);
  assertEquals(get(bench, 1, 0)?.status, GONE);
  bench.device.replug();
  assertEquals(get(bench, 1, 0)?.actual, 18);
});

Deno.test("what went over the debug interface is counted", () => {
  const bench = new ProbeBench().enter();
  const before = bench.device.stats;
  bench.write(0x08, RAM, new Uint8Array(256));
  bench.last();
  const { commands, transfers, bytesOut, bytesIn, accesses } = bench.device.stats;
  assertEquals([commands - before.commands, transfers - before.transfers], [2, 4]);
  assertEquals([bytesOut - before.bytesOut, bytesIn - before.bytesIn], [16 + 256 + 16, 12]);
  assertEquals(accesses - before.accesses, 1 + 64 + 4); // SELECT once; CSW, TAR, RDBUFF, CTRL/STAT
});
