/** The virtual COM port: USB CDC-ACM requests, and text between the host and the board's UART. */
import type { Target } from "../contracts.ts";
import type { RequestHandler, Setup } from "../usb_device.ts";
import { InPipe } from "../usb_pipes.ts";

/** bytes that wait for a reader; what comes on top is lost. The size in real firmware is not known. */
const HELD = 4096;
/** CDC PSTN 1.2 §6.3 */
const REQUEST = {
  setLineCoding: 0x2120,
  getLineCoding: 0xA121,
  setControlLines: 0x2122,
  sendBreak: 0x2123,
} as const;
const NOTHING = new Uint8Array(0);

/** See the head of the file. */
export class ComPort {
  readonly toHost: InPipe;
  /** 115200 baud, 8 data bits, no parity, one stop bit */
  #coding = Uint8Array.of(0x00, 0xC2, 0x01, 0x00, 0, 0, 8);
  constructor(readonly target: Target, packetSize: number) {
    this.toHost = new InPipe(packetSize, true, HELD);
    target.uart.onText = (bytes) => this.toHost.send(bytes);
  }
  /** A packet from the host. */
  fromHost(packet: Uint8Array): void {
    if (packet.length > 0) this.target.uart.feed(packet.slice());
  }
  /** Its class requests; undefined when it is not one. */
  readonly request: RequestHandler = ({ request }: Setup, data) => {
    switch (request) {
      case REQUEST.getLineCoding:
        return this.#coding;
      case REQUEST.setLineCoding:
        if (data.length !== 7) return undefined;
        this.#coding = data.slice();
        return NOTHING;
      case REQUEST.setControlLines:
      case REQUEST.sendBreak:
        return NOTHING;
    }
    return undefined;
  };
}
