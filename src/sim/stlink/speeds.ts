/** SWD clocks that the probes can make: facts/stlink.md §8. */

/** V2, divisor → nominal kHz (OpenOCD, st-flash; 5, 9, 10 and 25 from pyOCD and probe-rs) */
const V2_KHZ: Readonly<Record<number, number>> = {
  0: 4000,
  1: 1800,
  2: 1200,
  3: 950,
  5: 650,
  7: 480,
  9: 400,
  10: 360,
  15: 240,
  25: 150,
  31: 125,
  40: 100,
  79: 50,
  158: 25,
  265: 15,
  798: 5,
};
/** after power-on: divisor 1 */
export const V2_DEFAULT_KHZ = 1800;
/** kHz of a divisor. One that no tool uses: the delay loop that the listed ones follow from 15 on. */
export const khzOfDivisor = (divisor: number): number => V2_KHZ[divisor] ?? 4000 / (divisor + 1);

/** V3, fastest first (psdb stlink_v3.py) */
export const V3_SWD_KHZ = [24_000, 8000, 3300, 1000, 200, 50, 5] as const;
/** V3, JTAG: UM2448 (recalled); the boards here have no JTAG, tools only ask */
export const V3_JTAG_KHZ = [21_333, 16_000, 12_000, 8000, 2666, 1333, 666] as const;
/** the one that a V3 starts with; no source says which */
export const V3_DEFAULT_KHZ = 3300;

/** The fastest not above `khz`; undefined when all are. */
export const fastestNotAbove = (offers: readonly number[], khz: number): number | undefined =>
  offers.find((offer) => offer <= khz);
