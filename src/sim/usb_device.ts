/** A USB device at packet level: descriptors, endpoint 0, bulk and interrupt endpoints, and its cable. */
import type { Urb, VirtualUsbDevice } from "./contracts.ts";
import { descriptorOf, type UsbDescription } from "./usb_descriptors.ts";
import { GONE, type InPipe, NOTHING, SILENT, STALLED } from "./usb_pipes.ts";

/** What an OUT endpoint does with a packet; false: it refuses, and halts. */
export type PacketSink = (packet: Uint8Array) => void | false;
/** Answers a class or vendor request: bytes for IN, an empty array for a taken OUT, undefined for a stall. */
export type RequestHandler = (setup: Setup, data: Uint8Array) => Uint8Array | undefined;

/** A control request. */
export interface Setup {
  /** bmRequestType and bRequest as one number: `0x8006` */
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

/** What a device is made of. */
export interface UsbParts {
  readonly description: UsbDescription;
  /** by address: `0x81` */
  readonly ins: ReadonlyMap<number, InPipe>;
  /** by address: `0x01` */
  readonly outs: ReadonlyMap<number, PacketSink>;
  readonly classRequest: RequestHandler;
  /** before a control request is looked at: lets time pass */
  readonly onControl: () => void;
  /** endpoints are as new: half-received messages are void */
  readonly onReset: () => void;
}

const ENDPOINT_HALT = 0;

/** See the head of the file. */
export class UsbDevice implements VirtualUsbDevice {
  onUnplug?: () => void;
  #plugged = true;
  #frozen = false;
  #configuration = 1;
  readonly #haltedOuts = new Set<number>();
  /** transfers that a dead device never answers */
  readonly #stuck = new Set<Urb>();

  constructor(readonly parts: UsbParts) {}

  get vendorId(): number {
    return this.parts.description.vendorId;
  }
  get productId(): number {
    return this.parts.description.productId;
  }
  get serial(): string {
    return this.parts.description.serial;
  }
  get manufacturer(): string {
    return this.parts.description.manufacturer;
  }
  get product(): string {
    return this.parts.description.product;
  }
  get deviceDescriptor(): Uint8Array {
    return this.parts.description.device;
  }
  get configDescriptor(): Uint8Array {
    return this.parts.description.configuration;
  }
  get speed(): "full" | "high" {
    return this.parts.description.speed;
  }
  get plugged(): boolean {
    return this.#plugged;
  }
  /** true: the device answers nothing any more, not even on endpoint 0 */
  set frozen(frozen: boolean) {
    this.#frozen = frozen;
  }

