/**
 * `deno task campaign:cables`: cuts a flash of the real program at random transfers, half by pulling the cable
 * under the real libusb, half by killing the emulator behind USB/IP, and holds what the program says then
 * against the board; afterwards the same command must complete.
 *
 *   deno task campaign:cables [--count 50] [--seed N]
 * @module
 */
import { cutOnce, LAST_PART, randomCuts, transfers } from "../tests/tools/support/cables.ts";

const COUNT = 50;

function numberOf(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(args[at + 1]);
}

async function main(args: readonly string[]): Promise<number> {
  const count = numberOf(args, "count", COUNT);
  const seed = numberOf(args, "seed", Date.now() % 1_000_000);
  if (!(count > 0) || !(seed >= 0)) {
    console.error("--count and --seed take a number");
    return 2;
  }
  const began = performance.now();
  const length = await transfers();
  console.log(`seed ${seed}; a flash of 20 000 bytes is ${length} transfers; ${count} cuts`);
  const tally = new Map<string, number>();
  let bad = 0;
  let longest = 0;
  for (const cut of randomCuts(count, seed, length * LAST_PART)) {
    const name = `${cut.loss.padEnd(6)} at ${String(cut.at).padStart(3)}`;
    try {
      const { exit, state, slug, ms } = await cutOnce(cut);
      console.log(`${name}: exit ${exit}, ${slug}, ${state}, ${(ms / 1000).toFixed(1)} s`);
      const kind = `${cut.loss}: exit ${exit}, ${state}`;
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
      longest = Math.max(longest, ms);
    } catch (e) {
      bad++;
      console.log(`${name}: WRONG: ${e instanceof Error ? e.message : String(e)}`);
    }
  }
  for (const [kind, n] of [...tally].toSorted()) console.log(`${String(n).padStart(3)} ${kind}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${count} cuts, ${bad} wrong, longest run ${
      (longest / 1000).toFixed(1)
    } s, ${seconds} s in all`,
  );
  return bad === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
