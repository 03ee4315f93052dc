/** Option bytes: the words in flash, the registers over them, and what is loaded at a reset. */
import type { Silicon } from "./family.ts";
import type { Random } from "./random.ts";

/** The three registers, without OPTLOCK and OPTSTRT. */
export interface OptionValues {
  readonly OPTCR: number;
  readonly OPTCR1: number;
  readonly OPTCR2: number;
}

/** bits 1:0 of OPTCR are OPTLOCK and OPTSTRT, not options */
const NOT_OPTIONS = 3;
/** OPTCR2: PCROP[7:0] and PCROP_RDP (stm32f722xx.h FLASH_OPTCR2_*) */
export const OPTCR2_MASK = 0x8000_00FF;
export const PCROP_RDP = 0x8000_0000;
const WORDS = 6;

/** The storage words and their meaning. */
export class OptionBytes {
  /**
   * 1FFF0000 + 8 n: value in the low half, its complement in the high half (community.st.com 672018: ST's own
   * are FF7F0080 at 1FFF0010 and FFBF0040 at 1FFF0018).
   */
  readonly storage: Uint32Array = new Uint32Array(WORDS);
  /** in force since the last reset */
  loaded: OptionValues;
  /** the registers; written by software, programmed by OPTSTRT, reloaded at a reset */
  shadow: OptionValues;

  constructor(readonly silicon: Silicon) {
    this.storage.set(this.encode(silicon.options.factory));
    this.loaded = this.shadow = { OPTCR: 0, OPTCR1: 0, OPTCR2: 0 };
    this.load();
  }

  /** What the registers keep of written values. */
  clean(v: OptionValues): OptionValues {
    const { mask, pcrop } = this.silicon.options;
    return {
      OPTCR: (v.OPTCR & mask & ~NOT_OPTIONS) >>> 0,
      OPTCR1: v.OPTCR1 >>> 0,
      OPTCR2: pcrop ? (v.OPTCR2 & OPTCR2_MASK) >>> 0 : 0,
    };
  }

  /** The storage words of these values. Bits of the first word that are no options are left erased. */
  encode(v: OptionValues): Uint32Array {
    const { OPTCR, OPTCR1, OPTCR2 } = this.clean(v);
    const halves = [OPTCR | NOT_OPTIONS, OPTCR >>> 16, OPTCR1, OPTCR1 >>> 16];
    const words = [...halves, OPTCR2, OPTCR2 >>> 16].map((h) => ((h & 0xFFFF) | (~h << 16)) >>> 0);
    if (!this.silicon.options.pcrop) words.fill(0xFFFF_FFFF, 4);
    return Uint32Array.from(words);
  }

  /**
   * At a reset: storage → registers. A word whose halves do not complement each other counts as erased, all
   * ones. So RDP is FF, level 1: seen on F756 and F767 after resets during OPTSTRT
   * (STMicroelectronics/STM32CubeF7#96), and all ones in RDP, nWRP and SPRMOD on an F429 after a power cut
   * (community.st.com 394565). Gives the indexes of such words.
   */
  load(): readonly number[] {
    const used = this.silicon.options.pcrop ? 6 : 4;
    const bad: number[] = [];
    const half = Array.from(this.storage, (w, i) => {
      if ((w >>> 16) === (~w & 0xFFFF)) return w & 0xFFFF;
      if (i < used) bad.push(i);
      return 0xFFFF;
    });
    this.loaded = this.shadow = this.clean({
      OPTCR: half[0]! | (half[1]! << 16),
      OPTCR1: half[2]! | (half[3]! << 16),
      OPTCR2: half[4]! | (half[5]! << 16),
    });
    return bad;
  }

  /** A stop while the words are being erased: some of the zeros are ones by now. */
  erasePartly(random: Random): void {
    for (let i = 0; i < WORDS; i++) this.storage[i]! |= random.u32();
  }
  /** A stop while word `index` is being programmed: the ones before are done, the ones after erased. */
  programPartly(words: Uint32Array, index: number, random: Random): void {
    for (let i = 0; i < WORDS; i++) {
      if (i < index) this.storage[i] = words[i]!;
      else this.storage[i] = i > index ? 0xFFFF_FFFF : words[i]! | random.u32();
    }
  }

  /** 0, 1 or 2, as loaded. RDP = AA is level 0, CC level 2, anything else level 1. */
  get level(): 0 | 1 | 2 {
    return levelOf(this.loaded);
  }
  /** Whether both banks are apart (nDBANK = 0), as loaded. */
  get dualBank(): boolean {
    return this.silicon.options.dualBank && (this.loaded.OPTCR & 0x2000_0000) === 0;
  }
}

/** The protection level that RDP of these values means. */
export function levelOf(v: OptionValues): 0 | 1 | 2 {
  const rdp = (v.OPTCR >>> 8) & 0xFF;
  return rdp === 0xAA ? 0 : rdp === 0xCC ? 2 : 1;
}
