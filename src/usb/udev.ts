/** The udev rules that give probes to whoever sits at the machine. */

import { ST_VENDOR, STLINK_PRODUCTS } from "./ids.ts";

/** Where the rules belong: before systemd's 73-seat-late.rules, which acts on the tag uaccess. */
export const RULES_FILE = "/etc/udev/rules.d/69-probekit.rules";

const FOR_USERS = 'MODE="0660", GROUP="plugdev", TAG+="uaccess"';
const four = (n: number): string => n.toString(16).padStart(4, "0");
const rule = (id: string): string =>
  `SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ${id}, ${FOR_USERS}`;

/** The rule for one kind of device, one line. */
export const udevRule = (vendorId: number, productId: number): string =>
  rule(`ATTR{idVendor}=="${four(vendorId)}", ATTR{idProduct}=="${four(productId)}"`);

/** Text for {@link RULES_FILE}. */
export function udevRules(): string {
  return [
    "# Debug probes for the user at this machine (uaccess) and for the group plugdev.",
    "# Install as /etc/udev/rules.d/69-probekit.rules, then: udevadm control --reload",
    "# and plug the probe in again.",
    "",
    "# ST-LINK",
    ...STLINK_PRODUCTS.map((product) => udevRule(ST_VENDOR, product)),
    "",
    "# CMSIS-DAP, whoever made it: the device (v2) and its hidraw node (v1)",
    rule(`ATTR{product}=="*CMSIS-DAP*"`),
    `KERNEL=="hidraw*", SUBSYSTEM=="hidraw", ATTRS{product}=="*CMSIS-DAP*", ${FOR_USERS}`,
    "",
    "# ModemManager must not talk to the serial port of an ST-LINK",
    ...STLINK_PRODUCTS.map((product) =>
      `KERNEL=="ttyACM*", SUBSYSTEM=="tty", ATTRS{idVendor}=="${four(ST_VENDOR)}", ` +
      `ATTRS{idProduct}=="${four(product)}", ENV{ID_MM_DEVICE_IGNORE}="1"`
    ),
    "",
  ].join("\n");
}
