/** Causes told from the option words in flash, and what else differs from a new part. */
import { bits, getField, hex, or, shl } from "../base/mod.ts";
import { optionWordMatches, storesLevel1, storesLevel2 } from "../flash/mod.ts";
import { type CauseRow, likely, proven } from "./cause.ts";
import {
  optcrLine,
  option,
  OPTION_CAUSES,
  RECOVER,
  RECOVER_ERASES,
  resetFlag,
} from "./causes_options.ts";
import { voltsIn } from "./causes_supply.ts";
import type { Findings } from "./findings.ts";

const ERASED = 0xFFFF_FFFF;
/** OPTCR's upper half: all ones there are a new part's values, and its layout in flash has no source */
const HARMLESS = 1;
const FIRST_BOOT = 2;

/** Words that do not match; BOOT_ADDx that are plainly erased have rows of their own. */
function unmatched(f: Findings, harmless: boolean): readonly string[] {
  const { chip, stored = [] } = f;
  if (!chip) return [];
  return stored.flatMap((word, i) => {
    const erased = i >= FIRST_BOOT && word === ERASED;
    return optionWordMatches(word) || erased || (i === HARMLESS) !== harmless
      ? []
      : [`option word at ${hex(chip.sub.optionBytes.at + 8 * i)} is ${hex(word)}`];
  });
}

/** Fields whose stored value is another than the register's: all words must be whole. */
function pending(f: Findings): readonly string[] {
  const { stored, options, chip } = f;
  if (!stored || !options || !chip || !stored.every(optionWordMatches)) return [];
  const [a = 0, b = 0, c = 0, d = 0] = stored.map((w) => bits(w, 15, 0));
  const kept: Readonly<Record<string, number>> = {
    OPTCR: or(a, shl(b, 16)),
    OPTCR1: or(c, shl(d, 16)),
  };
  return Object.entries(chip.sub.options).flatMap(([name, field]) => {
    const word = kept[field.register];
    const is = options.fields[name]?.value;
    if (word === undefined || is === undefined) return [];
    const was = getField(word, field.bits);
    return was === is ? [] : [`${name}: ${hex(is, 1)} in the register, ${hex(was, 1)} in flash`];
  });
}

const LEVEL2 = 0xCC;
const asksLevel2 = (f: Findings): boolean => f.options?.rdpLevel === 2;
const level2Lines = (f: Findings): readonly string[] => [
  `${optcrLine(f)}: RDP = ${hex(LEVEL2, 2)}`,
  "the chip answers on SWD",
];
/** Whether flash holds RDP level 2; undefined when that is not known. */
const storedLevel2 = ({ chip, stored }: Findings): boolean | undefined =>
  chip && storesLevel2(chip.family, stored?.[0]);

/** Whether a reset would close the chip for ever, or may do so. */
const closesAtReset = (f: Findings): boolean => storedLevel2(f) ?? asksLevel2(f);

/** Whether a reset takes away what can be read now. */
export const losesAtReset = (f: Findings): boolean => closesAtReset(f) || storedLevel1(f);

/** Whether flash holds RDP level 1, as a word that does not match its complement does, and the register level 0. */
function storedLevel1(f: Findings): boolean {
  const { chip, options, stored } = f;
  return options?.rdpLevel === 0 && chip !== undefined &&
    storesLevel1(chip.family, stored?.[0]) === true;
}

const storedLine = ({ stored: [word = 0] = [] }: Findings): string =>
  `the option word in flash ${hex(word)}: ${
    optionWordMatches(word)
      ? `RDP = ${hex(bits(word, 15, 8), 2)}`
      : "not matched by its complement, which counts as level 1"
  }`;

/** What of flash is to be saved. */
const wholeOf = ({ chip, layout }: Findings): Readonly<Record<string, string>> => ({
  at: hex(chip?.family.flash.at ?? 0),
  kib: String((layout?.size ?? 0) / 1024),
});

/** Fields that other rows speak of. */
const SPOKEN_OF = ["WWDG_SW", "IWDG_SW", "RDP", "nWRP", "BOOT_ADD0", "PCROP", "nDBANK"];
const STANDS_FOR_ALL = ["optcr-openocd-2015", "optcr-f4-value", "options-erased"];

/** What differs from a new part and is no cause by itself. */
function otherFields(f: Findings): readonly string[] {
  const { options } = f;
  const told = OPTION_CAUSES.some((r) => STANDS_FOR_ALL.includes(r.slug) && r.match(f));
  if (!options || told) return [];
  const names = options.notFactory.filter((name) =>
    !SPOKEN_OF.includes(name) && !(name === "nDBOOT" && f.layout?.dualBank)
  );
  const more = options.fields["PCROP_RDP"]?.value === 1 ? ["PCROP_RDP"] : [];
  return [...names, ...more].map((name) => `${name} = ${options.fields[name]?.text}`);
}

/** Entering a low-power mode is a reset: which modes. */
const modes = (f: Findings): readonly string[] =>
  [["nRST_STOP", "Stop"], ["nRST_STDBY", "Standby"]]
    .flatMap(([name = "", mode = ""]) => option(f, name) === 0 ? [mode] : []);

/** The supply that the brown-out level needs to let the chip start. */
function borNeeds(f: Findings): number | undefined {
  const level = option(f, "BOR_LEV");
  return level === undefined ? undefined : f.chip?.sub.options["BOR_LEV"]?.minVolts?.[level];
}

