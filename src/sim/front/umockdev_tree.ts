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

/** What the kernel shows of a descriptor: Linux drivers/usb/core/sysfs.c, usb_descriptor_attr. */
function shown(descriptor: Uint8Array): Record<string, string> {
  const two = (at: number): string => (descriptor[at] ?? 0).toString(16).padStart(2, "0");
  return {
    version: `${(descriptor[3] ?? 0).toString(16).padStart(2)}.${two(2)}`,
    bDeviceClass: two(4),
    bDeviceSubClass: two(5),
    bDeviceProtocol: two(6),
    bcdDevice: two(13) + two(12),
  };
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

function writeNode(dir: string, n: Node): void {
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
    texts: { idVendor: "1d6b", idProduct: "0002" },
  });
  Deno.mkdirSync(`${dir}/sys/class/tty`, { recursive: true }); // every Linux has it
}

/** Writes a device's files. `port` from 1; it is `1-PORT` to those who ask for its place. */
export function writeDevice(dir: string, port: number, device: VirtualUsbDevice): TreeDevice {
  const number = port + 1;
  const name = `1-${port}`;
  const path = `${HOST}/${name}`;
  writeNode(dir, {
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
        `sys/bus/usb/devices/${name}`,
        `sys/dev/char/${USB_MAJOR}:${number - 1}`,
        `dev/.node/${nodeOf(number).replaceAll("/", "_")}`,
        `dev/${nodeOf(number)}`,
        `sys/${path}`,
      ];
      for (const file of gone) Deno.removeSync(`${dir}/${file}`, { recursive: true });
    },
  };
}
