/** Repeatable chance: the same seed gives the same numbers on every machine. */

/** mulberry32: 32 bits of state, good enough for undefined memory content. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** the next 32 bits */
  u32(): number {
    this.#state = (this.#state + 0x6D2B79F5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  /** 0 ≤ x < 1 */
  unit(): number {
    return this.u32() / 0x1_0000_0000;
  }
  /** 0 … `n` - 1 */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }
  /** Fills with chance; the length is rounded down to words. */
  fill(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i + 4 <= bytes.length; i += 4) view.setUint32(i, this.u32(), true);
  }
}
