/**
 * libusb-1.0 by FFI: one typed table of the functions we call. Handles are numbers (u64), native
 * memory is copied out by memcpy, which is found through libusb's own handle; so the permission
 * `--allow-ffi=<path of libusb>` is enough. The library is opened on first use and never closed.
 */

const SYMBOLS = {
  init: { name: "libusb_init", parameters: ["buffer"], result: "i32" },
  exit: { name: "libusb_exit", parameters: ["u64"], result: "void" },
  version: { name: "libusb_get_version", parameters: [], result: "u64" },
  getDeviceList: {
    name: "libusb_get_device_list",
    parameters: ["u64", "buffer"],
    result: "isize",
  },
  freeDeviceList: { name: "libusb_free_device_list", parameters: ["u64", "i32"], result: "void" },
  deviceDescriptor: {
    name: "libusb_get_device_descriptor",
    parameters: ["u64", "buffer"],
    result: "i32",
  },
  busNumber: { name: "libusb_get_bus_number", parameters: ["u64"], result: "u8" },
  deviceAddress: { name: "libusb_get_device_address", parameters: ["u64"], result: "u8" },
  portNumbers: {
    name: "libusb_get_port_numbers",
    parameters: ["u64", "buffer", "i32"],
    result: "i32",
  },
  open: { name: "libusb_open", parameters: ["u64", "buffer"], result: "i32" },
  close: { name: "libusb_close", parameters: ["u64"], result: "void" },
  setAutoDetach: {
    name: "libusb_set_auto_detach_kernel_driver",
    parameters: ["u64", "i32"],
    result: "i32",
  },
  claim: { name: "libusb_claim_interface", parameters: ["u64", "i32"], result: "i32" },
  release: { name: "libusb_release_interface", parameters: ["u64", "i32"], result: "i32" },
  clearHalt: {
    name: "libusb_clear_halt",
    parameters: ["u64", "u8"],
    result: "i32",
    nonblocking: true,
  },
  reset: { name: "libusb_reset_device", parameters: ["u64"], result: "i32", nonblocking: true },
  control: {
    name: "libusb_control_transfer",
    parameters: ["u64", "u8", "u8", "u16", "u16", "buffer", "u16", "u32"],
    result: "i32",
    nonblocking: true,
  },
  bulk: {
    name: "libusb_bulk_transfer",
    parameters: ["u64", "u8", "buffer", "i32", "buffer", "u32"],
    result: "i32",
    nonblocking: true,
  },
} as const;
const MEMORY = {
  // of the C library, which libusb needs and so brings along; not everywhere under this name
  dlopen: { name: "dlopen", parameters: ["buffer", "i32"], result: "u64", optional: true },
  memcpy: { name: "memcpy", parameters: ["buffer", "u64", "usize"], result: "u64" },
} as const;

/** The functions of libusb that we call, and memcpy. */
export type Libusb =
  & Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]
  & Deno.DynamicLibrary<typeof MEMORY>["symbols"];

/** RTLD_NOW and RTLD_NODELETE, where loading takes flags: dlfcn.h of glibc, musl and macOS. */
const STAY: Readonly<Record<string, number>> = { linux: 0x1002, darwin: 0x82 };

/**
 * Loads the library, for as long as the process lives: libusb has a thread of its own, and one that has just
 * begun, or has yet to end, must find its code there when Deno gives its handles back. Throws what Deno.dlopen
 * throws.
 */
export function loadLibusb(path: string): Libusb {
  if (Deno.build.os !== "windows") {
    const { symbols } = Deno.dlopen(path, { ...SYMBOLS, ...MEMORY });
    const stay = STAY[Deno.build.os];
    if (stay !== undefined) symbols.dlopen?.(new TextEncoder().encode(`${path}\0`), stay);
    return symbols;
  }
  // GetProcAddress does not look into a library's own dependencies, as dlsym does
  const { symbols } = Deno.dlopen("msvcrt.dll", MEMORY);
  return { ...Deno.dlopen(path, SYMBOLS).symbols, ...symbols };
}

/** `length` bytes of native memory. */
export function copyOut(lib: Libusb, from: bigint, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  lib.memcpy(out, from, BigInt(length));
  return out;
}

/** libusb's error numbers that we tell apart (enum libusb_error). */
export const LIBUSB_ERROR = {
  IO: -1,
  INVALID_PARAM: -2,
  ACCESS: -3,
  NO_DEVICE: -4,
  NOT_FOUND: -5,
  BUSY: -6,
  TIMEOUT: -7,
  OVERFLOW: -8,
  PIPE: -9,
  INTERRUPTED: -10,
  NO_MEM: -11,
  NOT_SUPPORTED: -12,
  OTHER: -99,
} as const;

/** `LIBUSB_ERROR_PIPE (-9)` */
export function errorText(code: number): string {
  const name = Object.entries(LIBUSB_ERROR).find(([, value]) => value === code)?.[0] ?? "UNKNOWN";
  return `LIBUSB_ERROR_${name} (${code})`;
}
