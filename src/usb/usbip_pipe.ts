/** Probes of another machine: a USB/IP client, without any kernel module here. */
import { type Clock, type Fault, systemClock } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "./pipe.ts";
import { parseUsbipAddress, type UsbipAddress } from "./usbip_address.ts";
import { readableSerial, stringFromDescriptor } from "./serial.ts";
import {
  Closed,
  DEVICE_RECORD,
  GONE,
  Nonsense,
  type RemoteDevice,
  remoteDevice,
  REQUEST,
  request,
  type Transfer,
  type TransferEnd,
  type UsbipConnection,
  UsbipLink,
} from "./usbip_wire.ts";

export { isUsbipAddress } from "./usbip_address.ts";
export type { UsbipConnection } from "./usbip_wire.ts";

/** Makes a TCP connection without delay for small packets. Rejects when nobody answers. */
export type UsbipConnect = (host: string, port: number) => Promise<UsbipConnection>;

/** for a server to answer a question */
const ANSWER_MS = 5000;
const CONTROL_MS = 1000;
/** for a server to take a transfer back */
const UNLINK_MS = 2000;
const LANGUAGE_EN_US = [0x09, 0x04];
/** a list that is longer is none */
const MOST_DEVICES = 1000;
/** facts/usbip.md §A.2 */
const ST_BUSY = 2;
const REFUSALS: Readonly<Record<number, string>> = {
  1: "it says no",
  3: "the device has an error",
  4: "there is no such device",
};

/**
 * The devices of a USB/IP server: `usbip://host:port`, or one of them: `usbip://host:port/1-1`.
 * Faults: usbip-bad-address; of its calls: usbip-no-server, usbip-refused, usbip-nonsense.
 */
export function usbipSource(
  address: string,
  connect: UsbipConnect,
  clock: Clock = systemClock,
): UsbSource {
  return new UsbipSource(parseUsbipAddress(address), connect, clock);
}

class UsbipSource implements UsbSource {
  readonly kind = "usbip";
  readonly #open = new Set<UsbipPipe>();
  constructor(readonly at: UsbipAddress, readonly connect: UsbipConnect, readonly clock: Clock) {}

  async list(): Promise<readonly UsbDevice[]> {
    const devices: UsbDevice[] = [];
    for (const d of await this.#remote()) {
      if (this.at.busid === undefined || d.busid === this.at.busid) {
        devices.push(await this.#described(d));
      }
    }
    return devices;
  }

  async open(device: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe> {
    const { link, remote } = await this.#import(device.place);
    // since it was listed another one may have been plugged in at that place
    if (remote.vendorId !== device.vendorId || remote.productId !== device.productId) {
      link.close();
      throw fault("usb-gone", { what: `attaching ${device.place}: another device is there now` });
    }
    const pipe = new UsbipPipe(device, ends, link, remote.id, () => this.#open.delete(pipe));
    this.#open.add(pipe);
    return pipe;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pipe of [...this.#open]) await pipe[Symbol.asyncDispose]();
  }

  /** Asks something on a new connection; closes it unless `use` says that it is kept. */
  async #ask<T>(use: (link: UsbipLink) => Promise<{ keep: boolean; value: T }>): Promise<T> {
    const { host, port } = this.at;
    const link = new UsbipLink(await this.#connected(), this.clock);
    let keep = false;
    try {
      const answer = await within(this.clock, ANSWER_MS, use(link));
      if (answer === undefined) {
        const why = `it did not answer within ${ANSWER_MS} ms`;
        throw fault("usbip-no-server", { host, port, why });
      }
      keep = answer.keep;
      return answer.value;
    } catch (e) {
      if (e instanceof Closed) throw fault("usbip-nonsense", { host, port, why: e.message });
      if (e instanceof Nonsense) throw fault("usbip-nonsense", { host, port, why: e.message });
      throw e;
    } finally {
      if (!keep) link.close();
    }
  }
  async #connected(): Promise<UsbipConnection> {
    const { host, port } = this.at;
    const trying = this.connect(host, port).catch((e: unknown) => {
      const why = e instanceof Error ? e.message : String(e);
      throw fault("usbip-no-server", { host, port, why }, { cause: e });
    });
    const connection = await within(this.clock, ANSWER_MS, trying);
    if (connection !== undefined) return connection;
    trying.then((late) => late.close(), () => {});
    const why = `no connection within ${ANSWER_MS} ms`;
    throw fault("usbip-no-server", { host, port, why });
  }

  #remote(): Promise<readonly RemoteDevice[]> {
    return this.#ask(async (link) => {
      link.put(request(REQUEST.devlist));
      const status = await link.status(REQUEST.devlist);
      const { host, port } = this.at;
      if (status !== 0) {
        throw fault("usbip-refused", { host, port, place: "its list", why: `status ${status}` });
      }
      const head = await link.take(4);
      const count = new DataView(head.buffer).getUint32(0);
      if (count > MOST_DEVICES) throw new Nonsense(`a list of ${count} devices`);
      const value: RemoteDevice[] = [];
      for (let i = 0; i < count; i++) {
        const device = remoteDevice(await link.take(DEVICE_RECORD));
        await link.take(4 * device.interfaces);
        value.push(device);
      }
      return { keep: false, value };
    });
  }
  #import(place: string): Promise<{ link: UsbipLink; remote: RemoteDevice }> {
    const { host, port } = this.at;
    return this.#ask(async (link) => {
      link.put(request(REQUEST.import, place));
      const status = await link.status(REQUEST.import);
      if (status === ST_BUSY) {
        throw fault("usb-busy", { place: `usbip://${host}:${port}/${place}` });
      }
      if (status !== 0) {
        const why = REFUSALS[status] ?? `status ${status}`;
        throw fault("usbip-refused", { host, port, place, why });
      }
      const remote = remoteDevice(await link.take(DEVICE_RECORD));
      return { keep: true, value: { link, remote } };
    });
  }

  /** A list has no names in it: the device is attached for a moment to read them. */
  async #described({ busid, vendorId, productId }: RemoteDevice): Promise<UsbDevice> {
    const bare = { vendorId, productId, place: busid };
    let imported;
    try {
      imported = await this.#import(busid);
    } catch (e) {
      const slug = (e as Fault).slug;
      if (slug !== "usb-busy" && slug !== "usbip-refused") throw e;
      return { ...bare, serial: "", unreadable: slug };
    }
    const { link, remote } = imported;
    const descriptor = async (kind: number, index: number, length: number) => {
      const setup = Uint8Array.of(0x80, 6, index, kind, ...LANGUAGE_EN_US, length, 0);
      const t = { endpoint: 0, in: true, length, setup };
      const end = await within(this.clock, CONTROL_MS, link.submit(remote.id, t).end);
      return end?.status === 0 ? end.data : new Uint8Array(0);
    };
    const named = async (index = 0) =>
      index === 0 ? "" : stringFromDescriptor(await descriptor(3, index, 255));
    try {
      const d = await descriptor(1, 0, 18);
      const [manufacturer, product, serial] = [
        await named(d[14]),
        await named(d[15]),
        await named(d[16]),
      ];
      return { ...bare, serial: readableSerial(serial), manufacturer, product };
    } finally {
      link.close();
      await link.ended();
    }
  }
}

