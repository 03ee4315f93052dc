/** How each kind of probe looks on USB: facts/stlink.md §1, reference/rig.md §2.1. */
import type { DeviceSpec, EndpointSpec, InterfaceSpec } from "../usb_descriptors.ts";
import type { Variant } from "./version.ts";

/** Where things are. */
export interface ProbeLayout {
  readonly productId: number;
  readonly debugOut: number;
  readonly debugIn: number;
  readonly traceIn: number;
  /** virtual COM port: bulk OUT and IN, interrupt IN; and the drive. Absent on a stand-alone V2 */
  readonly com?: {
    readonly out: number;
    readonly in: number;
    readonly notify: number;
    readonly driveOut: number;
    readonly driveIn: number;
  };
  readonly spec: (serial: string) => DeviceSpec;
}

const bulk = (address: number, packetSize: number): EndpointSpec => ({
  address,
  kind: "bulk",
  packetSize,
});
const debug = (out: number, trace: number, size: number): InterfaceSpec => ({
  number: 0,
  classCode: [0xFF, 0xFF, 0xFF],
  name: "ST-Link Debug",
  endpoints: [bulk(0x81, size), bulk(out, size), bulk(trace, size)],
});
/** see drive.ts */
const massStorage = (size: number): InterfaceSpec => ({
  number: 1,
  classCode: [0x08, 0x06, 0x50],
  name: "ST-Link Mass Storage",
  endpoints: [bulk(0x83, size), bulk(0x03, size)],
});
/** USB CDC 1.2 §5.2.3: header, call management, ACM with line coding and break, union */
const FUNCTIONAL = Uint8Array.of(
  ...[5, 0x24, 0x00, 0x10, 0x01],
  ...[5, 0x24, 0x01, 0x00, 3],
  ...[4, 0x24, 0x02, 0x06],
  ...[5, 0x24, 0x06, 2, 3],
);
const com = (size: number): readonly InterfaceSpec[] => [
  {
    number: 2,
    classCode: [0x02, 0x02, 0x01],
    name: "ST-Link VCP Ctrl",
    before: Uint8Array.of(8, 11, 2, 2, 0x02, 0x02, 0x01, 6),
    functional: FUNCTIONAL,
    endpoints: [{ address: 0x84, kind: "interrupt", packetSize: 10, interval: 255 }],
  },
  {
    number: 3,
    classCode: [0x0A, 0x00, 0x00],
    name: "ST-Link VCP Data",
    endpoints: [bulk(0x05, size), bulk(0x85, size)],
  },
];

const common = { vendorId: 0x0483, release: 0x0100, manufacturer: "STMicroelectronics" };
const COM = { out: 0x05, in: 0x85, notify: 0x84, driveOut: 0x03, driveIn: 0x83 };
/** an interface association is in it: USB ECN */
const COMPOSITE = [0xEF, 0x02, 0x01] as const;

/** By kind. A real STLINK-V3SET has a bridge interface too; it is not modelled and left out. */
export const LAYOUTS: Readonly<Record<Variant, ProbeLayout>> = {
  "V2": {
    productId: 0x3748,
    debugOut: 0x02,
    debugIn: 0x81,
    traceIn: 0x83,
    spec: (serial) => ({
      ...common,
      serial,
      productId: 0x3748,
      classCode: [0, 0, 0],
      product: "STM32 STLink",
      speed: "full",
      milliamperes: 100,
      interfaces: [{ ...debug(0x02, 0x83, 64), name: "ST Link" }],
    }),
  },
  "V2-1": {
    productId: 0x374B,
    debugOut: 0x01,
    debugIn: 0x81,
    traceIn: 0x82,
    com: COM,
    spec: (serial) => ({
      ...common,
      serial,
      productId: 0x374B,
      classCode: COMPOSITE,
      product: "STM32 STLink",
      speed: "full",
      milliamperes: 300,
      interfaces: [debug(0x01, 0x82, 64), massStorage(64), ...com(64)],
    }),
  },
  "V3": {
    productId: 0x374F,
    debugOut: 0x01,
    debugIn: 0x81,
    traceIn: 0x82,
    com: COM,
    spec: (serial) => ({
      ...common,
      serial,
      productId: 0x374F,
      classCode: COMPOSITE,
      product: "STLINK-V3",
      speed: "high",
      milliamperes: 500,
      interfaces: [debug(0x01, 0x82, 512), massStorage(512), ...com(512)],
    }),
  },
};
