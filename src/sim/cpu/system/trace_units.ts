/** ITM and TPIU as far as set-up code and debuggers look at them: no trace leaves this core. ARM DDI 0403 §C1.7, §C1.10 */

/** Registers that hold what is written: offset, reset value, writable bits. */
type Plain = readonly (readonly [offset: number, reset: number, writable: number])[];

const ITM: Plain = [
  [0xE00, 0, 0xFFFF_FFFF], // TER
  [0xE40, 0, 0xF], // TPR
  [0xE80, 0, 0x007F_0F1F], // TCR
];
const TPIU: Plain = [
  [0x000, 0xF, 0], // SSPSR: ports of 1 to 4 bits
  [0x004, 1, 0xF], // CSPSR
  [0x010, 0, 0xFFFF], // ACPR
  [0x0F0, 1, 3], // SPPR
  [0x300, 8, 0], // FFSR: non-stop
  [0x304, 0x102, 0x1_FF33], // FFCR
  [0x308, 0, 0], // FSCR
  [0xFA0, 0xF, 0xF], // CLAIMSET
  [0xFA4, 0, 0xF], // CLAIMCLR
  [0xFC8, 0xCA1, 0], // TYPE: asynchronous SWO in both codes
];

/** A unit whose registers only remember. */
export class PlainUnit {
  readonly #values = new Map<number, number>();
  constructor(readonly rows: Plain) {
    this.powerOnReset();
  }
  powerOnReset(): void {
    for (const [offset, value] of this.rows) this.#values.set(offset, value);
  }
  /** undefined: no such register */
  readRegister(offset: number): number | undefined {
    return this.#values.get(offset);
  }
  /** false: no such register */
  writeRegister(offset: number, value: number): boolean {
    const row = this.rows.find(([at]) => at === offset);
    if (row === undefined) return false;
    this.#values.set(offset, ((row[1] & ~row[2]) | (value & row[2])) >>> 0);
    return true;
  }
}

export const tpiu = (): PlainUnit => new PlainUnit(TPIU);

const STIMULUS_END = 0x80;
/**
 * What tools write that has nothing behind it, reads as zero: ITM_TER1 … 7, of ports this core does not have (ARM
 * DDI 0403 §C1.7.3), and 0xE90, which st-trace calls ITM_TCC (stlink trace.c) and the architecture reserves.
 */
const isEmpty = (offset: number): boolean =>
  (offset > 0xE00 && offset < 0xE20 && offset % 4 === 0) || offset === 0xE90;

/** Stimulus ports are always ready while their port and the ITM are enabled. */
export class Itm extends PlainUnit {
  constructor(readonly onText: (port: number, width: 1 | 2 | 4, value: number) => void) {
    super(ITM);
  }
  #on(port: number): boolean {
    return (super.readRegister(0xE80)! & 1) !== 0 &&
      (super.readRegister(0xE00)! & (1 << port)) !== 0;
  }
  override readRegister(offset: number): number | undefined {
    if (offset < STIMULUS_END) return this.#on(offset >> 2) ? 1 : 0;
    return isEmpty(offset) ? 0 : super.readRegister(offset);
  }
  override writeRegister(offset: number, value: number): boolean {
    return isEmpty(offset) || super.writeRegister(offset, value);
  }
  stimulate(offset: number, width: 1 | 2 | 4, value: number): void {
    if (this.#on(offset >> 2)) this.onText(offset >> 2, width, value);
  }
}
