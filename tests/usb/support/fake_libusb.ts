/** A libusb that is not there: the functions of the symbol table over a few made-up devices. */
import type { Libusb } from "../../../ffi/libusb.ts";

/** A made-up device. Strings are UTF-16 units by descriptor index. */
export interface FakeDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly bus: number;
  readonly address: number;
  readonly ports: readonly number[];
  /** manufacturer, product, serial */
  readonly strings: readonly [string, string, string];
  /** what opening and claiming answer */
  openCode?: number;
  claimCode?: number;
  /** answers to bulk transfers, in order: a code, and bytes for IN or a count for OUT */
  readonly bulk?: { code: number; data?: Uint8Array; count?: number }[];
}

const LIST = 0x1000n;
const VERSION_AT = 0x2000n;

/** The fake, with a log of what was called. */
export class FakeLibusb {
  readonly log: string[] = [];
  constructor(readonly devices: FakeDevice[]) {}

  #of(pointer: number | bigint): FakeDevice {
    const found = this.devices[Number(pointer) - 1];
    if (!found) throw new Error(`no such pointer: ${pointer}`);
    return found;
  }
  #bulk(
    pointer: number | bigint,
    end: number,
    data: Uint8Array,
    done: Int32Array,
    ms: number,
  ): number {
    this.log.push(`${end >= 0x80 ? "in" : "out"} ${data.length} within ${ms}`);
    const answer = this.#of(pointer).bulk?.shift() ?? { code: -7 };
    const bytes = answer.data ?? new Uint8Array();
    if (end >= 0x80) data.set(bytes);
    done[0] = answer.count ?? (end >= 0x80 ? bytes.length : answer.code === 0 ? data.length : 0);
    return answer.code;
  }
  #string(pointer: number | bigint, index: number, out: Uint8Array): number {
    const text = this.#of(pointer).strings[index - 1] ?? "";
    out[0] = 2 + text.length * 2;
    out[1] = 3;
    [...text].forEach((c, i) =>
      new DataView(out.buffer).setUint16(2 + 2 * i, c.charCodeAt(0), true)
    );
    return out[0];
  }
  #memcpy(out: Uint8Array, from: bigint): void {
    if (from === LIST) {
      new BigUint64Array(out.buffer).set(this.devices.map((_, i) => BigInt(i + 1)));
    } else if (from === VERSION_AT) {
      new Uint16Array(out.buffer).set([1, 0, 26, 0]);
    }
  }

  /** The symbol table's functions. */
  get lib(): Libusb {
    const bytes = (b: unknown) => b as Uint8Array;
    const functions = {
      init: (out: unknown) => ((out as BigUint64Array)[0] = 9n, 0),
      exit: (context: bigint) => void this.log.push(`exit ${context}`),
      version: () => VERSION_AT,
      getDeviceList: (_: bigint, out: unknown) => {
        (out as BigUint64Array)[0] = LIST;
        return BigInt(this.devices.length);
      },
      freeDeviceList: () => void this.log.push("free list"),
      deviceDescriptor: (p: bigint, out: unknown) => {
        const { vendorId, productId } = this.#of(p);
        const d = new DataView(bytes(out).buffer);
        d.setUint16(8, vendorId, true);
        d.setUint16(10, productId, true);
        bytes(out).set([1, 2, 3], 14);
        return 0;
      },
      busNumber: (p: bigint) => this.#of(p).bus,
      deviceAddress: (p: bigint) => this.#of(p).address,
      portNumbers: (p: bigint, out: unknown) => {
        bytes(out).set(this.#of(p).ports);
        return this.#of(p).ports.length;
      },
      open: (p: bigint, out: unknown) => {
        (out as BigUint64Array)[0] = p;
        this.log.push("open");
        return this.#of(p).openCode ?? 0;
      },
      close: () => void this.log.push("close"),
      setAutoDetach: () => 0,
      claim: (p: bigint, n: number) => (this.log.push(`claim ${n}`), this.#of(p).claimCode ?? 0),
      release: () => (this.log.push("release"), 0),
      clearHalt: (_: bigint, end: number) => Promise.resolve((this.log.push(`halt ${end}`), 0)),
      reset: () => Promise.resolve(-5),
      control: (p: bigint, _t: number, _r: number, value: number, _i: number, out: unknown) =>
        Promise.resolve(this.#string(p, value % 256, bytes(out))),
      bulk: (p: bigint, end: number, data: unknown, _n: number, done: unknown, ms: number) =>
        Promise.resolve(this.#bulk(p, end, bytes(data), done as Int32Array, ms)),
      memcpy: (out: unknown, from: bigint) => (this.#memcpy(bytes(out), from), 0n),
    };
    return functions as unknown as Libusb;
  }
}
