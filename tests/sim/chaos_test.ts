import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { VirtualBoard } from "../../src/sim/board.ts";
import { BOARDS } from "../../src/sim/boards/all.ts";
import { makeCore } from "../../src/sim/boards/parts.ts";
import { parseChaos, TROUBLES } from "../../src/sim/chaos.ts";
import { BusError, type Urb } from "../../src/sim/contracts.ts";
import { SCENARIOS } from "../../src/sim/scenarios.ts";
import { NullProbe } from "./silicon/null_probe.ts";

/** A board whose probe answers every IN transfer with as many bytes as wanted, and takes every OUT. */
function bench(chaos: string, seed = 1) {
  const probe = new NullProbe(
    "p",
    (u) =>
      u.in
        ? u.done(0, new Uint8Array(u.length), u.length)
        : u.done(0, new Uint8Array(0), u.data.length),
  );
  const board = new VirtualBoard(
    { spec: BOARDS[0]!, scenario: SCENARIOS[0]!, chaos: parseChaos(chaos, seed), seed },
    { makeCore, makeProbe: () => probe },
  );
  const ended: string[] = [];
  const transfer = (name: string, out?: Uint8Array): Urb => {
    const urb: Urb = {
      endpoint: 1,
      in: out === undefined,
      length: 64,
      setup: new Uint8Array(8),
      data: out ?? new Uint8Array(0),
      done: (status, data, actual) => ended.push(`${name}:${status}:${data.length}:${actual}`),
    };
    board.usb.submit(urb);
    return urb;
  };
  return { board, probe, ended, transfer };
}

Deno.test("names, places, extras; the seed chooses a place that is not given", () => {
  assertEquals(parseChaos("unplug@137,brownout@12.5ms:3,stuck@0x08000010:3", 1), [
    { name: "unplug", at: 137, extra: 0 },
    { name: "brownout", at: 12.5, extra: 3 },
    { name: "stuck", at: 0x0800_0010, extra: 3 },
  ]);
  assertEquals(parseChaos("", 1), []);
  assertEquals(parseChaos("unplug,wait", 7), parseChaos("unplug,wait", 7));
  assert(parseChaos("unplug", 1)[0]!.at !== parseChaos("unplug", 2)[0]!.at);
  for (const name of Object.keys(TROUBLES)) assertEquals(parseChaos(name, 5)[0]!.name, name);
});

Deno.test("what cannot be read is refused with the list", () => {
  for (
    const bad of [
      "explode",
      "unplug@x",
      "unplug@12ms",
      "unplug@1.5",
      "nrst@3",
      "lost@3:4",
      "unplug@",
    ]
  ) {
    const f = assertThrows(() => parseChaos(bad, 1), Fault);
    assertEquals(f.code, "E0204", bad);
    assertStringIncludes(String(f.facts.allowed), "unplug[@exchange]");
  }
});

Deno.test("lost: the transfer hangs until it is taken back, the others go on", () => {
  const { board, ended, transfer } = bench("lost@2");
  transfer("a");
  const b = transfer("b");
  transfer("c");
  assertEquals(ended, ["a:0:64:64", "c:0:64:64"]);
  assertEquals(board.usb.unlink(b), true);
});

Deno.test("short: half of the bytes, both ways", () => {
  const { ended, transfer, probe } = bench("short@1,short@2");
  transfer("in");
  transfer("out", new Uint8Array(32));
  assertEquals(ended, ["in:0:32:32", "out:0:0:16"]);
  assertEquals(probe.seen[1]!.data.length, 16);
});

Deno.test("late: it arrives after its time", () => {
  const { board, ended, transfer } = bench("late@1:20");
  transfer("a");
  board.run(19);
  assertEquals(ended, []);
  board.run(2);
  assertEquals(ended, ["a:0:64:64"]);
});

Deno.test("stall and unplug", () => {
  const { board, ended, transfer } = bench("stall@1,unplug@3");
  transfer("a");
  transfer("b");
  transfer("c");
  transfer("d");
  assertEquals(ended, ["a:-32:0:0", "b:0:64:64", "c:-108:0:0", "d:-108:0:0"]);
  assertEquals([board.usb.plugged, board.core], [false, "off"]);
});

Deno.test("control transfers are not counted", () => {
  const { board, ended } = bench("stall@1");
  const urb = {
    endpoint: 0,
    in: true,
    length: 18,
    setup: new Uint8Array(8),
    data: new Uint8Array(0),
    done: (status: number) => ended.push(`control:${status}`),
  };
  board.usb.submit(urb);
  assertEquals(ended, ["control:0"]);
});

Deno.test("wait: from the access on the bus is not ready for so long; the chip itself is as before", () => {
  const { board } = bench("wait@3:10");
  const { target } = board;
  target.debugRead(0x2000_0000, 4);
  target.debugRead(0x2000_0000, 4);
  const { now } = target.time;
  assertEquals(target.readyAt(0x2000_0000), now + 10e6);
  board.run(4);
  assertEquals(target.readyAt(0x2000_0000), now + 10e6);
  board.run(7);
  assertEquals(target.readyAt(0x2000_0000), target.time.now);
  assertEquals(board.chip.volts, target.volts);
});

Deno.test("apfault: that one access, then all is well", () => {
  const { board } = bench("apfault@2");
  const { target } = board;
  target.debugWrite(0x2000_0000, 4, 7);
  assertThrows(() => target.debugRead(0x2000_0000, 4), BusError, "chaos");
  assertEquals(target.debugRead(0x2000_0000, 4), 7);
});

Deno.test("nrst: the wire is off", () => {
  const { board } = bench("nrst");
  board.target.driveNrst(true);
  assertEquals([board.core, board.target.nrstWired], ["running", false]);
});

Deno.test("sag and brownout: the supply at its time", () => {
  const sag = bench("sag@5ms:2.0").board;
  sag.run(4.9);
  assertEquals(sag.volts, 3.25);
  sag.run(0.2);
  assertEquals([sag.volts, sag.core, sag.resets], [2.0, "running", []]);
  const out = bench("brownout@5ms:3").board;
  out.run(6);
  assertEquals([out.volts, out.core], [0, "off"]);
  out.run(3);
  assertEquals([out.volts, out.core, out.resets], [3.25, "running", ["power-on"]]);
});

Deno.test("bite: a watchdog reset at its time", () => {
  const { board } = bench("bite@2ms");
  board.run(1.9);
  assertEquals(board.resets, []);
  board.run(0.2);
  assertEquals(board.resets, ["WWDG"]);
});

Deno.test("stuck: the bit stays 1 through programming, the others do not", () => {
  const { board } = bench("stuck@0x08040001:3");
  const FLASH = 0x4002_3C00;
  for (const key of [0x4567_0123, 0xCDEF_89AB]) board.chip.debugWrite(FLASH + 4, 4, key);
  board.chip.debugWrite(FLASH + 0x10, 4, 0x201);
  board.chip.debugWrite(0x0804_0000, 4, 0);
  board.run(1);
  assertEquals([board.peek(0x0804_0000), board.peek(FLASH + 0xC)], [0x0800, 0]);
});

Deno.test("stuck: an address outside flash is refused", () => {
  assertThrows(() => bench("stuck@0x09000000"), Fault, "0x09000000");
});
