/** Whatever a host sends, the probe neither throws nor forgets how to answer. */
import { assertEquals } from "@std/assert";
import { Random } from "../../src/sim/silicon/random.ts";
import { ProbeBench, u16, u32 } from "./support/probe_bench.ts";
import { RAM } from "./support/scripted_target.ts";

const PROBES = [
  ["V2", "V2J14S4"],
  ["V2-1", "V2J37M26"],
  ["V3", "V3J10M3"],
] as const;

/** Mostly commands that exist, with addresses that exist, and everything else too. */
function packet(random: Random): number[] {
  const known = random.below(4) !== 0;
  const group = known ? 0xF2 : random.below(256);
  const at = random.below(2) === 0 ? RAM + random.below(0x1_0000) : random.u32();
  const length = random.below(3) === 0 ? random.below(0x1_0000) : random.below(600);
  const rest = Array.from({ length: 8 }, () => random.below(random.below(2) === 0 ? 2 : 256));
  return [group, random.below(known ? 0x65 : 256), ...u32(at), ...u16(length), ...rest];
}

function act(bench: ProbeBench, random: Random): void {
  const { out, in: answers, trace } = bench.device.endpoints;
  switch (random.below(8)) {
    case 0:
      bench.out(new Uint8Array(random.below(700)).fill(random.below(256)), out);
      return;
    case 1:
    case 2:
      bench.in(1 + random.below(700), random.below(5) === 0 ? trace : answers);
      return;
    case 3:
      bench.control(
        Array.from({ length: 8 }, () => random.below(random.below(2) === 0 ? 11 : 256)),
      );
      return;
    case 4:
      bench.target.debugPortAlive = random.below(4) !== 0;
      bench.target.time.advance(random.below(1e7));
      return;
    default:
      bench.out(packet(random), out);
  }
}

for (const [variant, firmware] of PROBES) {
  Deno.test(`fuzz: ${firmware}, 40 seeds of 150 acts`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const bench = new ProbeBench({ variant, firmware });
      bench.target.busy = () => random.below(30) === 0 ? bench.target.time.now + 1e5 : undefined;
      bench.send(0xF3, 0x07);
      bench.status(2, 0xF2, 0x30, 0xA3);
      for (let i = 0; i < 150; i++) act(bench, random);
      bench.control([0x00, 9, 1, 0, 0, 0, 0, 0]);
      bench.target.debugPortAlive = true;
      assertEquals(bench.ask(6, 0xF1)?.length, 6, `seed ${seed}`);
    }
  });
}
