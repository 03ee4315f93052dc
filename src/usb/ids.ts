/** USB ids of debug probes, as far as finding and permitting them needs. */

/** STMicroelectronics' vendor id. */
export const ST_VENDOR = 0x0483;

/**
 * Product ids of every ST-LINK, V1 to V3PWR, loaders included.
 * facts: OpenOCD stlink_usb.c, pyOCD usb.py, probe-rs tools.rs; 3742 in probe-rs only
 */
export const STLINK_PRODUCTS: readonly number[] = [
  0x3742,
  0x3744,
  0x3748,
  0x374A,
  0x374B,
  0x374D,
  0x374E,
  0x374F,
  0x3752,
  0x3753,
  0x3754,
  0x3755,
  0x3757,
];

/** Whether these are the ids of an ST-LINK. */
export const isStlink = (vendorId: number, productId: number): boolean =>
  vendorId === ST_VENDOR && STLINK_PRODUCTS.includes(productId);
