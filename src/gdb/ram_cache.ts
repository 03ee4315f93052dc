/** What gdb reads of RAM by many small reads at every stop: the stack, and code when the program runs from RAM. */
import { alignDown, Fault, wordsToBytes } from "../base/mod.ts";
import type { HaltedRegisters } from "./halted_registers.ts";
import type { GdbTarget, Region } from "./target.ts";

/** gdb reads the stack by such lines */
const LINE = 64;
/** bytes below the stack pointer that one instruction may push (r4 … r11, lr), and how many in all */
const [BELOW, STACK] = [36, 3 * LINE];
/** gdb looks at instructions before the PC, and a step leads to one behind it */
const [BEFORE, CODE] = [8, LINE];
const WORD = 4;
/** so many words elsewhere come with a step */
const ASKED = 12;
const PERIPHERALS = 0x4000_0000;

interface Known {
  readonly at: number;
  readonly bytes: Uint8Array;
}
/** a word that the bus has refused, or a part of one */
interface Refused {
  readonly at: number;
  readonly length: number;
  readonly fault: Fault;
}
interface Window {
  readonly from: number;
  readonly to: number;
}
const addresses = (w: Window | undefined): readonly number[] =>
  w ? Array.from({ length: (w.to - w.from) / 4 }, (_, i) => w.from + 4 * i) : [];

/** Reads of such places, until the core moves or memory is written. */
export class RamCache {
  #known: Known[] = [];
  #refused: Refused[] = [];
  /** words that gdb has asked for since the core ran, the last ones last: it will again after a step */
  readonly #asked = new Set<number>();
  readonly #ram: readonly Region[];
  /** what no cache of the core's holds */
  readonly tcm: readonly Region[];
  constructor(readonly target: GdbTarget, readonly registers: HaltedRegisters) {
    this.#ram = target.map.filter((r) => r.type === "ram" && r.at < PERIPHERALS);
    this.tcm = this.#ram.filter((r) => r.tcm);
  }
  forget(): void {
    this.#known = [];
    this.#refused = [];
  }

  #window(around: number, before: number, align: number, length: number): Window | undefined {
    const region = this.#ram.find((r) => around >= r.at && around <= r.at + r.length);
    if (!region) return undefined;
    const from = Math.max(region.at, alignDown(around - before, align));
    return { from, to: Math.min(region.at + region.length, from + length) };
  }
  async #stack(): Promise<Window | undefined> {
    const [sp = 0] = await this.registers.read(["sp"]);
    return this.#window(sp, BELOW, LINE, STACK);
  }
  async #code(): Promise<Window | undefined> {
    return this.#window(await this.registers.pc(), BEFORE, 4, CODE);
  }
  /** Addresses of the words that will be asked for after a step: none when that is no RAM. */
  async stackWords(): Promise<readonly number[]> {
    return addresses(await this.#stack());
  }
  async codeWords(): Promise<readonly number[]> {
    return addresses(await this.#code());
  }
  /** What gdb looks at besides: where the function begins, a variable that is displayed. */
  askedWords(others: readonly number[]): readonly number[] {
    return [...this.#asked].filter((at) => !others.includes(at));
  }
  /** The core runs: what gdb wanted to see before says little about the next stop. */
  running(): void {
    this.#asked.clear();
  }

  /** After a run: gdb looks at them at each stop, so that no step pays for it. */
  async fill(): Promise<void> {
    try {
      for (const w of [await this.#stack(), await this.#code()]) if (w) await this.#read(w);
    } catch (e) {
      if (!(e instanceof Fault)) throw e; // whoever asks for it gets the fault
    }
  }
  /** What came with a step: words by their addresses. */
  know(words: ReadonlyMap<number, number>): void {
    const all = [...words];
    for (let i = 0; i < all.length;) {
      const first = i;
      do i++; while (i < all.length && all[i]?.[0] === (all[i - 1]?.[0] ?? 0) + WORD);
      const bytes = wordsToBytes(all.slice(first, i).map(([, word]) => word));
      this.#known.push({ at: all[first]?.[0] ?? 0, bytes });
    }
  }
  /** What was written there by this server itself. */
  patch(at: number, bytes: Uint8Array): void {
    for (const k of this.#known) {
      for (const [i, b] of bytes.entries()) {
        const n = at + i - k.at;
        if (n >= 0 && n < k.bytes.length) k.bytes[n] = b;
      }
    }
  }

  /** The bytes, when they are known or worth a wider read; undefined when they are no such place. */
  async read(at: number, length: number): Promise<Uint8Array | undefined> {
    this.#note(at, length);
    const known = this.#part(at, length);
    if (known) return known;
    if (!this.#ram.some((r) => at >= r.at && at < r.at + r.length)) return undefined;
    const w = await this.#around(at, length);
    if (!w) return undefined;
    await this.#read(w);
    return this.#part(at, length);
  }
  /**
   * The bytes of no such place. What the bus has refused it would refuse again: gdb asks eight times for what
   * is before the first function of a memory. Fault: bus-refused.
   */
  async elsewhere(at: number, length: number): Promise<Uint8Array> {
    const no = this.#refused.find((r) => at >= r.at && at + length <= r.at + r.length);
    if (no) throw no.fault;
    try {
      return await this.target.readMemory(at, length);
    } catch (fault) {
      const word = fault instanceof Fault && fault.slug === "bus-refused" && length <= WORD;
      if (word) this.#refused.push({ at, length, fault });
      throw fault;
    }
  }
  #note(at: number, length: number): void {
    if (length > WORD || !this.#ram.some((r) => at >= r.at && at + length <= r.at + r.length)) {
      return;
    }
    const word = alignDown(at, WORD);
    this.#asked.delete(word);
    this.#asked.add(word);
    const oldest = [...this.#asked][0];
    if (this.#asked.size > ASKED && oldest !== undefined) this.#asked.delete(oldest);
  }
  /** The window that holds them; none while the core runs, which has no stack to speak of then. */
  async #around(at: number, length: number): Promise<Window | undefined> {
    try {
      const windows = [await this.#stack(), await this.#code()];
      return windows.find((w) => w && at >= w.from && at + length <= w.to);
    } catch (e) {
      if (e instanceof Fault && e.slug === "core-not-halted") return undefined;
      throw e;
    }
  }
  async #read({ from, to }: Window): Promise<void> {
    if (!this.#part(from, to - from)) {
      this.#known.push({ at: from, bytes: await this.target.readMemory(from, to - from) });
    }
  }
  #part(at: number, length: number): Uint8Array | undefined {
    const k = this.#known.find((k) => at >= k.at && at + length <= k.at + k.bytes.length);
    return k?.bytes.slice(at - k.at, at - k.at + length);
  }
}
