/** Which USB devices are ST-LINKs, and where their debug endpoints are. */
import type { UsbDevice, UsbEndpoints } from "../../usb/mod.ts";

/** ST's vendor id. */
export const VENDOR = 0x0483;

/** What is known of a product id. */
export interface Model {
  readonly name: string;
  /** 1, 2 or 3; V3PWR counts as 3 */
  readonly generation: 1 | 2 | 3;
  readonly out: number;
  /** the third number of its firmware is the mass-storage part (M), not SWIM (S) */
  readonly massStorage: boolean;
  /** why it cannot debug; a fault's slug */
  readonly unusable?: "probe-unsupported" | "probe-in-loader";
}

const v2 = (name: string): Model => ({ name, generation: 2, out: 1, massStorage: true });
const v3 = (name: string): Model => ({ name, generation: 3, out: 1, massStorage: true });

// facts: OpenOCD stlink_usb.c, pyOCD usb.py, probe-rs tools.rs; 3742 in probe-rs only
const MODELS: Readonly<Record<number, Model>> = {
  0x3744: {
    name: "ST-LINK/V1",
    generation: 1,
    out: 2,
    massStorage: false,
    unusable: "probe-unsupported",
  },
  0x3748: { name: "ST-LINK/V2", generation: 2, out: 2, massStorage: false },
  0x374A: v2("ST-LINK/V2-1"),
  0x374B: v2("ST-LINK/V2-1"),
  0x3742: v2("ST-LINK/V2-1"),
  0x3752: v2("ST-LINK/V2-1"),
  0x374D: { ...v3("STLINK-V3 loader"), unusable: "probe-in-loader" },
  0x374E: v3("STLINK-V3E"),
  0x374F: v3("STLINK-V3"),
  0x3753: v3("STLINK-V3"),
  0x3754: v3("STLINK-V3E"),
  // OpenOCD calls 3755 a loader, pyOCD a probe: a loader is the answer that touches nothing
  0x3755: { ...v3("STLINK-V3PWR loader"), unusable: "probe-in-loader" },
  0x3757: v3("STLINK-V3PWR"),
};

/** The model of a device; undefined when it is no ST-LINK that is known. */
export const modelOf = (device: UsbDevice): Model | undefined =>
  device.vendorId === VENDOR ? MODELS[device.productId] : undefined;

/** The debug interface and its bulk endpoints; undefined when the device is no ST-LINK to open. */
export function stlinkEndpoints(device: UsbDevice): UsbEndpoints | undefined {
  const model = modelOf(device);
  if (!model || model.unusable) return undefined;
  return { interface: 0, out: model.out, in: 0x81 };
}
