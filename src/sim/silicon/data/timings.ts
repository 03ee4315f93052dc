/**
 * How long the flash takes, typical values (a simulator uses typical, a tool allows twice the maximum:
 * facts/stm32f7.md §6, which also says how sure each figure is). Columns are PSIZE x8, x16, x32.
 */

/** ns to program one unit, whatever its width: 16 µs, confirmed by 258 ms for 64 KiB on an F407 (reference/performance.md §4.1) */
export const PROGRAM_NS = 16_000;

/** ms to erase one sector, by its KiB */
export const ERASE_MS: Readonly<Record<number, readonly [x8: number, x16: number, x32: number]>> = {
  // no F7 figure confirmed for 16 and 64 KiB: the F4's typical ones (STM32F40x datasheet DS8626, recalled)
  16: [400, 300, 250],
  64: [1200, 700, 550],
  // STM32F746 datasheet, recalled
  32: [400, 250, 200],
  128: [1100, 800, 500],
  256: [2100, 1500, 1000],
};

/** ms to mass erase one MiB (STM32F746 datasheet, recalled) */
export const MASS_ERASE_MS_PER_MIB: readonly [x8: number, x16: number, x32: number] = [
  8000,
  5600,
  4000,
];

/** ns to erase the option bytes: no figure found anywhere; of the order of a small sector, at x32 */
export const OPTION_ERASE_NS = 200_000_000;
/** ns to program one word of option bytes: as any other word */
export const OPTION_WORD_NS = PROGRAM_NS;
