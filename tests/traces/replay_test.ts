/**
 * Recorded sessions, replayed to the driver: it must send the same bytes. `sim_*.jsonl` come from the virtual
 * board; a file from a real board is recorded by `probekit … --trace FILE` and replayed to both. A missing file
 * is recorded, and the test fails once so that somebody looks at it.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytesToWords, Fault } from "../../src/base/mod.ts";
import { attach, type AttachMode } from "../../src/cortex/mod.ts";
import { listProbes, openProbe } from "../../src/probe/mod.ts";
import { openSim } from "../../src/sim/mod.ts";
import { recordingSource, replaySource, type UsbSource } from "../../src/usb/mod.ts";
import { F7_FREEZE } from "../support/sim_bench.ts";

/** What a session saw, to be the same in every replay. */
interface Seen {
  readonly idcode: number;
  readonly pc: number;
  readonly why: string;
  readonly refused: string;
  readonly exchanges: number;
}

/** Attaches, looks around, steps, resets, is refused once, and leaves. */
async function session(source: UsbSource, mode: AttachMode): Promise<Seen> {
  const [found] = await listProbes(source);
  assert(found);
  await using probe = await openProbe(source, found.device);
  const wish = { mode, hertz: 4e6, freeze: F7_FREEZE };
  const { core, leave } = await attach(probe, source.clock, wish);
  const [idcode = 0] = bytesToWords(await core.uncached.read(0xE004_2000, 4));
  await core.memory.write(0x2001_0000, Uint8Array.from({ length: 70 }, (_, i) => i));
  assertEquals((await core.memory.read(0x2001_0001, 7))[6], 7);
  const refusal = await assertRejects(() => core.uncached.read(0x6FFF_FFF8, 16), Fault);
  await core.resetAndHalt();
  await core.step();
  const [pc = 0] = await core.readRegisters(["pc"]);
  const { why } = await core.stopReason();
  await probe.voltage();
  await leave("running");
  const { exchanges } = probe.counters;
  return { idcode, pc, why, refused: refusal.message, exchanges };
}

const SESSIONS: readonly [file: string, selector: string, mode: AttachMode][] = [
  ["sim_f746_under_reset", "sim:stm32f746g-disco", "under-reset"],
  ["sim_f746_halt", "sim:stm32f746g-disco", "halt"],
  ["sim_f746_so36160986", "sim:stm32f746g-disco?scenario=so36160986", "under-reset"],
  ["sim_f746_nrst_unwired", "sim:stm32f746g-disco?scenario=nrst-unwired", "under-reset"],
  ["sim_f746_old_firmware", "sim:stm32f746g-disco?firmware=V2J28M18", "under-reset"],
];

async function record(selector: string, mode: AttachMode): Promise<{ text: string; seen: Seen }> {
  const lines: string[] = [];
  const { source } = openSim(selector);
  const seen = await session(recordingSource(source, (line) => lines.push(line)), mode);
  return { text: lines.join("\n") + "\n", seen };
}

const pathOf = (file: string): URL => new URL(`./${file}.jsonl`, import.meta.url);

for (const [file, selector, mode] of SESSIONS) {
  Deno.test(`${file} replays to the byte, and the virtual board still answers like it`, async () => {
    const now = await record(selector, mode);
    let text: string;
    try {
      text = await Deno.readTextFile(pathOf(file));
    } catch {
      await Deno.writeTextFile(pathOf(file), now.text);
      throw new Error(`${file}.jsonl was missing and has been recorded: look at it and commit it`);
    }
    const replayed = await session(replaySource(text, `${file}.jsonl`), mode);
    assertEquals(replayed, now.seen);
    assertEquals(replayed.idcode, 0x1001_6449);
  });
}

Deno.test("a replay stops at the first byte that differs", async () => {
  const { text } = await record("sim:stm32f746g-disco", "halt");
  // DHCSR is asked for; the trace says DEMCR
  const changed = text.replace("f236f0ed00e0", "f236fced00e0");
  assert(changed !== text);
  const source = replaySource(changed, "changed.jsonl");
  const fault = await assertRejects(() => session(source, "halt"), Fault);
  assertEquals(fault.slug, "trace-differs");
});
