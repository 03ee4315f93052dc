/** USB devices of this machine: listing and opening through libusb. */
import { copyOut, errorText, LIBUSB_ERROR } from "../../ffi/libusb.ts";
import { isThere, mayLoad, osRelease, variableOf } from "../../ffi/load_library.ts";
import { DEVICE_DESCRIPTOR } from "../../ffi/structs.ts";
import { type Fault, systemClock, u16le } from "../base/mod.ts";
import { fault } from "./faults.ts";
import { type OpenLibusb, openLibusb, whatIsLoaded } from "./library.ts";
import { LibusbPipe, transferFault } from "./libusb_transfer.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "./pipe.ts";
import { isStlink, ST_VENDOR } from "./ids.ts";
import { readableSerial, stringFromDescriptor } from "./serial.ts";
import { RULES_FILE, udevRule } from "./udev.ts";

const STRING_MS = 1000;
const MAX_PORTS = 7; // USB 3.0 §8.5: at most seven tiers
const LANGUAGE_EN_US = 0x0409;

type UsbIds = Pick<UsbDevice, "vendorId" | "productId" | "place">;

/** One device of a list while the list is held. */
interface Listed {
  readonly pointer: bigint;
  readonly device: UsbDevice;
  readonly node: string;
}

const sysfs = (place: string, name: string): string | undefined => {
  try {
    return Deno.readTextFileSync(`/sys/bus/usb/devices/${place}/${name}`).replace(/\n$/, "");
  } catch {
    return undefined;
  }
};

/** `openocd (1234)` for each process that has the device open, as far as this user may see. */
function holders(node: string): string {
  const found: string[] = [];
  try {
    for (const entry of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(entry.name) || Number(entry.name) === Deno.pid) continue;
      try {
        for (const fd of Deno.readDirSync(`/proc/${entry.name}/fd`)) {
          if (Deno.readLinkSync(`/proc/${entry.name}/fd/${fd.name}`) !== node) continue;
          found.push(`${Deno.readTextFileSync(`/proc/${entry.name}/comm`).trim()} (${entry.name})`);
          break;
        }
      } catch {
        // another user's process, or one that ended meanwhile
      }
    }
  } catch {
    // no /proc here
  }
  return found.join(", ");
}

function openFault(code: number, device: UsbDevice, node: string): Fault {
  if (code === LIBUSB_ERROR.ACCESS) {
    const rule = udevRule(device.vendorId, device.productId);
    return fault("usb-no-permission", { place: device.place, node }, {
      next: [{ text: `The rule that is missing, one line in ${RULES_FILE}: ${rule}` }],
    });
  }
  if (code === LIBUSB_ERROR.NOT_SUPPORTED) return fault("usb-no-driver", { place: device.place });
  if (code === LIBUSB_ERROR.BUSY) {
    const holder = holders(node);
    return fault("usb-busy", { place: device.place, ...(holder === "" ? {} : { holder }) });
  }
  return transferFault(code, `opening ${device.place}`, 0);
}

/** The devices that a loaded libusb lists. */
export class LibusbSource implements UsbSource {
  readonly kind = "libusb";
  readonly clock = systemClock;
  /** lists and pipes that are in use: a context must outlive them */
  #open = 0;
  #disposed = false;
  constructor(readonly library: OpenLibusb) {}

  async list(): Promise<readonly UsbDevice[]> {
    return await this.#withList((listed) => Promise.resolve(listed.map((l) => l.device)), true);
  }

  open(device: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe> {
    const { lib } = this.library;
    return this.#withList((listed) => {
      const found = listed.find((l) => l.device.place === device.place);
      if (!found) throw fault("usb-gone", { what: `opening ${device.place}` });
      const out = new BigUint64Array(1);
      const opened = lib.open(found.pointer, out);
      if (opened < 0) throw openFault(opened, device, found.node);
      const handle = out[0] ?? 0n;
      lib.setAutoDetach(handle, 1); // not supported everywhere; claiming tells
      const claimed = lib.claim(handle, ends.interface);
      if (claimed < 0) {
        lib.close(handle);
        throw openFault(claimed, device, found.node);
      }
      this.#open++;
      return Promise.resolve(new LibusbPipe(device, lib, handle, ends, () => this.#closed()));
    }, false);
  }

  #closed(): void {
    this.#open--;
    this.#leave();
  }
  #leave(): void {
    if (this.#disposed && this.#open === 0) this.library.lib.exit(this.library.context);
  }
  /** Gives the context back once its last pipe is closed; the library stays loaded. */
  [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    this.#disposed = true;
    this.#leave();
    return Promise.resolve();
  }

