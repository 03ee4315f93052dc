/** `usbip://host:3240/1-1`: the name of a probe on a USB/IP server. */
import { fault } from "./faults.ts";

const DEFAULT_PORT = 3240;

/** A server, or one of its devices. */
export interface UsbipAddress {
  readonly host: string;
  readonly port: number;
  readonly busid?: string;
}
/** Understands one. Fault: usbip-bad-address. */
export function parseUsbipAddress(address: string): UsbipAddress {
  const m = /^usbip:\/\/(\[[^\]/]+\]|[^:/[\]]+)(?::(\d+))?(?:\/([\w.-]+)?)?$/.exec(address);
  const port = Number(m?.[2] ?? DEFAULT_PORT);
  if (m?.[1] === undefined || port < 1 || port > 65535) {
    throw fault("usbip-bad-address", { address });
  }
  const host = m[1].replace(/^\[|\]$/g, "");
  return { host, port, ...(m[3] === undefined ? {} : { busid: m[3] }) };
}

/** Whether a probe's name is on a USB/IP server. */
export const isUsbipAddress = (name: string): boolean => name.startsWith("usbip://");
