/** The USART that the board wires to the probe's virtual COM port. */
import type { Peripherals } from "./peripherals.ts";

/** A pin, and the alternate function by which it is the USART's. */
export interface UartPin {
  readonly port: string;
  readonly pin: number;
  readonly alternate: number;
}
/** Which USART it is and which pins the probe is wired to. */
export interface UartPins {
  readonly usart: string;
  readonly tx: UartPin;
  readonly rx: UartPin;
}

/** Text both ways. */
export class UartLine {
  onText?: (bytes: Uint8Array) => void;
  /** the user's test listens here, the probe at `onText` */
  onByte: (byte: number) => void = () => {};
  constructor(
    readonly pins: UartPins,
    readonly parts: Peripherals,
    readonly host: { warn(note: string): void },
  ) {}

  #isSwitched({ port, pin, alternate }: UartPin): boolean {
    return this.parts.ports.get(port)?.alternate(pin) === alternate;
  }
  /** Bytes from the probe's side. While the pin is not the USART's nobody hears them, as while it is off. */
  feed(bytes: Uint8Array): void {
    if (!this.#isSwitched(this.pins.rx)) return;
    this.parts.usarts.find((u) => u.name === this.pins.usart)?.feed(bytes);
  }
  /** A frame has left a USART. */
  sent(usart: string, byte: number): void {
    const { tx } = this.pins;
    if (usart !== this.pins.usart) return;
    if (!this.#isSwitched(tx)) {
      const pin = `P${tx.port}${tx.pin}`;
      return this.host.warn(
        `${usart} sends, but ${pin} is not switched to it (AF${tx.alternate}): lost`,
      );
    }
    this.onByte(byte);
    this.onText?.(Uint8Array.of(byte));
  }
}
