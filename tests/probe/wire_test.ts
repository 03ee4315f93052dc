import { assertEquals, assertRejects } from "@std/assert";
import { catalogue, Fault } from "../../src/base/mod.ts";
import {
  type Command,
  getCurrentMode,
  readDebugRegister,
  writeDebugRegister,
} from "../../src/probe/stlink/commands.ts";
import { readMemory } from "../../src/probe/stlink/memory_commands.ts";
import { Patience, Wire } from "../../src/probe/stlink/wire.ts";
import { ManualClock, ScriptedPipe } from "../support/scripted_pipe.ts";

const LIMITS = { usbMs: 5000, waitMs: 100, writeChunk: 6144 };
const READ = "> f2 36 00 00 00 20";
const VALUE = "< 80 00 00 00 78 56 34 12";

const wire = (script: string) => {
  const pipe = new ScriptedPipe(script);
  const clock = new ManualClock();
  return { pipe, clock, wire: new Wire(pipe, clock, LIMITS) };
};
const run = async (script: string, command: Command<unknown> = readDebugRegister(0x20000000)) => {
  const w = wire(script);
  const value = await w.wire.run(command);
  assertEquals(w.pipe.left, []);
  return { ...w, value };
};
const fails = async (script: string, command: Command<unknown> = readDebugRegister(0x20000000)) => {
  const w = wire(script);
  const fault = await assertRejects(() => w.wire.run(command), Fault);
  assertEquals(w.pipe.left, []);
  return { ...w, fault };
};

Deno.test("run() counts an exchange and its bytes", async () => {
  const { wire, value } = await run(`${READ}\n${VALUE}`);
  assertEquals(value, 0x12345678);
  assertEquals(wire.counters, { exchanges: 1, bytesOut: 16, bytesIn: 8 });
});

Deno.test("run() repeats on WAIT with doubling pauses", async () => {
  const { clock, value, wire } = await run(
    `${`${READ}\n< 10 00 00 00 00 00 00 00\n`.repeat(3)}${READ}\n< 14 00 00 00 00 00 00 00\n` +
      `${READ}\n${VALUE}`,
  );
  assertEquals(value, 0x12345678);
  assertEquals(clock.slept, [1, 2, 4, 8]);
  assertEquals(wire.counters.exchanges, 5);
});

Deno.test("run() gives up on WAIT at its deadline", async () => {
  const w = wire(`${READ}\n< 10 00 00 00 00 00 00 00\n`.repeat(8));
  const fault = await assertRejects(() => w.wire.run(readDebugRegister(0x20000000)), Fault);
  assertEquals(fault.slug, "bus-busy");
  assertEquals(w.clock.slept, [1, 2, 4, 8, 16, 32, 37]);
  assertEquals(fault.facts["ms"], 100);
});

Deno.test("run() takes a FAULT right after a WAIT for a WAIT, and no other", async () => {
  const wait = "< 10 00 00 00 00 00 00 00";
  const fault = "< 11 00 00 00 00 00 00 00";
  await run(`${READ}\n${wait}\n${READ}\n${fault}\n${READ}\n${VALUE}`);
  const { fault: first } = await fails(`${READ}\n${fault}`);
  assertEquals(first.slug, "bus-refused");
  const { fault: second } = await fails(`${READ}\n${wait}\n${READ}\n${fault}\n${READ}\n${fault}`);
  assertEquals(second.slug, "bus-refused");
});

Deno.test("exchange() drains and asks once more when the answer of a read is lost or short", async () => {
  await run(`${READ}\n< !usb-timeout\n< !usb-timeout\n${READ}\n${VALUE}`);
  await run(`${READ}\n< 80 00\n< 01 02\n< !usb-timeout\n${READ}\n${VALUE}`);
  await run(
    `${READ}\n< !usb-stall\nclear out\n< !usb-stall\nclear in\n< !usb-timeout\n${READ}\n${VALUE}`,
  );
  await run(`${READ}\n< !usb-overflow\n< !usb-timeout\n${READ}\n${VALUE}`);
});

