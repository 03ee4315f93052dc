/** What things cost in time, against reference/performance.md §3.2 and §3.3. */
import { assert, assertEquals } from "@std/assert";
import { ACCESS_CLOCKS, clockNs, HOST_PROFILES, probeCost } from "../../src/sim/swd_cost.ts";
import type { StlinkOptions } from "../../src/sim/stlink_firmware.ts";
import { ProbeBench, u16, u32 } from "./support/probe_bench.ts";
import { RAM } from "./support/scripted_target.ts";

const took = (bench: ProbeBench, act: () => void): number => {
  const before = bench.target.time.now;
  act();
  return bench.target.time.now - before;
};
const near = (actual: number, expected: number): void =>
  assert(Math.abs(actual - expected) < 1, `${actual} ns, expected ${expected} ns`);

Deno.test("a command costs what the host is worth", () => {
  for (const [variant, firmware] of [["V2-1", "V2J37M26"], ["V3", "V3J7M2"]] as const) {
    const ms = HOST_PROFILES.map((host) => {
      const bench = new ProbeBench({ host, variant, firmware });
      return took(bench, () => bench.ask(6, 0xF1)) / 1e6;
    });
    assertEquals(ms, variant === "V3" ? [0.1, 0.2, 0.45] : [0.1, 0.25, 1.0]);
  }
});

Deno.test("an access costs 46 clocks, a word its share on top, a WAIT 13 clocks", () => {
  const bench = new ProbeBench().enter();
  bench.status(2, 0xF2, 0x43, ...u16(3)); // 950 kHz
  bench.read(0x07, RAM, 4); // selects the bank
  const clock = clockNs(950);
  const cost = probeCost(2, "direct");
  const words = 100;
  const read = took(bench, () => bench.send(0xF2, 0x07, ...u32(RAM), ...u16(4 * words)));
  near(read, cost.commandNs + (words + 4) * ACCESS_CLOCKS * clock + words * cost.readNs);
  bench.in(4 * words);
  const write = took(bench, () => bench.write(0x08, RAM, new Uint8Array(4 * words)));
  near(write, cost.commandNs + (words + 4) * ACCESS_CLOCKS * clock + words * cost.writeNs);
  bench.target.busy = () => Infinity;
  const waits = took(bench, () => bench.status(8, 0xF2, 0x36, ...u32(RAM)));
  near(waits, cost.commandNs + 3 * ACCESS_CLOCKS * clock + cost.readNs + 5 * 13 * clock);
});

Deno.test("time passes word by word: what the chip does meanwhile is seen in between", () => {
  const bench = new ProbeBench().enter();
  let ticks = 0;
  const tick = () => {
    ticks++;
    bench.target.ram[0] = ticks;
    bench.target.time.at(bench.target.time.now + 100_000, tick);
  };
  tick();
  const seen = new Set(bench.read(0x54, RAM, 4 * 64)!.filter((_, i) => i % 4 === 0));
  assert(seen.size > 15, `${seen.size} different values`);
  const times = bench.target.log.map((a) => a.when);
  assert(times.every((t, i) => i === 0 || t > times[i - 1]!));
});

/** KiB/s of a megabyte's worth of such commands */
function speed(
  options: Partial<StlinkOptions>,
  khz: number,
  chunk: number,
  write: boolean,
): number {
  const bench = new ProbeBench({ host: "typical", ...options }).enter();
  if (options.variant === "V3") bench.status(8, 0xF2, 0x61, 0, 0, ...u32(khz));
  else bench.status(2, 0xF2, 0x43, ...u16(khz === 4000 ? 0 : 1));
  const total = 10 * chunk;
  const ns = took(bench, () => {
    for (let at = 0; at < total; at += chunk) {
      if (write) bench.write(0x08, RAM, new Uint8Array(chunk));
      else bench.read(0x07, RAM, chunk);
      bench.last();
    }
  });
  return total / 1024 / (ns / 1e9);
}

Deno.test("the speeds are those of the model in performance.md §3.3 and §5.4", () => {
  const v3 = { variant: "V3", firmware: "V3J10M3" } as const;
  // the model counts housekeeping for status commands too: a few per cent at 1 KiB
  for (
    const [what, actual, model, share] of [
      ["V2-1 at 1.8 MHz, 1 KiB", speed({}, 1800, 1024, false), 113.9, 0.03],
      ["V2-1 at 4 MHz, 6 KiB", speed({}, 4000, 6144, false), 218, 0.02],
      ["V3 at 8 MHz, 6 KiB", speed(v3, 8000, 6144, false), 555, 0.02],
      ["V3 at 24 MHz, 6 KiB", speed(v3, 24_000, 6144, false), 720, 0.02],
      ["V2 at 4 MHz, 32 KiB written", speed({}, 4000, 32_768, true), 64 / 0.2326, 0.03],
    ] as const
  ) {
    assert(Math.abs(actual / model - 1) < share, `${what}: ${actual.toFixed(1)}, model ${model}`);
  }
});
