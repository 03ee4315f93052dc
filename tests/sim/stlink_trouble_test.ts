/** Trouble on the debug endpoints, as a test asks for it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Exchange } from "../../src/sim/stlink_firmware.ts";
import { ProbeBench } from "./support/probe_bench.ts";

const GONE = -108;
const at = (script: Readonly<Record<number, Exchange>>) => (n: number): Exchange =>
  script[n] ?? "ok";

Deno.test("drop-out: the host believes it sent, the firmware never saw it", () => {
  const bench = new ProbeBench({ onExchange: at({ 1: "drop-out" }) });
  assertEquals(bench.ask(6, 0xF1), undefined);
  assertEquals(bench.device.stats.commands, 0);
  assertEquals(bench.ask(6, 0xF1)?.length, 6);
});

Deno.test("drop-in: the answer is fetched and lost; it does not come later", () => {
  const bench = new ProbeBench({ onExchange: at({ 2: "drop-in" }) });
  assertEquals(bench.ask(6, 0xF1), undefined);
  assertEquals(bench.ask(2, 0xF5)?.length, 2);
});

Deno.test("trouble of one direction waits for the next transfer of it", () => {
  const bench = new ProbeBench({ onExchange: at({ 1: "short-in", 4: "drop-out" }) });
  assertEquals(bench.ask(6, 0xF1)?.length, 3);
  assertEquals(bench.ask(6, 0xF1)?.length, 6);
  bench.send(0xF1); // lost
  assertEquals(bench.in(6), undefined);
});

Deno.test("stall: the endpoint stays halted until it is cleared, the answer is still there", () => {
  const bench = new ProbeBench({ onExchange: at({ 2: "stall" }) });
  bench.send(0xF1);
  assertEquals(bench.in(6)?.status, -32);
  assertEquals(bench.in(6)?.status, -32);
  bench.control([0x02, 1, 0, 0, 0x81, 0, 0, 0]);
  assertEquals(bench.in(6)?.actual, 6);
});

Deno.test("late: the device sees it after 50 ms, unless it was taken back", () => {
  const bench = new ProbeBench({ onExchange: at({ 1: "late", 2: "late" }) });
  const first = bench.submit({ endpoint: 1, data: Uint8Array.of(0xF1, ...Array(15).fill(0)) });
  const second = bench.submit({ endpoint: 1, data: Uint8Array.of(0xF5, ...Array(15).fill(0)) });
  assertEquals(bench.device.unlink(second.urb), true);
  bench.target.time.advance(49e6);
  assertEquals(first.ended, undefined);
  bench.target.time.advance(2e6);
  assertEquals(first.ended?.status, 0);
  assertEquals(bench.in(64)?.actual, 6);
  assertEquals(bench.device.stats.commands, 1);
});

Deno.test("unplug: this transfer and all that wait end with -108, also what the trouble holds", () => {
  const bench = new ProbeBench({ onExchange: at({ 1: "drop-in", 2: "late", 4: "unplug" }) });
  const script = [
    bench.submit({ endpoint: 1, in: true, length: 6 }), // answered below, and lost
    bench.submit({ endpoint: 1, in: true, length: 6 }), // late
    bench.submit({ endpoint: 1, data: Uint8Array.of(0xF1, ...Array(15).fill(0)) }),
    bench.submit({ endpoint: 1, data: new Uint8Array(16) }),
  ];
  assertEquals(script.map((s) => s.ended?.status), [GONE, GONE, 0, GONE]);
  bench.target.time.advance(1e9);
  assertEquals(bench.device.plugged, false);
});

Deno.test("kill: nothing is answered any more, until the supply is taken away", () => {
  const bench = new ProbeBench({ onExchange: at({ 3: "kill" }) });
  assertEquals(bench.ask(6, 0xF1)?.length, 6);
  const stuck = bench.submit({ endpoint: 1, data: new Uint8Array(16) });
  assertEquals(stuck.ended, undefined);
  assertStringIncludes(bench.noise, "hangs");
  assertEquals(bench.device.unlink(stuck.urb), true);
  let told = 0;
  const other = new ProbeBench({ onExchange: at({ 1: "kill" }), onKill: () => told++ });
  other.send(0xF1);
  assertEquals([told, other.warnings.length], [1, 0], "who takes it upon himself is asked");
});