/** See the head of the file. */
export const STORED_CAUSES: readonly CauseRow[] = [
  {
    slug: "options-damaged",
    rung: "options",
    exit: 22,
    blocks: ["run"],
    text:
      "An option word in flash does not match its complement, so the chip loads it as all ones: a write was cut short",
    match: (f) => {
      const lines = unmatched(f, false).slice(
        storedLevel1(f) && !optionWordMatches(f.stored?.[0] ?? 0) ? 1 : 0,
      );
      return lines.length > 0 ? proven(lines) : undefined;
    },
    next: [RECOVER],
    excludes: ["options-erased"],
  },
  {
    slug: "option-word-unmatched",
    rung: "options",
    exit: 0,
    blocks: [],
    text:
      "An option word in flash does not match its complement, and is loaded as all ones: these are a new part's values too",
    match: (f) => {
      const lines = unmatched(f, true);
      return lines.length > 0 ? likely(lines) : undefined;
    },
    next: [{ text: "Nothing is to be done; the next write of option bytes renews it" }],
  },
  {
    slug: "rdp2-pending",
    rung: "options",
    exit: 11,
    blocks: ["write"],
    text:
      "RDP level 2 was programmed while the chip still answers: the next reset closes it for ever",
    match: (f) => {
      if (!closesAtReset(f)) return undefined;
      const known = storedLevel2(f);
      if (!known) return likely([...level2Lines(f), "what flash holds is not known"], wholeOf(f));
      return asksLevel2(f)
        ? proven([...level2Lines(f), "the option word in flash says so too"], wholeOf(f))
        : proven([storedLine(f)], wholeOf(f));
    },
    next: [
      {
        text: "Neither reset the board nor switch it off before its content is saved:",
        command: "probekit read {at} {kib}KiB -o flash.bin",
        effect: "read",
      },
    ],
    excludes: ["rdp1", "rdp2", "rdp2-asked"],
  },
  {
    slug: "rdp1-pending",
    rung: "options",
    exit: 11,
    blocks: ["write"],
    text:
      "RDP level 1 is in flash and not in force yet: the next reset closes flash, and opening it again erases it",
    match: (f) => storedLevel1(f) ? proven([optcrLine(f), storedLine(f)]) : undefined,
    next: [
      {
        text: "Neither reset the board nor switch it off before its content is saved:",
        command: "probekit backup",
        effect: "read",
      },
      RECOVER_ERASES,
    ],
    excludes: ["rdp1", "rdp2", "rdp2-pending"],
  },
  {
    slug: "rdp2-asked",
    rung: "options",
    exit: 11,
    blocks: ["write"],
    text:
      "The option register asks for RDP level 2, which flash does not hold: a reset takes it back",
    match: (f) =>
      asksLevel2(f) && storedLevel2(f) === false
        ? proven([...level2Lines(f), ...pending(f)])
        : undefined,
    next: [{ text: "Start no write of option bytes before:", command: "probekit reset" }],
    excludes: ["rdp1", "rdp2"],
  },
  {
    slug: "bor-near-supply",
    rung: "options",
    exit: 22,
    blocks: ["run"],
    text:
      "The brown-out level of the option bytes is above the supply: after the next power-on the chip may stay in reset",
    match: (f) => {
      const needs = borNeeds(f);
      const { volts } = f;
      if (needs === undefined || typeof volts !== "number" || volts < 1.5 || volts >= needs) {
        return undefined;
      }
      const text = f.options?.fields["BOR_LEV"]?.text ?? "";
      return likely([
        `${optcrLine(f)}: BOR_LEV = ${text}, which needs about ${needs} V to start`,
        `the probe measures ${voltsIn(volts)}`,
      ]);
    },
    next: [{ text: "Raise the supply, or put the level back:", command: "probekit recover" }],
  },
  {
    slug: "low-power-reset",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The program enters {mode} mode, and the option bytes make that a reset",
    match: (f) =>
      modes(f).length > 0 && resetFlag(f, "LPWRRSTF") && (f.resets?.resets ?? 0) > 1
        ? proven([
          `${optcrLine(f)}: ${
            modes(f).map((m) => m === "Stop" ? "nRST_STOP" : "nRST_STDBY").join(", ")
          } = 0`,
          `RCC_CSR ${hex(f.registers["RCC_CSR"] ?? 0)}: LPWRRSTF is set`,
          `reset ${f.resets?.resets} times in ${f.resets?.ms} ms`,
        ], { mode: modes(f).join(" or ") })
        : undefined,
    next: [RECOVER],
    excludes: ["nrst-held", "reset-loop"],
  },
  {
    slug: "options-pending",
    rung: "options",
    exit: 0,
    blocks: [],
    text:
      "The option registers hold other values than flash does: a tool wrote them and did not finish; the next reset brings the stored ones",
    match: (f) => {
      if (losesAtReset(f)) return undefined;
      return pending(f).length > 0 ? proven(pending(f)) : undefined;
    },
    next: [{
      text: "Reset the board, and look again:",
      command: "probekit reset",
      effect: "volatile",
    }],
  },
  {
    slug: "options-not-factory",
    rung: "options",
    exit: 0,
    blocks: [],
    text: "Option bytes that are not as on a new part",
    match: (f) => {
      const lines = otherFields(f);
      return lines.length > 0 ? proven(lines) : undefined;
    },
    next: [{
      text: "See what each of them means:",
      command: "probekit options",
      effect: "read",
    }],
  },
];
