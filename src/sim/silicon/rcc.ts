/** Reset and clock control: oscillators, PLL, bus clocks, peripheral clocks and resets, reset flags. */
import { Block, type ChipHost, merge } from "./block.ts";

/** RCC_BASE of stm32f746xx.h; offsets: RCC_TypeDef there */
export const RCC_AT = 0x4002_3800;
const CR = 0;
const PLLCFGR = 4;
const CFGR = 8;
const BDCR = 0x70;
const CSR = 0x74;
const DCKCFGR1 = 0x8C;
const DCKCFGR2 = 0x90;
/** registers that only store what is written: interrupt and low-power enables, PLLI2S, PLLSAI, spread spectrum */
const PLAIN = [0x0C, 0x50, 0x54, 0x58, 0x60, 0x64, 0x80, 0x84, 0x88, DCKCFGR1, DCKCFGR2];
/** AHB1RSTR … APB2RSTR and AHB1ENR … APB2ENR */
const RESETS = [0x10, 0x14, 0x18, 0x20, 0x24];
const ENABLES = [0x30, 0x34, 0x38, 0x40, 0x44];

/** values after a system reset that are not 0 (RM0385 chapter 5, recalled; the SVD files of stm32-rs agree on CR, PLLCFGR, CSR) */
const RESET_VALUES: readonly (readonly [offset: number, value: number])[] = [
  [CR, 0x83],
  [PLLCFGR, 0x2400_3010],
  [0x30, 0x0010_0000],
  [0x50, 0x7EF7_B7FF],
  [0x54, 0xF1],
  [0x58, 3],
  [0x60, 0xFFFF_CBFF],
  [0x64, 0x04F7_7F33],
  [0x84, 0x2400_3000],
  [0x88, 0x2400_3000],
];

/** RCC_CSR reset flags: stm32f746xx.h RCC_CSR_*_Pos */
export const RESET_FLAGS = {
  BORRSTF: 1 << 25,
  PINRSTF: 1 << 26,
  PORRSTF: 1 << 27,
  SFTRSTF: 1 << 28,
  IWDGRSTF: 1 << 29,
  WWDGRSTF: 1 << 30,
  LPWRRSTF: 0x8000_0000,
} as const;
const RMVF = 1 << 24;

/** HSI_VALUE, LSI_VALUE, LSE_VALUE of stm32f7xx_hal_conf_template.h */
export const HSI_HZ = 16_000_000;
export const LSI_HZ = 32_000;
export const LSE_HZ = 32_768;

/** ON bit, RDY bit, start-up time in ns (datasheet typicals, recalled: HSI 2.2 µs, HSE 2 ms, PLL 100 µs) */
const OSCILLATORS: readonly (readonly [on: number, ready: number, ns: number])[] = [
  [0, 1, 2_200],
  [16, 17, 2_000_000],
  [24, 25, 100_000],
  [26, 27, 100_000],
  [28, 29, 100_000],
];
const HSE_ON = 16;

/** What the clock tree needs from its board, and tells the chip. */
export interface RccHost extends ChipHost {
  /** Hz at OSC_IN, 0 without crystal */
  readonly hseHz: number;
  /** clocks are about to change, and have changed */
  clocksChange(): void;
  clocksChanged(): void;
  /** an APB or AHB reset bit went high: `bus` is the RSTR offset */
  resetPeripherals(bus: number, bits: number): void;
  /** WWDG_SW = 0: hardware holds WWDGEN set */
  readonly hardwareWwdg: boolean;
}

const prescale = (code: number, steps: readonly number[]): number => steps[code]!;
// RCC_CFGR_HPRE_DIVn, RCC_CFGR_PPREx_DIVn
const HPRE = [1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 64, 128, 256, 512];
const PPRE = [1, 1, 1, 1, 2, 4, 8, 16];

/** RCC. */
export class Rcc extends Block {
  readonly #regs = new Map<number, number>();
  #cr = 0;
  #sws = 0;
  /** survives system resets */
  #bdcr = 0;
  #csr = 0;

