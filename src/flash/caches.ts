/** Level-1 caches of a Cortex-M7 after flash has changed behind their back. */
import { type Access, add, bits, has, type Memory, ones, shl } from "../base/mod.ts";

// Armv7-M ARM B3.2.8 and B4.8; Arm DDI0489 4.2
const CCR_IC = 0x0002_0000;
const CCR_DC = 0x0001_0000;
const CSSELR = 0xE000_ED84;
const CCSIDR = 0xE000_ED80;
const ICIALLU = 0xE000_EF50;
const DCCISW = 0xE000_EF74;

/** Smallest number of bits that count to `n - 1`. */
const bitsFor = (n: number): number => n <= 1 ? 0 : Math.ceil(Math.log2(n));

/** One write of DCCISW for each line of the cache that CCSIDR describes. */
export function linesOf(ccsidr: number): readonly number[] {
  const sets = bits(ccsidr, 27, 13) + 1;
  const ways = bits(ccsidr, 12, 3) + 1;
  const lineShift = bits(ccsidr, 2, 0) + 4;
  const wayShift = 32 - bitsFor(ways);
  const out: number[] = [];
  for (let way = 0; way < ways; way++) {
    for (let set = 0; set < sets; set++) {
      const high = ways === 1 ? 0 : shl(way, wayShift);
      out.push(add(high, shl(set, lineShift) % ones(32)));
    }
  }
  return out;
}

/**
 * Empties the caches that are on. Lines of RAM that only the data cache holds are written back, not lost.
 */
export async function refreshCaches(memory: Memory, ccr: number): Promise<void> {
  const steps: Access[] = [];
  if (has(ccr, CCR_DC)) {
    const [ccsidr = 0] = await memory.batch([{ write: CSSELR, value: 0 }, { read: CCSIDR }]);
    steps.push(...linesOf(ccsidr).map((value): Access => ({ write: DCCISW, value })));
  }
  if (has(ccr, CCR_IC)) steps.push({ write: ICIALLU, value: 0 });
  if (steps.length > 0) await memory.batch(steps);
}
