/**
 * Breakpoints in RAM. A comparator that reaches there serves best: it changes nothing in memory, and gdb's
 * taking it out and in at every step costs nothing. Else a BKPT instruction in place of the program's own.
 */
import { equal } from "../base/mod.ts";
import type { HardBreakpoints } from "./hard_breakpoints.ts";
import type { GdbTarget } from "./target.ts";

/** more than anybody sets by hand */
const MOST = 256;
const BKPT = Uint8Array.of(0x00, 0xBE); // 0xBE00, ARMv7-M ARM §A7.7.17

/** The breakpoints in RAM that gdb has asked for. */
export class SoftBreakpoints {
  readonly #asked = new Set<number>();
  /** those that are in memory now, with what they stand for */
  readonly #saved = new Map<number, Uint8Array>();
  /** `read`: memory as gdb sees it, from what is known of it where it can be */
  constructor(
    readonly target: GdbTarget,
    readonly hard: HardBreakpoints,
    readonly read: (at: number, length: number) => Promise<Uint8Array>,
  ) {}
  get full(): boolean {
    return this.#asked.size >= MOST;
  }
  has(at: number): boolean {
    return this.#asked.has(at);
  }

  async set(at: number): Promise<void> {
    if (this.#asked.has(at)) return;
    if (!await this.hard.tryNow(at)) await this.#write(at);
    this.#asked.add(at);
  }
  async #write(at: number): Promise<void> {
    const before = await this.read(at, BKPT.length);
    await this.target.writeMemory(at, BKPT);
    this.#saved.set(at, before);
  }

  /** Gives what is in memory again; undefined when nothing was changed there. */
  async clear(at: number): Promise<Uint8Array | undefined> {
    const before = this.#saved.get(at);
    const back = before !== undefined && await this.#isOurs(at);
    if (back) await this.target.writeMemory(at, before);
    else if (!before && this.#asked.has(at)) this.hard.clear(at);
    this.#saved.delete(at);
    this.#asked.delete(at);
    return back ? before : undefined;
  }
  /** The program may have written there since: its startup copies functions into RAM. That is not undone. */
  async #isOurs(at: number): Promise<boolean> {
    return equal(await this.target.readMemory(at, BKPT.length), BKPT);
  }
  /** Frees a comparator for a breakpoint in flash, which has no other way. False when none is taken here. */
  async makeRoom(): Promise<boolean> {
    const at = [...this.#asked].find((a) => !this.#saved.has(a));
    if (at === undefined) return false;
    await this.#write(at);
    this.hard.clear(at);
    return true;
  }
  async removeAll(): Promise<void> {
    for (const at of [...this.#asked]) await this.clear(at).catch(() => {});
  }
}