Deno.test("exchange() reports a read that fails twice", async () => {
  const short = await fails(`${READ}\n< 80\n< !usb-timeout\n${READ}\n< 80 00 00`);
  assertEquals(short.fault.slug, "probe-unknown-reply");
  assertEquals(
    short.fault.message,
    "The probe answered READDEBUGREG with 3 bytes, not with 8 bytes",
  );
  const lost = await fails(`${READ}\n< !usb-timeout\n< !usb-timeout\n${READ}\n< !usb-timeout`);
  assertEquals(lost.fault.slug, "probe-lost");
  assertEquals(lost.fault.options.board?.state, "untouched");
});

Deno.test("exchange() never repeats a write: it drains and says that the state is unknown", async () => {
  const { fault } = await fails(
    "> f2 35 00 00 00 20 01 00 00 00\n< !usb-timeout\n< !usb-timeout",
    writeDebugRegister(0x20000000, 1),
  );
  assertEquals(fault.slug, "probe-lost");
  assertEquals(fault.options.board, {
    state: "unknown",
    text: "WRITEDEBUGREG may or may not have been done",
  });
});

Deno.test("exchange() gives up at once when the device is gone", async () => {
  const { fault, wire } = await fails(`${READ}\n< !usb-gone`);
  assertEquals(fault.slug, "probe-lost");
  assertEquals(wire.counters.exchanges, 1);
  await run(`> !usb-failed f2 36 00 00 00 20\n< !usb-timeout\n${READ}\n${VALUE}`);
  const during = await fails(`${READ}\n< !usb-failed\n< !usb-gone`);
  assertEquals(during.fault.slug, "probe-lost");
});

Deno.test("exchange() passes on what is no trouble of USB, such as a trace that differs", async () => {
  const w = wire(READ);
  const differs = catalogue({
    "trace-differs": { code: "E2020", class: "station", title: "differs", next: [] },
  })("trace-differs");
  w.pipe.receive = () => Promise.reject(differs);
  assertEquals(
    await assertRejects(() => w.wire.run(readDebugRegister(0x20000000)), Fault),
    differs,
  );
  const bug = new TypeError("a bug");
  const v = wire(READ);
  v.pipe.receive = () => Promise.reject(bug);
  assertEquals(await assertRejects(() => v.wire.run(readDebugRegister(0x20000000))), bug);
});

Deno.test("run() hands a status to the fault, and asks for the documented length", async () => {
  const { fault, pipe } = await fails(`${READ}\n< 16 00 00 00 00 00 00 00`);
  assertEquals(fault.slug, "link-lost");
  assertEquals(pipe.asked, [8]);
  const one = await run(
    "> f2 0c 00 00 00 20 01\n< 5a 00",
    readMemory(1, 0x20000000, 1, { ap: 0, csw: 0 }),
  );
  assertEquals(one.pipe.asked, [2], "one byte comes as two");
});

Deno.test("drain() stops at a device that never stops talking", async () => {
  const w = wire("< 01 02\n".repeat(64));
  assertEquals(await w.wire.drain(), true);
  const quiet = wire("< !usb-timeout");
  assertEquals(await quiet.wire.drain(), false);
  const gone = wire("< !usb-gone");
  await assertRejects(() => gone.wire.drain(), Fault, "gone");
});

Deno.test("GET_CURRENT_MODE carries no status byte: 0 is a mode", async () => {
  const { value } = await run("> f5\n< 00 00", getCurrentMode());
  assertEquals(value, 0);
});

Deno.test("Patience waits as long as it has, no longer", async () => {
  const clock = new ManualClock();
  const patience = new Patience(clock, 200);
  while (!patience.over) await patience.pause();
  assertEquals(clock.slept, [1, 2, 4, 8, 16, 32, 64, 64, 9]);
  assertEquals(patience.waitedMs, 200);
});