/** What comes of `work`, or undefined when `ms` are over. */
async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  const stop = new AbortController();
  const late = clock.sleep(ms, stop.signal).then(() => undefined, () => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}

/** A setup packet without data. */
const setup = (type: number, ask: number, value: number, index: number): Uint8Array =>
  Uint8Array.of(type, ask, value, 0, index, 0, 0, 0);

class UsbipPipe implements UsbPipe {
  #closed = false;
  constructor(
    readonly device: UsbDevice,
    readonly ends: UsbEndpoints,
    readonly link: UsbipLink,
    readonly id: number,
    readonly onClose: () => void,
  ) {}

  async send(data: Uint8Array, withinMs: number): Promise<void> {
    const what = `sending ${data.length} bytes`;
    const out = { endpoint: this.ends.out % 16, in: false, length: data.length };
    const { actual } = await this.#transfer(what, withinMs, { ...out, data: data.slice() });
    if (actual !== data.length) {
      throw fault("usb-failed", { what, error: `only ${actual} bytes were taken` });
    }
  }
  async receive(length: number, withinMs: number): Promise<Uint8Array> {
    const what = `receiving ${length} bytes`;
    const { data } = await this.#transfer(what, withinMs, {
      endpoint: this.ends.in % 16,
      in: true,
      length,
    });
    return data.slice();
  }
  async clearHalt(end: "in" | "out"): Promise<void> {
    await this.#control("clearing a halted endpoint", setup(2, 1, 0, this.ends[end]));
  }
  /** As Linux' server takes it: SET_FEATURE(PORT_RESET) to the port (drivers/usb/usbip/stub_rx.c). */
  async reset(): Promise<void> {
    await this.#control("resetting the port", setup(0x23, 3, 4, 1));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.link.close();
    await this.link.ended();
    this.onClose();
  }

  async #control(what: string, packet: Uint8Array): Promise<void> {
    await this.#transfer(what, CONTROL_MS, { endpoint: 0, in: false, length: 0, setup: packet });
  }
  async #transfer(what: string, withinMs: number, t: Transfer): Promise<TransferEnd> {
    if (this.#closed) throw fault("usb-failed", { what, error: "the pipe is closed" });
    const { clock } = this.link;
    const { sequence, end } = this.link.submit(this.id, t);
    let result = await within(clock, withinMs, end);
    if (result === undefined) {
      this.link.unlink(this.id, sequence);
      result = await within(clock, UNLINK_MS, end);
      if (result === undefined) { // nor does the server answer: nothing can be said of it any more
        this.link.close();
        throw fault("usb-gone", { what });
      }
    }
    if (result.status !== 0) throw transferFault(result.status, what, withinMs);
    return result;
  }
}

/** The fault of a Linux errno: include/uapi/asm-generic/errno.h; some servers say 1, facts/usbip.md §A.3 */
function transferFault(status: number, what: string, withinMs: number): Fault {
  switch (status) {
    case -104: // ECONNRESET: taken back in time
    case -2: // ENOENT
    case -110: // ETIMEDOUT
      return fault("usb-timeout", { what, withinMs });
    case -32: // EPIPE
      return fault("usb-stall", { what });
    case -75: // EOVERFLOW
      return fault("usb-overflow", { what });
    case GONE:
    case -19: // ENODEV
    case -71: // EPROTO: what a device torn out looks like at first
      return fault("usb-gone", { what });
  }
  return fault("usb-failed", { what, error: `errno ${Math.abs(status)}` });
}