  constructor(override readonly host: RccHost) {
    super("RCC", RCC_AT, 0x400, host);
    this.reset();
  }

  #reg(offset: number): number {
    return this.#regs.get(offset) ?? 0;
  }
  get #pllHz(): number {
    const v = this.#reg(PLLCFGR);
    const source = (v & 0x40_0000) !== 0 ? this.host.hseHz : HSI_HZ;
    const m = v & 0x3F;
    const n = (v >>> 6) & 0x1FF;
    const p = 2 * (((v >>> 16) & 3) + 1);
    return m === 0 ? 0 : source / m * n / p;
  }
  get sysclkHz(): number {
    return this.#sws === 0 ? HSI_HZ : this.#sws === 1 ? this.host.hseHz : this.#pllHz;
  }
  get hclkHz(): number {
    return this.sysclkHz / prescale((this.#reg(CFGR) >>> 4) & 0xF, HPRE);
  }
  /** PCLK1 or PCLK2 */
  pclkHz(bus: 1 | 2): number {
    return this.hclkHz / this.#ppre(bus);
  }
  /** the timers' clock: twice the bus clock when that is divided; with TIMPRE four times, HCLK at most */
  timerHz(bus: 1 | 2): number {
    const divided = this.#ppre(bus);
    const timpre = (this.#reg(DCKCFGR1) & 0x0100_0000) !== 0;
    return Math.min(this.hclkHz, this.pclkHz(bus) * (divided === 1 ? 1 : timpre ? 4 : 2));
  }
  #ppre(bus: 1 | 2): number {
    return prescale((this.#reg(CFGR) >>> (bus === 1 ? 10 : 13)) & 7, PPRE);
  }
  /** The clock of a U(S)ART: DCKCFGR2 field at `lo`. */
  uartHz(lo: number, bus: 1 | 2): number {
    const choice = (this.#reg(DCKCFGR2) >>> lo) & 3;
    return choice === 0 ? this.pclkHz(bus) : [0, this.sysclkHz, HSI_HZ, LSE_HZ][choice]!;
  }
  /** Whether bit `bit` of the enable register at `offset` is set. */
  enabled(offset: number, bit: number): boolean {
    return (this.#enable(offset) & (1 << bit)) !== 0;
  }
  #enable(offset: number): number {
    const forced = offset === 0x40 && this.host.hardwareWwdg ? 1 << 11 : 0;
    return (this.#reg(offset) | forced) >>> 0;
  }

  /** A reset has happened: its flags add up until RMVF. */
  flag(flags: number): void {
    this.#csr = (this.#csr | flags) >>> 0;
  }
  get csr(): number {
    return this.#csr;
  }
  /** power-on: the backup domain too, there is no battery */
  powerOn(): void {
    this.#csr = 0;
    this.#bdcr = 0;
    this.reset();
  }
  /** for a saved board */
  restoreCsr(value: number): void {
    this.#csr = value >>> 0;
  }

  override read(offset: number): number | undefined {
    if (offset === CR) return this.#cr;
    if (offset === CFGR) return (this.#reg(CFGR) & ~0xC) | (this.#sws << 2);
    if (offset === BDCR) return this.#bdcr;
    if (offset === CSR) return this.#csr;
    if (ENABLES.includes(offset)) return this.#enable(offset);
    if (offset === PLLCFGR || PLAIN.includes(offset) || RESETS.includes(offset)) {
      return this.#reg(offset);
    }
    return undefined;
  }

  override write(offset: number, value: number, lanes: number): boolean {
    if (offset === CR) this.#writeCr(merge(this.#cr, value, lanes));
    else if (offset === CSR) this.#writeCsr(merge(this.#csr, value, lanes));
    else if (offset === BDCR) this.#writeBdcr(merge(this.#bdcr, value, lanes));
    else if (offset === CFGR) this.#writeCfgr(merge(this.#reg(CFGR), value, lanes));
    else if (RESETS.includes(offset)) {
      const old = this.#reg(offset);
      const now = merge(old, value, lanes);
      this.#regs.set(offset, now);
      this.host.resetPeripherals(offset, (now & ~old) >>> 0);
    } else if (ENABLES.includes(offset) || PLAIN.includes(offset) || offset === PLLCFGR) {
      this.#writePlain(offset, merge(this.#reg(offset), value, lanes));
    } else return false;
    return true;
  }

  #writePlain(offset: number, value: number): void {
    const pllLocked = offset === PLLCFGR && (this.#cr & 0x0100_0000) !== 0;
    if (pllLocked) {
      return this.host.warn("RCC_PLLCFGR written while the PLL runs: the write is lost");
    }
    this.host.clocksChange();
    this.#regs.set(offset, value);
    this.host.clocksChanged();
  }

  #writeCr(value: number): void {
    const used = this.#sws === 0 ? 1 : this.#sws === 1 ? 1 << 16 : 1 << 24;
    // the oscillator in use cannot be stopped; trimming, bypass and CSS only store
    const old = this.#cr;
    const ready = OSCILLATORS.reduce((m, [, rdy]) => m | (1 << rdy), 0);
    this.#cr = ((value & ~ready) | (old & ready) | used) >>> 0;
    for (const [on, rdy, ns] of OSCILLATORS) {
      const now = (this.#cr & (1 << on)) !== 0;
      if (!now) this.#cr = (this.#cr & ~(1 << rdy)) >>> 0;
      else if ((old & (1 << on)) === 0 && (on !== HSE_ON || this.host.hseHz > 0)) {
        this.#readyIn(on, rdy, ns);
      }
    }
  }
  #readyIn(on: number, ready: number, ns: number): void {
    this.host.time.after(ns, () => {
      if ((this.#cr & (1 << on)) !== 0) this.#cr = (this.#cr | (1 << ready)) >>> 0;
      this.#switch();
    });
  }

  #writeCfgr(value: number): void {
    this.host.clocksChange();
    this.#regs.set(CFGR, value);
    this.#switch();
    this.host.clocksChanged();
  }
  /** SWS follows SW as soon as the wanted source is ready. */
  #switch(): void {
    const wanted = this.#reg(CFGR) & 3;
    if (wanted === this.#sws || wanted === 3) return;
    const ready = [1 << 1, 1 << 17, 1 << 25][wanted]!;
    if ((this.#cr & ready) === 0) return;
    this.host.clocksChange();
    this.#sws = wanted;
    this.host.clocksChanged();
  }

  #writeCsr(value: number): void {
    if ((value & RMVF) !== 0) this.#csr = (this.#csr & 0x00FF_FFFF) >>> 0;
    const on = value & 1;
    const was = this.#csr & 1;
    this.#csr = ((this.#csr & ~3) | (this.#csr & on << 1) | on) >>> 0;
    if (on !== 0 && was === 0) {
      this.host.time.after(40_000, () => this.#csr |= (this.#csr & 1) << 1); // LSI start-up, datasheet 40 µs max
    }
  }
  #writeBdcr(value: number): void {
    const old = this.#bdcr;
    this.#bdcr = ((value & ~2) | (old & 2 & ((value & 1) << 1))) >>> 0;
    if ((value & 1) !== 0 && (old & 1) === 0) {
      this.host.time.after(2e9, () => this.#bdcr |= (this.#bdcr & 1) << 1); // LSE start-up, datasheet 2 s
    }
  }

  /** STOP mode ends on HSI. */
  backToHsi(): void {
    this.host.clocksChange();
    this.#cr = 0x83;
    this.#sws = 0;
    this.#regs.set(CFGR, this.#reg(CFGR) & ~3);
    this.host.clocksChanged();
  }

  override reset(): void {
    this.host.clocksChange();
    this.#regs.clear();
    for (const [offset, value] of RESET_VALUES) this.#regs.set(offset, value);
    this.#cr = 0x83;
    this.#sws = 0;
    this.host.clocksChanged();
  }
}
