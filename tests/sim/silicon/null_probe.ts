/** A device that takes transfers and answers nothing, or what it is told. */
import type { Urb, VirtualUsbDevice } from "../../../src/sim/contracts.ts";

export class NullProbe implements VirtualUsbDevice {
  readonly vendorId = 0x0483;
  readonly productId = 0x374B;
  readonly manufacturer = "test";
  readonly product = "null probe";
  readonly deviceDescriptor = new Uint8Array(18);
  readonly configDescriptor = new Uint8Array(9);
  readonly speed = "full";
  readonly plugged = true;
  readonly seen: Urb[] = [];
  released = 0;
  constructor(
    readonly serial: string,
    public answer: ((urb: Urb) => void) | undefined = undefined,
  ) {}
  submit(urb: Urb): void {
    this.seen.push(urb);
    this.answer?.(urb);
  }
  unlink(urb: Urb): boolean {
    return this.seen.includes(urb);
  }
  release(): void {
    this.released++;
  }
}
