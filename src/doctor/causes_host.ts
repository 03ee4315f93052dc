/** Causes in this computer and in the probe. */
import { type CauseRow, likely, proven } from "./cause.ts";
import { ended, endedBy } from "./ended.ts";

/** See the head of the file. */
export const HOST_CAUSES: readonly CauseRow[] = [
  {
    slug: "no-libusb",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "This computer has no libusb that probekit can load",
    match: endedBy("no-libusb", "libusb-not-allowed", "libusb-unfit"),
    next: [{
      text:
        "Install libusb 1.0 (Debian, Ubuntu: libusb-1.0-0), or name the file in PROBEKIT_LIBUSB",
      command: "sudo apt install libusb-1.0-0",
    }],
    excludes: ["no-permission", "probe-busy", "no-probe"],
  },
  {
    slug: "no-permission",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "This user may not open the probe",
    match: endedBy("usb-no-permission"),
    next: [{
      text: "Install the udev rules once, then plug the probe in again:",
      command:
        "probekit udev | sudo tee /etc/udev/rules.d/69-probekit.rules && sudo udevadm control --reload",
    }],
    excludes: ["probe-busy", "no-probe"],
  },
  {
    slug: "no-usb-driver",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "The system has no driver that lets programs use the probe",
    match: endedBy("usb-no-driver"),
    next: [{ text: "Install ST's driver package STSW-LINK009, then plug the probe in again" }],
    excludes: ["no-permission", "probe-busy", "no-probe"],
  },
  {
    slug: "probe-busy",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "Another program holds the probe",
    match: (f) => {
      const note = ended(f, "usb-busy");
      const holder = note?.facts["holder"];
      return note && proven([note.title, ...(holder === undefined ? [] : [`held by ${holder}`])]);
    },
    next: [{
      text: "End OpenOCD, st-util, the IDE's debug session or the serial terminal that has it",
    }],
    excludes: ["no-probe"],
  },
  {
    slug: "no-probe",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "No probe is plugged in",
    match: endedBy("no-probe"),
    next: [{
      text: "Plug the probe in, and see what is there:",
      command: "probekit probes",
      effect: "read",
    }],
    excludes: ["probe-not-found", "probe-ambiguous"],
  },
  {
    slug: "probe-not-found",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "The probe that was asked for is not plugged in",
    match: endedBy("probe-not-found"),
    next: [{
      text: "See which are there, and name one of them with --probe:",
      command: "probekit probes",
      effect: "read",
    }],
    excludes: ["probe-ambiguous"],
  },
  {
    slug: "probe-ambiguous",
    rung: "usb",
    exit: 20,
    blocks: ["connect"],
    text: "Several probes are plugged in, and it was not said which one is meant",
    match: endedBy("probe-ambiguous"),
    next: [{
      text: "See which are there, and name one of them with --probe:",
      command: "probekit probes",
      effect: "read",
    }],
  },
  {
    slug: "probe-hangs",
    rung: "probe",
    exit: 20,
    blocks: ["connect"],
    text: "The probe stopped answering, or was unplugged",
    match: endedBy(
      "probe-lost",
      "usb-gone",
      "usb-timeout",
      "usb-failed",
      "usb-stall",
      "usb-overflow",
      "probe-status",
    ),
    next: [{
      text: "Plug the probe in again, without a hub and with another cable, and look again:",
      command: "probekit doctor",
      effect: "read",
    }],
  },
  {
    slug: "probe-firmware-too-old",
    rung: "probe",
    exit: 20,
    blocks: ["connect"],
    text: "The probe's firmware is too old",
    match: endedBy("probe-firmware-too-old"),
    next: [{
      text:
        "Upgrade it with ST's free STSW-LINK007 (Linux, macOS, Windows); the board is not touched",
    }],
    excludes: ["probe-in-loader", "probe-clone"],
  },
  {
    slug: "probe-in-loader",
    rung: "probe",
    exit: 20,
    blocks: ["connect"],
    text: "The probe is in its firmware loader and cannot debug",
    match: endedBy("probe-in-loader"),
    next: [{
      text: "Unplug it, wait five seconds, plug it in again; if it stays so, STSW-LINK007",
    }],
  },
  {
    slug: "probe-unsupported",
    rung: "probe",
    exit: 20,
    blocks: ["connect"],
    text: "The probe speaks a protocol that probekit does not",
    match: endedBy("probe-unsupported", "probe-unknown-reply"),
    next: [{ text: "Use an ST-LINK/V2, V2-1 or V3" }],
  },
  {
    slug: "probe-clone",
    rung: "probe",
    exit: 20,
    blocks: ["write"],
    text: "The probe looks like a clone: it measures no target voltage",
    match: (f) =>
      f.volts === null
        ? likely([
          `${f.probe?.name ?? "the probe"} ${f.probe?.firmware ?? ""}: VDD reads as nonsense`,
        ])
        : undefined,
    next: [
      {
        text: "Connect the probe's VDD (VTref) pin to the board's supply, and measure that by hand",
      },
      {
        text:
          "With a supply that is not measured option bytes are written only when you say so, having measured it yourself:",
        command: "probekit recover --set-target supply.unmeasured=warn",
        effect: "reversible",
      },
    ],
  },
  {
    slug: "probe-firmware-old",
    rung: "probe",
    exit: 0,
    blocks: [],
    text: "The probe's firmware lacks what newer ones have",
    match: (f) => f.probe && f.probe.lacks.length > 0 ? proven(f.probe.lacks) : undefined,
    next: [{ text: "Upgrade it with ST's free STSW-LINK007; the board is not touched" }],
  },
];
