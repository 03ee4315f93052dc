/** The two watchdogs. Started by hardware when the option bytes say so; both bite by resetting the chip. */
import { Block, type ChipHost, merge } from "./block.ts";
import { LSI_HZ } from "./rcc.ts";
import { Ticker } from "./ticker.ts";

/** What a watchdog asks of the chip. */
export interface WatchdogHost extends ChipHost {
  bite(which: "IWDG" | "WWDG"): void;
}

/** IWDG_BASE, IWDG_TypeDef of stm32f746xx.h */
const IWDG_AT = 0x4000_3000;
const [KR, PR, RLR, SR, WINR] = [0, 4, 8, 0xC, 0x10];
/** stm32f7xx_hal_iwdg.h IWDG_KEY_RELOAD, _ENABLE, _WRITE_ACCESS_ENABLE */
const [RELOAD, ENABLE, ACCESS] = [0xAAAA, 0xCCCC, 0x5555];

/** Independent watchdog, on LSI. Nothing but a reset stops it once started. */
export class Iwdg extends Block {
  readonly #ticker: Ticker;
  #prescaler = 0;
  #reload = 0xFFF;
  #window = 0xFFF;
  #access = false;
  #started = false;
  #frozen = false;
  /** until when (ns) a new PR, RLR, WINR is on its way into the LSI domain */
  #updating = [0, 0, 0];

  constructor(override readonly host: WatchdogHost) {
    super("IWDG", IWDG_AT, 0x400, host);
    this.#ticker = new Ticker(host.time, () => host.bite("IWDG"));
  }
  get started(): boolean {
    return this.#started;
  }
  get #hz(): number {
    return this.#frozen ? 0 : LSI_HZ / (4 << Math.min(this.#prescaler, 6)); // PR 6 and 7: /256
  }
  /** By software (CCCC) or by the option IWDG_SW = 0 at reset. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#ticker.start(this.#reload + 1, this.#hz);
  }
  /** The core is halted with DBG_IWDG_STOP, or in a mode where the option bytes stop it. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
    if (this.#started) this.#ticker.run(this.#hz);
  }
  #refresh(): void {
    if (!this.#started) return;
    // too early: above the window
    if (Math.floor(this.#ticker.left) > this.#window + 1) return this.host.bite("IWDG");
    this.#ticker.start(this.#reload + 1, this.#hz);
  }
  override read(offset: number): number | undefined {
    const now = this.host.time.now;
    if (offset === SR) return this.#updating.reduce((m, t, i) => m | (t > now ? 1 << i : 0), 0);
    return new Map([[KR, 0], [PR, this.#prescaler], [RLR, this.#reload], [WINR, this.#window]])
      .get(offset);
  }
  override write(offset: number, value: number, lanes: number): boolean {
    const v = merge(0, value, lanes) & 0xFFFF;
    if (offset === KR) {
      this.#access = v === ACCESS;
      if (v === ENABLE) this.start();
      if (v === RELOAD) this.#refresh();
      return true;
    }
    if (offset !== PR && offset !== RLR && offset !== WINR) return false;
    if (!this.#access) return true; // protected: lost
    const busyNs = 5 * 1e9 / LSI_HZ; // RM0385 IWDG_SR: up to five LSI cycles, recalled
    this.#updating[[PR, RLR, WINR].indexOf(offset)] = this.host.time.now + busyNs;
    if (offset === PR) {
      this.#prescaler = v & 7;
      if (this.#started) this.#ticker.run(this.#hz);
    } else if (offset === RLR) this.#reload = v & 0xFFF;
    else {
      this.#window = v & 0xFFF;
      this.#refresh(); // a write of WINR reloads the counter
    }
    return true;
  }
  override reset(): void {
    this.#ticker.stop();
    this.#prescaler = 0;
    this.#reload = this.#window = 0xFFF;
    this.#access = this.#started = false;
    this.#updating = [0, 0, 0];
  }
}

/** WWDG_BASE, WWDG_TypeDef, WWDG_*_Pos of stm32f746xx.h */
const WWDG_AT = 0x4000_2C00;
const WDGA = 0x80;
const EWI = 0x200;
const EWIF = 1;
/** WWDG_IRQn */
const WWDG_IRQ = 0;

/** Window watchdog, on PCLK1 / 4096: 7F → 3F takes 16.4 ms at 16 MHz. */
export class Wwdg extends Block {
  readonly #ticker: Ticker;
  #active = false;
  #cfr = 0x7F;
  #warned = false;
  #early = false;
  /** T when the counter does not run */
  #idle = 0x7F;
  #frozen = false;

  constructor(
    override readonly host: WatchdogHost,
    readonly pclkHz: () => number,
    readonly on: () => boolean,
  ) {
    super("WWDG", WWDG_AT, 0x400, host);
    this.#ticker = new Ticker(host.time, () => this.#due());
  }
  override clocked(): boolean {
    return this.on();
  }
  get active(): boolean {
    return this.#active;
  }
  get #hz(): number {
    return this.#frozen || !this.#active ? 0 : this.pclkHz() / (4096 << ((this.#cfr >>> 7) & 3));
  }
  /** T[6:0] */
  get counter(): number {
    if (!this.#active) return this.#idle;
    return 0x3F + Math.ceil(this.#ticker.left) + (this.#early ? 0 : 1);
  }
  /** The option WWDG_SW = 0 starts it at reset with T = 7F. */
  start(): void {
    this.#load(0x7F);
  }
  /** The core is halted with DBG_WWDG_STOP, PCLK1 has changed, or stands still. */
  clock(frozen: boolean = this.#frozen): void {
    this.#frozen = frozen;
    this.#ticker.run(this.#hz);
  }
  // the counter runs to 40, where the early interrupt is, then one more to 3F, where it bites
  #load(t: number): void {
    this.#active = true;
    this.#early = t === 0x40;
    this.#ticker.start(this.#early ? 1 : t - 0x40, this.#hz);
    if (this.#early) this.#earlyWarning();
  }
  #due(): void {
    if (this.#early) return this.host.bite("WWDG");
    this.#early = true;
    this.#earlyWarning();
    this.#ticker.start(1, this.#hz);
  }
  #earlyWarning(): void {
    this.#warned = true;
    this.#interrupt();
  }
  #interrupt(): void {
    this.host.irq(WWDG_IRQ, this.#warned && (this.#cfr & EWI) !== 0);
  }
  override read(offset: number): number | undefined {
    return [
      (this.#active ? WDGA : 0) | this.counter,
      this.#cfr,
      this.#warned ? EWIF : 0,
    ][offset / 4];
  }
  override write(offset: number, value: number, lanes: number): boolean {
    if (offset === 0) this.#writeCr(merge(0, value, lanes));
    else if (offset === 4) {
      this.#cfr = (merge(this.#cfr, value, lanes) & 0x3FF) | (this.#cfr & EWI); // EWI: only a reset clears it
      this.clock();
    } else if (offset === 8) {
      if ((lanes & EWIF) !== 0 && (value & EWIF) === 0) this.#warned = false;
    } else return false;
    this.#interrupt();
    return true;
  }
  #writeCr(value: number): void {
    const t = value & 0x7F;
    if (!this.#active) {
      this.#idle = t;
      if ((value & WDGA) === 0) return;
    } else if (this.counter > (this.#cfr & 0x7F)) return this.host.bite("WWDG"); // outside the window
    if (t < 0x40) return this.host.bite("WWDG");
    this.#load(t);
  }
  override reset(): void {
    this.#ticker.stop();
    this.#active = this.#warned = this.#early = false;
    this.#cfr = this.#idle = 0x7F;
  }
}
