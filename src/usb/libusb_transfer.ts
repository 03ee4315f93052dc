/** One claimed interface: libusb's synchronous transfers on a thread of Deno's pool. */
import { errorText, type Libusb, LIBUSB_ERROR } from "../../ffi/libusb.ts";
import { concat, type Fault } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe } from "./pipe.ts";

const SLICE_MS = 1000; // a transfer cannot be cancelled: short slices keep Ctrl-C quick

/** The fault of a libusb error code. */
export function transferFault(code: number, what: string, withinMs: number): Fault {
  const facts = { what, withinMs, error: errorText(code) };
  if (code === LIBUSB_ERROR.TIMEOUT) return fault("usb-timeout", facts);
  if (code === LIBUSB_ERROR.PIPE) return fault("usb-stall", facts);
  if (code === LIBUSB_ERROR.OVERFLOW) return fault("usb-overflow", facts);
  // usbfs answers EIO or ENODEV when a device is torn out in the middle of a transfer
  if (code === LIBUSB_ERROR.NO_DEVICE || code === LIBUSB_ERROR.NOT_FOUND) {
    return fault("usb-gone", facts);
  }
  return fault("usb-failed", facts);
}

/** A pipe over an opened and claimed device. */
export class LibusbPipe implements UsbPipe {
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;
  constructor(
    readonly device: UsbDevice,
    readonly lib: Libusb,
    readonly handle: bigint,
    readonly ends: UsbEndpoints,
    readonly onClosed: () => void = () => {},
  ) {}

  /** One transfer at a time, in order of asking. */
  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(() => {
      // libusb does not check its handles: using one after closing it ends the process
      if (this.#closed) throw fault("usb-gone", { what: "the pipe was closed" });
      return act();
    });
    this.#queue = mine.catch(() => {});
    return mine;
  }

  send(data: Uint8Array, withinMs: number): Promise<void> {
    return this.#inOrder(async () => {
      const done = new Int32Array(1);
      let sent = 0;
      for (let left = withinMs; sent < data.length; left -= SLICE_MS) {
        const part = data.slice(sent);
        const slice = Math.max(1, Math.min(left, SLICE_MS));
        const code = await this.lib.bulk(
          this.handle,
          this.ends.out,
          part,
          part.length,
          done,
          slice,
        );
        sent += done[0] ?? 0;
        const again = code === LIBUSB_ERROR.TIMEOUT && left > SLICE_MS;
        if (code < 0 && !again) throw transferFault(code, `sending ${data.length} bytes`, withinMs);
      }
    });
  }

  receive(length: number, withinMs: number): Promise<Uint8Array> {
    return this.#inOrder(async () => {
      const parts: Uint8Array[] = [];
      const done = new Int32Array(1);
      let got = 0;
      for (let left = withinMs;; left -= SLICE_MS) {
        const part = new Uint8Array(length - got);
        const slice = Math.max(1, Math.min(left, SLICE_MS));
        const code = await this.lib.bulk(this.handle, this.ends.in, part, part.length, done, slice);
        parts.push(part.subarray(0, done[0] ?? 0));
        got += done[0] ?? 0;
        if (code === 0 || got === length) return concat(parts);
        if (code !== LIBUSB_ERROR.TIMEOUT || left <= SLICE_MS) {
          throw transferFault(code, `receiving ${length} bytes`, withinMs);
        }
      }
    });
  }

  clearHalt(end: "in" | "out"): Promise<void> {
    return this.#inOrder(async () => {
      const code = await this.lib.clearHalt(this.handle, this.ends[end]);
      if (code < 0) throw transferFault(code, `clearing a halted endpoint`, 0);
    });
  }

  reset(): Promise<void> {
    return this.#inOrder(async () => {
      const code = await this.lib.reset(this.handle);
      if (code < 0) throw transferFault(code, "resetting the device", 0);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue;
    if (this.#closed) return;
    this.#closed = true;
    this.lib.release(this.handle, this.ends.interface);
    this.lib.close(this.handle);
    this.onClosed();
  }
}
