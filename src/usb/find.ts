/** Picks one device from a list: by serial, by place, or because it is the only one. */
import { fault } from "./faults.ts";
import type { UsbDevice } from "./pipe.ts";

const MIN_PART = 4;

/** `1-4.2 (ST-LINK, serial 0669FF…)` */
export function deviceText(d: UsbDevice): string {
  const serial = d.serial === "" ? "no serial readable" : `serial ${d.serial}`;
  return `${d.place} (${d.product ?? "USB device"}, ${serial})`;
}

/**
 * The devices that `wanted` names: an exact place, an exact serial, or a beginning or end of a
 * serial of at least four characters. Serials are compared without case.
 */
export function matching(devices: readonly UsbDevice[], wanted: string): readonly UsbDevice[] {
  const place = devices.filter((d) => d.place === wanted);
  if (place.length) return place;
  const key = wanted.toUpperCase();
  const serial = (d: UsbDevice) => d.serial.toUpperCase();
  const exact = devices.filter((d) => serial(d) === key);
  if (exact.length || key.length < MIN_PART) return exact;
  return devices.filter((d) => serial(d).startsWith(key) || serial(d).endsWith(key));
}

/**
 * The one device that is wanted, or the only one there is.
 * Faults: no-probe, probe-not-found, probe-ambiguous.
 */
export function findDevice(devices: readonly UsbDevice[], wanted?: string): UsbDevice {
  if (devices.length === 0) throw fault("no-probe");
  const found = wanted === undefined ? devices : matching(devices, wanted);
  const [first] = found;
  const there = (list: readonly UsbDevice[]) => list.map(deviceText).join(", ");
  if (first === undefined) {
    throw fault("probe-not-found", { wanted: wanted ?? "", there: there(devices) });
  }
  if (found.length > 1) {
    throw fault("probe-ambiguous", {
      count: found.length,
      there: there(found),
      example: found.some((d) => d !== first && d.serial === first.serial) || first.serial === ""
        ? first.place
        : first.serial,
    });
  }
  return first;
}
