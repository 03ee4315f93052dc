/** Breakpoints in RAM: a BKPT instruction in place of the program's own. */
import type { GdbTarget } from "./target.ts";

/** more than anybody sets by hand */
const MOST = 256;
const BKPT = Uint8Array.of(0x00, 0xBE); // 0xBE00, ARMv7-M ARM §A7.7.17

/** The breakpoints that are in memory now, with what they stand for. */
export class SoftBreakpoints {
  readonly #saved = new Map<number, Uint8Array>();
  /** `read`: memory as gdb sees it, from what is known of it where it can be */
  constructor(
    readonly target: GdbTarget,
    readonly read: (at: number, length: number) => Promise<Uint8Array>,
  ) {}
  get full(): boolean {
    return this.#saved.size >= MOST;
  }
  has(at: number): boolean {
    return this.#saved.has(at);
  }
  async set(at: number): Promise<void> {
    if (this.#saved.has(at)) return;
    const before = await this.read(at, BKPT.length);
    await this.target.writeMemory(at, BKPT);
    this.#saved.set(at, before);
  }
  /** Gives what is there again; undefined when there was no breakpoint. */
  async clear(at: number): Promise<Uint8Array | undefined> {
    const before = this.#saved.get(at);
    if (!before) return undefined;
    await this.target.writeMemory(at, before);
    this.#saved.delete(at);
    return before;
  }
  async removeAll(): Promise<void> {
    for (const at of [...this.#saved.keys()]) await this.clear(at).catch(() => {});
  }
}
