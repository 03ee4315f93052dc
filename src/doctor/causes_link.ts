/** Causes between this computer and the chip. */
import { type CauseRow, likely, type Match, possible, proven } from "./cause.ts";
import type { FaultNote, Findings } from "./findings.ts";

/** a probe without power at its VDD pin */
const NO_POWER_V = 1.5;
/** the least supply of an STM32F7; datasheets, recalled */
const LEAST_V = 1.7;

const ended = (f: Findings, ...slugs: readonly string[]): FaultNote | undefined =>
  f.fault !== undefined && slugs.includes(f.fault.slug) ? f.fault : undefined;
const endedBy = (...slugs: readonly string[]) => (f: Findings): Match | undefined => {
  const note = ended(f, ...slugs);
  return note && proven([note.title, ...note.seen]);
};
/** Nothing answers on SWD, and the supply is not why. */
function silent(f: Findings): boolean {
  const { volts } = f;
  const powered = volts === undefined || volts === null || volts >= LEAST_V;
  return f.connected === undefined && powered && ended(f, "link-no-answer") !== undefined;
}
const voltsText = (f: Findings): string =>
  typeof f.volts === "number"
    ? `the probe measures ${f.volts.toFixed(2)} V`
    : "the probe measures no voltage";
const triesText = (f: Findings): string[] => {
  const id = (f.underReset ?? f.fault)?.seen.find((s) => s.startsWith("DP IDCODE"));
  return id === undefined ? [] : [id];
};

