/** The USART that the board wires to the probe's virtual COM port. */
import type { Peripherals } from "./peripherals.ts";

/** Which USART it is and which pin its TX must be switched to. */
export interface UartPins {
  readonly usart: string;
  readonly tx: { readonly port: string; readonly pin: number; readonly alternate: number };
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

  /** Bytes from the probe's side. */
  feed(bytes: Uint8Array): void {
    this.parts.usarts.find((u) => u.name === this.pins.usart)?.feed(bytes);
  }
  /** A frame has left a USART. */
  sent(usart: string, byte: number): void {
    const { tx } = this.pins;
    if (usart !== this.pins.usart) return;
    if (this.parts.ports.get(tx.port)?.alternate(tx.pin) !== tx.alternate) {
      const pin = `P${tx.port}${tx.pin}`;
      return this.host.warn(
        `${usart} sends, but ${pin} is not switched to it (AF${tx.alternate}): lost`,
      );
    }
    this.onByte(byte);
    this.onText?.(Uint8Array.of(byte));
  }
}
