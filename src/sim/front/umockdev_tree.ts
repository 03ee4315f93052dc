/** The files that make a process under libumockdev-preload see USB devices: reference/rig.md §3.1. */
import { concat } from "../../base/mod.ts";
import type { VirtualUsbDevice } from "../contracts.ts";

/** major number of USB nodes (Linux Documentation/admin-guide/devices.txt) */
const USB_MAJOR = 189;
const HOST = "devices/pci0000:00/usb1";
/** A root hub: USB 2.0 §11.23, ids of the Linux Foundation. */
const ROOT_HUB = Uint8Array.from([
  ...[18, 1, 0, 2, 9, 0, 1, 64, 0x6B, 0x1D, 2, 0, 1, 6, 3, 2, 1, 1],
  ...[9, 2, 25, 0, 1, 1, 0, 0xE0, 0],
  ...[9, 4, 0, 0, 1, 9, 0, 0, 0],
  ...[7, 5, 0x81, 3, 4, 0, 12],
]);

interface Node {
  /** below sys/ */
  readonly path: string;
  readonly name: string;
  readonly number: number;
  readonly speed: "12" | "480";
  readonly descriptors: Uint8Array;
  readonly texts: Readonly<Record<string, string>>;
}

const three = (n: number): string => String(n).padStart(3, "0");
const four = (n: number): string => n.toString(16).padStart(4, "0");
/** `bus/usb/001/002`: the n-th device of bus 1 */
const nodeOf = (number: number): string => `bus/usb/001/${three(number)}`;

const two = (n = 0): string => n.toString(16).padStart(2, "0");

/** What the kernel shows of a device and its configuration: Linux drivers/usb/core/sysfs.c. */
function shown(d: Uint8Array): Record<string, string> {
  const c = d.subarray(d[0]);
  return {
    version: `${(d[3] ?? 0).toString(16).padStart(2)}.${two(d[2])}`,
    bDeviceClass: two(d[4]),
    bDeviceSubClass: two(d[5]),
    bDeviceProtocol: two(d[6]),
    bMaxPacketSize0: String(d[7]),
    bcdDevice: two(d[13]) + two(d[12]),
    bNumConfigurations: String(d[17]),
    bNumInterfaces: String(c[4]).padStart(2),
    bmAttributes: two(c[7]),
    bMaxPower: `${2 * (c[8] ?? 0)}mA`,
    configuration: "",
    maxchild: "0",
    rx_lanes: "1",
    tx_lanes: "1",
  };
}

/** The interface descriptors, alternate settings left out. USB 2.0 §9.6.5 */
function interfacesOf(descriptors: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < descriptors.length; at += Math.max(2, descriptors[at] ?? 2)) {
    const isFirst = descriptors[at + 1] === 4 && descriptors[at + 3] === 0;
    if (isFirst) out.push(descriptors.subarray(at, at + 9));
  }
  return out;
}
/** The folders of a device's interfaces; no driver is bound to one. Gives their names. */
function writeInterfaces(dir: string, n: Node): readonly string[] {
  return interfacesOf(n.descriptors).map((d) => {
    const name = `${n.name === "usb1" ? "1-0" : n.name}:1.${d[2]}`;
    const path = `${n.path}/${name}`;
    const texts = {
      uevent: `DEVTYPE=usb_interface\nINTERFACE=${d[5]}/${d[6]}/${d[7]}`,
      bInterfaceNumber: two(d[2]),
      bAlternateSetting: String(d[3]).padStart(2),
      bNumEndpoints: two(d[4]),
      bInterfaceClass: two(d[5]),
      bInterfaceSubClass: two(d[6]),
      bInterfaceProtocol: two(d[7]),
    };
    for (const [file, text] of Object.entries(texts)) {
      write(dir, `sys/${path}/${file}`, `${text}\n`);
    }
    link(dir, `sys/${path}/subsystem`, "../".repeat(path.split("/").length) + "bus/usb");
    link(dir, `sys/bus/usb/devices/${name}`, `../../../${path}`);
    return name;
  });
}

