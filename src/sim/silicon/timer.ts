/** Timers 2 to 7 as time bases: up-counting, update event, interrupt. Channels are not modelled. */
import { Block, type ChipHost, merge } from "./block.ts";
import { Ticker } from "./ticker.ts";

/** TIM_TypeDef of stm32f746xx.h */
const [CR1, CR2, DIER, SR, EGR, CNT, PSC, ARR] = [0, 4, 0xC, 0x10, 0x14, 0x24, 0x28, 0x2C];
const [CEN, UDIS, URS, OPM, DIR_CMS, ARPE] = [1, 2, 4, 8, 0x70, 0x80];
const UIF = 1;

/** One timer's place and wiring. */
export interface TimerConfig {
  readonly name: string;
  readonly at: number;
  readonly irq: number;
  /** 16 or 32 */
  readonly bits: 16 | 32;
}

/** TIMx_BASE, TIMx_IRQn; TIM2 and TIM5 have 32 bits (stm32f746xx.h, IS_TIM_32B_COUNTER_INSTANCE) */
export const TIMERS: readonly TimerConfig[] = [
  { name: "TIM2", at: 0x4000_0000, irq: 28, bits: 32 },
  { name: "TIM3", at: 0x4000_0400, irq: 29, bits: 16 },
  { name: "TIM4", at: 0x4000_0800, irq: 30, bits: 16 },
  { name: "TIM5", at: 0x4000_0C00, irq: 50, bits: 32 },
  { name: "TIM6", at: 0x4000_1000, irq: 54, bits: 16 },
  { name: "TIM7", at: 0x4000_1400, irq: 55, bits: 16 },
];

/** One timer. */
export class Timer extends Block {
  readonly #ticker: Ticker;
  readonly #max: number;
  #cr1 = 0;
  #cr2 = 0;
  #dier = 0;
  #sr = 0;
  #psc = 0;
  #arr = 0;
  /** in force until the next update event */
  #activePsc = 0;
  #activeArr = 0;
  #frozen = false;

  constructor(
    host: ChipHost,
    readonly config: TimerConfig,
    readonly hz: () => number,
    readonly on: () => boolean,
  ) {
    super(config.name, config.at, 0x400, host);
    this.#max = config.bits === 32 ? 0xFFFF_FFFF : 0xFFFF;
    this.#ticker = new Ticker(host.time, () => this.#overflow());
    this.reset();
  }
  override clocked(): boolean {
    return this.on();
  }
  get #countHz(): number {
    const counts = (this.#cr1 & CEN) !== 0 && this.#activeArr > 0 && !this.#frozen && this.on();
    return counts ? this.hz() / (this.#activePsc + 1) : 0;
  }
  get #count(): number {
    return Math.max(0, this.#activeArr + 1 - Math.ceil(this.#ticker.left));
  }
  /** Clocks have changed, or the core is halted with the timer's freeze bit. */
  clock(frozen: boolean = this.#frozen): void {
    this.#frozen = frozen;
    this.#ticker.run(this.#countHz);
  }
  #from(count: number): void {
    // a counter above ARR runs on to its end first
    const top = count > this.#activeArr ? this.#max : this.#activeArr;
    this.#ticker.start(top + 1 - count, this.#countHz);
  }
  #overflow(): void {
    if ((this.#cr1 & OPM) !== 0) this.#cr1 &= ~CEN;
    if ((this.#cr1 & UDIS) === 0) this.#update(true);
    this.#from(0);
  }
  #update(flag: boolean): void {
    this.#activePsc = this.#psc;
    this.#activeArr = this.#arr;
    if (flag) this.#sr |= UIF;
    this.#interrupt();
  }
  #interrupt(): void {
    this.host.irq(this.config.irq, (this.#sr & this.#dier & UIF) !== 0);
  }
  override read(offset: number): number | undefined {
    switch (offset) { // polled in tight loops
      case CNT:
        return this.#count;
      case SR:
        return this.#sr;
      case CR1:
        return this.#cr1;
      case CR2:
        return this.#cr2;
      case DIER:
        return this.#dier;
      case PSC:
        return this.#psc;
      case ARR:
        return this.#arr;
      case EGR:
        return 0;
    }
    return undefined;
  }
  override write(offset: number, value: number, lanes: number): boolean {
    switch (offset) {
      case CR1:
        this.#writeCr1(merge(this.#cr1, value, lanes));
        break;
      case CR2:
        this.#cr2 = merge(this.#cr2, value, lanes);
        break;
      case DIER:
        this.#dier = merge(this.#dier, value, lanes);
        if ((this.#dier & ~UIF) !== 0) this.host.warn(`${this.name}_DIER: only UIE is modelled`);
        break;
      case SR:
        this.#sr &= ~lanes | value; // cleared by writing 0
        break;
      case EGR:
        if ((value & lanes & 1) === 0) break;
        this.#update((this.#cr1 & URS) === 0);
        this.#from(0);
        break;
      case CNT:
        this.#from(merge(this.#count, value, lanes) & this.#max);
        break;
      case PSC:
        this.#psc = merge(this.#psc, value, lanes) & 0xFFFF;
        break;
      case ARR:
        this.#arr = merge(this.#arr, value, lanes) & this.#max;
        if ((this.#cr1 & ARPE) === 0) this.#newTop();
        break;
      default:
        return false;
    }
    this.#interrupt();
    return true;
  }
  #newTop(): void {
    const count = this.#count;
    this.#activeArr = this.#arr;
    this.#from(count);
  }
  #writeCr1(value: number): void {
    if ((value & DIR_CMS) !== 0) this.host.warn(`${this.name}_CR1: only up-counting is modelled`);
    this.#cr1 = value & 0xBFF;
    this.#ticker.run(this.#countHz);
  }
  override reset(): void {
    this.#ticker.stop();
    this.#cr1 =
      this.#cr2 =
      this.#dier =
      this.#sr =
      this.#psc =
      this.#activePsc =
        0;
    this.#arr = this.#activeArr = this.#max;
    this.#ticker.start(this.#max + 1, 0);
  }
}
