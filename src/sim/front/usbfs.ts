/**
 * What Linux' usbfs does with one opened device node, over the virtual device: requests are ioctls, memory is
 * the client's. Numbers and layouts: include/uapi/linux/usbdevice_fs.h, 64-bit; reference/rig.md §3.3.
 */
import { u16le, u32le } from "../../base/mod.ts";
import type { Urb, VirtualUsbDevice } from "../contracts.ts";
import type { LiveTime } from "./live_time.ts";
import { NOTHING } from "../usb_pipes.ts";

/** Reaches into the memory of the process that made the call. */
export interface ClientMemory {
  read(at: bigint, length: number): Promise<Uint8Array>;
  write(at: bigint, bytes: Uint8Array): void;
}
/** How a call ends: its result, or -1 with an errno. */
export interface Ended {
  readonly result: number;
  readonly errno: number;
}
/** Which handle has claimed an interface of one device. */
export type Claims = Map<number, UsbfsHandle>;

const ERRNO = {
  ENOENT: 2,
  EAGAIN: 11,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  EPIPE: 32,
  ENODATA: 61,
};
const DISCARDED = -2; // ENOENT
const USBFS = 0x55;
/** the low byte of each request */
const IOCTL = {
  CONTROL: 0,
  SETINTERFACE: 4,
  SETCONFIGURATION: 5,
  GETDRIVER: 8,
  SUBMITURB: 10,
  DISCARDURB: 11,
  REAPURBNDELAY: 13,
  CLAIMINTERFACE: 15,
  RELEASEINTERFACE: 16,
  IOCTL: 18,
  RESET: 20,
  CLEAR_HALT: 21,
  GET_CAPABILITIES: 26,
  DISCONNECT_CLAIM: 27,
  GET_SPEED: 31,
} as const;
const URB = { size: 56, type: 0, endpoint: 1, status: 4, buffer: 16, length: 24, actual: 28 };
const URB_TYPE = { interrupt: 1, control: 2, bulk: 3 } as const;
/** CAP_ZERO_PACKET, CAP_NO_PACKET_SIZE_LIM */
const CAPABILITIES = 0x05;
/** enum usb_device_speed */
const SPEED = { full: 2, high: 3 } as const;
/** so long a call that finds nothing waits: the client's poll() is always ready, it would only spin */
const REAP_WAIT_MS = 1;
/** a request with a wrong endpoint or setup packet would hang for ever; usbfs' own callers use 1 to 5 s */
const CONTROL_WAIT_MS = 5000;

interface Finished {
  readonly at: bigint;
  readonly buffer: bigint;
  readonly status: number;
  readonly data: Uint8Array;
  readonly actual: number;
}

const ok = (result = 0): Ended => ({ result, errno: 0 });
const failed = (errno: number): Ended => ({ result: -1, errno });
const number = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);
const pointer = (b: Uint8Array, at: number): bigint =>
  new DataView(b.buffer, b.byteOffset).getBigInt64(at, true);
const setup = (type: number, request: number, value: number, index: number): Uint8Array =>
  Uint8Array.of(type, request, value & 0xFF, value >> 8, index & 0xFF, index >> 8, 0, 0);

/** The interfaces of a configuration, each with its endpoints' addresses. USB 2.0 §9.6 */
function interfacesOf(c: Uint8Array): ReadonlyMap<number, readonly number[]> {
  const out = new Map<number, number[]>();
  let ends: number[] = [];
  for (let at = 0; at + 2 < c.length; at += Math.max(2, c[at] ?? 2)) {
    if (c[at + 1] === 4) out.set(c[at + 2] ?? 0, ends = out.get(c[at + 2] ?? 0) ?? []);
    if (c[at + 1] === 5) ends.push(c[at + 2] ?? 0);
  }
  return out;
}

/** See the head of the file. */
export class UsbfsHandle {
  readonly #pending = new Map<bigint, Urb>();
  readonly #finished: Finished[] = [];
  #wake: () => void = () => {};

