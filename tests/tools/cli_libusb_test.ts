/** The program itself over the real libusb, and over USB/IP: processes, started as users start them. */
import { umockdevLibrary } from "../../src/sim/front/umockdev.ts";
import { CASES, play } from "../rig/support/cases.ts";
import { killed } from "../rig/support/trouble_cases.ts";
import { UMOCKDEV } from "../rig/support/umockdev_place.ts";
import { USBIP } from "../rig/support/usbip_place.ts";
import { needs } from "../support/need.ts";

const hasUmockdev = umockdevLibrary() !== undefined;
for (const one of CASES) {
  const name = (place: string) => `probekit over ${place}: ${one.name}`;
  needs(
    "umockdev",
    umockdevLibrary() !== undefined,
    name(UMOCKDEV.name),
    () => play(one, UMOCKDEV),
  );
  Deno.test(name(USBIP.name), () => play(one, USBIP));
}
const KILLED = "the emulator is killed in the middle of a flash";
needs("umockdev", hasUmockdev, `probekit over ${UMOCKDEV.name}: ${KILLED}`, () => killed(UMOCKDEV));
Deno.test(`probekit over ${USBIP.name}: ${KILLED}`, () => killed(USBIP));
