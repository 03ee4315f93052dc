import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Clock, Fault } from "../../src/base/mod.ts";
import {
  recordingSource,
  replaySource,
  type UsbDevice,
  usbFault,
  type UsbPipe,
  type UsbSource,
} from "../../src/usb/mod.ts";

const DEVICE: UsbDevice = { vendorId: 0x0483, productId: 0x374B, serial: "S1", place: "1-1" };
const ENDS = { interface: 0, out: 1, in: 0x81 };

/** A device that answers with the bytes it was sent, reversed; a first byte 0xEE stalls. */
function echo(): UsbSource {
  let t = 0;
  let last = new Uint8Array();
  const clock: Clock = { now: () => t, sleep: (ms) => Promise.resolve(void (t += ms)) };
  const pipe: UsbPipe = {
    device: DEVICE,
    send(data) {
      t += 0.25;
      if (data[0] === 0xEE) return Promise.reject(usbFault("usb-stall", { what: "echo" }));
      last = data.slice().reverse();
      return Promise.resolve();
    },
    receive: (length) => Promise.resolve(last.slice(0, length)),
    clearHalt: () => Promise.resolve(),
    reset: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    kind: "echo",
    clock,
    list: () => Promise.resolve([DEVICE]),
    open: () => Promise.resolve(pipe),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

type Act = { send: Uint8Array } | { receive: number } | { halt: "in" | "out" };
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ send: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ receive: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ halt: fc.constantFrom("in" as const, "out" as const) }),
);

/** Plays the acts; gives what came back, faults by slug, and the clock at the end. */
async function play(source: UsbSource, acts: readonly Act[]): Promise<unknown[]> {
  const [device] = await source.list();
  const seen: unknown[] = [];
  await using pipe = await source.open(device ?? DEVICE, ENDS);
  for (const a of acts) {
    try {
      if ("send" in a) await pipe.send(a.send, 100);
      else if ("receive" in a) seen.push((await pipe.receive(a.receive, 100)).slice());
      else await pipe.clearHalt(a.halt);
    } catch (e) {
      seen.push(e instanceof Fault ? e.slug : e);
    }
    seen.push(source.clock.now());
  }
  return seen;
}

Deno.test("recorder and replayer: a recorded run plays again, with its times and its faults", async () => {
  await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
    const lines: string[] = [];
    const recorded = await play(recordingSource(echo(), (l) => lines.push(l)), acts);
    assertEquals(await play(replaySource(lines.join("\n"), "t.jsonl"), acts), recorded);
  }));
});
Deno.test("replayer: stops at the first difference and shows both sides", async () => {
  const lines: string[] = [];
  await play(recordingSource(echo(), (l) => lines.push(l)), [{
    send: new Uint8Array([0xF1, 0x80]),
  }]);
  const source = replaySource(lines.join("\n"), "t.jsonl");
  const pipe = await source.open(DEVICE, ENDS);
  const f = await assertRejects(() => pipe.send(new Uint8Array([0xF2]), 100), Fault);
  assertEquals(f.slug, "trace-differs");
  assertStringIncludes(f.message, "at line 3: it holds out f180; the run wants out f2");
  await assertRejects(() => pipe.receive(6, 100), Fault, "the run wants in of 6 bytes");
  await pipe.send(new Uint8Array([0xF1, 0x80]), 100);
  await pipe[Symbol.asyncDispose]();
  await assertRejects(() => pipe.reset(), Fault, "it ends; the run wants reset");
});
Deno.test("replayer: a file that is no trace is refused", () => {
  assertStringIncludes(
    assertThrows(() => replaySource("{}", "x.jsonl"), Fault).message,
    "no header of version 1",
  );
  assertStringIncludes(
    assertThrows(() => replaySource("nonsense", "x.jsonl"), Fault).message,
    "line 1 is no JSON",
  );
});
