/** Core registers: by DCRSR and DCRDR, or by the probe's own command. */
import { type Access, bit, getField, or, setField } from "../base/mod.ts";
import type { Memory } from "../base/mod.ts";
import type { FastCore } from "../probe/mod.ts";
import type { CoreState } from "./core.ts";
import { fault } from "./faults.ts";
import { AT, type Dhcsr, dhcsr } from "./scs.ts";

/** Where a name is: DCRSR.REGSEL, and its bits when it shares the word. */
interface Place {
  readonly select: number;
  readonly bits?: readonly [hi: number, lo: number];
}

const numbered = (letter: string, count: number, first: number): [string, Place][] =>
  Array.from({ length: count }, (_, i) => [`${letter}${i}`, { select: first + i }]);

// facts, cortex-m §6
const PLACES: Readonly<Record<string, Place>> = Object.fromEntries([
  ...numbered("r", 16, 0),
  ["sp", { select: 13 }],
  ["lr", { select: 14 }],
  ["pc", { select: 15 }],
  ["xpsr", { select: 16 }],
  ["msp", { select: 17 }],
  ["psp", { select: 18 }],
  ["control", { select: 20, bits: [31, 24] }],
  ["faultmask", { select: 20, bits: [23, 16] }],
  ["basepri", { select: 20, bits: [15, 8] }],
  ["primask", { select: 20, bits: [7, 0] }],
  ["fpscr", { select: 0x21 }],
  ...numbered("s", 32, 0x40),
]);
/** REGWnR */
const WRITE = bit(16);
/** the probe's own command gives R0 … PSP */
const LAST_FAST = 18;

/** a transfer takes some core clocks; at the slowest clock of an STM32 (32 kHz) about a ms */
const READY_MS = 20;

/** Reads and writes registers of a halted core. */
export class Registers {
  #justSeen = false;
  constructor(
    readonly memory: Memory,
    readonly core: string,
    readonly fast: FastCore | undefined,
  ) {}

  /** The core was seen halted this very moment: the next read need not look again. */
  seenHalted(): void {
    this.#justSeen = true;
  }
  /** Something happens to the core. */
  forget(): void {
    this.#justSeen = false;
  }

  async read(names: readonly string[]): Promise<number[]> {
    const places = names.map((name) => this.#place(name));
    const words = await this.#words([...new Set(places.map((p) => p.select))]);
    return places.map((p) => {
      const word = words.get(p.select) ?? 0;
      return p.bits ? getField(word, p.bits) : word;
    });
  }

  async write(values: Readonly<Record<string, number>>): Promise<void> {
    const entries = Object.entries(values).map(([name, value]) =>
      [this.#place(name), value] as const
    );
    const shared = entries.filter(([p]) => p.bits).map(([p]) => p.select);
    const words = await this.#words([...new Set(shared)]);
    for (const [place, value] of entries) {
      const { select, bits } = place;
      words.set(select, bits ? setField(words.get(select) ?? 0, bits, value) : value);
    }
    if (words.size === 0) return;
    const selects = [...words.keys()];
    const seen = await this.memory.batch(
      selects.flatMap((select): Access[] => [
        { write: AT.DCRDR, value: words.get(select) ?? 0 },
        { write: AT.DCRSR, value: or(select, WRITE) },
        { read: AT.DHCSR },
      ]),
    );
    for (const [i, select] of selects.entries()) {
      this.#check(dhcsr(seen[i] ?? 0), "write registers");
      if (!dhcsr(seen[i] ?? 0).ready) await this.#waitReady(select);
    }
  }

  #place(name: string): Place {
    const place = PLACES[name.toLowerCase()];
    if (!place) throw fault("core-no-such-register", { register: name, core: this.core });
    return place;
  }

  async #words(selects: readonly number[]): Promise<Map<number, number>> {
    if (selects.length === 0) return new Map();
    if (this.fast && selects.every((s) => s <= LAST_FAST)) {
      if (!this.#justSeen) {
        const [state = 0] = await this.memory.batch([{ read: AT.DHCSR }]);
        this.#check(dhcsr(state), "read registers");
      }
      this.#justSeen = false;
      const all = await this.fast.readAll();
      return new Map(selects.map((s) => [s, all[s] ?? 0]));
    }
    const seen = await this.memory.batch(
      selects.flatMap((select): Access[] => [
        { write: AT.DCRSR, value: select },
        { read: AT.DHCSR },
        { read: AT.DCRDR },
      ]),
    );
    const out = new Map<number, number>();
    for (const [i, select] of selects.entries()) {
      const state = dhcsr(seen[2 * i] ?? 0);
      this.#check(state, "read registers");
      out.set(select, state.ready ? seen[2 * i + 1] ?? 0 : await this.#slowly(select));
    }
    return out;
  }

  /** The transfer was not over when DCRDR was read: wait for it. */
  async #slowly(select: number): Promise<number> {
    await this.memory.batch([{ write: AT.DCRSR, value: select }]);
    await this.#waitReady(select);
    const [value = 0] = await this.memory.batch([{ read: AT.DCRDR }]);
    return value;
  }

  async #waitReady(select: number): Promise<void> {
    const ready = bit(16);
    try {
      await this.memory.batch([{ poll: AT.DHCSR, mask: ready, want: ready, withinMs: READY_MS }]);
    } catch (cause) {
      const register = Object.keys(PLACES).find((n) => PLACES[n]?.select === select) ?? "";
      throw fault("core-register-stuck", { register }, { cause });
    }
  }

  #check(state: Dhcsr, what: string): void {
    if (state.halted) return;
    throw fault("core-not-halted", { what, state: stateText(state) });
  }
}

/** What the core is doing, in a word. */
export const stateText = (s: Dhcsr): CoreState =>
  s.halted
    ? "halted"
    : s.lockedUp
    ? "locked-up"
    : s.reset
    ? "in-reset"
    : s.sleeping
    ? "sleeping"
    : "running";
