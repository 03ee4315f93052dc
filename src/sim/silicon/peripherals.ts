/** All peripherals of a chip, wired to each other. */
import type { Block } from "./block.ts";
import { Crc } from "./crc.ts";
import { Dbgmcu } from "./dbgmcu.ts";
import { Exti, Syscfg } from "./exti.ts";
import type { BlockSpan } from "./family.ts";
import { Gpio, type GpioHost } from "./gpio.ts";
import { Pwr } from "./pwr.ts";
import { Rcc, type RccHost } from "./rcc.ts";
import { Timer, TIMERS } from "./timer.ts";
import { Usart, type UsartHost, USARTS } from "./usart.ts";
import { Iwdg, type WatchdogHost, Wwdg } from "./watchdogs.ts";

/** RCC enable registers, by what hangs on them */
const [AHB1ENR, APB1ENR, APB2ENR] = [0x30, 0x40, 0x44];
/** from an RSTR to its ENR: the bits are the same */
const RSTR_TO_ENR = 0x20;

/** What the peripherals ask of the chip. */
export interface PeripheralHost extends RccHost, GpioHost, UsartHost, WatchdogHost {
  readonly bootPin: boolean;
  /** DBGMCU was written */
  debugChanged(): void;
}

/** The set. */
export class Peripherals {
  readonly rcc: Rcc;
  readonly pwr: Pwr;
  readonly exti: Exti;
  readonly syscfg: Syscfg;
  readonly crc: Crc;
  readonly iwdg: Iwdg;
  readonly wwdg: Wwdg;
  readonly dbgmcu: Dbgmcu;
  readonly timers: readonly Timer[];
  readonly usarts: readonly Usart[];
  readonly ports: Map<string, Gpio> = new Map();
  /** on the bus; DBGMCU is not: it is on the core's private bus */
  readonly blocks: readonly Block[];
  /** by enable register and bit, for RSTR */
  readonly #resettable = new Map<string, Block>();

  constructor(host: PeripheralHost, spans: readonly BlockSpan[], idcode: number) {
    this.rcc = new Rcc(host);
    const on = (enr: number, bit: number) => () => this.rcc.enabled(enr, bit);
    const wire = <B extends Block>(block: B, enr: number, bit: number): B => {
      this.#resettable.set(`${enr}.${bit}`, block);
      return block;
    };
    this.pwr = wire(new Pwr(host), APB1ENR, 28);
    this.exti = new Exti(host);
    this.syscfg = wire(new Syscfg(host, on(APB2ENR, 14), () => host.bootPin), APB2ENR, 14);
    this.crc = wire(new Crc(host, on(AHB1ENR, 12)), AHB1ENR, 12);
    this.iwdg = new Iwdg(host);
    this.wwdg = wire(new Wwdg(host, () => this.rcc.pclkHz(1), on(APB1ENR, 11)), APB1ENR, 11);
    this.dbgmcu = new Dbgmcu(host, idcode, () => host.debugChanged());
    this.timers = TIMERS.map((c, i) =>
      wire(new Timer(host, c, () => this.rcc.timerHz(1), on(APB1ENR, i)), APB1ENR, i)
    );
    this.usarts = USARTS.map((c) => {
      const enr = c.bus === 1 ? APB1ENR : APB2ENR;
      const hz = () => this.rcc.uartHz(c.selectAt, c.bus);
      return wire(new Usart(host, c, hz, on(enr, c.enableBit)), enr, c.enableBit);
    });
    for (const { name } of spans) {
      const letter = /^GPIO([A-K])$/.exec(name)?.[1];
      if (letter === undefined) continue;
      const bit = letter.charCodeAt(0) - 65;
      this.ports.set(letter, wire(new Gpio(host, letter, on(AHB1ENR, bit)), AHB1ENR, bit));
    }
    this.blocks = [
      this.rcc,
      this.pwr,
      this.exti,
      this.syscfg,
      this.crc,
      this.iwdg,
      this.wwdg,
      ...this.timers,
      ...this.usarts,
      ...this.ports.values(),
    ];
  }

  /** system reset: everything but the debug settings and the reset flags */
  reset(): void {
    for (const b of this.blocks) b.reset();
  }
  /** bits of an RSTR went high */
  resetBits(rstr: number, bits: number): void {
    for (let bit = 0; bit < 32; bit++) {
      if ((bits & (1 << bit)) !== 0) this.#resettable.get(`${rstr + RSTR_TO_ENR}.${bit}`)?.reset();
    }
  }
  /** clocks have changed, or what stands still */
  settle(
    frozen: { readonly halted: boolean; readonly stopped: boolean; readonly iwdg: boolean },
  ): void {
    const freeze = (bit: number) => frozen.stopped || (frozen.halted && this.dbgmcu.freezes(bit));
    this.timers.forEach((t, i) => t.clock(freeze(i)));
    this.wwdg.clock(freeze(11));
    this.iwdg.freeze(frozen.iwdg || (frozen.halted && this.dbgmcu.freezes(12)));
  }
  /** A level on a pin has changed: EXTI listens. */
  pinEdge(port: string, pin: number, high: boolean): void {
    if (this.syscfg.portOf(pin) === port.charCodeAt(0) - 65) this.exti.edge(pin, high);
  }
  /** PA13 and PA14 still carry SWD (alternate function 0). */
  get swdPins(): boolean {
    const a = this.ports.get("A");
    return a === undefined || (a.alternate(13) === 0 && a.alternate(14) === 0);
  }
}
