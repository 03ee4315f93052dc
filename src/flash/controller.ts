/** Erase, program, options: what a family's flash can do, whatever registers it takes. */
import type { Chip, Layout, Sector } from "../chip/mod.ts";

/** How far a long act has come; bytes or sectors of `total`. */
export interface Progress {
  readonly what: "erase" | "program" | "read" | "verify";
  readonly done: number;
  readonly total: number;
  readonly unit: "B" | "sectors";
  readonly at?: number;
}

/** Option bytes as read: whole registers and each field by the manual's name. */
export interface OptionBytes {
  readonly registers: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, { readonly value: number; readonly text: string }>>;
  readonly rdpLevel: 0 | 1 | 2;
  /** names of fields that differ from a new part */
  readonly notFactory: readonly string[];
}

/** One field that would change. */
export interface OptionChange {
  readonly field: string;
  readonly register: string;
  readonly before: number;
  readonly after: number;
  readonly beforeText: string;
  readonly afterText: string;
}
/** What a wish means for the registers: every other bit stays as read. */
export interface OptionPlan {
  readonly changes: readonly OptionChange[];
  /** register words before and after, for registers that change */
  readonly words: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  /** lowering RDP from level 1 erases the whole flash */
  readonly massErases: boolean;
  /** cannot be undone, ever */
  readonly permanent: boolean;
  /** proven only by a cold start */
  readonly needsPowerCycle: boolean;
}

/** The flash of one identified chip. Methods throw Fault; the core must be halted for all that writes. */
export interface FlashController {
  readonly chip: Chip;
  readonly layout: Layout;
  /** bytes per program access, chosen from the supply */
  readonly unit: 1 | 2 | 4;
  /** Reads flash, quickest way; a refused read is explained (RDP). */
  read(at: number, length: number, progress?: (p: Progress) => void): Promise<Uint8Array>;
  erase(sectors: readonly Sector[], progress?: (p: Progress) => void): Promise<void>;
  massErase(progress?: (p: Progress) => void): Promise<void>;
  /** Programs erased flash. `at` and the length may be any; the edges are filled with `erased`. */
  program(at: number, data: Uint8Array, progress?: (p: Progress) => void): Promise<void>;
  /** Sectors whose nWRP bit is 0. */
  protectedSectors(): Promise<readonly Sector[]>;
  readOptions(): Promise<OptionBytes>;
  /** What `wanted` (fields by name) would change; pure arithmetic on `now`. */
  planOptions(now: OptionBytes, wanted: Readonly<Record<string, number>>): OptionPlan;
  /** Writes exactly that plan and waits; the chip takes it up at the next reset. */
  writeOptions(plan: OptionPlan): Promise<void>;
}
