/** The udev rules that give probes to whoever sits at the machine. */

// facts: USB ids of ST-LINK V1 … V3PWR as in OpenOCD's and probe-rs' tables
const STLINK_PIDS = [
  "3744",
  "3748",
  "374a",
  "374b",
  "3742",
  "3752",
  "374d",
  "374e",
  "374f",
  "3753",
  "3754",
  "3755",
  "3757",
] as const;

/** Text for /etc/udev/rules.d/69-probekit.rules. */
export function udevRules(): string {
  const rule = (id: string) =>
    `SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ${id}, MODE="0660", GROUP="plugdev", TAG+="uaccess"`;
  return [
    "# Debug probes for the user at this machine (uaccess) and for the group plugdev.",
    "# Install as /etc/udev/rules.d/69-probekit.rules, then: udevadm control --reload",
    "# and plug the probe in again.",
    "",
    "# ST-LINK",
    ...STLINK_PIDS.map((pid) => rule(`ATTR{idVendor}=="0483", ATTR{idProduct}=="${pid}"`)),
    "",
    "# CMSIS-DAP, whoever made it",
    rule(`ATTR{product}=="*CMSIS-DAP*"`),
    "",
  ].join("\n");
}
