/** The CRC unit, with the F7's programmable polynomial, size and reversals. */
import { Block, type ChipHost, merge } from "./block.ts";

/** CRC_BASE, CRC_TypeDef, CRC_CR_*_Pos of stm32f746xx.h */
const CRC_AT = 0x4002_3000;
const [DR, IDR, CR, INIT, POL] = [0, 4, 8, 0x10, 0x14];

const reverse = (value: number, bits: number): number => {
  let out = 0;
  for (let i = 0; i < bits; i++) out |= ((value >>> i) & 1) << (bits - 1 - i);
  return out >>> 0;
};
/** Each group of `group` bits of the low `bits` bits turned around. */
const reverseGroups = (value: number, bits: number, group: number): number => {
  let out = 0;
  for (let lo = 0; lo < bits; lo += group) {
    const mask = group >= 32 ? 0xFFFF_FFFF : (1 << group) - 1;
    out |= reverse((value >>> lo) & mask, group) << lo;
  }
  return out >>> 0;
};

/** CRC. */
export class Crc extends Block {
  #dr = 0;
  #idr = 0;
  #cr = 0;
  #init = 0;
  #pol = 0;
  constructor(host: ChipHost, readonly on: () => boolean) {
    super("CRC", CRC_AT, 0x400, host);
    this.reset();
  }
  override clocked(): boolean {
    return this.on();
  }
  get #size(): number {
    return [32, 16, 8, 7][(this.#cr >>> 3) & 3]!;
  }
  get #mask(): number {
    return this.#size === 32 ? 0xFFFF_FFFF : (1 << this.#size) - 1;
  }
  #feed(value: number, bits: number): void {
    const group = [0, 8, 16, 32][(this.#cr >>> 5) & 3]!; // REV_IN: by byte, half-word, word
    const data = group === 0 ? value : reverseGroups(value, bits, Math.min(group, bits));
    const size = this.#size;
    for (let i = bits - 1; i >= 0; i--) {
      const top = (this.#dr >>> (size - 1)) & 1;
      this.#dr = (this.#dr << 1) & this.#mask;
      if ((top ^ ((data >>> i) & 1)) !== 0) this.#dr = (this.#dr ^ this.#pol) & this.#mask;
      this.#dr >>>= 0;
    }
  }
  override read(offset: number): number | undefined {
    if (offset === DR) return (this.#cr & 0x80) !== 0 ? reverse(this.#dr, this.#size) : this.#dr;
    return new Map([[IDR, this.#idr], [CR, this.#cr], [INIT, this.#init], [POL, this.#pol]])
      .get(offset);
  }
  override write(offset: number, value: number, lanes: number): boolean {
    if (offset === DR) {
      const bits = lanes === 0xFFFF_FFFF ? 32 : (lanes & 0xFFFF) === 0xFFFF ? 16 : 8;
      this.#feed(bits === 32 ? value : value & lanes, bits);
    } else if (offset === IDR) this.#idr = merge(this.#idr, value, lanes) & 0xFF;
    else if (offset === CR) {
      const v = merge(this.#cr, value, lanes);
      this.#cr = v & 0xF8;
      if ((v & 1) !== 0) this.#dr = (this.#init & this.#mask) >>> 0;
    } else if (offset === INIT) this.#init = this.#dr = merge(this.#init, value, lanes);
    else if (offset === POL) this.#pol = merge(this.#pol, value, lanes);
    else return false;
    return true;
  }
  override reset(): void {
    this.#cr = this.#idr = 0;
    this.#init = this.#dr = 0xFFFF_FFFF;
    this.#pol = 0x04C1_1DB7; // stm32f7xx_hal_crc.h DEFAULT_CRC32_POLY
  }
}
