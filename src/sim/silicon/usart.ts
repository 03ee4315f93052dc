/** USART as a byte pipe: text out and in at the time its baud rate takes, flags, interrupt. */
import { Block, type ChipHost, merge } from "./block.ts";

/** USART_TypeDef and USART_*_Pos of stm32f746xx.h */
const [CR1, CR2, CR3, BRR, RTOR, RQR, ISR, ICR, RDR, TDR] = [
  0,
  4,
  8,
  0xC,
  0x14,
  0x18,
  0x1C,
  0x20,
  0x24,
  0x28,
];
const [UE, RE, TE, RXNEIE, TCIE, TXEIE, EIE] = [1, 4, 8, 0x20, 0x40, 0x80, 1];
const [ORE, RXNE, TC, TXE, BUSY, TEACK, REACK] = [8, 0x20, 0x40, 0x80, 1 << 16, 1 << 21, 1 << 22];
/** CR1 bits that change what is on the line in ways not modelled: parity, wake-up, mute, driver enable */
const UNMODELLED_CR1 = 0x0BFF_2E02;

/** One USART's place and wiring. */
export interface UsartConfig {
  readonly name: string;
  readonly at: number;
  readonly irq: number;
  /** of its kernel clock in DCKCFGR2 */
  readonly selectAt: number;
  readonly bus: 1 | 2;
  /** enable bit in APB1ENR or APB2ENR */
  readonly enableBit: number;
}
/** USARTx_BASE, USARTx_IRQn, RCC_DCKCFGR2_USARTxSEL_Pos, RCC_APBxENR_USARTxEN_Pos of stm32f746xx.h */
export const USARTS: readonly UsartConfig[] = [
  { name: "USART1", at: 0x4001_1000, irq: 37, selectAt: 0, bus: 2, enableBit: 4 },
  { name: "USART3", at: 0x4000_4800, irq: 39, selectAt: 4, bus: 1, enableBit: 18 },
];

/** What a USART asks of the chip. */
export interface UsartHost extends ChipHost {
  sent(usart: string, byte: number): void;
}

/** One USART. */
export class Usart extends Block {
  #cr1 = 0;
  #cr2 = 0;
  #cr3 = 0;
  #brr = 0;
  #rtor = 0;
  /** bits that stay until cleared */
  #sticky = 0;
  #shifting = false;
  #waiting: number | undefined;
  #complete = true;
  #rdr = 0;
  #inbox: number[] = [];
  #receiving = false;
  #epoch = 0;

