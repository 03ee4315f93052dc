/** What debugging does to the clocks and counters of the chip. Lives on the core's private bus. */
import { Block, type ChipHost, merge } from "./block.ts";

/** DBGMCU_BASE, DBGMCU_TypeDef and DBGMCU_*_Pos of stm32f767xx.h */
export const DBGMCU_AT = 0xE004_2000;
const [IDCODE, CR, APB1_FZ, APB2_FZ] = [0, 4, 8, 0xC];
const APB1_MASK = 0x07E0_3FFF;
const APB2_MASK = 0x0007_0003;

/** DBGMCU: kept over system resets, cleared by power-on (facts/stm32f7.md §9). */
export class Dbgmcu extends Block {
  #cr = 0;
  #apb1 = 0;
  #apb2 = 0;
  constructor(host: ChipHost, readonly idcode: number, readonly changed: () => void) {
    super("DBGMCU", DBGMCU_AT, 0x400, host);
  }
  get debugSleep(): boolean {
    return (this.#cr & 1) !== 0;
  }
  get debugStop(): boolean {
    return (this.#cr & 2) !== 0;
  }
  get debugStandby(): boolean {
    return (this.#cr & 4) !== 0;
  }
  /** Whether bit `bit` of APB1_FZ stops its peripheral while the core is halted. */
  freezes(bit: number): boolean {
    return (this.#apb1 & (1 << bit)) !== 0;
  }
  override read(offset: number): number | undefined {
    return [this.idcode, this.#cr, this.#apb1, this.#apb2][offset / 4];
  }
  override write(offset: number, value: number, lanes: number): boolean {
    if (offset === CR) this.#cr = merge(this.#cr, value, lanes) & 0xE7;
    else if (offset === APB1_FZ) this.#apb1 = merge(this.#apb1, value, lanes) & APB1_MASK;
    else if (offset === APB2_FZ) this.#apb2 = merge(this.#apb2, value, lanes) & APB2_MASK;
    else return offset === IDCODE; // read only
    this.changed();
    return true;
  }
  /** keeps everything */
  override reset(): void {}
  powerOn(): void {
    this.#cr = this.#apb1 = this.#apb2 = 0;
  }
}
