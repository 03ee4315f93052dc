/** Causes in the flash controller. */
import { bits, getField, hex, or } from "../base/mod.ts";
import { type CauseRow, proven } from "./cause.ts";
import { voltsIn } from "./causes_supply.ts";
import type { Findings } from "./findings.ts";

const psize = (f: Findings): number => bits(f.registers["FLASH_CR"] ?? 0, 9, 8);

/** The controller's own troubles. */
export const FLASH_CAUSES: readonly CauseRow[] = [
  {
    slug: "flash-locked",
    rung: "flash",
    exit: 22,
    blocks: ["write"],
    text: "The flash controller is locked until the next reset: keys were written in a wrong order",
    match: (f) =>
      f.flashKeys === "refused"
        ? proven(["FLASH_CR.LOCK stays 1 after both keys"])
        : f.failure?.slug === "flash-locked-until-reset"
        ? proven([f.failure.title, `FLASH_CR ${hex(f.registers["FLASH_CR"] ?? 0)}`])
        : undefined,
    next: [{
      text: "Reset the board, then write again:",
      command: "probekit reset",
      effect: "volatile",
    }],
  },
  {
    slug: "psize-above-supply",
    rung: "flash",
    exit: 22,
    blocks: ["write"],
    text:
      "FLASH_CR.PSIZE is wider than the supply allows: what is programmed with it cannot be trusted",
    match: (f) => {
      const { chip, volts } = f;
      if (!chip || typeof volts !== "number" || f.registers["FLASH_CR"] === undefined) {
        return undefined;
      }
      const needs = chip.family.flash.parallelism.find((p) => p.psize === psize(f))?.fromVolts;
      if (needs !== undefined && volts >= needs) return undefined;
      const wants = needs === undefined ? "an external VPP" : `${needs} V`;
      if (needs !== undefined && volts < 1.5) return undefined; // not measured at the chip
      return proven([
        `FLASH_CR ${hex(f.registers["FLASH_CR"])}: PSIZE = x${
          8 * 2 ** psize(f)
        }, which needs ${wants}`,
        `the probe measures ${voltsIn(volts)}`,
      ]);
    },
    next: [{
      text: "Reset the board and use a tool that chooses the width by the supply:",
      command: "probekit flash IMAGE",
      effect: "reversible",
    }],
  },
  {
    slug: "flash-left-open",
    rung: "flash",
    exit: 0,
    blocks: [],
    text: "The flash controller is unlocked: a program that writes flash, or a tool that went away",
    match: (f) => {
      const cr = f.registers["FLASH_CR"];
      const locked = cr === undefined || getField(cr, 31) === 1; // FLASH_CR.LOCK
      return locked ? undefined : proven([`FLASH_CR ${hex(cr)}: LOCK = 0`]);
    },
    next: [{ text: "A reset locks it:", command: "probekit reset", effect: "volatile" }],
  },
  {
    slug: "flash-busy",
    rung: "flash",
    exit: 22,
    blocks: ["write"],
    text: "Flash is busy: an erase or an option write is under way",
    match: (f) => {
      const { FLASH_SR_BEFORE: before = 0, FLASH_SR: later = 0 } = f.registers;
      if (getField(or(before, later), 16) !== 1) return undefined; // FLASH_SR.BSY
      return proven([
        `FLASH_SR ${hex(before)}: BSY`,
        getField(later, 16) === 1 ? "and still so later" : "it was over while this was read",
      ]);
    },
    next: [{
      text: "Keep the supply on and wait half a minute; a reset now damages what is written",
    }],
  },
];
