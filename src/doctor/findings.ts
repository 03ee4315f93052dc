/** What an examination has found: plain data, the only thing that causes are told from. */
import { diagnose, type Fact, type Fault } from "../base/mod.ts";
import type { Chip, Layout } from "../chip/mod.ts";
import type { FaultStory, ResetWatch } from "../cortex/mod.ts";
import type { OptionBytes } from "../flash/mod.ts";

/** The rungs of the ladder from this computer to the running program, from the ground up. */
export const RUNGS = [
  "usb",
  "probe",
  "voltage",
  "nrst",
  "swd",
  "dp",
  "ap",
  "core",
  "chip",
  "options",
  "flash",
  "vectors",
  "running",
] as const;
/** One of {@link RUNGS}. */
export type RungName = typeof RUNGS[number];

/** One rung: whether it held, and what was seen there. */
export interface Rung {
  readonly name: RungName;
  readonly state: "ok" | "broken" | "not-reached";
  readonly text: string;
}

/** A fault as data. */
export interface FaultNote {
  readonly slug: string;
  readonly code: string;
  readonly title: string;
  readonly facts: Readonly<Record<string, Fact>>;
  /** what was measured, one line each */
  readonly seen: readonly string[];
}

/** A fault without its class, so that findings stay plain data. */
export function noteOf(fault: Fault): FaultNote {
  const { code, slug, title, evidence } = diagnose(fault);
  const seen = evidence.map((e) => `${e.what}: ${e.value}`);
  return { slug, code, title, facts: fault.facts, seen };
}

/** What the probe said of itself. */
export interface ProbeFindings {
  readonly name: string;
  readonly serial: string;
  readonly firmware: string;
  readonly place: string;
  readonly lacks: readonly string[];
}

/** The vector table that the chip starts from. */
export interface VectorFindings {
  /** as the core sees it, from BOOT_ADD0 */
  readonly bootAt: number;
  /** where it was read; undefined: no memory that can be read is there */
  readonly readAt?: number;
  /** stack, reset, NMI, HardFault */
  readonly words?: readonly number[];
  /** starts of 16 KiB at which a table stands that a program could start from */
  readonly tables?: readonly number[];
  /** tables as those, whose reset vector points to erased flash: linked for another place */
  readonly misplaced?: readonly { readonly at: number; readonly reset: number }[];
  /** where VTOR points when that is not the table that the chip starts from, and the first words there */
  readonly live?: { readonly at: number; readonly words: readonly number[] };
  /** what the reset vector points to, when that is flash and can be read */
  readonly code?: number;
}

/** What the core is doing, without stopping it. */
export interface CoreFindings {
  readonly name: string;
  readonly halted: boolean;
  readonly sleeping: boolean;
  readonly lockedUp: boolean;
  /** exception number that runs; 0 is the program itself */
  readonly exception?: number;
  /** exception number that ran at every look; absent when it changed */
  readonly steady?: number;
  /** how the recorded fault reads in words; empty when none is recorded */
  readonly faults?: readonly string[];
  /** only when the core was allowed to be halted for a moment */
  readonly story?: FaultStory;
  readonly pc?: number;
}

/** All that was found. A key is absent when it was not reached or could not be read. */
export interface Findings {
  /** `libusb`, `sim`, … */
  readonly source: string;
  readonly rungs: readonly Rung[];
  /** what looking did to the board, one sentence each */
  readonly effects: readonly string[];
  /** the fault that ended the climb */
  readonly fault?: FaultNote;
  readonly probe?: ProbeFindings;
  /** null: what the probe says is no voltage */
  readonly volts?: number | null;
  /** measured again once the chip had stopped answering */
  readonly voltsLater?: number;
  readonly connected?: {
    readonly how: "attach" | "under-reset";
    readonly hertz: number;
    readonly dpidr: number;
  };
  /** connecting without a reset failed like this */
  readonly plain?: FaultNote;
  /** connecting under reset was tried, and failed like this */
  readonly underReset?: FaultNote;
  /** whether NRST, driven by the probe, reached the chip; absent when it was not tried */
  readonly nrst?: "works" | "no-effect";
  /** the core was in reset at every look */
  readonly heldInReset?: boolean;
  readonly resets?: ResetWatch;
  readonly core?: CoreFindings;
  readonly chip?: Chip;
  readonly layout?: Layout;
  readonly options?: OptionBytes;
  /** option words in flash, each half of a register with its complement above it; absent at RDP level 1 */
  readonly stored?: readonly number[];
  /** other registers by the manual's names, with their block: `FLASH_SR`, `RCC_CSR` */
  readonly registers: Readonly<Record<string, number>>;
  /** whether the flash controller took its keys; absent when they were not tried */
  readonly flashKeys?: "taken" | "refused";
  readonly vectors?: VectorFindings;
  /** the failure that this examination was asked to explain */
  readonly failure?: FaultNote;
}
