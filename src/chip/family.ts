/** What a chip family is: the type that every file in data/ satisfies. Literals only. */
import type { Fields } from "../base/mod.ts";

/** A register: its offset from the block's base, and its fields by the manual's names. */
export type Register = readonly [offset: number, fields: Fields];

/** How an option field is shown, and what it is on a new part. */
export interface OptionField {
  readonly register: string;
  readonly bits: number | readonly [hi: number, lo: number];
  /** what it is for, one short sentence */
  readonly means: string;
  /** text of single values; a value without text is shown as a number */
  readonly values?: Readonly<Record<number, string>>;
  /** values that can never be taken back */
  readonly permanent?: readonly number[];
  /** shown with its own explanation: an address coded as value << 14 */
  readonly shift?: number;
}

/** One sub-family: the parts that share a DEV_ID. */
export interface SubFamily {
  /** DBGMCU_IDCODE[11:0] */
  readonly devId: number;
  /** `STM32F74x/F75x` */
  readonly name: string;
  /** names a recipe's `target.chips` may match: `stm32f74`, `stm32f75` */
  readonly matches: readonly string[];
  readonly manual: string;
  /** where the chip says its flash size, u16 in KiB */
  readonly flashSizeAt: number;
  readonly uidAt: number;
  readonly otp: {
    readonly at: number;
    readonly length: number;
    readonly lockAt: number;
    readonly lockLength: number;
  };
  /** sectors in single-bank mode: `4x32K 1x128K 7x256K`; cut to the size register */
  readonly sectors: string;
  /** sectors of each bank when nDBANK = 0 */
  readonly dualBankSectors?: string;
  readonly ram: readonly { readonly name: string; readonly at: number; readonly length: number }[];
  /** option fields by the manual's names */
  readonly options: Readonly<Record<string, OptionField>>;
  /** whole registers of a new part, as read back */
  readonly factory: Readonly<Record<string, number>>;
  /** option registers that are read but never written unless asked */
  readonly untouched?: readonly string[];
}

/** A chip family. */
export interface Family {
  readonly name: string;
  readonly manual: string;
  readonly core: { readonly cpuidPart: number };
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
    readonly eraseTypMs: Readonly<Record<string, number>>;
    readonly eraseMaxMs: Readonly<Record<string, number>>;
    readonly massEraseMaxMs: number;
    readonly optionsMaxMs: number;
  };
  readonly debug: {
    /** to write at every attach, so that watchdogs stand still while the core is halted */
    readonly freeze: readonly {
      readonly at: number;
      readonly set: number;
      readonly name: string;
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
  readonly revision: string;
  readonly flashKiB: number;
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
}
