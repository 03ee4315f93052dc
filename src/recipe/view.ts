/** The board as steps see it: as it is, or as it will be once the steps above have run. */
import { type Chip, type Layout, layoutOf, optionRegisters, type Sector } from "../chip/mod.ts";
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
  /**
   * Reads flash, or gives what was read from it since the core was halted and since it was last written.
   * A refused read is explained.
   */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** What is known of one sector. */
interface Page {
  readonly bytes: Uint8Array;
  readonly known: Uint8Array;
}

/** Bytes of flash that are known, sector by sector. */
class Pages {
  readonly #pages = new Map<number, Page>();
  constructor(readonly layout: Layout) {}

  #page(sector: Sector): Page {
    const page = this.#pages.get(sector.at) ??
      { bytes: new Uint8Array(sector.size), known: new Uint8Array(sector.size) };
    this.#pages.set(sector.at, page);
    return page;
  }

  *#parts(
    at: number,
    length: number,
  ): Generator<{ page: Page; from: number; to: number; at: number }> {
    for (const s of this.layout.sectors) {
      const from = Math.max(at, s.at);
      const to = Math.min(at + length, s.at + s.size);
      if (from < to) yield { page: this.#page(s), from: from - s.at, to: to - s.at, at: s.at };
    }
  }

  /** The bytes, with those that are not known yet read by `read`. */
  async get(
    at: number,
    length: number,
    read: (at: number, length: number) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (const { page, from, to, at: base } of this.#parts(at, length)) {
      const known = page.known.subarray(from, to);
      const first = known.indexOf(0);
      if (first >= 0) {
        const last = known.lastIndexOf(0);
        const got = await read(base + from + first, last - first + 1);
        for (const [i, byte] of got.entries()) {
          const index = from + first + i;
          if (!page.known[index]) page.bytes[index] = byte;
        }
        known.fill(1, first, last + 1);
      }
      out.set(page.bytes.subarray(from, to), base + from - at);
    }
    return out;
  }

  forget(ranges: readonly { readonly at: number; readonly length: number }[]): void {
    for (const r of ranges) {
      for (const { page, from, to } of this.#parts(r.at, r.length)) page.known.fill(0, from, to);
    }
  }

  set(at: number, bytes: Uint8Array): void {
    for (const { page, from, to, at: base } of this.#parts(at, bytes.length)) {
      const start = base + from - at;
      page.bytes.set(bytes.subarray(start, start + to - from), from);
      page.known.fill(1, from, to);
    }
  }
}

/**
 * The board as it is. While the core stays halted only this run can change flash: what was read for the plan
 * is not read again for the deed, nor what a deed has read back for the verify after it. A reset, a new
 * attach or a write ends that: {@link LiveView.forget}.
 */
export class LiveView implements View {
  #pages: Pages | undefined;
  #options: OptionBytes | undefined;
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
  async options(): Promise<OptionBytes> {
    if (this.bench.found.mode === "attach") return await this.bench.flash.readOptions();
    return this.#options ??= await this.bench.flash.readOptions();
  }
  async read(at: number, length: number): Promise<Uint8Array> {
    // a program that runs may write flash itself
    if (this.bench.found.mode === "attach") return await this.bench.flash.read(at, length);
    this.#pages ??= new Pages(this.layout);
    return await this.#pages.get(at, length, (from, n) => this.bench.flash.read(from, n));
  }
  /** These bytes were written and then read back. */
  learn(at: number, bytes: Uint8Array): void {
    if (this.bench.found.mode !== "attach") (this.#pages ??= new Pages(this.layout)).set(at, bytes);
  }
  /** These places may have changed; without them, everything may. */
  forget(ranges?: readonly { readonly at: number; readonly length: number }[]): void {
    if (ranges) this.#pages?.forget(ranges);
    else this.#pages = this.#options = undefined;
  }
}

/** The board as it will be: reads what is not predicted from the board itself, and only once. */
export class PredictedView implements View {
  #pages: Pages;
  #options: OptionBytes | undefined;
  constructor(readonly live: View) {
    this.#pages = new Pages(live.layout);
  }
  get chip(): Chip {
    return this.live.chip;
  }
  get layout(): Layout {
    return this.#pages.layout;
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
    return await this.#pages.get(at, length, (from, n) => this.live.read(from, n));
  }

  /** From here on these bytes are there. */
  know(at: number, bytes: Uint8Array): void {
    this.#pages.set(at, bytes);
  }

  /** From here on these sectors are empty. */
  erase(sectors: readonly Sector[]): void {
    for (const s of sectors) {
      this.know(s.at, new Uint8Array(s.size).fill(this.layout.erased));
    }
  }

  /** From here on the option registers read so; lowering RDP erases everything. */
  setOptions(registers: Readonly<Record<string, number>>, massErased: boolean): void {
    this.#options = decodeOptions(this.chip, registers);
    const layout = layoutOf(this.chip.sub, this.chip.flashKiB, registers);
    if (layout.dualBank !== this.layout.dualBank) this.#pages = new Pages(layout);
    if (massErased) this.erase(layout.sectors);
  }
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
