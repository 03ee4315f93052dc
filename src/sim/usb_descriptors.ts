/** USB descriptors as bytes: USB 2.0 §9.6. */
import { concat } from "../base/mod.ts";

/** An endpoint. */
export interface EndpointSpec {
  /** with the direction bit */
  readonly address: number;
  readonly kind: "bulk" | "interrupt";
  readonly packetSize: number;
  /** of an interrupt endpoint */
  readonly interval?: number;
}
/** An interface with its class code and endpoints. */
export interface InterfaceSpec {
  readonly number: number;
  readonly classCode: readonly [number, number, number];
  readonly name: string;
  readonly endpoints: readonly EndpointSpec[];
  /** bytes between interface and endpoints: CDC's functional descriptors */
  readonly functional?: Uint8Array;
  /** bytes before it: an interface association */
  readonly before?: Uint8Array;
}
/** A device. */
export interface DeviceSpec {
  readonly vendorId: number;
  readonly productId: number;
  readonly release: number;
  readonly classCode: readonly [number, number, number];
  readonly manufacturer: string;
  readonly product: string;
  readonly serial: string;
  readonly speed: "full" | "high";
  readonly milliamperes: number;
  readonly interfaces: readonly InterfaceSpec[];
}

/** A device with its descriptors made. */
export interface UsbDescription extends DeviceSpec {
  /** of its bulk endpoints */
  readonly packetSize: number;
  readonly device: Uint8Array;
  readonly configuration: Uint8Array;
  /** for a high-speed device: what it would be at full speed */
  readonly qualifier: Uint8Array | undefined;
  readonly strings: readonly string[];
}

const KIND = { bulk: 2, interrupt: 3 } as const;
const DESCRIPTOR = { device: 1, configuration: 2, string: 3, qualifier: 6 } as const;
const ENGLISH = 0x0409;
const CONTROL_PACKET = 64;
const low = (n: number): number => n & 0xFF;
const high = (n: number): number => (n >>> 8) & 0xFF;

function interfaceBytes(spec: InterfaceSpec, name: number): Uint8Array {
  const head = Uint8Array.of(9, 4, spec.number, 0, spec.endpoints.length, ...spec.classCode, name);
  const ends = spec.endpoints.map((e) =>
    Uint8Array.of(
      7,
      5,
      e.address,
      KIND[e.kind],
      low(e.packetSize),
      high(e.packetSize),
      e.interval ?? 0,
    )
  );
  return concat([
    spec.before ?? new Uint8Array(0),
    head,
    spec.functional ?? new Uint8Array(0),
    ...ends,
  ]);
}

/** Makes all descriptors. Strings are numbered: manufacturer, product, serial, then the interfaces' names. */
export function describe(spec: DeviceSpec): UsbDescription {
  const strings = [
    spec.manufacturer,
    spec.product,
    spec.serial,
    ...spec.interfaces.map((i) => i.name),
  ];
  const body = concat(spec.interfaces.map((i, n) => interfaceBytes(i, n + 4)));
  const total = 9 + body.length;
  const configuration = concat([
    Uint8Array.of(
      9,
      DESCRIPTOR.configuration,
      low(total),
      high(total),
      spec.interfaces.length,
      1,
      0,
      0x80, // bus-powered
      spec.milliamperes / 2,
    ),
    body,
  ]);
  const usb = [0x00, 0x02, ...spec.classCode, CONTROL_PACKET];
  const device = Uint8Array.of(
    18,
    DESCRIPTOR.device,
    ...usb,
    low(spec.vendorId),
    high(spec.vendorId),
    low(spec.productId),
    high(spec.productId),
    low(spec.release),
    high(spec.release),
    1,
    2,
    3,
    1,
  );
  const qualifier = spec.speed === "high"
    ? Uint8Array.of(10, DESCRIPTOR.qualifier, ...usb, 1, 0)
    : undefined;
  const packetSize = spec.speed === "high" ? 512 : 64;
  return { ...spec, packetSize, device, configuration, qualifier, strings };
}

function stringBytes(text: string): Uint8Array {
  const out = new Uint8Array(2 + 2 * text.length);
  out[0] = out.length;
  out[1] = DESCRIPTOR.string;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out[2 + 2 * i] = low(unit);
    out[3 + 2 * i] = high(unit);
  }
  return out;
}

/** The descriptor that GET_DESCRIPTOR's wValue names; undefined when there is none. */
export function descriptorOf(d: UsbDescription, value: number): Uint8Array | undefined {
  const index = value & 0xFF;
  switch (value >>> 8) {
    case DESCRIPTOR.device:
      return index === 0 ? d.device : undefined;
    case DESCRIPTOR.configuration:
      return index === 0 ? d.configuration : undefined;
    case DESCRIPTOR.qualifier:
      return d.qualifier;
    case DESCRIPTOR.string: {
      if (index === 0) return Uint8Array.of(4, DESCRIPTOR.string, low(ENGLISH), high(ENGLISH));
      const text = d.strings[index - 1];
      return text === undefined ? undefined : stringBytes(text);
    }
  }
  return undefined;
}
