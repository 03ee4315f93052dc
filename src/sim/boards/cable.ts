/** The USB cable between host and probe: it can be pulled, and packets on it can be interfered with. */
import type { Urb, VirtualUsbDevice } from "../contracts.ts";

const NO_DEVICE = -108;
const NOTHING = new Uint8Array(0);

/** A device that notices when its supply goes: what it had in mind is lost. */
export interface Pluggable extends VirtualUsbDevice {
  unplug?(): void;
  replug?(): void;
  /** Halts an endpoint until the host clears it. */
  halt?(address: number): void;
}

/** What to do with a transfer before the device sees it: give it on, or see to its end oneself. */
export type Meddler = (urb: Urb, deliver: (urb: Urb) => void) => void;

/** A device at the far end of a cable. */
export class Cable implements VirtualUsbDevice {
  onUnplug?: () => void;
  /** sees every bulk transfer */
  meddler: Meddler = (urb, deliver) => deliver(urb);
  #plugged = true;
  /** the host's transfer → the one the device has, if it has one */
  readonly #pending = new Map<Urb, Urb | undefined>();

  constructor(
    readonly device: Pluggable,
    /** told when the cable is pulled (false) and when it is back */
    readonly onPlug: (plugged: boolean) => void = () => {},
  ) {}

  get vendorId(): number {
    return this.device.vendorId;
  }
  get productId(): number {
    return this.device.productId;
  }
  get serial(): string {
    return this.device.serial;
  }
  get manufacturer(): string {
    return this.device.manufacturer;
  }
  get product(): string {
    return this.device.product;
  }
  get deviceDescriptor(): Uint8Array {
    return this.device.deviceDescriptor;
  }
  get configDescriptor(): Uint8Array {
    return this.device.configDescriptor;
  }
  get speed(): "full" | "high" {
    return this.device.speed;
  }
  get plugged(): boolean {
    return this.#plugged && this.device.plugged;
  }

  submit(urb: Urb): void {
    if (!this.plugged) return urb.done(NO_DEVICE, NOTHING, 0);
    this.#pending.set(urb, undefined);
    const mine: Urb = {
      ...urb,
      done: (status, data, actual) => {
        if (this.#pending.delete(urb)) urb.done(status, data, actual);
      },
    };
    const deliver = (changed: Urb) => {
      if (!this.#pending.has(urb)) return;
      this.#pending.set(urb, changed);
      this.device.submit(changed);
    };
    if (urb.endpoint === 0) deliver(mine);
    else this.meddler(mine, deliver);
  }
  unlink(urb: Urb): boolean {
    if (!this.#pending.has(urb)) return false;
    const inner = this.#pending.get(urb);
    this.#pending.delete(urb);
    if (inner !== undefined) this.device.unlink(inner);
    return true;
  }
  release(): void {
    this.device.release();
  }

  /** Pulls the cable: every transfer under way ends with -108. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const [urb, inner] of pending) {
      if (inner !== undefined) this.device.unlink(inner);
      urb.done(NO_DEVICE, NOTHING, 0);
    }
    if (this.device.unplug === undefined) this.device.release();
    else this.device.unplug();
    this.onPlug(false);
    this.onUnplug?.();
  }
  /** Plugs it in again. */
  replug(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.device.replug?.();
    this.onPlug(true);
  }
}
