/** Interrupt lines are levels; the NVIC pends on a rising one and again while it stays high after the handler. */
import type { CpuCore } from "../contracts.ts";

/** NVIC_IABR0 and NVIC_ISPR0 (core_cm7.h NVIC_Type) */
const IABR = 0xE000_E300;
const ISPR = 0xE000_E200;

/** All lines of a chip. */
export class IrqLines {
  readonly #high = new Set<number>();
  constructor(readonly core: () => CpuCore | undefined) {}

  set(line: number, high: boolean): void {
    if (!high) {
      this.#high.delete(line);
      return;
    }
    if (this.#high.has(line)) return;
    this.#high.add(line);
    this.core()?.interrupt(line);
  }

  /** After the core has run: a line that is still high, with its handler left, pends anew. */
  poll(): void {
    if (this.#high.size === 0) return;
    const core = this.core();
    if (core === undefined) return;
    for (const line of this.#high) {
      const at = 4 * (line >> 5);
      const bit = 1 << (line & 31);
      const busy = core.readPpb(IABR + at, 4, "core") | core.readPpb(ISPR + at, 4, "core");
      if ((busy & bit) === 0) core.interrupt(line);
    }
  }
  clear(): void {
    this.#high.clear();
  }
}
