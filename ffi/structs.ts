/** Byte offsets of what libusb stores in memory and we read. Source: libusb.h 1.0.26, natural alignment. */

/** struct libusb_device_descriptor, 18 bytes, as on the wire. */
export const DEVICE_DESCRIPTOR = {
  size: 18,
  idVendor: 8,
  idProduct: 10,
  iManufacturer: 14,
  iProduct: 15,
  iSerialNumber: 16,
} as const;

/** struct libusb_version: four u16, then two pointers we do not follow. */
export const VERSION = { size: 8, major: 0, minor: 2, micro: 4, nano: 6 } as const;
