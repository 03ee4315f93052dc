/** Virtual devices as a USB source in this process: no libusb, no kernel, time as the boards have it. */
import type { Clock, Fault } from "../../base/mod.ts";
import {
  type UsbDevice,
  type UsbEndpoints,
  usbFault,
  type UsbPipe,
  type UsbSource,
} from "../../usb/mod.ts";
import type { Urb, VirtualUsbDevice } from "../contracts.ts";
import { GONE, NOTHING, OVERFLOWED, STALLED } from "../usb_pipes.ts";

/** how long time passes at once while a transfer is pending: a frame of USB */
const FRAME_MS = 1;
/** a control transfer that takes longer has failed (USB 2.0 §9.2.6.4: 5 s) */
const CONTROL_WITHIN_MS = 5000;
const CLEAR_FEATURE_HALT = Uint8Array.of(0x02, 0x01, 0, 0);
const SET_CONFIGURATION_1 = Uint8Array.of(0x00, 0x09, 1, 0, 0, 0, 0, 0);

/** A source of these devices. Time passes on `clock` while a transfer waits. */
export function inProcessSource(devices: readonly VirtualUsbDevice[], clock: Clock): UsbSource {
  return new InProcessSource(devices, clock);
}

class InProcessSource implements UsbSource {
  readonly kind = "sim";
  readonly #places: ReadonlyMap<string, VirtualUsbDevice>;
  readonly #claimed = new Set<string>();
  readonly #open = new Set<InProcessPipe>();

  constructor(devices: readonly VirtualUsbDevice[], readonly clock: Clock) {
    this.#places = new Map(devices.map((d, i) => [i === 0 ? "sim" : `sim-${i + 1}`, d]));
  }

  list(): Promise<readonly UsbDevice[]> {
    const there = [...this.#places].filter(([, d]) => d.plugged);
    return Promise.resolve(there.map(([place, d]) => ({
      place,
      vendorId: d.vendorId,
      productId: d.productId,
      serial: d.serial,
      manufacturer: d.manufacturer,
      product: d.product,
    })));
  }

  async open(device: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe> {
    await Promise.resolve();
    const virtual = this.#places.get(device.place);
    if (virtual === undefined || !virtual.plugged) {
      throw usbFault("usb-gone", { what: `opening ${device.place}` });
    }
    const claim = `${device.place} interface ${ends.interface}`;
    if (this.#claimed.has(claim)) throw usbFault("usb-busy", { place: device.place });
    this.#claimed.add(claim);
    const pipe = new InProcessPipe(device, virtual, ends, this.clock, () => {
      this.#claimed.delete(claim);
      this.#open.delete(pipe);
    });
    this.#open.add(pipe);
    return pipe;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pipe of [...this.#open]) await pipe[Symbol.asyncDispose]();
  }
}

interface Result {
  readonly status: number;
  readonly data: Uint8Array;
  readonly actual: number;
}

class InProcessPipe implements UsbPipe {
  #closed = false;
  /** ms that the device worked on what was sent last: on a bus the host spends them waiting for the answer */
  #owedMs = 0;
  readonly #pending = new Set<Urb>();
  constructor(
    readonly device: UsbDevice,
    readonly virtual: VirtualUsbDevice,
    readonly ends: UsbEndpoints,
    readonly clock: Clock,
    readonly onClose: () => void,
  ) {}

  async send(data: Uint8Array, withinMs: number): Promise<void> {
    const what = `sending ${data.length} bytes`;
    const copy = data.slice();
    const begun = this.clock.now();
    const { status, actual } = await this.#transfer(what, withinMs, {
      endpoint: this.ends.out & 0xF,
      in: false,
      length: copy.length,
      setup: NOTHING,
      data: copy,
    });
    this.#owedMs = this.clock.now() - begun;
    this.#check(status, what);
    if (actual !== data.length) {
      throw usbFault("usb-failed", { what, error: `only ${actual} bytes were taken` });
    }
  }

  async receive(length: number, withinMs: number): Promise<Uint8Array> {
    const what = `receiving ${length} bytes`;
    const owed = this.#owedMs;
    this.#owedMs = 0;
    // the answer comes too late for this host; it stays in the device and meets the next one who reads
    if (owed > withinMs) throw usbFault("usb-timeout", { what, withinMs });
    const { status, data, actual } = await this.#transfer(what, withinMs, {
      endpoint: this.ends.in & 0xF,
      in: true,
      length,
      setup: NOTHING,
      data: NOTHING,
    });
    this.#check(status, what);
    return data.slice(0, actual);
  }

  async clearHalt(end: "in" | "out"): Promise<void> {
    const address = end === "in" ? 0x80 | this.ends.in : this.ends.out;
    await this.#control("clearing a halted endpoint", [...CLEAR_FEATURE_HALT, address, 0, 0, 0]);
  }
  /** What a port reset does to a device that keeps its supply: its endpoints are as new. */
  async reset(): Promise<void> {
    await this.#control("resetting the port", [...SET_CONFIGURATION_1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
    if (this.#closed) return;
    this.#closed = true;
    for (const urb of this.#pending) this.virtual.unlink(urb);
    this.#pending.clear();
    this.virtual.release();
    this.onClose();
  }

  async #control(what: string, setup: readonly number[]): Promise<void> {
    const { status } = await this.#transfer(what, CONTROL_WITHIN_MS, {
      endpoint: 0,
      in: false,
      length: 0,
      setup: Uint8Array.from(setup),
      data: NOTHING,
    });
    this.#check(status, what);
  }

  /** Submits, and lets time pass until it is done or the time is over. */
  async #transfer(what: string, withinMs: number, spec: Omit<Urb, "done">): Promise<Result> {
    if (this.#closed) throw usbFault("usb-failed", { what, error: "the pipe is closed" });
    let result: Result | undefined;
    const urb: Urb = {
      ...spec,
      done: (status, data, actual) => {
        this.#pending.delete(urb);
        result ??= { status, data: data.slice(), actual };
      },
    };
    this.#pending.add(urb);
    const end = this.clock.now() + withinMs;
    this.virtual.submit(urb);
    while (result === undefined) {
      const left = end - this.clock.now();
      if (left <= 0) return this.#tookTooLong(urb, what, withinMs, () => result);
      await this.clock.sleep(Math.min(FRAME_MS, left));
    }
    return result;
  }
  #tookTooLong(urb: Urb, what: string, withinMs: number, late: () => Result | undefined): Result {
    this.#pending.delete(urb);
    this.virtual.unlink(urb);
    const result = late();
    if (result !== undefined) return result;
    throw usbFault("usb-timeout", { what, withinMs });
  }

  #check(status: number, what: string): void {
    if (status !== 0) throw this.#fault(status, what);
  }
  #fault(status: number, what: string): Fault {
    switch (status) {
      case STALLED:
        return usbFault("usb-stall", { what });
      case OVERFLOWED:
        return usbFault("usb-overflow", { what });
      case GONE:
        return usbFault("usb-gone", { what });
    }
    return usbFault("usb-failed", { what, error: `errno ${-status}` });
  }
}
