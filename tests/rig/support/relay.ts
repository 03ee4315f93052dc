/**
 * A board in another process, for umockdev: between its USB/IP server and usbfs, where a kernel's vhci_hcd stands. When
 * the server dies, the device is unplugged, as a kernel unplugs it.
 */
import { systemClock, u16le } from "../../../src/base/mod.ts";
import type { Urb, VirtualUsbDevice } from "../../../src/sim/contracts.ts";
import type { FrontBoard } from "../../../src/sim/front/live_time.ts";
import {
  DEVICE_RECORD,
  GONE,
  remoteDevice,
  REQUEST,
  request,
  UsbipLink,
} from "../../../src/usb/usbip_wire.ts";

const NOTHING = new Uint8Array(0);
const ENGLISH = 0x0409;
/** descriptor types, USB 2.0 table 9-5 */
const [DEVICE, CONFIGURATION, STRING] = [1, 2, 3];

interface Texts {
  readonly manufacturer: string;
  readonly product: string;
  readonly serial: string;
}

/** See the head of the file. */
export class Relay implements VirtualUsbDevice, Disposable {
  readonly speed = "full";
  onUnplug?: () => void;
  plugged = true;
  readonly #pending = new Map<Urb, number>();
  private constructor(
    readonly link: UsbipLink,
    readonly id: number,
    readonly deviceDescriptor: Uint8Array,
    readonly configDescriptor: Uint8Array,
    readonly texts: Texts,
  ) {}

  /** The board `1-1` of the server on this port. */
  static async to(port: number): Promise<Relay> {
    const link = new UsbipLink(await Deno.connect({ hostname: "127.0.0.1", port }), systemClock);
    link.put(request(REQUEST.import, "1-1"));
    if (await link.status(REQUEST.import) !== 0) throw new Error("the board is not given");
    const { id } = remoteDevice(await link.take(DEVICE_RECORD));
    const descriptor = async (type: number, index: number, language: number, length: number) => {
      const setup = Uint8Array.of(0x80, 6, index, type, 0, 0, 0, 0);
      new DataView(setup.buffer).setUint16(4, language, true);
      new DataView(setup.buffer).setUint16(6, length, true);
      return (await link.submit(id, { endpoint: 0, in: true, length, setup }).end).data;
    };
    const device = await descriptor(DEVICE, 0, 0, 18);
    const head = await descriptor(CONFIGURATION, 0, 0, 9);
    const whole = await descriptor(CONFIGURATION, 0, 0, u16le(head, 2));
    const text = async (index: number) =>
      new TextDecoder("utf-16le").decode((await descriptor(STRING, index, ENGLISH, 255)).slice(2));
    const [manufacturer, product, serial] = [
      await text(device[14] ?? 0),
      await text(device[15] ?? 0),
      await text(device[16] ?? 0),
    ];
    return new Relay(link, id, device, whole, { manufacturer, product, serial });
  }
  get vendorId(): number {
    return u16le(this.deviceDescriptor, 8);
  }
  get productId(): number {
    return u16le(this.deviceDescriptor, 10);
  }
  get manufacturer(): string {
    return this.texts.manufacturer;
  }
  get product(): string {
    return this.texts.product;
  }
  get serial(): string {
    return this.texts.serial;
  }

  submit(urb: Urb): void {
    if (!this.plugged) return urb.done(GONE, NOTHING, 0);
    // SET_CONFIGURATION and the like: usbfs wants its answer at once
    if (urb.endpoint === 0 && !urb.in) return urb.done(0, NOTHING, urb.data.length);
    const { sequence, end } = this.link.submit(this.id, urb);
    this.#pending.set(urb, sequence);
    end.then(({ status, data, actual }) => {
      if (status === GONE) this.#unplug();
      if (this.#pending.delete(urb)) urb.done(status, data, actual);
    });
  }
  unlink(urb: Urb): boolean {
    const sequence = this.#pending.get(urb);
    if (sequence === undefined) return false;
    this.#pending.delete(urb);
    this.link.unlink(this.id, sequence);
    return true;
  }
  release(): void {
    // the server is told by the end of the connection
  }
  #unplug(): void {
    if (!this.plugged) return;
    this.plugged = false;
    this.onUnplug?.();
  }
  [Symbol.dispose](): void {
    this.link.close();
  }
}

/** As front-ends want a board: its time passes at the other end. */
export const relayBoard = (usb: Relay): FrontBoard => ({
  usb,
  chip: { time: { now: 0, advance: () => {}, at: () => () => {} }, core: { cycles: 0 } },
});
