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
  assertStringIncludes(
    f.message,
    "at exchange 1, line 3: it holds out f180; the run wants out f2",
  );
  assertEquals(f.options.evidence?.map((e) => e.value), ["out f180", "out f2"]);
  // stopped is stopped: what would fit again is refused with the same fault
  const again = await assertRejects(() => pipe.send(new Uint8Array([0xF1, 0x80]), 100), Fault);
  assertEquals(again, f);
  await pipe[Symbol.asyncDispose]();
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

/** `echo`, on a clock that moves at every look, as a real one does. */
function restless(): UsbSource {
  const inner = echo();
  let looks = 0;
  const now = () => inner.clock.now() + ++looks * 0.125;
  return { ...inner, clock: { now, sleep: (ms) => inner.clock.sleep(ms) } };
}
async function recorded(acts: readonly Act[], source = echo()): Promise<string[]> {
  const lines: string[] = [];
  await play(recordingSource(source, (l) => lines.push(l)), acts);
  return lines;
}
const F1 = { send: new Uint8Array([0xF1, 0x80]) };

Deno.test("recorder: the run sees times that its replay sees again, also where time goes on between", async () => {
  const source = (inner: UsbSource, lines: string[]) =>
    recordingSource(inner, (l) => lines.push(l));
  /** a program that decides by the clock: how often it asks depends on the time */
  const program = async (s: UsbSource): Promise<number[]> => {
    await using pipe = await s.open(DEVICE, ENDS);
    const end = s.clock.now() + 5;
    const seen: number[] = [];
    while (s.clock.now() < end) {
      await pipe.send(new Uint8Array([1]), 100);
      await s.clock.sleep(0.5);
      seen.push(s.clock.now());
    }
    return seen;
  };
  const lines: string[] = [];
  const first = await program(source(restless(), lines));
  assertEquals(await program(replaySource(lines.join("\n"), "t.jsonl")), first);
  assertEquals(first.length > 2, true);
});
Deno.test("replayer: a run that sends any other byte is stopped at that exchange", async () => {
  const sends = fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }), {
    minLength: 1,
    maxLength: 9,
  });
  await fc.assert(fc.asyncProperty(sends, fc.nat(), fc.nat(), async (list, which, where) => {
    const acts = list.map((send) => ({ send: send.map((b) => b === 0xEE ? 0 : b) }));
    const source = replaySource((await recorded(acts)).join("\n"), "t.jsonl");
    const pipe = await source.open(DEVICE, ENDS);
    const at = which % acts.length;
    for (const [i, { send }] of acts.entries()) {
      const bytes = send.slice();
      if (i === at) bytes[where % bytes.length] = ((bytes[where % bytes.length] ?? 0) + 1) % 256;
      if (i < at) await pipe.send(bytes, 100);
      else {
        const f = await assertRejects(() => pipe.send(bytes, 100), Fault);
        assertEquals([f.slug, f.facts["exchange"]], ["trace-differs", at + 1]);
      }
    }
  }));
});
Deno.test("replayer: of long transfers the difference is shown, not the whole", async () => {
  const long = new Uint8Array(6144).fill(0xAB);
  const source = replaySource((await recorded([{ send: long }])).join("\n"), "t.jsonl");
  const pipe = await source.open(DEVICE, ENDS);
  const f = await assertRejects(() => pipe.send(long.with(4000, 0xCD), 100), Fault);
  assertStringIncludes(f.message, "out …abab");
  assertStringIncludes(f.message, "ababcdabab");
  assertEquals(f.message.length < 400, true);
});
Deno.test("replayer: a difference is a Fault even when the run then closes its pipe", async () => {
  const text = (await recorded([F1])).join("\n");
  const run = async () => {
    await using pipe = await replaySource(text, "t.jsonl").open(DEVICE, ENDS);
    await pipe.send(new Uint8Array([0xF2]), 100);
  };
  assertEquals((await assertRejects(run, Fault)).slug, "trace-differs");
});
Deno.test("replayer: wants the same lengths, and ends where the trace ends", async () => {
  const text = (await recorded([F1, { receive: 2 }])).join("\n");
  const shorter = await replaySource(text, "t.jsonl").open(DEVICE, ENDS);
  await shorter.send(F1.send, 100);
  await assertRejects(
    () => shorter.receive(1, 100),
    Fault,
    "it holds in of 2 bytes; the run wants in of 1",
  );
  const longer = await replaySource(text, "t.jsonl").open(DEVICE, ENDS);
  await longer.send(F1.send, 100);
  assertEquals([...await longer.receive(2, 100)], [0x80, 0xF1]);
  await longer[Symbol.asyncDispose]();
  await assertRejects(() => longer.reset(), Fault, "it ends; the run wants reset");
});
Deno.test("recorder: a fault is replayed with its facts, and so is an open that failed", async () => {
  const inner: UsbSource = {
    ...echo(),
    open: () => Promise.reject(usbFault("usb-busy", { place: "1-1", holder: "openocd (7)" })),
  };
  const lines: string[] = [];
  await assertRejects(() => recordingSource(inner, (l) => lines.push(l)).open(DEVICE, ENDS), Fault);
  const f = await assertRejects(
    () => replaySource(lines.join("\n"), "t").open(DEVICE, ENDS),
    Fault,
  );
  assertEquals([f.slug, f.facts["holder"], f.message], [
    "usb-busy",
    "openocd (7)",
    "Another program holds the probe at 1-1",
  ]);
});
Deno.test("replayer: whatever stands in a trace, the answer is a source or the fault bad-trace", async () => {
  const lines = await recorded([F1, { receive: 2 }, { halt: "in" }]);
  const json = fc.json({ maxDepth: 2 });
  await fc.assert(fc.asyncProperty(fc.nat(), json, fc.boolean(), async (at, other, first) => {
    const changed = lines.with(first ? 0 : at % lines.length, other);
    try {
      const source = replaySource(changed.join("\n"), "t");
      await source.list();
      await using pipe = await source.open(DEVICE, ENDS);
      await pipe.send(F1.send, 1);
      await pipe.receive(2, 1);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
    }
  }));
  const why = assertThrows(
    () => replaySource([lines[0], '{"type":"out"}'].join("\n"), "t.jsonl"),
    Fault,
  );
  assertEquals([why.message, why.exit], [
    "t.jsonl is no trace of probekit: line 2 is no event of a trace",
    2,
  ]);
});
