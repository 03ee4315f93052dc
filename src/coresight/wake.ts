/** Waking a debug port: the bit sequences as data, and the power-up. An ST-LINK does all this itself. */
import { and, bit, type Clock, Deadline, hex, or } from "../base/mod.ts";
import type { Probe } from "../probe/mod.ts";
import { readDp, writeDp } from "./dp.ts";
import { fault } from "./faults.ts";

/** Bits on SWDIO, least significant first, and how many. */
export interface Sequence {
  readonly bytes: readonly number[];
  readonly bits: number;
}

const HIGH_56 = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
const LINE_RESET = [...HIGH_56, 0x00];
/** selection alert, then 4 low bits, activation code 0x1A and ones */
const ALERT = [
  0x92,
  0xF3,
  0x09,
  0x62,
  0x95,
  0x2D,
  0x85,
  0x86,
  0xE9,
  0xAF,
  0xDD,
  0xE3,
  0xA2,
  0x0E,
  0xBC,
  0x19,
];
const ACTIVATE_SWD = [0xA0, 0xF1, 0xFF];

const sequence = (bytes: readonly number[]): Sequence => ({ bytes, bits: bytes.length * 8 });

/** facts, cortex-m §1. After a line reset only a read of DPIDR is answered. */
export const SEQUENCES = {
  "line reset": sequence(LINE_RESET),
  "JTAG to SWD": sequence([...HIGH_56, 0x9E, 0xE7, ...LINE_RESET]),
  "SWD to JTAG": sequence([...HIGH_56, 0x3C, 0xE7, 0xFF]),
  "SWD to dormant": sequence([...HIGH_56, 0xBC, 0xE3]),
  "JTAG to dormant": sequence([0xFF, 0x75, 0x77, 0x77, 0x67]),
  "dormant to SWD": sequence([0xFF, ...ALERT, ...ACTIVATE_SWD, ...LINE_RESET]),
} as const;

const CLEAR_ALL = 0x1E;
const REQUEST = or(bit(28), bit(30));
const GRANTED = or(bit(29), bit(31));

/**
 * Reads DPIDR, clears sticky errors and asks for power until it is granted. Gives DPIDR. Fault:
 * debug-power-refused.
 */
export async function powerUp(probe: Probe, clock: Clock, withinMs: number): Promise<number> {
  const dpidr = await readDp(probe, "DPIDR");
  await writeDp(probe, "ABORT", CLEAR_ALL);
  await writeDp(probe, "SELECT", 0);
  await writeDp(probe, "CTRL/STAT", REQUEST);
  const deadline = new Deadline(clock, withinMs);
  for (;;) {
    const stat = await readDp(probe, "CTRL/STAT");
    if (and(stat, GRANTED) === GRANTED) return dpidr;
    if (deadline.over) {
      throw fault("debug-power-refused", { ms: withinMs }, {
        evidence: [{ what: "CTRL/STAT", value: hex(stat) }, { what: "DPIDR", value: hex(dpidr) }],
      });
    }
    await clock.sleep(1);
  }
}
