/** Bytes out, bytes in: USB devices, real, recorded or replayed. @module */
export { fault as usbFault } from "./faults.ts";
export * from "./find.ts";
export { hostFacts, libusbSource } from "./libusb_pipe.ts";
export * from "./pipe.ts";
export * from "./recorder.ts";
export * from "./replayer.ts";
export * from "./udev.ts";
export {
  isUsbipAddress,
  type UsbipConnect,
  type UsbipConnection,
  usbipSource,
} from "./usbip_pipe.ts";
