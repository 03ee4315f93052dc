/** The virtual bench without any bus: URBs are handed to the device object in this process. */
import type { Clock } from "../../base/mod.ts";
import {
  type UsbDevice,
  type UsbEndpoints,
  usbFault,
  type UsbPipe,
  type UsbSource,
} from "../../usb/mod.ts";
import type { Urb, VirtualUsbDevice } from "../contracts.ts";

// Linux errno of a finished URB (include/uapi/asm-generic/errno.h), as usbfs gives them
const STALL = -32;
const OVERFLOW = -75;
const UNPLUGGED = -108;
const NO_SETUP = new Uint8Array(8);
const CLEAR_FEATURE = Uint8Array.of(0x02, 1, 0, 0, 0, 0, 0, 0); // USB 2.0 §9.4.1, ENDPOINT_HALT
const SLICE_MS = 1;

interface Finished {
  readonly status: number;
  readonly data: Uint8Array;
  readonly actual: number;
}

class InProcessPipe implements UsbPipe {
  #closed = false;
  constructor(
    readonly device: UsbDevice,
    readonly usb: VirtualUsbDevice,
    readonly ends: UsbEndpoints,
    readonly clock: Clock,
    readonly onClose: () => void,
  ) {}

  /** Submits and lets the board's time pass until the URB is done. Nothing after `withinMs`: taken back. */
  async #transfer(
    wish: Omit<Urb, "done">,
    withinMs: number,
    what: string,
  ): Promise<Finished> {
    if (this.#closed || !this.usb.plugged) throw usbFault("usb-gone", { what });
    let finished: Finished | undefined;
    const urb: Urb = {
      ...wish,
      done: (status, data, actual) => void (finished = { status, data, actual }),
    };
    this.usb.submit(urb);
    const end = this.clock.now() + withinMs;
    while (finished === undefined && this.clock.now() < end) await this.clock.sleep(SLICE_MS);
    if (finished === undefined) {
      this.usb.unlink(urb);
      throw usbFault("usb-timeout", { what, withinMs });
    }
    if (finished.status === 0) return finished;
    if (finished.status === STALL) throw usbFault("usb-stall", { what });
    if (finished.status === OVERFLOW) throw usbFault("usb-overflow", { what });
    if (finished.status === UNPLUGGED) throw usbFault("usb-gone", { what });
    throw usbFault("usb-failed", { what, error: `errno ${-finished.status}` });
  }

  async send(data: Uint8Array, withinMs: number): Promise<void> {
    const wish = { endpoint: this.ends.out, in: false, length: 0, setup: NO_SETUP, data };
    await this.#transfer(wish, withinMs, `sending ${data.length} bytes`);
  }

  async receive(length: number, withinMs: number): Promise<Uint8Array> {
    const endpoint = this.ends.in & 0x0F;
    const wish = { endpoint, in: true, length, setup: NO_SETUP, data: new Uint8Array() };
    const { data, actual } = await this.#transfer(wish, withinMs, `receiving ${length} bytes`);
    return data.slice(0, actual);
  }

  async clearHalt(end: "in" | "out"): Promise<void> {
    const setup = CLEAR_FEATURE.slice();
    setup[4] = this.ends[end];
    const wish = { endpoint: 0, in: false, length: 0, setup, data: new Uint8Array() };
    await this.#transfer(wish, SLICE_MS, "clearing a halted endpoint");
  }

  reset(): Promise<void> {
    this.usb.release();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.usb.release();
      this.onClose();
    }
    return Promise.resolve();
  }
}

/** The devices as a source; the n-th is plugged into port n of bus 1. One pipe a device at a time. */
export function inProcessSource(devices: readonly VirtualUsbDevice[], clock: Clock): UsbSource {
  const inUse = new Set<VirtualUsbDevice>();
  const place = (index: number) => `sim-${index + 1}`;
  return {
    kind: "sim",
    clock,
    list: () =>
      Promise.resolve(
        devices.map((d, i) => ({
          vendorId: d.vendorId,
          productId: d.productId,
          serial: d.serial,
          place: place(i),
          manufacturer: d.manufacturer,
          product: d.product,
        })).filter((_, i) => devices[i]?.plugged),
      ),
    open(device: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe> {
      return new Promise((resolve) => {
        const usb = devices.find((_, i) => place(i) === device.place);
        if (!usb?.plugged) throw usbFault("usb-gone", { what: `opening ${device.place}` });
        if (inUse.has(usb)) throw usbFault("usb-busy", { place: device.place });
        inUse.add(usb);
        resolve(new InProcessPipe(device, usb, ends, clock, () => inUse.delete(usb)));
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
