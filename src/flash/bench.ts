/** What flash work needs to know: the chip, its core, its registers by name, and its supply. */
import { type Clock, hex, maskOf, type Memory, or, setField } from "../base/mod.ts";
import { type Chip, type FlashRegister, flashRegister } from "../chip/mod.ts";
import type { Core } from "../cortex/mod.ts";
import { fault } from "./faults.ts";

/** How wide flash is programmed: CR.PSIZE and the bytes of one access. */
export interface ProgramWidth {
  readonly psize: number;
  readonly bytes: 1 | 2 | 4;
}

/** All that the parts of flash/ share. */
export interface Bench {
  readonly core: Core;
  /** past the data cache: what is written must reach flash, what is read must come from there */
  readonly memory: Memory;
  readonly chip: Chip;
  readonly clock: Clock;
  readonly regs: FlashRegisters;
  readonly width: ProgramWidth;
  /** measured supply in V; undefined when nothing could be measured */
  readonly volts: number | undefined;
  /** whether the chip may be reset and halted to get a locked controller open */
  readonly mayReset: boolean;
}

/** The flash registers of one chip, by the manual's names. */
export class FlashRegisters {
  readonly #known = new Map<string, FlashRegister>();
  constructor(readonly chip: Chip) {}

  get(name: string): FlashRegister {
    const known = this.#known.get(name) ?? flashRegister(this.chip.family, this.chip.sub, name);
    this.#known.set(name, known);
    return known;
  }
  at(name: string): number {
    return this.get(name).at;
  }
  /** All bits of the named fields of one register; a field these parts do not have counts as none. */
  mask(name: string, ...fields: readonly string[]): number {
    const known = this.get(name).fields;
    return or(0, ...fields.map((f) => known[f] === undefined ? 0 : maskOf(known[f])));
  }
  /** `word` with fields of the register replaced. */
  set(name: string, word: number, values: Readonly<Record<string, number>>): number {
    const known = this.get(name).fields;
    return Object.entries(values).reduce((w, [field, value]) => {
      const f = known[field];
      return f === undefined ? w : setField(w, f, value);
    }, word);
  }
}

/** The supply as it stands in a message. */
export const measured = (volts: number | undefined): string =>
  volts === undefined ? "was not measured" : `measures ${volts.toFixed(2)} V`;

/** Facts about the supply; without a measurement texts that need it are left out. */
export const voltFacts = (volts: number | undefined): Record<string, string> =>
  volts === undefined ? {} : { volts: volts.toFixed(2) };

/**
 * The widest program access that the supply allows; bytes when it is unknown, which is always safe. An
 * explicit `psize` is taken when the supply allows it or is unknown. Fault: flash-width-refused.
 */
export function programWidth(chip: Chip, volts: number | undefined, psize?: number): ProgramWidth {
  const { parallelism } = chip.family.flash;
  if (psize !== undefined) {
    const wish = parallelism.find((p) => p.psize === psize);
    if (!wish || (volts !== undefined && volts < wish.fromVolts)) {
      throw fault("flash-width-refused", {
        bits: (wish?.bytes ?? 8) * 8,
        needs: wish?.fromVolts ?? "an external programming voltage besides its 2.7",
        ...voltFacts(volts),
      });
    }
    return { psize, bytes: wish.bytes };
  }
  const allowed = parallelism.filter((p) => volts !== undefined && volts >= p.fromVolts);
  const { psize: best, bytes } = allowed.at(-1) ?? parallelism[0] ?? { psize: 0, bytes: 1 };
  return { psize: best, bytes };
}

/** Refuses to write with a supply below what flash needs. Fault: flash-supply-too-low. */
export function requireSupply(bench: Pick<Bench, "chip" | "volts">): void {
  const needs = bench.chip.family.flash.parallelism[0]?.fromVolts ?? 0;
  if (bench.volts !== undefined && bench.volts < needs) {
    throw fault("flash-supply-too-low", { needs, ...voltFacts(bench.volts) }, {
      board: { state: "untouched", text: "nothing was written" },
    });
  }
}

/** `0x08000000..0x08000003` */
export const rangeText = (at: number, length: number): string =>
  `${hex(at)}..${hex(at + length - 1)}`;
