/** External interrupts and the system configuration that routes pins to them. */
import { Block, type ChipHost, merge } from "./block.ts";

/** EXTI_BASE and EXTI_TypeDef of stm32f746xx.h */
const EXTI_AT = 0x4001_3C00;
const [IMR, EMR, RTSR, FTSR, SWIER, PR] = [0, 4, 8, 0xC, 0x10, 0x14];
const LINES = 0x01FF_FFFF;
/** IRQ of EXTI line 0 … 15: EXTI0_IRQn … EXTI15_10_IRQn */
const IRQS = [6, 7, 8, 9, 10, 23, 23, 23, 23, 23, 40, 40, 40, 40, 40, 40];

/** EXTI. Lines 16 and up (PVD, RTC, USB …) have no source here. */
export class Exti extends Block {
  #imr = 0;
  #emr = 0;
  #rtsr = 0;
  #ftsr = 0;
  #swier = 0;
  #pr = 0;
  constructor(host: ChipHost) {
    super("EXTI", EXTI_AT, 0x400, host);
  }
  /** A routed pin has an edge. */
  edge(line: number, rising: boolean): void {
    const bit = 1 << line;
    if (((rising ? this.#rtsr : this.#ftsr) & bit) === 0) return;
    if ((this.#imr & bit) !== 0) this.#pr |= bit;
    this.#interrupt();
  }
  #interrupt(): void {
    for (const irq of new Set(IRQS)) {
      const lines = IRQS.reduce((m, n, i) => n === irq ? m | (1 << i) : m, 0);
      this.host.irq(irq, (this.#pr & this.#imr & lines) !== 0);
    }
  }
  override read(offset: number): number | undefined {
    return [this.#imr, this.#emr, this.#rtsr, this.#ftsr, this.#swier, this.#pr][offset / 4];
  }
  override write(offset: number, value: number, lanes: number): boolean {
    const v = value & lanes;
    const keep = (old: number) => merge(old, value, lanes) & LINES;
    switch (offset) {
      case IMR:
        this.#imr = keep(this.#imr);
        break;
      case EMR:
        this.#emr = keep(this.#emr);
        break;
      case RTSR:
        this.#rtsr = keep(this.#rtsr);
        break;
      case FTSR:
        this.#ftsr = keep(this.#ftsr);
        break;
      case SWIER:
        this.#swier |= v & LINES;
        this.#pr |= v & this.#imr & LINES;
        break;
      case PR:
        this.#pr &= ~v;
        this.#swier &= ~v;
        break;
      default:
        return false;
    }
    this.#interrupt();
    return true;
  }
  override reset(): void {
    this.#imr =
      this.#emr =
      this.#rtsr =
      this.#ftsr =
      this.#swier =
      this.#pr =
        0;
  }
}

/** SYSCFG_BASE and SYSCFG_TypeDef of stm32f746xx.h */
const SYSCFG_AT = 0x4001_3800;
const [MEMRMP, PMC, EXTICR1, EXTICR4, CBR, CMPCR] = [0, 4, 8, 0x14, 0x1C, 0x20];

/** SYSCFG. */
export class Syscfg extends Block {
  #memrmp = 0;
  #pmc = 0;
  #exticr = [0, 0, 0, 0];
  #cmpcr = 0;
  constructor(host: ChipHost, readonly on: () => boolean, readonly bootPin: () => boolean) {
    super("SYSCFG", SYSCFG_AT, 0x400, host);
  }
  override clocked(): boolean {
    return this.on();
  }
  /** The port (0 = A) that EXTI line `line` listens to. */
  portOf(line: number): number {
    return (this.#exticr[line >> 2]! >>> (4 * (line & 3))) & 0xF;
  }
  override read(offset: number): number | undefined {
    if (offset === MEMRMP) return (this.#memrmp & ~1) | (this.bootPin() ? 1 : 0);
    if (offset === PMC) return this.#pmc;
    if (offset >= EXTICR1 && offset <= EXTICR4) return this.#exticr[(offset - EXTICR1) / 4];
    if (offset === CBR) return undefined;
    // compensation cell: ready as soon as it is on
    if (offset === CMPCR) return this.#cmpcr | (this.#cmpcr !== 0 ? 0x100 : 0);
    return undefined;
  }
  override write(offset: number, value: number, lanes: number): boolean {
    if (offset === MEMRMP) {
      this.#memrmp = merge(this.#memrmp, value, lanes) & 0xD01;
      if ((this.#memrmp & ~1) !== 0) this.host.warn("SYSCFG_MEMRMP: memory swaps are not modelled");
    } else if (offset === PMC) this.#pmc = merge(this.#pmc, value, lanes);
    else if (offset >= EXTICR1 && offset <= EXTICR4) {
      const i = (offset - EXTICR1) / 4;
      this.#exticr[i] = merge(this.#exticr[i]!, value, lanes) & 0xFFFF;
    } else if (offset === CMPCR) this.#cmpcr = merge(this.#cmpcr, value, lanes) & 1;
    else return false;
    return true;
  }
  override reset(): void {
    this.#memrmp = this.#pmc = this.#cmpcr = 0;
    this.#exticr = [0, 0, 0, 0];
  }
}
