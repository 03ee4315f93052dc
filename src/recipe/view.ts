/** The board as steps see it: as it is, or as it will be once the steps above have run. */
import { getField } from "../base/mod.ts";
import {
  type Chip,
  type Layout,
  layoutOf,
  optionRegisters,
  type Sector,
  sectorBit,
} from "../chip/mod.ts";
import { decodeOptions, type OptionBytes } from "../flash/mod.ts";
import type { Bench } from "./bench.ts";

/** What steps may look at. */
export interface View {
  readonly chip: Chip;
  readonly layout: Layout;
  readonly volts: number | undefined;
  /** bytes per program access */
  readonly unit: 1 | 2 | 4;
  options(): Promise<OptionBytes>;
  /** Reads flash. A refused read is explained. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** The board as it is. */
export class LiveView implements View {
  constructor(readonly bench: Bench) {}
  get chip(): Chip {
    return this.bench.chip;
  }
  get layout(): Layout {
    return this.bench.flash.layout;
  }
  get volts(): number | undefined {
    return this.bench.volts;
  }
  get unit(): 1 | 2 | 4 {
    return this.bench.flash.unit;
  }
  options(): Promise<OptionBytes> {
    return this.bench.flash.readOptions();
  }
  read(at: number, length: number): Promise<Uint8Array> {
    return this.bench.flash.read(at, length);
  }
}

/** What is known of one sector. */
interface Page {
  readonly bytes: Uint8Array;
  readonly known: Uint8Array;
}

/** The board as it will be: reads what is not predicted from the board itself, and only once. */
export class PredictedView implements View {
  #layout: Layout;
  #options: OptionBytes | undefined;
  readonly #pages = new Map<number, Page>();
  constructor(readonly live: View) {
    this.#layout = live.layout;
  }
  get chip(): Chip {
    return this.live.chip;
  }
  get layout(): Layout {
    return this.#layout;
  }
  get volts(): number | undefined {
    return this.live.volts;
  }
  get unit(): 1 | 2 | 4 {
    return this.live.unit;
  }

  async options(): Promise<OptionBytes> {
    return this.#options ??= await this.live.options();
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (const sector of this.#layout.sectors) {
      const from = Math.max(at, sector.at);
      const to = Math.min(at + length, sector.at + sector.size);
      if (from >= to) continue;
      await this.#learn(sector, from, to);
      const page = this.#page(sector);
      out.set(page.bytes.subarray(from - sector.at, to - sector.at), from - at);
    }
    return out;
  }

  #page(sector: Sector): Page {
    const page = this.#pages.get(sector.at) ??
      { bytes: new Uint8Array(sector.size), known: new Uint8Array(sector.size) };
    this.#pages.set(sector.at, page);
    return page;
  }

  /** Reads what of `from` … `to` is not known yet. */
  async #learn(sector: Sector, from: number, to: number): Promise<void> {
    const page = this.#page(sector);
    const [start, end] = [from - sector.at, to - sector.at];
    const first = page.known.subarray(start, end).indexOf(0);
    if (first < 0) return;
    const last = page.known.subarray(start, end).lastIndexOf(0);
    const at = sector.at + start + first;
    const got = await this.live.read(at, last - first + 1);
    for (const [i, byte] of got.entries()) {
      const index = start + first + i;
      if (page.known[index]) continue;
      page.bytes[index] = byte;
      page.known[index] = 1;
    }
  }

  /** From here on these bytes are there. */
  know(at: number, bytes: Uint8Array): void {
    for (const sector of this.#layout.sectors) {
      const from = Math.max(at, sector.at);
      const to = Math.min(at + bytes.length, sector.at + sector.size);
      if (from >= to) continue;
      const page = this.#page(sector);
      page.bytes.set(bytes.subarray(from - at, to - at), from - sector.at);
      page.known.fill(1, from - sector.at, to - sector.at);
    }
  }

  /** From here on these sectors are empty. */
  erase(sectors: readonly Sector[]): void {
    for (const s of sectors) {
      this.know(s.at, new Uint8Array(s.size).fill(this.#layout.erased));
    }
  }

  /** From here on the option registers read so; lowering RDP erases everything. */
  setOptions(registers: Readonly<Record<string, number>>, massErased: boolean): void {
    this.#options = decodeOptions(this.chip, registers);
    const layout = layoutOf(this.chip.sub, this.chip.flashKiB, registers);
    if (layout.dualBank !== this.#layout.dualBank) this.#pages.clear();
    this.#layout = layout;
    if (massErased) this.erase(layout.sectors);
  }
}

/** Sectors that their option bits keep from `stops`. */
export function closedSectors(
  view: Pick<View, "chip" | "layout">,
  options: OptionBytes,
  stops: "write" | "read",
): readonly Sector[] {
  const fields = Object.values(view.chip.sub.options).filter((f) => f.sectors?.stops === stops);
  return view.layout.sectors.filter((s) =>
    fields.some((f) => {
      const word = options.registers[f.register];
      if (word === undefined) return false;
      const bit = Math.floor(getField(word, f.bits) / 2 ** sectorBit(view.layout, s)) % 2;
      return bit === f.sectors?.when;
    })
  );
}

/** Fields whose present value starts a watchdog at every reset. */
export const hardwareWatchdogs = (chip: Chip, options: OptionBytes): readonly string[] =>
  Object.entries(chip.sub.options).flatMap(([name, f]) =>
    f.hardwareWatchdog !== undefined && options.fields[name]?.value === f.hardwareWatchdog
      ? [name]
      : []
  );

/** The name of the main option register: the first that holds the protection level. */
export const mainRegister = (chip: Chip): string =>
  chip.sub.options[chip.family.readProtection.field]?.register ??
    optionRegisters(chip.family, chip.sub)[0] ?? "";
