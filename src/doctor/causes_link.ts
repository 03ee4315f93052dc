/** Causes between the probe and the chip: supply, NRST, SWD. */
import { type CauseRow, likely, possible, proven } from "./cause.ts";
import { ended, endedBy } from "./ended.ts";
import type { Findings } from "./findings.ts";

/** a probe without power at its VDD pin */
const NO_POWER_V = 1.5;
/** the least and the highest supply of an STM32F7; datasheets, recalled */
const LEAST_V = 1.7;
const MOST_V = 3.6;
/** what a probe's divider may be off */
const TOLERANCE_V = 0.1;

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
    slug: "supply-too-high",
    rung: "voltage",
    exit: 22,
    blocks: ["write"],
    text: `The supply is above what the chip stands: ${MOST_V} V`,
    match: (f) =>
      typeof f.volts === "number" && f.volts > MOST_V + TOLERANCE_V
        ? proven([voltsText(f)])
        : undefined,
    next: [{ text: "Take the supply away, find the wrong one, and measure VDD at the chip" }],
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
          `DHCSR.S_RESET_ST set at all ${f.resets?.looks ?? 0} looks in ${
            f.resets?.ms ?? 0
          } ms, and no instruction executed`,
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
        return {
          ...proven(["no answer while the program runs", "an answer while NRST is low"]),
          skip: 2, // that it answers under reset is known
        };
      }
      if (!silent(f)) return undefined;
      const seen = [...triesText(f), voltsText(f)];
      const wire =
        "no answer under reset either, which it would give if the NRST wire is connected";
      return f.underReset ? { ...possible([...seen, wire]), skip: 1 } : possible(seen);
    },
    next: [
      {
        text: "See whether it answers under reset:",
        command: "probekit doctor --under-reset",
        effect: "volatile",
      },
      {
        text: "Without an NRST wire: hold the board's reset button while this starts, then let go:",
        command: "probekit doctor --under-reset",
        effect: "volatile",
      },
      {
        text: "If it does, replace the program:",
        command: "probekit erase --set-target attach=under-reset",
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
