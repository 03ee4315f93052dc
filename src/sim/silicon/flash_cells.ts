/** The memory cells: main array and OTP. Programming clears bits, erasing sets them; both can be cut short. */
import type { Random } from "./random.ts";

/** Cells that do not obey: the bits of `mask` in the byte at `offset` keep `value` whatever is done. */
export interface StuckBits {
  readonly offset: number;
  readonly mask: number;
  readonly value: number;
}

/** An array of flash cells. */
export class FlashCells {
  readonly bytes: Uint8Array;
  readonly stuck: StuckBits[] = [];
  constructor(size: number, readonly random: Random) {
    this.bytes = new Uint8Array(size).fill(0xFF);
  }

  /** Programming changes 1 to 0 only; what was 0 stays. */
  program(offset: number, width: number, value: number): void {
    for (let i = 0; i < width; i++) {
      this.bytes[offset + i]! &= (value >>> (8 * i)) & 0xFF;
    }
    this.#obeyStuck(offset, width);
  }

  /** As `program`, but cut short: only some of the bits have changed. */
  programPartly(offset: number, width: number, value: number): void {
    this.program(offset, width, (value | this.random.u32()) >>> 0);
  }

  erase(offset: number, size: number): void {
    this.bytes.fill(0xFF, offset, offset + size);
    this.#obeyStuck(offset, size);
  }

  /** As `erase`, but cut short: some of the bits have changed, nobody knows which. */
  erasePartly(offset: number, size: number): void {
    for (let i = 0; i < size; i += 4) {
      const noise = this.random.u32();
      for (let k = 0; k < 4; k++) this.bytes[offset + i + k]! |= (noise >>> (8 * k)) & 0xFF;
    }
    this.#obeyStuck(offset, size);
  }

  #obeyStuck(offset: number, size: number): void {
    for (const s of this.stuck) {
      if (s.offset < offset || s.offset >= offset + size) continue;
      this.bytes[s.offset] = (this.bytes[s.offset]! & ~s.mask) | (s.value & s.mask);
    }
  }
}
