/** Causes in the supply. */
import { type CauseRow, likely, proven } from "./cause.ts";
import type { Findings } from "./findings.ts";

/** a probe without power at its VDD pin */
const NO_POWER_V = 1.5;
/** the least and the highest supply of an STM32F7; datasheets, recalled */
export const LEAST_V = 1.7;
const MOST_V = 3.6;
/** what a probe's divider may be off */
const TOLERANCE_V = 0.1;

const LIMITS_V = [LEAST_V, 2.1, 2.7, MOST_V];

/** Two digits, or as many as it takes not to be rounded over a limit. */
export function voltsIn(volts: number): string {
  const over = (digits: number) =>
    LIMITS_V.some((v) => volts < v !== Number(volts.toFixed(digits)) < v);
  return `${volts.toFixed(over(2) ? 3 : 2)} V`;
}
/** What the probe measures, in words. */
export const voltsText = (f: Findings): string =>
  typeof f.volts === "number"
    ? `the probe measures ${voltsIn(f.volts)}`
    : "the probe measures no voltage";

/** See the head of the file. */
export const SUPPLY_CAUSES: readonly CauseRow[] = [
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
    slug: "supply-lost",
    rung: "voltage",
    exit: 21,
    blocks: ["connect", "write", "run"],
    text: "The supply went away while the board was looked at",
    match: (f) =>
      typeof f.volts === "number" && f.volts >= LEAST_V && f.voltsLater !== undefined &&
        f.voltsLater < LEAST_V
        ? proven([`${voltsText(f)}, and ${f.voltsLater.toFixed(2)} V once it answered no more`])
        : undefined,
    next: [{ text: "Look for a loose plug, a weak supply and a short; measure VDD at the chip" }],
    excludes: ["link-breaks"],
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
];
