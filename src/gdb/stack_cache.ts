/** Words around the stack pointer during one halt: gdb unwinds by small reads there at every step. */
import { alignDown, Fault, wordsToBytes } from "../base/mod.ts";
import type { HaltedRegisters } from "./halted_registers.ts";
import type { GdbTarget, Region } from "./target.ts";

/** gdb reads the stack by such lines */
const LINE = 64;
/** bytes below the stack pointer that one instruction may push (r4 … r11, lr), and how many in all */
const [BELOW, BYTES] = [36, 3 * LINE];
const PERIPHERALS = 0x4000_0000;

/** Reads of the stack, until the core moves or memory is written. */
export class StackCache {
  #at = 0;
  #bytes: Uint8Array = new Uint8Array();
  readonly #ram: readonly Region[];
  constructor(readonly target: GdbTarget, readonly registers: HaltedRegisters) {
    this.#ram = target.map.filter((r) => r.type === "ram" && r.at < PERIPHERALS);
  }
  forget(): void {
    this.#bytes = new Uint8Array();
  }

  /** Addresses of the words that will be asked for after a step, if the stack is in RAM. */
  async window(): Promise<readonly number[]> {
    const [sp = 0] = await this.registers.read(["sp"]);
    const region = this.#ram.find((r) => sp >= r.at && sp <= r.at + r.length);
    if (!region) return [];
    const from = Math.max(region.at, alignDown(sp - BELOW, LINE));
    const to = Math.min(region.at + region.length, from + BYTES);
    return Array.from({ length: (to - from) / 4 }, (_, i) => from + 4 * i);
  }
  /** After a run: gdb looks at the stack at each stop, so that no step pays for it. */
  async fill(): Promise<void> {
    const [first] = await this.window();
    try {
      if (first !== undefined) await this.read(first, 4);
    } catch (e) {
      if (!(e instanceof Fault)) throw e; // whoever asks for it gets the fault
    }
  }
  /** What came with a step: the first of the addresses. */
  know(addresses: readonly number[], words: Uint32Array): void {
    this.#at = addresses[0] ?? 0;
    this.#bytes = wordsToBytes([...words]);
  }

  /** The bytes, when they are known or worth a wider read; undefined when they are no stack. */
  async read(at: number, length: number): Promise<Uint8Array | undefined> {
    const known = this.#part(at, length);
    if (known) return known;
    const window = await this.window();
    const [first = 0, last = -4] = [window[0], window.at(-1)];
    if (at < first || at + length > last + 4) return undefined;
    this.#at = first;
    this.#bytes = await this.target.readMemory(first, last + 4 - first);
    return this.#part(at, length);
  }
  #part(at: number, length: number): Uint8Array | undefined {
    const from = at - this.#at;
    if (from < 0 || from + length > this.#bytes.length) return undefined;
    return this.#bytes.slice(from, from + length);
  }
}
