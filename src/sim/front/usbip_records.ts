/** Records of USB/IP, protocol version 1.1.1: all numbers big endian. facts/usbip.md part A */
import type { VirtualUsbDevice } from "../contracts.ts";

export const USBIP_VERSION = 0x0111;
/** Requests have bit 15 set, answers have it clear. */
export const OP = { devlist: 0x8005, import: 0x8003 } as const;
/** Status of an answer to a request. */
export const ST = { ok: 0, busy: 2, absent: 4 } as const;
export const COMMAND = { submit: 1, unlink: 2, submitted: 3, unlinked: 4 } as const;
export const BUSID_SIZE = 32;
export const HEADER_SIZE = 48;
const RECORD_SIZE = 312;
const PATH_SIZE = 256;
/** enum usb_device_speed */
const SPEED = { full: 2, high: 3 } as const;

/** A message with its numbers in place. */
export function fields(size: number, words: Readonly<Record<number, number>>): Uint8Array {
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  for (const [at, value] of Object.entries(words)) view.setUint32(Number(at), value >>> 0);
  return out;
}
/** The head of an answer. */
export const answerHead = (op: number, status: number): Uint8Array =>
  fields(8, { 0: (USBIP_VERSION << 16) | (op & 0x7FFF), 4: status });

/** `1-1` is device 2 of bus 1: 1 is the root hub. */
export const busidOf = (index: number): string => `1-${index + 1}`;

/** The 312 bytes about a device. */
export function deviceRecord(device: VirtualUsbDevice, index: number): Uint8Array {
  const d = device.deviceDescriptor;
  const c = device.configDescriptor;
  const out = fields(RECORD_SIZE, {
    288: 1,
    292: index + 2,
    296: SPEED[device.speed],
    300: (device.vendorId << 16) | device.productId,
  });
  const text = new TextEncoder();
  text.encodeInto(`/sys/devices/virtual/usb1/${busidOf(index)}`, out.subarray(0, PATH_SIZE));
  text.encodeInto(busidOf(index), out.subarray(PATH_SIZE, PATH_SIZE + BUSID_SIZE));
  // bcdDevice, class, subclass, protocol, configuration value, configurations, interfaces
  const bytes = [d[13], d[12], d[4], d[5], d[6], c[5], d[17], c[4]];
  out.set(bytes.map((b) => b ?? 0), 304);
  return out;
}
/** Four bytes for each interface, as they follow in a list. */
export function interfaceRecords(device: VirtualUsbDevice): Uint8Array {
  const c = device.configDescriptor;
  const out: number[] = [];
  for (let at = 0; at + 1 < c.length; at += Math.max(2, c[at] ?? 2)) {
    const isFirst = c[at + 1] === 4 && c[at + 3] === 0; // bDescriptorType, bAlternateSetting
    if (isFirst) out.push(c[at + 5] ?? 0, c[at + 6] ?? 0, c[at + 7] ?? 0, 0);
  }
  return Uint8Array.from(out);
}
