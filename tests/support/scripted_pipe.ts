/** A USB pipe that follows a script to the byte, and a clock that is moved by hand. */
import { catalogue, type Clock, type Fault, hexBytes } from "../../src/base/mod.ts";
import type { UsbDevice, UsbPipe } from "../../src/usb/mod.ts";

/** A clock that only sleeping moves; `tickMs` is added at every look, so that no loop is endless. */
export class ManualClock implements Clock {
  time = 0;
  readonly slept: number[] = [];
  constructor(readonly tickMs = 0) {}
  now(): number {
    this.time += this.tickMs;
    return this.time;
  }
  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.time += ms;
    return Promise.resolve();
  }
}

const row = (title: string) => ({ code: "E2000", class: "station", title, next: [] } as const);
/** Faults of a pipe, by the slugs that `UsbPipe` promises. */
export const usbFault = catalogue({
  "usb-timeout": row("Nothing came from the device in time"),
  "usb-stall": row("The endpoint stalled"),
  "usb-overflow": row("The device sent too much"),
  "usb-gone": row("The device is gone"),
  "usb-failed": row("The transfer failed"),
});
/** Slugs of {@link usbFault}. */
export type UsbSlug = keyof typeof usbFault.rows;

/** A device with these ids. */
export const device = (productId = 0x374B, serial = "066BFF515254667867154021"): UsbDevice => ({
  vendorId: 0x0483,
  productId,
  serial,
  place: "1-4",
});

/** Hexadecimal digits, with or without spaces, as bytes. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[\s_]/g, "");
  return Uint8Array.from(digits.match(/../g) ?? [], (d) => parseInt(d, 16));
}

/**
 * Lines of a script: `> f2 36` a command (zeros are added up to 16 bytes), `= 01 02` data to the probe,
 * `< 80 00` its answer, `< !usb-timeout` a transfer that fails, `> !usb-gone f1` a command that fails,
 * `clear in` a cleared halt, `reset` a USB reset. Anything else than the next line fails.
 */
export class ScriptedPipe implements UsbPipe {
  readonly #lines: string[];
  closed = false;
  /** lengths asked for, of every receive */
  readonly asked: number[] = [];
  constructor(script: string, readonly device: UsbDevice = device_()) {
    this.#lines = script.split("\n").map((l) => l.replace(/\s*#.*$/, "").trim()).filter(Boolean);
  }
  /** Lines not used. */
  get left(): readonly string[] {
    return this.#lines;
  }
  #next(what: string): string {
    const line = this.#lines.shift();
    if (line === undefined) throw new Error(`The script is over, but the driver does: ${what}`);
    return line;
  }
  #fail(body: string): Fault | undefined {
    const slug = body.match(/^!([\w-]+)/)?.[1] as UsbSlug | undefined;
    return slug && usbFault(slug);
  }
  send(data: Uint8Array): Promise<void> {
    const what = hexBytes(data, " ");
    const line = this.#next(`send ${what}`);
    const body = line.slice(1).trim();
    const fault = this.#fail(body);
    const bytes = fromHex(body.replace(/^![\w-]+/, ""));
    const wanted = line.startsWith(">") ? hexBytes(padded(bytes), " ") : hexBytes(bytes, " ");
    if (!/^[>=]/.test(line) || wanted !== what) {
      throw new Error(`The script has "${line}", but the driver does: send ${what}`);
    }
    return fault ? Promise.reject(fault) : Promise.resolve();
  }
  receive(length: number): Promise<Uint8Array> {
    this.asked.push(length);
    const line = this.#next(`receive ${length}`);
    if (!line.startsWith("<")) {
      throw new Error(`The script has "${line}", but the driver does: receive ${length}`);
    }
    const body = line.slice(1).trim();
    const fault = this.#fail(body);
    if (fault) return Promise.reject(fault);
    const bytes = fromHex(body);
    if (bytes.length > length) return Promise.reject(usbFault("usb-overflow"));
    return Promise.resolve(bytes);
  }
  clearHalt(end: "in" | "out"): Promise<void> {
    const line = this.#next(`clear ${end}`);
    if (line !== `clear ${end}`) {
      throw new Error(`The script has "${line}", but the driver does: clear ${end}`);
    }
    return Promise.resolve();
  }
  reset(): Promise<void> {
    const line = this.#next("reset");
    if (line !== "reset") throw new Error(`The script has "${line}", but the driver does: reset`);
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

const device_ = device;
const padded = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(16);
  out.set(bytes);
  return out;
};