  submit(urb: Urb): void {
    if (!this.#plugged) return urb.done(GONE, NOTHING, 0);
    // USB 2.0 §9.1.1.5: without a configuration there is endpoint 0 and nothing else; nobody answers
    if (this.#configuration === 0 && urb.endpoint !== 0) return urb.done(SILENT, NOTHING, 0);
    if (this.#frozen) {
      this.#stuck.add(urb);
      return;
    }
    if (urb.endpoint === 0) return this.#control(urb);
    if (urb.in) {
      const pipe = this.parts.ins.get(0x80 | urb.endpoint);
      return pipe === undefined ? urb.done(STALLED, NOTHING, 0) : pipe.submit(urb);
    }
    this.#out(urb);
  }
  unlink(urb: Urb): boolean {
    if (this.#stuck.delete(urb)) return true;
    return urb.in && (this.parts.ins.get(0x80 | urb.endpoint)?.unlink(urb) ?? false);
  }
  /** The host's handle is closed: a half-sent command is void. What waits to be read keeps waiting. */
  release(): void {
    this.parts.onReset();
  }

  /** The cable is pulled: every transfer under way ends. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.losePower();
    this.onUnplug?.();
  }
  /** It is plugged in again. */
  replug(): void {
    this.#plugged = true;
  }
  /** The device loses its supply: nothing of its state stays. */
  losePower(): void {
    const stuck = [...this.#stuck];
    this.#stuck.clear();
    this.#frozen = false;
    this.#configuration = 1; // the host's kernel sets it when the device is plugged in
    this.#reset();
    for (const urb of stuck) urb.done(GONE, NOTHING, 0);
    for (const pipe of this.parts.ins.values()) pipe.end(GONE);
  }
  /** Halts an endpoint, as a device does with what it cannot take. */
  halt(address: number): void {
    this.#setHalt(address, true);
  }

  #out(urb: Urb): void {
    const { packetSize } = this.parts.description;
    const sink = this.parts.outs.get(urb.endpoint);
    if (sink === undefined || this.#haltedOuts.has(urb.endpoint)) {
      return urb.done(STALLED, NOTHING, 0);
    }
    for (let at = 0; at === 0 || at < urb.data.length; at += packetSize) {
      const packet = urb.data.subarray(at, at + packetSize);
      if (sink(packet) === false) {
        this.#haltedOuts.add(urb.endpoint);
        return urb.done(STALLED, NOTHING, at);
      }
      if (this.#frozen) { // died of this packet: it was taken, the next ones are not
        if (at + packetSize < urb.data.length) {
          this.#stuck.add(urb);
          return;
        }
      }
    }
    urb.done(0, NOTHING, urb.data.length);
  }

  // ── endpoint 0 ──

  #control(urb: Urb): void {
    this.parts.onControl();
    const s = urb.setup;
    const setup: Setup = {
      request: (s[0]! << 8) | s[1]!,
      value: s[2]! | (s[3]! << 8),
      index: s[4]! | (s[5]! << 8),
      length: s[6]! | (s[7]! << 8),
    };
    const answer = this.#standard(setup) ?? this.parts.classRequest(setup, urb.data);
    if (answer === undefined) return urb.done(STALLED, NOTHING, 0);
    if (!urb.in) return urb.done(0, NOTHING, urb.data.length);
    const data = answer.subarray(0, Math.min(setup.length, urb.length));
    urb.done(0, data, data.length);
  }

  /** USB 2.0 §9.4; undefined: not one of these, or refused */
  #standard(setup: Setup): Uint8Array | undefined {
    const { request, value, index } = setup;
    switch (request) {
      case 0x8000: // GET_STATUS: bus-powered, no remote wake-up
        return Uint8Array.of(0, 0);
      case 0x8100:
        return this.#hasInterface(index) ? Uint8Array.of(0, 0) : undefined;
      case 0x8200:
        return this.#known(index) ? Uint8Array.of(this.#isHalted(index) ? 1 : 0, 0) : undefined;
      case 0x0201: // CLEAR_FEATURE, SET_FEATURE
      case 0x0203:
        if (value !== ENDPOINT_HALT || !this.#known(index)) return undefined;
        this.#setHalt(index, request === 0x0203);
        return NOTHING;
      case 0x0005: // SET_ADDRESS
        return NOTHING;
      case 0x8006:
        return descriptorOf(this.parts.description, value);
      case 0x8008:
        return Uint8Array.of(this.#configuration);
      case 0x0009:
        if (value > 1) return undefined;
        this.#configuration = value;
        this.#reset();
        return NOTHING;
      case 0x810A: // GET_INTERFACE, SET_INTERFACE: there are no alternates
        return this.#hasInterface(index) ? Uint8Array.of(0) : undefined;
      case 0x010B:
        return value === 0 && this.#hasInterface(index) ? NOTHING : undefined;
    }
    return undefined;
  }

  #hasInterface(number: number): boolean {
    const { interfaces } = this.parts.description;
    return this.#configuration !== 0 && interfaces.some((i) => i.number === number);
  }
  #known(address: number): boolean {
    const number = address & 0xF;
    if (this.#configuration === 0) return number === 0;
    return number === 0 || this.parts.ins.has(address) || this.parts.outs.has(address);
  }
  #isHalted(address: number): boolean {
    return (this.parts.ins.get(address)?.halted ?? false) || this.#haltedOuts.has(address);
  }
  #setHalt(address: number, halted: boolean): void {
    const pipe = this.parts.ins.get(address);
    if (pipe !== undefined) pipe.halt(halted);
    else if (halted) this.#haltedOuts.add(address);
    else this.#haltedOuts.delete(address);
  }
  #reset(): void {
    this.#haltedOuts.clear();
    for (const pipe of this.parts.ins.values()) {
      pipe.halted = false;
      pipe.drop();
    }
    this.parts.onReset();
  }
}
