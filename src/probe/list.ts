/** Finding probes on a bus, and opening one. */
import type { UsbDevice, UsbSource } from "../usb/mod.ts";
import { fault } from "./faults.ts";
import type { Probe } from "./probe.ts";
import { openStlink, type StlinkOptions } from "./stlink/driver.ts";
import { modelOf, stlinkEndpoints } from "./stlink/usb_ids.ts";

/** A probe on a bus, not opened. */
export interface FoundProbe {
  readonly device: UsbDevice;
  /** `ST-LINK/V2-1` */
  readonly name: string;
  /** empty when it could not be read */
  readonly serial: string;
  readonly place: string;
  /** why it cannot be used; a fault's slug */
  readonly problem?: string;
}

/** All ST-LINKs that `source` has, usable or not. */
export async function listProbes(source: UsbSource): Promise<readonly FoundProbe[]> {
  return (await source.list()).flatMap((device) => {
    const model = modelOf(device);
    if (!model) return [];
    const problem = device.unreadable ?? model.unusable;
    return [{
      device,
      name: model.name,
      serial: device.serial,
      place: device.place,
      ...(problem === undefined ? {} : { problem }),
    }];
  });
}

/**
 * Claims the debug interface of an ST-LINK and opens it. Faults: probe-unsupported, probe-in-loader,
 * those of {@link openStlink} and of the source.
 */
export async function openProbe(
  source: UsbSource,
  device: UsbDevice,
  options: StlinkOptions = {},
): Promise<Probe> {
  const ends = stlinkEndpoints(device);
  const model = modelOf(device);
  if (ends) return await openStlink(await source.open(device, ends), source.clock, options);
  const probe = `${model?.name ?? device.product ?? "The USB device"} ${device.serial}`.trim();
  if (model?.unusable === "probe-in-loader") throw fault("probe-in-loader", { probe });
  throw fault("probe-unsupported", {
    probe,
    why: model ? "it speaks the protocol of ST-LINK/V1" : "it is no ST-LINK that probekit knows",
  });
}
