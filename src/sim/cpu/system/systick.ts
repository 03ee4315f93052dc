/** SysTick, counted when somebody looks. ARM DDI 0403 §B3.3 */
import type { Master } from "../../contracts.ts";

const ENABLE = 1;
const TICKINT = 2;
const CLKSOURCE = 4;
const COUNTFLAG = 1 << 16;

/** See the head of the file. */
export class SysTick {
  #control = 0;
  #flag = 0;
  #reload = 0;
  #current = 0;
  /** the cycle that `#current` belongs to */
  #at = 0;

  constructor(
    readonly cycles: () => number,
    /** core cycles per tick when CLKSOURCE is 0: HCLK/8 on STM32. PM0253 §4.4 */
    readonly divider: number,
    readonly calibration: number,
    /** the counter reached zero with TICKINT set */
    readonly onTick: () => void,
  ) {}

  reset(): void {
    this.#control =
      this.#flag =
      this.#reload =
      this.#current =
        0;
    this.#at = this.cycles();
  }

  get #perTick(): number {
    return (this.#control & CLKSOURCE) !== 0 ? 1 : this.divider;
  }

  /** Counts up to now; pends the exception when the counter went to zero on the way. */
  sync(): void {
    const now = this.cycles();
    if ((this.#control & ENABLE) === 0) {
      this.#at = now;
      return;
    }
    let ticks = Math.floor((now - this.#at) / this.#perTick);
    if (ticks <= 0) return;
    this.#at += ticks * this.#perTick;
    if (this.#current === 0) {
      if (this.#reload === 0) return;
      this.#current = this.#reload; // reloading takes a tick and is no wrap
      ticks--;
    }
    if (ticks < this.#current) {
      this.#current -= ticks;
      return;
    }
    const after = this.#reload === 0 ? 0 : (ticks - this.#current) % (this.#reload + 1);
    this.#current = after === 0 ? 0 : this.#reload - (after - 1);
    this.#flag = COUNTFLAG;
    if ((this.#control & TICKINT) !== 0) this.onTick();
  }

  /** Cycles from now until it pends the exception; Infinity when it will not. */
  get cyclesToTick(): number {
    if ((this.#control & (ENABLE | TICKINT)) !== (ENABLE | TICKINT)) return Infinity;
    if (this.#current === 0 && this.#reload === 0) return Infinity;
    const ticks = this.#current === 0 ? this.#reload + 1 : this.#current;
    return ticks * this.#perTick - (this.cycles() - this.#at);
  }

  /** offsets 0x10 CSR, 0x14 RVR, 0x18 CVR, 0x1C CALIB; the debugger's look leaves COUNTFLAG. §B3.3.3 */
  readRegister(offset: number, master: Master): number {
    this.sync();
    switch (offset) {
      case 0x10: {
        const value = this.#control | this.#flag;
        if (master !== "debug") this.#flag = 0;
        return value;
      }
      case 0x14:
        return this.#reload;
      case 0x18:
        return this.#current;
      default:
        return this.calibration;
    }
  }

  writeRegister(offset: number, value: number): void {
    this.sync();
    if (offset === 0x10) this.#control = value & 7;
    else if (offset === 0x14) this.#reload = value & 0xFF_FFFF;
    else if (offset === 0x18) this.#current = this.#flag = 0; // any value clears. §B3.3.5
  }
}