/** See the head of the file. */
export const LINK_CAUSES: readonly CauseRow[] = [
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
    text: "No probe to work with was found",
    match: endedBy("no-probe", "probe-not-found", "probe-ambiguous"),
    next: [{
      text: "Plug the probe in, and see what is there:",
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
      { text: "Option bytes are written only with a known supply: use a genuine probe for that" },
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
  {
    slug: "no-target-voltage",
    rung: "voltage",
    exit: 21,
    blocks: ["connect", "write"],
    text: "The board has no power",
    match: (f) =>
      typeof f.volts === "number" && f.volts < NO_POWER_V && f.connected === undefined
        ? proven([voltsText(f), "nothing answers on SWD"])
        : undefined,
    next: [{
      text: "Power the board, check its jumpers and the VDD wire, and look again:",
      command: "probekit doctor",
      effect: "read",
    }],
    excludes: ["vdd-wire-missing", "nrst-held", "swd-closed", "supply-too-low"],
  },
  {
    slug: "vdd-wire-missing",
    rung: "voltage",
    exit: 20,
    blocks: ["write"],
    text:
      "The probe's VDD (VTref) wire is not connected: the chip answers although no voltage is seen",
    match: (f) =>
      typeof f.volts === "number" && f.volts < NO_POWER_V && f.connected !== undefined
        ? proven([voltsText(f), "the chip answers on SWD"])
        : undefined,
    next: [{
      text: "Connect the probe's VDD pin to the board's 3.3 V: writes need a known supply",
    }],
    excludes: ["no-target-voltage", "supply-too-low"],
  },
  {
    slug: "supply-too-low",
    rung: "voltage",
    exit: 21,
    blocks: ["connect", "write"],
    text: "The supply is below what the chip needs to live",
    match: (f) => {
      if (typeof f.volts !== "number" || f.volts < NO_POWER_V || f.volts >= LEAST_V) {
        return undefined;
      }
      const why = [voltsText(f), `an STM32F7 needs ${LEAST_V} V`];
      return f.connected === undefined ? proven(why) : likely(why);
    },
    next: [{ text: "Use a stronger supply, check the GND wire, and measure VDD at the chip" }],
  },
  {
    slug: "supply-limits-flash",
    rung: "voltage",
    exit: 21,
    blocks: ["write"],
    text: "The supply is too low to write flash as usual: below 2.1 V only byte by byte (PSIZE 0)",
    match: (f) =>
      typeof f.volts === "number" && f.volts >= LEAST_V && f.volts < 2.1 // H FLASH_VOLTAGE_RANGE_1
        ? proven([voltsText(f), "PSIZE x16 needs 2.1 V, x32 needs 2.7 V"])
        : undefined,
    next: [{
      text: "Raise the supply to 2.7 V or more; recover refuses to write options below 2.1 V",
    }],
    excludes: ["no-target-voltage", "supply-too-low", "supply-narrows-flash"],
  },
  {
    slug: "supply-narrows-flash",
    rung: "voltage",
    exit: 0,
    blocks: [],
    text: "Below 2.7 V flash takes half-words, not words (PSIZE 1): tools that use x32 fail here",
    match: (f) =>
      typeof f.volts === "number" && f.volts >= 2.1 && f.volts < 2.7 // H FLASH_VOLTAGE_RANGE_2
        ? proven([voltsText(f), "PSIZE x32 needs 2.7 V"])
        : undefined,
    next: [{ text: "probekit chooses the width by the measured supply; nothing is to be done" }],
  },
  {
    slug: "nrst-held",
    rung: "nrst",
    exit: 21,
    blocks: ["connect", "write", "run"],
    text: "Something holds the reset line low",
    match: (f) =>
      f.heldInReset
        ? proven([
          `DHCSR.S_RESET_ST set at all ${f.resets?.looks ?? 0} looks in ${f.resets?.ms ?? 0} ms`,
          "the probe does not drive NRST",
        ])
        : undefined,
    next: [{
      text: "Look for a pressed reset button, a short of NRST to GND, another probe on NRST; then:",
      command: "probekit doctor",
      effect: "read",
    }],
    excludes: ["watchdog-loop", "reset-loop", "lockup", "hardfault"],
  },
  {
    slug: "nrst-unwired",
    rung: "nrst",
    exit: 20,
    blocks: [],
    text: "The probe's NRST wire does not reach the chip",
    match: (f) =>
      f.nrst === "no-effect" ? proven(["NRST was driven low, and the core went on"]) : undefined,
    next: [{
      text:
        "Connect NRST of the probe to the chip's NRST; without it a chip whose SWD pins are taken cannot be reached",
    }],
    excludes: ["nrst-held", "swd-closed"],
  },
  {
    slug: "link-only-slow",
    rung: "swd",
    exit: 21,
    blocks: ["connect"],
    text: "The wires carry only a slower SWD clock",
    match: endedBy("link-only-slow"),
    next: [{
      text: "Connect slower, then shorten the wires and check GND:",
      command: "probekit doctor --speed {flag}",
      effect: "read",
    }],
    excludes: ["no-target-voltage", "swd-closed"],
  },
  {
    slug: "swd-closed",
    rung: "swd",
    exit: 21,
    blocks: ["connect"],
    text: "The program closes the debug port: it uses the SWD pins, or sleeps with debugging off",
    match: (f) => {
      if (f.connected?.how === "under-reset" && f.plain?.slug === "link-no-answer") {
        return proven(["no answer while the program runs", "an answer while NRST is low"]);
      }
      return silent(f) && !f.underReset ? possible([...triesText(f), voltsText(f)]) : undefined;
    },
    next: [
      {
        text: "See whether it answers under reset:",
        command: "probekit doctor --under-reset",
        effect: "volatile",
      },
      {
        text: "If it does, replace the program:",
        command: "probekit erase --all --set-target attach=under-reset",
        effect: "destructive",
      },
    ],
  },
  {
    slug: "rdp2",
    rung: "swd",
    exit: 21,
    blocks: ["connect", "read", "write"],
    text: "The chip may be at RDP level 2: its debug port is closed for ever",
    match: (f) => {
      if (!silent(f)) return undefined;
      const seen = [...triesText(f), voltsText(f)];
      return f.underReset ? likely([...seen, "no answer under reset either"]) : possible(seen);
    },
    next: [{
      text:
        "Check the wires first; a chip at level 2 has to be replaced, nothing can open it again",
    }],
    excludes: ["rdp1", "swd-closed"],
  },
  {
    slug: "swd-wires",
    rung: "swd",
    exit: 21,
    blocks: ["connect"],
    text: "SWDIO, SWCLK or GND has no contact",
    match: (f) => silent(f) ? possible([...triesText(f), voltsText(f)]) : undefined,
    next: [{
      text: "Check SWDIO, SWCLK and GND, and on a Discovery or Nucleo the CN4 / ST-LINK jumpers",
    }],
  },
  {
    slug: "bor-above-supply",
    rung: "swd",
    exit: 21,
    blocks: ["connect", "run"],
    text: "A brown-out level above the supply may hold the chip in reset",
    match: (f) =>
      silent(f) && typeof f.volts === "number" && f.volts < 2.8 // H OB_BOR_LEVEL3 and its hysteresis
        ? possible([voltsText(f), "BOR level 3 needs about 2.8 V to let the chip start"])
        : undefined,
    next: [{
      text: "Raise the supply to 3.3 V and look again:",
      command: "probekit doctor",
      effect: "read",
    }],
  },
  {
    slug: "link-breaks",
    rung: "dp",
    exit: 21,
    blocks: ["connect"],
    text:
      "The chip answers and then stops: a bad contact, a supply that dips, or a program that sleeps",
    match: (f) => {
      const note = ended(f, "link-lost", "debug-power-refused", "no-memory-port", "bus-busy");
      return note && likely([note.title, ...note.seen]);
    },
    next: [
      {
        text: "Check GND and the supply, and try a slower clock:",
        command: "probekit doctor --speed 950kHz",
        effect: "read",
      },
      {
        text: "Or look under reset:",
        command: "probekit doctor --under-reset",
        effect: "volatile",
      },
    ],
  },
  {
    slug: "chip-unknown",
    rung: "chip",
    exit: 22,
    blocks: ["read", "write"],
    text: "The chip is none that probekit knows, or its identity cannot be believed",
    match: (f) =>
      f.heldInReset
        ? undefined
        : endedBy("chip-unknown", "chip-id-garbage", "chip-no-core", "chip-contradiction")(f),
    next: [{
      text: "Look again at a slower clock; a fake or an unsupported chip stays unknown:",
      command: "probekit doctor --speed 950kHz",
      effect: "read",
    }],
  },
];
