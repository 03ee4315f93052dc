/** Virtual devices as a USB source: transfers, faults, time. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { boardClock } from "../../src/sim/front/board_clock.ts";
import { inProcessSource } from "../../src/sim/front/in_process.ts";
import type { Exchange, StlinkOptions } from "../../src/sim/stlink_firmware.ts";
import type { UsbPipe } from "../../src/usb/mod.ts";
import { ProbeBench, SERIAL, u16, u32 } from "./support/probe_bench.ts";
import { RAM } from "./support/scripted_target.ts";

const ENDS = { interface: 0, out: 0x01, in: 0x81 };
const packet = (...bytes: number[]): Uint8Array => {
  const out = new Uint8Array(16);
  out.set(bytes);
  return out;
};
async function bench(options: Partial<StlinkOptions> = {}) {
  const probe = new ProbeBench(options);
  const clock = boardClock(probe.target.time);
  const source = inProcessSource([probe.device], clock);
  const [device] = await source.list();
  const pipe = await source.open(device!, ENDS);
  return { probe, clock, source, device: device!, pipe };
}
async function slugOf(act: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(act, Fault)).slug;
}
const ask = async (pipe: UsbPipe, length: number, ...bytes: number[]): Promise<Uint8Array> => {
  await pipe.send(packet(...bytes), 1000);
  return await pipe.receive(length, 1000);
};

Deno.test("the source lists what is plugged, under its place and serial", async () => {
  const two = [new ProbeBench(), new ProbeBench({ serial: "0669FF515055657867153832" })];
  const source = inProcessSource(
    two.map((b) => b.device),
    boardClock(...two.map((b) => b.target.time)),
  );
  const list = await source.list();
  assertEquals(list.map((d) => [d.place, d.serial]), [
    ["sim", SERIAL],
    ["sim-2", "0669FF515055657867153832"],
  ]);
  assertEquals([source.kind, list[0]!.vendorId, list[0]!.productId], ["sim", 0x0483, 0x374B]);
  two[0]!.device.unplug();
  assertEquals((await source.list()).map((d) => d.place), ["sim-2"]);
  assertEquals(await slugOf(() => source.open(list[0]!, ENDS)), "usb-gone");
});

Deno.test("commands go out, answers come in, the counts agree", async () => {
  const { probe, pipe } = await bench();
  assertEquals([...await ask(pipe, 6, 0xF1)], [0x29, 0x5A, 0x83, 0x04, 0x4B, 0x37]);
  assertEquals((await ask(pipe, 64, 0xF5)).length, 2);
  const { commands, transfers, bytesOut, bytesIn } = probe.device.stats;
  assertEquals([commands, transfers, bytesOut, bytesIn], [2, 4, 32, 8]);
});

Deno.test("an interface is claimed by one at a time; disposing releases it", async () => {
  const { source, device, pipe } = await bench();
  assertEquals(await slugOf(() => source.open(device, ENDS)), "usb-busy");
  await pipe[Symbol.asyncDispose]();
  await pipe[Symbol.asyncDispose]();
  assertEquals(await slugOf(() => pipe.send(packet(0xF1), 10)), "usb-failed");
  const again = await source.open(device, ENDS);
  assertEquals((await ask(again, 6, 0xF1)).length, 6);
  await source[Symbol.asyncDispose]();
  assertEquals(await slugOf(() => again.send(packet(0xF1), 10)), "usb-failed");
});

Deno.test("what never comes times out on the board's clock, and leaves nothing behind", async () => {
  const { clock, pipe } = await bench();
  const before = clock.now();
  assertEquals(await slugOf(() => pipe.receive(6, 250)), "usb-timeout");
  assertEquals(Math.round(clock.now() - before), 250);
  assertEquals((await ask(pipe, 6, 0xF1)).length, 6);
});

Deno.test("a late answer is waited for no longer than it takes", async () => {
  const { clock, pipe } = await bench({ onExchange: (n) => n === 2 ? "late" : "ok" });
  const before = clock.now();
  assertEquals((await ask(pipe, 6, 0xF1)).length, 6);
  const passed = clock.now() - before;
  assert(passed >= 50 && passed < 52, `${passed} ms`);
});

Deno.test("an answer that takes the probe longer than the host waits stays in the probe", async () => {
  const { probe, pipe } = await bench();
  probe.enter();
  await ask(pipe, 2, 0xF2, 0x43, ...u16(798)); // 5 kHz: a word takes 9.2 ms
  await pipe.send(packet(0xF2, 0x07, ...u32(RAM), ...u16(400)), 100);
  assertEquals(await slugOf(() => pipe.receive(400, 100)), "usb-timeout");
  assertEquals((await ask(pipe, 512, 0xF5)).length, 400, "the next reader meets it first");
});

Deno.test("every end of a transfer is a fault of its own", async () => {
  const trouble = (what: Exchange) => bench({ onExchange: (n) => n === 2 ? what : "ok" });
  const stalled = await trouble("stall");
  assertEquals(await slugOf(() => ask(stalled.pipe, 6, 0xF1)), "usb-stall");
  await stalled.pipe.clearHalt("in");
  assertEquals((await stalled.pipe.receive(6, 10)).length, 6);
  const gone = await trouble("unplug");
  assertEquals(await slugOf(() => ask(gone.pipe, 6, 0xF1)), "usb-gone");
  const { pipe } = await bench();
  assertEquals(await slugOf(() => ask(pipe, 2, 0xF1)), "usb-overflow");
});

Deno.test("an OUT endpoint halts and is cleared; a reset empties the device's endpoints", async () => {
  const { probe, pipe } = await bench();
  probe.device.submit({
    endpoint: 0,
    in: false,
    length: 0,
    setup: Uint8Array.of(0x02, 0x03, 0, 0, 0x01, 0, 0, 0),
    data: new Uint8Array(0),
    done: () => {},
  });
  assertEquals(await slugOf(() => pipe.send(packet(0xF1), 10)), "usb-stall");
  await pipe.clearHalt("out");
  await pipe.send(packet(0xF1), 10); // its answer is never fetched
  await pipe.reset();
  assertEquals((await ask(pipe, 64, 0xF5)).length, 2);
});

Deno.test("a hung probe: sending times out as well", async () => {
  const { pipe } = await bench({ onExchange: (n) => n === 1 ? "kill" : "ok" });
  assertEquals(await slugOf(() => pipe.send(packet(0xF1), 20)), "usb-timeout");
  assertEquals(await slugOf(() => pipe.reset()), "usb-timeout");
});

Deno.test("what is sent cannot be changed afterwards", async () => {
  const { probe, pipe } = await bench();
  probe.enter();
  const data = Uint8Array.of(1, 2, 3, 4);
  await pipe.send(packet(0xF2, 0x08, ...u32(RAM), ...u16(4)), 100);
  const sending = pipe.send(data, 100);
  data.fill(0xFF);
  await sending;
  assertEquals([...probe.target.view(RAM, 4)], [1, 2, 3, 4]);
});

Deno.test("the clock of several boards: the furthest tells the time, all catch up, abort is heard", async () => {
  const [a, b] = [new ProbeBench().target.time, new ProbeBench().target.time];
  const clock = boardClock(a, b);
  a.advance(5e6);
  assertEquals(clock.now(), 5);
  await clock.sleep(10);
  assertEquals([a.now, b.now], [15e6, 15e6]);
  const stop = new AbortController();
  stop.abort(
    new Fault("stopped", {
      code: "E2004",
      class: "tool",
      title: "stopped",
      next: [],
    }),
  );
  assertEquals(await slugOf(() => clock.sleep(10, stop.signal)), "stopped");
  assertEquals(clock.now(), 15);
});
