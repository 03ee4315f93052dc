/** Family data + an identified chip → its flash. */
import type { Chip, Layout, Sector } from "../chip/mod.ts";
import { layoutOf } from "../chip/mod.ts";
import type { Clock } from "../base/mod.ts";
import type { Core } from "../cortex/mod.ts";
import type { Run } from "../plan/mod.ts";
import { type Bench, FlashRegisters, programWidth } from "./bench.ts";
import type { FlashController, OptionBytes, OptionPlan, Progress } from "./controller.ts";

import { type ProgramOptions, SectorFlash } from "./kinds/sector.ts";
import { type OptionPermit, planOptions } from "./option_plan.ts";
import { type OptionStep, optionSteps } from "./option_steps.ts";
import { readOptions, writeOptions } from "./options.ts";
import { closedSectors } from "./protection.ts";

/** How to open flash. */
export interface OpenFlash {
  /** measured supply in V; without it flash is written byte by byte, which is slow and always safe */
  readonly volts?: number | undefined;
  /** CR.PSIZE to use instead of what the supply suggests: 0 bytes, 1 half-words, 2 words */
  readonly psize?: 0 | 1 | 2;
  /** default: the core's */
  readonly clock?: Clock;
  /** whether to reset and halt the chip, once, when wrong keys have locked the controller */
  readonly mayReset?: boolean;
}

/** A FlashController, and what only this house's rooms above ask of it. */
export interface OpenedFlash extends FlashController {
  readonly volts: number | undefined;
  program(
    at: number,
    data: Uint8Array,
    progress?: (p: Progress) => void,
    how?: ProgramOptions,
  ): Promise<void>;
  /** Programs several stretches in the order given, with flash unlocked once. */
  programRuns(
    runs: readonly Run[],
    progress?: (p: Progress) => void,
    how?: ProgramOptions,
  ): Promise<void>;
  /** Sectors that may be run from and not read (PCROP). */
  closedSectors(): Promise<readonly Sector[]>;
  planOptions(
    now: OptionBytes,
    wanted: Readonly<Record<string, number>>,
    permit?: OptionPermit,
  ): OptionPlan;
  /** The writes, in order and with the resets between them, that bring `wanted` about. */
  optionSteps(
    now: OptionBytes,
    wanted: Readonly<Record<string, number>>,
    permit?: OptionPermit,
  ): readonly OptionStep[];
  writeOptions(plan: OptionPlan, permit?: OptionPermit): Promise<void>;
}

class Opened implements OpenedFlash {
  readonly #flash: SectorFlash;
  constructor(readonly bench: Bench, readonly layout: Layout) {
    this.#flash = new SectorFlash(bench, layout);
  }
  get chip(): Chip {
    return this.bench.chip;
  }
  get volts(): number | undefined {
    return this.bench.volts;
  }
  get unit(): 1 | 2 | 4 {
    return this.bench.width.bytes;
  }
  read(at: number, length: number, progress?: (p: Progress) => void): Promise<Uint8Array> {
    return this.#flash.read(at, length, progress);
  }
  erase(sectors: readonly Sector[], progress?: (p: Progress) => void): Promise<void> {
    return this.#flash.erase(sectors, progress);
  }
  massErase(progress?: (p: Progress) => void): Promise<void> {
    return this.#flash.massErase(progress);
  }
  program(
    at: number,
    bytes: Uint8Array,
    progress?: (p: Progress) => void,
    how?: ProgramOptions,
  ): Promise<void> {
    return this.#flash.program([{ at, bytes }], progress, how);
  }
  programRuns(
    runs: readonly Run[],
    progress?: (p: Progress) => void,
    how?: ProgramOptions,
  ): Promise<void> {
    return this.#flash.program(runs, progress, how);
  }
  async protectedSectors(): Promise<readonly Sector[]> {
    const { registers } = await this.readOptions();
    return closedSectors(this.chip, this.layout, registers, "write");
  }
  async closedSectors(): Promise<readonly Sector[]> {
    const { registers } = await this.readOptions();
    return closedSectors(this.chip, this.layout, registers, "read");
  }
  readOptions(): Promise<OptionBytes> {
    return readOptions(this.bench);
  }
  planOptions(
    now: OptionBytes,
    wanted: Readonly<Record<string, number>>,
    permit?: OptionPermit,
  ): OptionPlan {
    return planOptions(this.chip, now, wanted, { volts: this.volts, permit });
  }
  optionSteps(
    now: OptionBytes,
    wanted: Readonly<Record<string, number>>,
    permit?: OptionPermit,
  ): readonly OptionStep[] {
    return optionSteps(this.chip, now, wanted, { volts: this.volts, permit });
  }
  writeOptions(plan: OptionPlan, permit?: OptionPermit): Promise<void> {
    return writeOptions(this.bench, plan, permit);
  }
}

/**
 * The flash of an identified chip, laid out as its option bytes say (nDBANK): after that option has
 * changed and the chip was reset, open it again. Reads the option registers; writes nothing.
 * Fault: flash-width-refused.
 */
export async function openFlash(
  core: Core,
  chip: Chip,
  options: OpenFlash = {},
): Promise<OpenedFlash> {
  const { volts } = options;
  const bench: Bench = {
    core,
    memory: core.uncached,
    chip,
    clock: options.clock ?? core.clock,
    regs: new FlashRegisters(chip),
    width: programWidth(chip, volts, options.psize),
    volts,
    mayReset: options.mayReset ?? false,
  };
  const { registers } = await readOptions(bench);
  return new Opened(bench, layoutOf(chip.sub, chip.flashKiB, registers));
}
