/** Registers that only say what the core is: feature, cache and component identification. */

/** ID_PFR0 … ID_ISAR4 from offset 0xD40. Cortex-M7 TRM, table of system control registers */
export const FEATURES: readonly number[] = [
  0x0000_0030,
  0x0000_0200,
  0x0010_0000,
  0x0000_0000,
  0x0010_0030,
  0x0000_0000,
  0x0100_0000,
  0x0000_0000,
  0x0110_1110,
  0x0211_2000,
  0x2023_2231,
  0x0111_1131,
  0x0131_0132,
];

/** MVFR0 – MVFR2 by kind of FPU. rig.md §2.3 for single precision; Cortex-M7 TRM */
export const MVFR: Readonly<Record<"sp" | "dp" | "none", readonly number[]>> = {
  sp: [0x1011_0021, 0x1100_0011, 0x0000_0040],
  dp: [0x1011_0221, 0x1200_0011, 0x0000_0040],
  none: [0, 0, 0],
};

/** CLIDR: separate level-1 caches, unified to level 1; CTR: lines of 8 words. Cortex-M7 TRM */
export const CLIDR = 0x0900_0003;
export const CTR = 0x8303_C003;

/** CCSIDR of a cache: 4 ways for data, 2 for instructions, lines of 32 bytes. ARM DDI 0403 §B4.8.1 */
export function cacheSize(instructions: boolean, kilobytes: number): number {
  if (kilobytes === 0) return 0;
  const ways = instructions ? 2 : 4;
  const sets = kilobytes * 1024 / 32 / ways;
  return (0xF000_0000 | ((sets - 1) << 13) | ((ways - 1) << 3) | 1) >>> 0;
}

/** What a component's identification registers at 0xFD0 … 0xFFC say. */
export interface Component {
  /** PIDR: part, designer, revision: bits as in PIDR3 … PIDR0, and PIDR4 */
  readonly pidr: number;
  readonly pidr4: number;
  /** 1 ROM table, 9 CoreSight, 14 generic */
  readonly class: number;
  /** DEVTYPE of a CoreSight component */
  readonly devType?: number;
  /** a software lock, LAR and LSR: writes by code need 0xC5ACCE55 first */
  readonly lock?: true;
}

const arm = (part: number, rest: Omit<Component, "pidr" | "pidr4">): Component => ({
  pidr: 0x000B_B000 | part,
  pidr4: 4,
  ...rest,
});

/** Part numbers as real boards answered: pyocd/pyOCD#1499, blackmagic-debug/blackmagic#1712 (an STM32H7's M7) */
export const COMPONENTS: ReadonlyMap<number, Component> = new Map([
  [0xE000_0000, arm(0x001, { class: 14, lock: true })], // ITM
  [0xE000_1000, arm(0x002, { class: 14, lock: true })], // DWT
  [0xE000_2000, arm(0x00E, { class: 14, lock: true })], // FPB
  [0xE000_E000, arm(0x00C, { class: 14 })], // SCS
  [0xE004_0000, arm(0x9A9, { class: 9, devType: 0x11, lock: true })], // TPIU
  [0xE004_1000, arm(0x975, { class: 9, devType: 0x13, lock: true })], // ETM
  [0xE00F_E000, arm(0x4C8, { class: 1 })], // Cortex-M7 processor ROM table
  [0xE00F_F000, arm(0x4C7, { class: 1 })], // Cortex-M7 PPB ROM table
]);

/** The chip maker's table: JEP106 0x20 is STMicroelectronics. */
export const vendorTable = (part: number): Component => ({
  pidr: 0x000A_0000 | part,
  pidr4: 0,
  class: 1,
});

const entry = (table: number, component: number): number => ((component - table) | 3) >>> 0;

/** ROM tables, each with its entries; the rest of a table reads as zero. ARM DDI 0403 §C1.2.6 */
export const ROM_TABLES: ReadonlyMap<number, readonly number[]> = new Map([
  [0xE00F_D000, [
    entry(0xE00F_D000, 0xE00F_E000),
    entry(0xE00F_D000, 0xE004_0000),
  ]],
  [0xE00F_E000, [
    entry(0xE00F_E000, 0xE00F_F000),
    entry(0xE00F_E000, 0xE004_1000),
  ]],
  [0xE00F_F000, [
    entry(0xE00F_F000, 0xE000_E000),
    entry(0xE00F_F000, 0xE000_1000),
    entry(0xE00F_F000, 0xE000_2000),
    entry(0xE00F_F000, 0xE000_0000),
  ]],
]);
export const VENDOR_TABLE = 0xE00F_D000;
/** MEMTYPE of a ROM table: the bus also reaches system memory. */
export const MEMTYPE = 1;

/** A register of a component's identification block, offsets 0xFCC … 0xFFC. */
export function identification(c: Component, offset: number): number {
  if (offset >= 0xFF0) {
    return [0x0D, c.class << 4, 0x05, 0xB1][(offset - 0xFF0) >> 2]!;
  }
  if (offset >= 0xFE0) return (c.pidr >>> (2 * (offset - 0xFE0))) & 0xFF;
  if (offset === 0xFD0) return c.pidr4;
  if (offset === 0xFCC) return c.class === 1 ? MEMTYPE : c.devType ?? 0;
  return 0;
}