function write(dir: string, path: string, content: string | Uint8Array): void {
  const at = `${dir}/${path}`;
  Deno.mkdirSync(at.slice(0, at.lastIndexOf("/")), { recursive: true });
  if (typeof content === "string") Deno.writeTextFileSync(at, content);
  else Deno.writeFileSync(at, content);
}
function link(dir: string, path: string, target: string): void {
  const at = `${dir}/${path}`;
  Deno.mkdirSync(at.slice(0, at.lastIndexOf("/")), { recursive: true });
  Deno.symlinkSync(target, at);
}

/** Gives the names of its interfaces. */
function writeNode(dir: string, n: Node): readonly string[] {
  const minor = n.number - 1;
  const node = nodeOf(n.number);
  const uevent = {
    MAJOR: USB_MAJOR,
    MINOR: minor,
    DEVNAME: node,
    DEVTYPE: "usb_device",
    DRIVER: "usb",
    BUSNUM: "001",
    DEVNUM: three(n.number),
  };
  const lines = Object.entries(uevent).map(([key, value]) => `${key}=${value}\n`);
  write(dir, `sys/${n.path}/uevent`, lines.join(""));
  const texts = {
    busnum: "1",
    devnum: String(n.number),
    speed: n.speed,
    bConfigurationValue: "1",
    dev: `${USB_MAJOR}:${minor}`,
    ...shown(n.descriptors),
    ...n.texts,
  };
  for (const [name, text] of Object.entries(texts)) {
    write(dir, `sys/${n.path}/${name}`, `${text}\n`);
  }
  write(dir, `sys/${n.path}/descriptors`, n.descriptors);
  link(dir, `sys/${n.path}/subsystem`, "../".repeat(n.path.split("/").length) + "bus/usb");
  link(dir, `sys/bus/usb/devices/${n.name}`, `../../../${n.path}`);
  link(dir, `sys/dev/char/${USB_MAJOR}:${minor}`, `../../${n.path}`);
  write(dir, `dev/${node}`, n.descriptors); // as usbfs answers a read
  link(dir, `dev/.node/${node.replaceAll("/", "_")}`, `${USB_MAJOR}:${minor}`);
  return writeInterfaces(dir, n);
}

/** A device that is plugged in: where its ioctls go, and how it is taken away. */
export interface TreeDevice {
  /** path of the socket to listen on */
  readonly socket: string;
  /** Takes its files away: it can neither be listed nor opened any more. */
  remove(): void;
}

/** Writes the tree of a root hub below `dir`. */
export function writeHub(dir: string): void {
  writeNode(dir, {
    path: HOST,
    name: "usb1",
    number: 1,
    speed: "480",
    descriptors: ROOT_HUB,
    texts: { idVendor: "1d6b", idProduct: "0002", maxchild: "16" },
  });
  Deno.mkdirSync(`${dir}/sys/class/tty`, { recursive: true }); // every Linux has it
}

/** Writes a device's files. `port` from 1; it is `1-PORT` to those who ask for its place. */
export function writeDevice(dir: string, port: number, device: VirtualUsbDevice): TreeDevice {
  const number = port + 1;
  const name = `1-${port}`;
  const path = `${HOST}/${name}`;
  const interfaces = writeNode(dir, {
    path,
    name,
    number,
    speed: device.speed === "full" ? "12" : "480",
    descriptors: concat([device.deviceDescriptor, device.configDescriptor]),
    texts: {
      idVendor: four(device.vendorId),
      idProduct: four(device.productId),
      serial: device.serial,
      manufacturer: device.manufacturer,
      product: device.product,
    },
  });
  const socket = `${dir}/ioctl/dev/${nodeOf(number)}`;
  Deno.mkdirSync(socket.slice(0, socket.lastIndexOf("/")), { recursive: true });
  return {
    socket,
    remove: () => {
      const gone = [
        ...[name, ...interfaces].map((n) => `sys/bus/usb/devices/${n}`),
        `sys/dev/char/${USB_MAJOR}:${number - 1}`,
        `dev/.node/${nodeOf(number).replaceAll("/", "_")}`,
        `dev/${nodeOf(number)}`,
        `sys/${path}`,
      ];
      for (const file of gone) Deno.removeSync(`${dir}/${file}`, { recursive: true });
    },
  };
}
