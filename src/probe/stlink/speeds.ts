/** SWD clocks: a V2 takes a divisor from a table, a V3 says itself what it can. */

/** Nominal kHz and the divisor of SWD_SET_FREQ (facts §8, OpenOCD and stlink; the slow ones too). */
export const V2_DIVISORS: readonly (readonly [kilohertz: number, divisor: number])[] = [
  [4000, 0],
  [1800, 1],
  [1200, 2],
  [950, 3],
  [650, 5],
  [480, 7],
  [400, 9],
  [360, 10],
  [240, 15],
  [150, 25],
  [125, 31],
  [100, 40],
  [50, 79],
  [25, 158],
  [15, 265],
  [5, 798],
];

/** The fastest of `offered` not above `wanted`; undefined when all are faster. */
export function chooseKilohertz(offered: readonly number[], wanted: number): number | undefined {
  const fit = offered.filter((khz) => khz > 0 && khz <= wanted);
  return fit.length === 0 ? undefined : Math.max(...fit);
}

/** `4 MHz`, `480 kHz`. */
export const speedText = (hertz: number): string =>
  hertz >= 1e6 ? `${Math.round(hertz / 1e4) / 100} MHz` : `${Math.round(hertz / 10) / 100} kHz`;
