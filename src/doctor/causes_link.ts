/** Causes between the probe and the chip: NRST, SWD. */
import { type CauseRow, likely, possible, proven } from "./cause.ts";
import { LEAST_V, voltsText } from "./causes_supply.ts";
import { seenBusy } from "./causes_flash.ts";
import { INSTEAD } from "./causes_vectors.ts";
import { BREAKS, ended, endedBy } from "./ended.ts";
import type { Findings } from "./findings.ts";

/** Nothing answers on SWD, and the supply is not why. */
function silent(f: Findings): boolean {
  const { volts } = f;
  const powered = volts === undefined || volts === null || volts >= LEAST_V;
  return f.connected === undefined && powered && ended(f, "link-no-answer") !== undefined;
}
const triesText = (f: Findings): string[] => {
  const id = (f.underReset ?? f.fault)?.seen.find((s) => s.startsWith("DP IDCODE"));
  return id === undefined ? [] : [id];
};

/** See the head of the file. */
export const LINK_CAUSES: readonly CauseRow[] = [
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
    excludes: ["nrst-held"],
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
      const byNrst = f.connected?.how === "under-reset" && f.nrst === "works";
      if (byNrst && f.plain?.slug === "link-no-answer") {
        return {
          ...proven(["no answer while the program runs", "an answer while NRST is low"]),
          skip: 2, // that it answers under reset is known
        };
      }
      if (f.connected?.how === "under-reset" && f.plain) {
        const stopped = BREAKS.includes(f.plain.slug)
          ? "it answered, and stopped while the program ran"
          : "no answer at first";
        const shown = [stopped, f.plain.title];
        const held = "an answer at every look with the core held before its first instruction";
        return { ...likely([...shown, ...(f.fault ? [] : [held])]), skip: 2 };
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
      INSTEAD,
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
      "The chip answers and then stops: a bad contact, a supply that dips, or a program that takes the SWD pins or sleeps with debugging off",
    match: (f) => {
      const note = ended(f, ...BREAKS);
      if (note?.slug === "bus-busy" && seenBusy(f)) return undefined; // that is why
      const reset = f.underReset ? ["no answer under reset either"] : [];
      return note && likely([note.title, ...note.seen, ...reset]);
    },
    next: [
      {
        text: "Check GND and the supply, and try a slower clock:",
        command: "probekit doctor --speed 950kHz",
        effect: "read",
      },
      {
        text:
          "Or look under reset; without an NRST wire hold the board's reset button while this starts, then let go:",
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
