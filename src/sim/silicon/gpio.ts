/** General-purpose pins: what firmware drives, what the board drives, what can be seen. */
import { Block, type ChipHost, merge } from "./block.ts";

/** GPIOA_BASE and GPIO_TypeDef of stm32f746xx.h */
export const GPIO_AT = 0x4002_0000;
const [MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR] = [0, 4, 8, 0xC, 0x10, 0x14, 0x18];
const [AFRL, AFRH] = [0x20, 0x24];
/** the SWD and JTAG pins after reset (RM0385 GPIOx registers, recalled): PA13–15, PB3, PB4 */
const AFTER_RESET: Readonly<
  Record<string, readonly [moder: number, ospeedr: number, pupdr: number]>
> = {
  A: [0xA800_0000, 0x0C00_0000, 0x6400_0000],
  B: [0x0000_0280, 0x0000_00C0, 0x0000_0100],
};

/** What a port asks of the chip. */
export interface GpioHost extends ChipHost {
  /** the level that everybody sees on a pin has changed */
  pinChanged(port: string, pin: number, high: boolean): void;
}

/** One port, `A` … `K`. */
export class Gpio extends Block {
  #moder = 0;
  #otyper = 0;
  #ospeedr = 0;
  #pupdr = 0;
  #odr = 0;
  #afr: [number, number] = [0, 0];
  /** driven from outside: undefined where nothing drives */
  readonly #outside: (boolean | undefined)[] = new Array(16).fill(undefined);
  #levels = 0;

  constructor(
    override readonly host: GpioHost,
    readonly letter: string,
    readonly on: () => boolean,
  ) {
    const index = letter.charCodeAt(0) - 65;
    super(`GPIO${letter}`, GPIO_AT + 0x400 * index, 0x400, host);
    this.reset();
  }
  override clocked(): boolean {
    return this.on();
  }

  /** 0 input, 1 output, 2 alternate function, 3 analog */
  mode(pin: number): number {
    return (this.#moder >>> (2 * pin)) & 3;
  }
  /** The alternate function that is selected, or undefined when the pin has another mode. */
  alternate(pin: number): number | undefined {
    if (this.mode(pin) !== 2) return undefined;
    return (this.#afr[pin < 8 ? 0 : 1]! >>> (4 * (pin % 8))) & 0xF;
  }
  /** The level on the pin. A pin that nobody drives or pulls reads low. */
  level(pin: number): boolean {
    if (this.mode(pin) === 1) {
      const out = (this.#odr & (1 << pin)) !== 0;
      const open = (this.#otyper & (1 << pin)) !== 0;
      if (!out || !open) return out;
    }
    if (this.mode(pin) === 3) return false; // the Schmitt trigger is off: IDR reads 0
    return this.#outside[pin] ?? ((this.#pupdr >>> (2 * pin)) & 3) === 1;
  }
  /** The board drives the pin high or low, or lets go. */
  drive(pin: number, level: boolean | undefined): void {
    this.#outside[pin] = level;
    this.#update();
  }
  #update(): void {
    const old = this.#levels;
    this.#levels = 0;
    for (let pin = 0; pin < 16; pin++) if (this.level(pin)) this.#levels |= 1 << pin;
    const changed = old ^ this.#levels;
    for (let pin = 0; changed >>> pin !== 0; pin++) {
      if (((changed >>> pin) & 1) !== 0) this.host.pinChanged(this.letter, pin, this.level(pin));
    }
  }

  override read(offset: number): number | undefined {
    switch (offset) {
      case MODER:
        return this.#moder;
      case OTYPER:
        return this.#otyper;
      case OSPEEDR:
        return this.#ospeedr;
      case PUPDR:
        return this.#pupdr;
      case IDR:
        return this.#levels;
      case ODR:
        return this.#odr;
      case BSRR:
        return 0;
      case AFRL:
        return this.#afr[0];
      case AFRH:
        return this.#afr[1];
    }
    return undefined; // LCKR: pin locks
  }
  override write(offset: number, value: number, lanes: number): boolean {
    switch (offset) {
      case MODER:
        this.#moder = merge(this.#moder, value, lanes);
        break;
      case OTYPER:
        this.#otyper = merge(this.#otyper, value, lanes) & 0xFFFF;
        break;
      case OSPEEDR:
        this.#ospeedr = merge(this.#ospeedr, value, lanes);
        break;
      case PUPDR:
        this.#pupdr = merge(this.#pupdr, value, lanes);
        break;
      case IDR:
        break; // read only
      case ODR:
        this.#odr = merge(this.#odr, value, lanes) & 0xFFFF;
        break;
      case BSRR: {
        const v = value & lanes; // set wins over reset
        this.#odr = ((this.#odr & ~(v >>> 16)) | (v & 0xFFFF)) & 0xFFFF;
        break;
      }
      case AFRL:
      case AFRH: {
        const i = offset === AFRL ? 0 : 1;
        this.#afr[i] = merge(this.#afr[i], value, lanes);
        break;
      }
      default:
        return false;
    }
    this.#update();
    return true;
  }
  override reset(): void {
    [this.#moder, this.#ospeedr, this.#pupdr] = AFTER_RESET[this.letter] ?? [0, 0, 0];
    this.#otyper = this.#odr = 0;
    this.#afr = [0, 0];
    this.#update();
  }
}
