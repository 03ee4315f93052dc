/** Causes in the flash controller. */
import { bits, getField, hex, or } from "../base/mod.ts";
import { type CauseRow, proven } from "./cause.ts";
import { voltsIn } from "./causes_supply.ts";
import { INSTEAD } from "./causes_vectors.ts";
import type { Findings } from "./findings.ts";

const psize = (f: Findings): number => bits(f.registers["FLASH_CR"] ?? 0, 9, 8);

/** Error bits of FLASH_SR and what sets them: facts, stm32f7 §3 and §5; RDERR is PCROP's, which has a row */
const ERRORS: readonly (readonly [bit: number, text: string])[] = [
  [1, "OPERR: an operation was not done"],
  [4, "WRPERR: the sector is write-protected"],
  [5, "PGAERR: the data crossed a row of 128 bits"],
  [6, "PGPERR: the data was not as wide as FLASH_CR.PSIZE says"],
  [7, "ERSERR: flash was written without FLASH_CR.PG, or out of sequence"],
];

/** FLASH_SR.BSY at one of the looks. */
export const seenBusy = (
  { registers: { FLASH_SR_BEFORE: before = 0, FLASH_SR: later = 0 } }: Findings,
): boolean => getField(or(before, later), 16) === 1;

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
    slug: "flash-error-left",
    rung: "flash",
    exit: 0,
    blocks: [],
    text:
      "A write or erase of flash has failed, of a tool or of the program, and its flags still stand",
    match: (f) => {
      const sr = f.registers["FLASH_SR"];
      const lines = ERRORS.filter(([bit]) => sr !== undefined && getField(sr, bit) === 1);
      return sr === undefined || lines.length === 0
        ? undefined
        : proven([`FLASH_SR ${hex(sr)}`, ...lines.map(([, text]) => text)]);
    },
    next: [{
      text: "probekit clears them before it writes; see whether flash holds the whole image:",
      command: "probekit verify IMAGE",
      effect: "read",
    }],
  },
  {
    slug: "flash-busy",
    rung: "flash",
    exit: 22,
    blocks: ["write"],
    text: "Flash is busy: an erase or an option write is under way",
    match: (f) => {
      const { FLASH_SR_BEFORE: before = 0, FLASH_SR: later } = f.registers;
      if (!seenBusy(f)) return undefined;
      return proven([
        `FLASH_SR ${hex(before)}: BSY`,
        later === undefined
          ? f.fault?.title ?? "what came after it could not be read"
          : getField(later, 16) === 1
          ? "and still so later"
          : "it was over while this was read",
      ]);
    },
    next: [{
      text: "Keep the supply on and wait half a minute; a reset now damages what is written",
    }, {
      ...INSTEAD,
      text:
        "If it is so again and again, the program writes flash by itself; hold it in reset, and put another in:",
    }],
  },
];
