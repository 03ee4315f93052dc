/** What the three sub-families of the STM32F7 differ in. The data is in `data/`. */

/** A piece of the address space. */
export interface Region {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}
/** `count` sectors of `kb` KiB each. */
export type Run = readonly [count: number, kb: number];
/** An existing block of peripheral registers. */
export interface BlockSpan {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

/** One sub-family, as its silicon is. */
export interface Silicon {
  /** as ST writes it */
  readonly name: string;
  readonly devId: number;
  readonly core: {
    readonly cpuid: number;
    readonly fpu: "sp" | "dp";
    /** interrupt lines */
    readonly irqs: number;
    /** KiB of each cache */
    readonly cacheKb: number;
  };
  readonly ram: readonly Region[];
  /** KiB of flash of the largest part */
  readonly maxFlashKb: number;
  readonly sectors: { readonly single: readonly Run[]; readonly dualPerBank?: readonly Run[] };
  readonly otp: { readonly at: number; readonly blocks: number; readonly blockSize: number };
  readonly uidAt: number;
  readonly flashSizeAt: number;
  readonly packageAt: number;
  readonly systemMemory: { readonly at: number; readonly itcm: number; readonly size: number };
  readonly options: {
    /** bits of OPTCR that exist, OPTLOCK and OPTSTRT among them */
    readonly mask: number;
    /** number of nWRP bits, from bit 16 */
    readonly nWrp: number;
    readonly factory: { readonly OPTCR: number; readonly OPTCR1: number; readonly OPTCR2: number };
    /** has OPTCR2 (PCROP), SR.RDERR, CR.RDERRIE */
    readonly pcrop: boolean;
    /** has nDBANK, nDBOOT, CR.MER2 */
    readonly dualBank: boolean;
  };
  readonly blocks: readonly BlockSpan[];
}

/** All of one sector as the controller knows it. */
export interface Sector {
  /** 0 or 1 */
  readonly bank: number;
  /** CR.SNB that erases it */
  readonly snb: number;
  /** from the start of flash */
  readonly offset: number;
  readonly size: number;
  /** its nWRP bit, counted from OPTCR bit 16 */
  readonly wrp: number;
}

function* lay(runs: readonly Run[], limit: number): Generator<[offset: number, size: number]> {
  let offset = 0;
  for (const [count, kb] of runs) {
    for (let i = 0; i < count && offset < limit; i++) {
      yield [offset, kb * 1024];
      offset += kb * 1024;
    }
  }
}

/** The sectors of a part with `flashKb` of flash. */
export function sectorsOf(silicon: Silicon, flashKb: number, dual: boolean): readonly Sector[] {
  const { single, dualPerBank } = silicon.sectors;
  if (!dual || dualPerBank === undefined) {
    return [...lay(single, flashKb * 1024)].map(([offset, size], i) => ({
      bank: 0,
      snb: i,
      offset,
      size,
      wrp: i,
    }));
  }
  const half = flashKb * 512;
  // SNB of bank 2 is 0x10 | n; one nWRP bit for two sectors, bank 2 from bit 6 (stm32f7xx_hal_flash_ex.h
  // OB_WRP_DB_SECTOR_12 = bit 22)
  return [0, 1].flatMap((bank) =>
    [...lay(dualPerBank, half)].map(([offset, size], i) => ({
      bank,
      snb: bank * 0x10 + i,
      offset: bank * half + offset,
      size,
      wrp: bank * 6 + Math.floor(i / 2),
    }))
  );
}
