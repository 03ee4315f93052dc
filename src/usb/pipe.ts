/** Bytes out, bytes in: what libusb, a USB/IP client, the recorder, the replayer and the simulator all are. */
import type { Clock } from "../base/mod.ts";

/** One USB device as a list shows it. */
export interface UsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  /** as the device says it; empty when it could not be read (no permission, none stored) */
  readonly serial: string;
  /** bus and ports, stable across replugging into the same socket: `1-4.2`; `sim` for a virtual one */
  readonly place: string;
  readonly manufacturer?: string;
  readonly product?: string;
  /** why the device could not be looked into, as a fault's slug */
  readonly unreadable?: string;
}

/** The interface to claim and its two bulk endpoints. */
export interface UsbEndpoints {
  readonly interface: number;
  readonly out: number;
  readonly in: number;
}

/** An opened, claimed interface with one bulk endpoint each way. Disposing it releases and closes. */
export interface UsbPipe extends AsyncDisposable {
  readonly device: UsbDevice;
  /** Sends all of `data` as one transfer. Faults: usb-timeout, usb-stall, usb-gone, usb-failed. */
  send(data: Uint8Array, withinMs: number): Promise<void>;
  /**
   * Receives one transfer of at most `length` bytes; a short packet ends it early.
   * Faults: usb-timeout, usb-stall, usb-overflow, usb-gone, usb-failed.
   */
  receive(length: number, withinMs: number): Promise<Uint8Array>;
  /** Clears a halted endpoint. */
  clearHalt(end: "in" | "out"): Promise<void>;
  /** Resets the device's USB port; the interface stays claimed. */
  reset(): Promise<void>;
}

/** Something that has USB devices: this machine's buses, a remote server, a trace, a simulator. */
export interface UsbSource extends AsyncDisposable {
  /** `libusb`, `sim`, `replay`, `usbip`: for messages */
  readonly kind: string;
  /** the clock that the devices live by */
  readonly clock: Clock;
  /** All devices, whatever their kind. */
  list(): Promise<readonly UsbDevice[]>;
  /** Opens one and claims its interface. Faults: usb-no-permission, usb-busy, usb-gone. */
  open(device: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe>;
}
