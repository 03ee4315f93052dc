/** What a chip family is: the type that every file in data/ satisfies. Literals only. */
import type { Fields } from "../base/mod.ts";

/** A register: its offset from the block's base, and its fields by the manual's names. */
export type Register = readonly [offset: number, fields: Fields];

/** A stretch of addresses that is not main flash. */
export interface Region {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

/** A memory of a chip's own. */
export interface Ram extends Region {
  /** on the core's own ports: no cache holds any of it (Cortex-M7 TRM, DDI 0489 §5.1) */
  readonly tcm?: true;
}

/** How an option field is shown, and what it is on a new part. */
export interface OptionField {
  readonly register: string;
  readonly bits: number | readonly [hi: number, lo: number];
  /** what it is for, one short sentence */
  readonly means: string;
  /** text of single values; a value without text is shown as a number */
  readonly values?: Readonly<Record<number, string>>;
  /** text of every value that is not in `values` */
  readonly otherwise?: string;
  /** words that a profile may write instead of a number: `{ level0: 0xAA }` */
  readonly names?: Readonly<Record<string, number>>;
  /** values that can never be taken back */
  readonly permanent?: readonly number[];
  /** shown with its own explanation: an address coded as value << 14 */
  readonly shift?: number;
  /** one bit a sector (two in dual-bank mode): a bit that is `when` keeps the sector from `stops` */
  readonly sectors?: { readonly when: 0 | 1; readonly stops: "write" | "read" };
  /** with this value a watchdog runs from every reset on, whatever the firmware does */
  readonly hardwareWatchdog?: number;
  /** least supply in V for a value; below it the chip never leaves reset */
  readonly minVolts?: Readonly<Record<number, number>>;
  /** a change is proven only by a cold start */
  readonly coldStart?: true;
  /** why it is not written without a permit, as a clause */
  readonly guarded?: string;
}

/** One sub-family: the parts that share a DEV_ID. */
export interface SubFamily {
  /** DBGMCU_IDCODE[11:0] */
  readonly devId: number;
  /** `STM32F74x/F75x` */
  readonly name: string;
  /** names a recipe's `target.chips` may match: `stm32f74`, `stm32f75` */
  readonly matches: readonly string[];
  /** every part with this DEV_ID, without package and temperature: `stm32f746ng` */
  readonly parts: readonly string[];
  /** DBGMCU_IDCODE[31:16] → the letter on the package */
  readonly revisions: Readonly<Record<number, string>>;
  readonly manual: string;
  /** where the chip says its flash size, u16 in KiB */
  readonly flashSizeAt: number;
  /** sizes that exist; anything else in the size register is nonsense */
  readonly flashSizesKiB: readonly number[];
  readonly uidAt: number;
  readonly otp: {
    readonly at: number;
    readonly length: number;
    readonly lockAt: number;
    readonly lockLength: number;
  };
  /** ST's boot loader, at each address where it is seen */
  readonly systemMemory: readonly Region[];
  /** where the option bytes are stored; read only, written through the registers */
  readonly optionBytes: { readonly at: number; readonly length: number };
  /** sectors in single-bank mode: `4x32K 1x128K 7x256K`; cut to the size register */
  readonly sectors: string;
  /** sectors of each bank when nDBANK = 0 */
  readonly dualBankSectors?: string;
  readonly ram: readonly Ram[];
  /** fields that only these parts have, by register of `Family.flash.registers` */
  readonly registerFields?: Readonly<Record<string, Fields>>;
  /** option fields by the manual's names */
  readonly options: Readonly<Record<string, OptionField>>;
  /** whole registers of a new part, as read back */
  readonly factory: Readonly<Record<string, number>>;
  /** option registers that are read but never written unless asked */
  readonly untouched?: readonly string[];
}

/** Times by CR.PSIZE: bytes, half-words, words. */
export type ByWidth = readonly [x8: number, x16: number, x32: number];

/** A chip family. */
export interface Family {
  readonly name: string;
  readonly manual: string;
  /** CPUID[15:4], and what a recipe's `arm-cortex-m*` is matched with */
  readonly core: { readonly cpuidPart: number; readonly name: string };
  readonly idcodeAt: number;
  readonly subFamilies: readonly SubFamily[];
  readonly flash: {
    readonly kind: "sector";
    readonly at: number;
    /** read-only views of flash: an address in one is translated to flash + offset */
    readonly aliases: readonly { readonly name: string; readonly at: number }[];
    readonly base: number;
    readonly keys: readonly [number, number];
    readonly optionKeys: readonly [number, number];
    readonly registers: Readonly<Record<string, Register>>;
    /** SR error field → fault slug of flash/ */
    readonly errors: Readonly<Record<string, string>>;
    /** CR.PSIZE by supply: the widest entry whose `fromVolts` is reached */
    readonly parallelism: readonly {
      readonly psize: number;
      readonly bytes: 1 | 2 | 4;
      readonly fromVolts: number;
    }[];
    readonly programMaxUs: number;
    /** by sector size: `32K` */
    readonly eraseTypMs: Readonly<Record<string, ByWidth>>;
    readonly eraseMaxMs: Readonly<Record<string, ByWidth>>;
    readonly massEraseMaxMs: number;
    /** what OPTSTRT may take, mass erase of an RDP regression included */
    readonly optionsMaxMs: number;
  };
  /** how OPTCR's protection byte is read */
  readonly readProtection: {
    readonly field: string;
    /** values of level 0 and level 2; all others are level 1 */
    readonly level0: number;
    readonly level2: number;
    /** what is written to get level 1 */
    readonly level1: number;
  };
  readonly debug: {
    /** to write at every attach, so that watchdogs stand still while the core is halted */
    readonly freeze: readonly {
      readonly at: number;
      readonly set: number;
      readonly name: string;
    }[];
    /** what else can stand still with the core, when a board's file asks for it, by the manual's names */
    readonly peripherals: readonly {
      readonly at: number;
      readonly bits: Readonly<Record<string, number>>;
    }[];
  };
  /** reset causes: register address and the bits by name */
  readonly resetCauses: { readonly at: number; readonly fields: Fields };
}

/** A chip that has been identified: a family, a sub-family and what the chip itself said. */
export interface Chip {
  readonly family: Family;
  readonly sub: SubFamily;
  /** whole DBGMCU_IDCODE */
  readonly idcode: number;
  /** the letter on the package, or the raw number */
  readonly revision: string;
  readonly flashKiB: number;
  /** why `flashKiB` is only the largest that exists; absent when the chip's word was good */
  readonly flashSizeDoubt?: string;
  /** 96-bit unique id, 24 hexadecimal digits; empty when it could not be read */
  readonly uid: string;
}

/** One erasable piece of flash. `index` is what people call it; `snb` is what CR.SNB wants. */
export interface Sector {
  readonly bank: number;
  readonly index: number;
  readonly snb: number;
  readonly at: number;
  readonly size: number;
}
/** The flash of one chip in its present mode. */
export interface Layout {
  readonly sectors: readonly Sector[];
  readonly at: number;
  readonly size: number;
  readonly erased: number;
  readonly dualBank: boolean;
  /** what is not known about the rest of this flash; `sectors` are the certain ones */
  readonly doubt?: string;
}