  constructor(
    override readonly host: UsartHost,
    readonly config: UsartConfig,
    readonly hz: () => number,
    readonly on: () => boolean,
  ) {
    super(config.name, config.at, 0x400, host);
  }
  override clocked(): boolean {
    return this.on();
  }
  /** baud, 0 while BRR is not set */
  get baud(): number {
    if ((this.#cr1 & 0x8000) === 0) return this.#brr === 0 ? 0 : this.hz() / this.#brr;
    const div = (this.#brr & 0xFFF0) | ((this.#brr & 7) << 1); // OVER8
    return div === 0 ? 0 : 2 * this.hz() / div;
  }
  get #frameNs(): number {
    const data = [8, 9, 7, 8][((this.#cr1 >>> 12) & 1) | ((this.#cr1 >>> 27) & 2)]!;
    const stop = [1, 0.5, 2, 1.5][(this.#cr2 >>> 12) & 3]!;
    return (1 + data + stop) / this.baud * 1e9;
  }
  get #enabled(): boolean {
    return (this.#cr1 & UE) !== 0 && this.baud > 0;
  }
  get #isr(): number {
    const cr1 = (this.#cr1 & UE) !== 0 ? this.#cr1 : 0;
    return (this.#sticky | (this.#waiting === undefined ? TXE : 0) | (this.#complete ? TC : 0) |
      (this.#receiving ? BUSY : 0) | ((cr1 & TE) !== 0 ? TEACK : 0) |
      ((cr1 & RE) !== 0 ? REACK : 0)) >>>
      0;
  }
  #interrupt(): void {
    const isr = this.#isr;
    const cr1 = this.#cr1;
    const receive = (cr1 & RXNEIE) !== 0 && (isr & (RXNE | ORE)) !== 0;
    const error = (this.#cr3 & EIE) !== 0 && (isr & ORE) !== 0;
    const send = ((cr1 & TXEIE) !== 0 && (isr & TXE) !== 0) ||
      ((cr1 & TCIE) !== 0 && (isr & TC) !== 0);
    this.host.irq(this.config.irq, (cr1 & UE) !== 0 && (receive || error || send));
  }

  /** Bytes arrive on RX, one frame after another. They are lost while the receiver is off. */
  feed(bytes: Uint8Array): void {
    for (const b of bytes) this.#inbox.push(b);
    this.#receiveNext();
  }
  #receiveNext(): void {
    if (this.#receiving) return;
    if (!this.#enabled || (this.#cr1 & RE) === 0) {
      this.#inbox = [];
      return;
    }
    const byte = this.#inbox.shift();
    if (byte === undefined) return;
    this.#receiving = true;
    this.#later(() => {
      this.#receiving = false;
      if ((this.#sticky & RXNE) !== 0) this.#sticky |= ORE; // the new one is lost
      else {
        this.#rdr = byte;
        this.#sticky |= RXNE;
      }
      this.#interrupt();
      this.#receiveNext();
    });
  }
  #later(act: () => void): void {
    const epoch = this.#epoch;
    this.host.time.after(this.#frameNs, () => epoch === this.#epoch && act());
  }

  #send(byte: number): void {
    if (!this.#enabled || (this.#cr1 & TE) === 0) return;
    this.#complete = false;
    if (this.#shifting) this.#waiting = byte;
    else this.#shift(byte);
  }
  #shift(byte: number): void {
    this.#shifting = true;
    this.#later(() => {
      this.#shifting = false;
      this.host.sent(this.name, byte);
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.#shift(next);
      else this.#complete = true;
      this.#interrupt();
    });
  }

  override read(offset: number): number | undefined {
    if (offset === RDR) {
      this.#sticky &= ~RXNE;
      this.#interrupt();
      return this.#rdr;
    }
    switch (offset) { // polled in tight loops
      case ISR:
        return this.#isr;
      case CR1:
        return this.#cr1;
      case CR2:
        return this.#cr2;
      case CR3:
        return this.#cr3;
      case BRR:
        return this.#brr;
      case RTOR:
        return this.#rtor;
      case TDR:
        return this.#waiting ?? 0;
      case RQR:
      case ICR:
        return 0;
    }
    return undefined;
  }
  override write(offset: number, value: number, lanes: number): boolean {
    const v = (value & lanes) >>> 0;
    switch (offset) {
      case CR1:
        this.#cr1 = merge(this.#cr1, value, lanes);
        if ((this.#cr1 & UNMODELLED_CR1) !== 0) {
          this.host.warn(
            `${this.name}_CR1 = ${
              this.#cr1.toString(16)
            }: parity, wake-up, mute and driver enable are not modelled`,
          );
        }
        if (!this.#enabled) this.#quiet();
        break;
      case CR2:
        this.#cr2 = merge(this.#cr2, value, lanes);
        break;
      case CR3:
        this.#cr3 = merge(this.#cr3, value, lanes);
        if ((this.#cr3 & 0xC0) !== 0) this.host.warn(`${this.name}_CR3: DMA is not modelled`);
        break;
      case BRR:
        this.#brr = merge(this.#brr, value, lanes) & 0xFFFF;
        break;
      case RTOR:
        this.#rtor = merge(this.#rtor, value, lanes);
        break;
      case RQR:
        if ((v & 8) !== 0) this.#sticky &= ~RXNE; // RXFRQ
        break;
      case ISR:
        break; // read only
      case ICR:
        this.#sticky &= ~(v & ~RXNE);
        if ((v & TC) !== 0) this.#complete = false;
        break;
      case TDR:
        this.#send(v & 0xFF);
        break;
      default:
        return false;
    }
    this.#interrupt();
    return true;
  }
  #quiet(): void {
    this.#epoch++;
    this.#shifting = this.#receiving = false;
    this.#waiting = undefined;
    this.#complete = true;
    this.#sticky = 0;
    this.#inbox = [];
  }
  override reset(): void {
    this.#quiet();
    this.#cr1 =
      this.#cr2 =
      this.#cr3 =
      this.#brr =
      this.#rtor =
      this.#rdr =
        0;
  }
}