  constructor(
    readonly device: VirtualUsbDevice,
    readonly memory: ClientMemory,
    readonly claims: Claims,
    readonly live: LiveTime,
    readonly warn: (note: string) => void,
  ) {}

  /** The node is closed: what is under way is taken back, claims are given up. */
  close(): void {
    for (const urb of this.#pending.values()) this.device.unlink(urb);
    this.#pending.clear();
    let had = false;
    for (const [face, holder] of this.claims) {
      if (holder === this) had = this.claims.delete(face) || had;
    }
    if (had) this.device.release();
  }

  /** One ioctl. */
  async ioctl(request: number, arg: bigint): Promise<Ended> {
    const nr = request & 0xFF;
    if (((request >>> 8) & 0xFF) !== USBFS) return failed(ERRNO.ENOTTY);
    if (nr === IOCTL.REAPURBNDELAY) return await this.#reap(arg);
    if (!this.device.plugged) return failed(ERRNO.ENODEV);
    switch (nr) {
      case IOCTL.SUBMITURB:
        return await this.#submit(arg);
      case IOCTL.DISCARDURB:
        return this.#discard(arg);
      case IOCTL.CONTROL:
        return await this.#controlCall(arg);
      case IOCTL.CLAIMINTERFACE:
      case IOCTL.DISCONNECT_CLAIM:
        return this.#claim(await this.#word(arg));
      case IOCTL.RELEASEINTERFACE:
        return this.#release(await this.#word(arg));
      case IOCTL.SETINTERFACE: {
        const face = await this.memory.read(arg, 8);
        return await this.#asked(setup(1, 0x0B, u32le(face, 4), u32le(face, 0)));
      }
      case IOCTL.SETCONFIGURATION:
        return await this.#asked(setup(0, 0x09, await this.#word(arg), 0));
      case IOCTL.RESET: // the port is reset and the configuration set again: usbcore's usb_reset_device
        return await this.#asked(setup(0, 0x09, 1, 0));
      case IOCTL.CLEAR_HALT:
        return await this.#asked(setup(2, 0x01, 0, await this.#word(arg)));
      case IOCTL.GET_CAPABILITIES:
        this.memory.write(arg, number(CAPABILITIES));
        return ok();
      case IOCTL.GET_SPEED:
        return ok(SPEED[this.device.speed]);
      case IOCTL.GETDRIVER: // no kernel driver is bound to anything
      case IOCTL.IOCTL:
        return failed(ERRNO.ENODATA);
    }
    this.warn(`usbfs ioctl ${nr} is not modelled`);
    return failed(ERRNO.ENOTTY);
  }

  async #word(at: bigint): Promise<number> {
    return u32le(await this.memory.read(at, 4), 0);
  }
  #claim(face: number): Ended {
    if (!interfacesOf(this.device.configDescriptor).has(face)) return failed(ERRNO.ENOENT);
    const holder = this.claims.get(face);
    if (holder !== undefined && holder !== this) return failed(ERRNO.EBUSY);
    this.claims.set(face, this);
    return ok();
  }
  /** A transfer claims its interface when nobody has yet: drivers/usb/core/devio.c, findintfep and checkintf. */
  #claimFor(endpoint: number): Ended {
    const faces = [...interfacesOf(this.device.configDescriptor)];
    const found = faces.find(([, ends]) => ends.includes(endpoint));
    return found === undefined ? failed(ERRNO.ENOENT) : this.#claim(found[0]);
  }
  #release(face: number): Ended {
    if (this.claims.get(face) !== this) return failed(ERRNO.EINVAL);
    this.claims.delete(face);
    return ok();
  }

  async #submit(at: bigint): Promise<Ended> {
    const raw = await this.memory.read(at, URB.size);
    const type = raw[URB.type] ?? 0;
    const address = raw[URB.endpoint] ?? 0;
    const buffer = pointer(raw, URB.buffer);
    const length = u32le(raw, URB.length);
    const control = type === URB_TYPE.control;
    if (!control && type !== URB_TYPE.bulk && type !== URB_TYPE.interrupt) {
      this.warn(`usbfs: transfers of type ${type} are not modelled`);
      return failed(ERRNO.EINVAL);
    }
    const claimed = control ? ok() : this.#claimFor(address);
    if (claimed.result < 0) return claimed;
    const head = control ? 8 : 0;
    const packet = control ? await this.memory.read(buffer, head) : NOTHING;
    const isIn = (((control ? packet[0] : address) ?? 0) & 0x80) !== 0;
    const data = isIn ? NOTHING : await this.memory.read(buffer + BigInt(head), length - head);
    const urb: Urb = {
      endpoint: address & 0x0F,
      in: isIn,
      length: length - head,
      setup: packet,
      data,
      done: (status, bytes, actual) => {
        this.#pending.delete(at);
        const got = isIn ? bytes.slice() : NOTHING;
        this.#finished.push({ at, buffer: buffer + BigInt(head), status, data: got, actual });
        this.#wake();
      },
    };
    this.#pending.set(at, urb);
    this.live.act(() => this.device.submit(urb));
    return ok();
  }
  #discard(at: bigint): Ended {
    const urb = this.#pending.get(at);
    if (urb === undefined || !this.device.unlink(urb)) return failed(ERRNO.EINVAL);
    urb.done(DISCARDED, NOTHING, 0);
    return ok();
  }
  async #reap(arg: bigint): Promise<Ended> {
    this.live.passed();
    if (this.#finished.length === 0 && this.#pending.size > 0) await this.#waitShortly();
    const first = this.#finished.shift();
    if (first === undefined) return failed(this.device.plugged ? ERRNO.EAGAIN : ERRNO.ENODEV);
    this.memory.write(first.buffer, first.data);
    this.memory.write(first.at + BigInt(URB.status), number(first.status));
    this.memory.write(first.at + BigInt(URB.actual), number(first.actual));
    this.memory.write(arg, new Uint8Array(BigInt64Array.of(first.at).buffer));
    return ok();
  }
  #waitShortly(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REAP_WAIT_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The call that waits for its end: used by those who do without URBs. */
  async #controlCall(arg: bigint): Promise<Ended> {
    const raw = await this.memory.read(arg, 24);
    const packet = raw.slice(0, 8);
    const length = u16le(packet, 6);
    const at = pointer(raw, 16);
    if (((packet[0] ?? 0) & 0x80) === 0) {
      return await this.#asked(packet, await this.memory.read(at, length));
    }
    const { ended, data } = this.#request(packet, NOTHING);
    if (ended.result < 0) return ended;
    this.memory.write(at, data);
    return ok(data.length);
  }
  #asked(packet: Uint8Array, data: Uint8Array = NOTHING): Promise<Ended> {
    const { ended } = this.#request(packet, data);
    return Promise.resolve(ended.result < 0 ? ended : ok(data.length));
  }
  #request(packet: Uint8Array, out: Uint8Array): { ended: Ended; data: Uint8Array } {
    const isIn = ((packet[0] ?? 0) & 0x80) !== 0;
    let answer: { ended: Ended; data: Uint8Array } | undefined;
    const urb: Urb = {
      endpoint: 0,
      in: isIn,
      length: isIn ? u16le(packet, 6) : out.length,
      setup: packet,
      data: out,
      done: (status, data) => answer = { ended: status === 0 ? ok() : failed(-status), data },
    };
    this.live.act(() => {
      this.device.submit(urb);
      for (const board of this.live.boards) {
        if (answer === undefined) board.chip.time.advance(CONTROL_WAIT_MS * 1e6);
      }
    });
    if (answer !== undefined) return answer;
    this.device.unlink(urb);
    return { ended: failed(ERRNO.EPIPE), data: NOTHING };
  }
}
