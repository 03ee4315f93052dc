/** Power control: voltage scaling, over-drive, and which low-power mode WFI enters. */
import { Block, type ChipHost, merge } from "./block.ts";

/** PWR_BASE, PWR_TypeDef and PWR_*_Pos of stm32f767xx.h */
const PWR_AT = 0x4000_7000;
const [CR1, CSR1, CR2, CSR2] = [0, 4, 8, 0xC];
const PDDS = 1 << 1;
const ODEN = 16;
const ODSWEN = 17;
const VOSRDY = 1 << 14;
/** over-drive ready: order of magnitude only, no figure at hand */
const READY_NS = 50_000;

/** PWR. */
export class Pwr extends Block {
  #cr1 = 0;
  #csr1 = 0;
  #cr2 = 0;
  #csr2 = 0;
  constructor(host: ChipHost) {
    super("PWR", PWR_AT, 0x400, host);
    this.reset();
  }
  /** deep sleep is Standby, not Stop */
  get standby(): boolean {
    return (this.#cr1 & PDDS) !== 0;
  }
  /** over-drive is on and switched in: HCLK may exceed 180 MHz */
  get overDrive(): boolean {
    return (this.#csr1 >>> ODEN & 3) === 3;
  }
  /** the backup domain may be written (DBP) */
  get backupWritable(): boolean {
    return (this.#cr1 & 0x100) !== 0;
  }
  override read(offset: number): number | undefined {
    return [this.#cr1, this.#csr1 | VOSRDY, this.#cr2, this.#csr2][offset / 4];
  }
  override write(offset: number, value: number, lanes: number): boolean {
    if (offset === CR1) this.#writeCr1(merge(this.#cr1, value, lanes));
    else if (offset === CSR1) {
      this.#csr1 = (this.#csr1 & ~0x300) | (merge(this.#csr1, value, lanes) & 0x300);
    } else if (offset === CR2) this.#cr2 = merge(this.#cr2, value, lanes) & 0x3F00;
    else if (offset === CSR2) this.#csr2 = merge(this.#csr2, value, lanes) & 0x3F00;
    else return false;
    return true;
  }
  #writeCr1(value: number): void {
    const old = this.#cr1;
    this.#cr1 = value;
    for (const bit of [ODEN, ODSWEN]) {
      const on = (value & (1 << bit)) !== 0;
      if (!on) this.#csr1 &= ~(1 << bit);
      else if ((old & (1 << bit)) === 0) {
        this.host.time.after(READY_NS, () => this.#csr1 |= this.#cr1 & (1 << bit));
      }
    }
  }
  override reset(): void {
    this.#cr1 = 0xC000; // VOS = scale 1; RM0385 PWR_CR1, recalled
    this.#csr1 = this.#cr2 = this.#csr2 = 0;
  }
}
