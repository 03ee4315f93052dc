/** Flash patch and breakpoint unit, version 2: eight breakpoints anywhere. ARM DDI 0403 §C1.11 */

const COMPARATORS = 8;
const ENABLE = 1;
const KEY = 2;
/** REV 1 (version 2), NUM_CODE 8, NUM_LIT 0: rig.md §2.3 */
const FIXED = 0x1000_0080;

/** See the head of the file. Not reset by a system reset. */
export class Fpb {
  enabled = false;
  readonly comparators: Uint32Array = new Uint32Array(COMPARATORS);

  constructor(readonly onChange: (addresses: ReadonlySet<number>) => void) {}

  powerOnReset(): void {
    this.enabled = false;
    this.comparators.fill(0);
    this.#changed();
  }

  /** Addresses that stop the core now. */
  get addresses(): ReadonlySet<number> {
    const all = this.enabled ? [...this.comparators] : [];
    return new Set(all.filter((c) => (c & 1) !== 0).map((c) => (c & ~1) >>> 0));
  }

  #changed(): void {
    this.onChange(this.addresses);
  }

  /** undefined: no such register */
  readRegister(offset: number): number | undefined {
    if (offset === 0) return FIXED | (this.enabled ? ENABLE : 0);
    if (offset === 4) return 0; // FP_REMAP: remapping is not supported in version 2
    return offset >= 8 && offset < 8 + 4 * COMPARATORS
      ? this.comparators[(offset - 8) >> 2]!
      : undefined;
  }

  /** false: no such register */
  writeRegister(offset: number, value: number): boolean {
    if (offset === 0) {
      if ((value & KEY) !== 0) this.enabled = (value & ENABLE) !== 0;
    } else if (offset >= 8 && offset < 8 + 4 * COMPARATORS) {
      this.comparators[(offset - 8) >> 2] = value;
    } else return offset === 4;
    this.#changed();
    return true;
  }
}