  async #withList<T>(use: (l: readonly Listed[]) => Promise<T>, texts: boolean): Promise<T> {
    // libusb does not check its contexts: using one after its end ends the process
    if (this.#disposed) throw fault("usb-gone", { what: "the list of devices was closed" });
    this.#open++;
    try {
      return await this.#listed(use, texts);
    } finally {
      this.#closed();
    }
  }
  async #listed<T>(use: (l: readonly Listed[]) => Promise<T>, texts: boolean): Promise<T> {
    const { lib, context } = this.library;
    const out = new BigUint64Array(1);
    const count = Number(lib.getDeviceList(context, out));
    if (count < 0) throw fault("usb-failed", { error: errorText(count), what: "listing devices" });
    const list = out[0] ?? 0n;
    try {
      const pointers = new BigUint64Array(copyOut(lib, list, count * 8).buffer);
      const listed: Listed[] = [];
      for (const pointer of pointers) {
        // one after another: each may open its device to read its strings
        const one = await this.#look(pointer, texts);
        if (one) listed.push(one);
      }
      return await use(listed);
    } finally {
      lib.freeDeviceList(list, 1);
    }
  }

  async #look(pointer: bigint, texts: boolean): Promise<Listed | undefined> {
    const { lib } = this.library;
    const d = new Uint8Array(DEVICE_DESCRIPTOR.size);
    if (lib.deviceDescriptor(pointer, d) < 0) return undefined;
    const ports = new Uint8Array(MAX_PORTS);
    const depth = Math.max(0, lib.portNumbers(pointer, ports, MAX_PORTS));
    const bus = lib.busNumber(pointer);
    const place = depth === 0 ? `usb${bus}` : `${bus}-${[...ports.subarray(0, depth)].join(".")}`;
    const three = (n: number) => String(n).padStart(3, "0");
    const node = `/dev/bus/usb/${three(bus)}/${three(lib.deviceAddress(pointer))}`;
    const ids = {
      vendorId: u16le(d, DEVICE_DESCRIPTOR.idVendor),
      productId: u16le(d, DEVICE_DESCRIPTOR.idProduct),
      place,
    };
    const text = texts ? await this.#texts(pointer, ids, d) : { serial: "" };
    return { pointer, node, device: { ...ids, ...text } };
  }

  /**
   * From sysfs where it may be read: the kernel read them at plug-in. An ST-LINK is opened all the same, to
   * learn whether it may be; and what the kernel's text cannot hold (it stops at a zero in an old serial) is
   * read from the descriptor itself. Other makers' devices are none of our business: they are not opened.
   */
  async #texts(
    pointer: bigint,
    ids: UsbIds,
    d: Uint8Array,
  ): Promise<Omit<UsbDevice, keyof UsbIds>> {
    const { place } = ids;
    const stlink = isStlink(ids.vendorId, ids.productId);
    const shown = (text: string) => stlink ? readableSerial(text) : text;
    const serial = sysfs(place, "serial");
    const manufacturer = sysfs(place, "manufacturer");
    const product = sysfs(place, "product");
    const hasSysfs = serial !== undefined || product !== undefined ||
      sysfs(place, "busnum") !== undefined;
    const plain = /^[\x20-\x7E]*$/.test(serial ?? "");
    const kernel = {
      serial: plain ? shown(serial ?? "") : "",
      ...(manufacturer === undefined ? {} : { manufacturer }),
      ...(product === undefined ? {} : { product }),
    };
    const known = hasSysfs && plain;
    if (!stlink && (known || ids.vendorId !== ST_VENDOR)) return kernel;
    const { lib } = this.library;
    const out = new BigUint64Array(1);
    const code = lib.open(pointer, out);
    if (code < 0) {
      return {
        ...kernel,
        unreadable: code === LIBUSB_ERROR.ACCESS ? "usb-no-permission" : "usb-failed",
      };
    }
    const handle = out[0] ?? 0n;
    try {
      if (known) return kernel;
      return {
        serial: shown(await this.#string(handle, d[DEVICE_DESCRIPTOR.iSerialNumber] ?? 0)),
        manufacturer: await this.#string(handle, d[DEVICE_DESCRIPTOR.iManufacturer] ?? 0),
        product: await this.#string(handle, d[DEVICE_DESCRIPTOR.iProduct] ?? 0),
      };
    } finally {
      lib.close(handle);
    }
  }

  async #string(handle: bigint, index: number): Promise<string> {
    if (index === 0) return "";
    const raw = new Uint8Array(255);
    // GET_DESCRIPTOR(string): USB 2.0 §9.4.3
    const n = await this.library.lib.control(
      handle,
      0x80,
      6,
      0x0300 + index,
      LANGUAGE_EN_US,
      raw,
      raw.length,
      STRING_MS,
    );
    return n < 2 ? "" : stringFromDescriptor(raw.subarray(0, n));
  }
}

/** This machine's USB devices. Faults: no-libusb, libusb-not-allowed, libusb-unfit. */
export function libusbSource(): Promise<UsbSource> {
  return new Promise((resolve) => {
    resolve(
      new LibusbSource(openLibusb({
        os: Deno.build.os,
        override: variableOf("PROBEKIT_LIBUSB"),
        osRelease: osRelease(),
        exists: isThere,
        allowed: mayLoad,
      })),
    );
  });
}

/** What was looked for when no probe is found: facts for the fault no-probe. */
export function hostFacts(devices: readonly UsbDevice[]): Record<string, string | number> {
  const bus = "/sys/bus/usb/devices";
  let hasBus = Deno.build.os !== "linux";
  try {
    hasBus ||= Deno.statSync(bus).isDirectory;
  } catch (e) {
    // Deno lets nobody look into /sys without all permissions: then it is not known
    hasBus = !(e instanceof Deno.errors.NotFound);
  }
  const hidden = devices.filter((d) => d.unreadable !== undefined).map((d) => d.place);
  const libusb = whatIsLoaded();
  return {
    ...(libusb === undefined ? {} : { libusb }),
    ...(hasBus ? { count: devices.length } : { bus }),
    ...(hidden.length ? { unreadable: hidden.join(", ") } : {}),
  };
}
