/** Causes in the option bytes. */
import { bits, decode, getField, hex, or } from "../base/mod.ts";
import { valuesOf } from "../chip/mod.ts";
import { closedByCutWrite, closedSectors, sectorsText } from "../flash/mod.ts";
import { type CauseRow, likely, type Match, proven, type Remedy } from "./cause.ts";
import type { Findings } from "./findings.ts";

/** what reads as OPTLOCK set or not is the same word */
const unlocked = (word: number | undefined): number | undefined =>
  word === undefined ? undefined : or(word, 1);
const OPTCR_OF_OPENOCD = 0x00FF_AAED; // facts, stm32f7 §11
const F4_VALUES = { OPTCR: [0x0FFF_AAED, 0x00FF_AAED], OPTCR1: 0x0FFF_0000 }; // ST's F7 SVD files
const F74 = "STM32F74x/F75x";

export const register = (f: Findings, name: string): number | undefined =>
  f.options?.registers[name];
export const option = (f: Findings, name: string): number | undefined =>
  f.options?.fields[name]?.value;
export const optcrLine = (f: Findings): string => `FLASH_OPTCR ${hex(register(f, "OPTCR") ?? 0)}`;

/** Whether a reset flag of RCC_CSR is set. */
export function resetFlag(f: Findings, name: string): boolean {
  const csr = f.registers["RCC_CSR"];
  if (csr === undefined || f.chip === undefined) return false;
  return decode(f.chip.family.resetCauses.fields, csr)[name] === 1;
}

/** Whether the option word in flash, which counts at a reset, starts no such watchdog. */
function softInFlash(
  { chip, stored: [word] = [] }: Findings,
  field: "WWDG_SW" | "IWDG_SW",
): boolean {
  const at = chip?.sub.options[field]?.bits;
  if (at === undefined || word === undefined) return false;
  return bits(word, 31, 16) === 0xFFFF - bits(word, 15, 0) && getField(word, at) === 1;
}

function hardwareWatchdog(f: Findings, field: "WWDG_SW" | "IWDG_SW"): Match | undefined {
  if (option(f, field) !== 0 || f.options?.rdpLevel === 2) return undefined;
  const flag = `${field.slice(0, 4)}RSTF`;
  if (softInFlash(f, field) && !resetFlag(f, flag)) return undefined; // a reset takes it back
  const { resets } = f;
  return proven([
    `${optcrLine(f)}: ${field} = 0`,
    ...(resetFlag(f, flag) ? [`RCC_CSR ${hex(f.registers["RCC_CSR"] ?? 0)}: ${flag} is set`] : []),
    ...(resets && resets.resets > 0 ? [`reset ${resets.resets} times in ${resets.ms} ms`] : []),
    // three times what an independent watchdog takes that nobody has set otherwise
    ...(resets?.resets === 0 && resets.ms > 1000 ? [`no reset in ${resets.ms} ms`] : []),
  ]);
}

function closed(f: Findings, stops: "write" | "read"): Match | undefined {
  const { chip, layout, options } = f;
  if (!chip || !layout || !options) return undefined;
  const sectors = closedSectors(chip, layout, options.registers, stops);
  if (sectors.length === 0) return undefined;
  const [name, field] = Object.entries(chip.sub.options)
    .find(([, o]) => o.sectors?.stops === stops) ?? ["", undefined];
  const word = register(f, field?.register ?? "") ?? 0;
  const all = sectors.length === layout.sectors.length;
  return proven(
    [`FLASH_${field?.register} ${hex(word)}: ${name} = ${hex(option(f, name) ?? 0, 3)}`],
    { sectors: all ? `all ${sectors.length} sectors` : sectorsText(sectors) },
  );
}

/** The whole of the option words reads as erased flash. */
function erasedOptions(f: Findings): boolean {
  const fields = f.chip?.sub.options;
  const options = f.options;
  if (!fields || !options) return false;
  return Object.entries(fields).filter(([, o]) => o.register !== "OPTCR2").every(([name, o]) =>
    options.fields[name]?.value === valuesOf(o) - 1
  );
}

export const RECOVER = {
  text: "Put the option bytes back to factory values:",
  command: "probekit recover",
  effect: "reversible",
} as const;
export const RECOVER_ERASES = {
  text: "Put the option bytes back to factory values; going to RDP level 0 erases all flash:",
  command: "probekit recover --allow-erase",
  effect: "destructive",
} as const;

/** Whether putting the option bytes back to factory values erases all flash on this chip as it is. */
export const recoverErases = ({ chip, options }: Findings): boolean =>
  options?.rdpLevel === 1 ||
  (chip !== undefined && options !== undefined && closedByCutWrite(chip, options));

/** What another program in the first sector needs before it. */
function beforeReplacing({ chip, layout, options }: Findings): Remedy | undefined {
  if (options?.rdpLevel === 1) return RECOVER_ERASES; // nothing but a regression erases there
  if (!chip || !layout || !options) return undefined;
  return closedSectors(chip, layout, options.registers, "write").some((s) => s.index === 0)
    ? { ...RECOVER, text: "Take the write protection off first, then look again:" }
    : undefined;
}

/** The remedy as it is on this chip: at RDP level 1 recover asks, because it erases. */
export function remedyOn(f: Findings, remedy: Remedy): Remedy {
  if (remedy.command === RECOVER.command && recoverErases(f)) return RECOVER_ERASES;
  if (!remedy.command?.endsWith("attach=under-reset")) return remedy;
  return beforeReplacing(f) ?? remedy;
}

/** See the head of the file. */
export const OPTION_CAUSES: readonly CauseRow[] = [
  {
    slug: "options-erased",
    rung: "options",
    exit: 11,
    blocks: ["read", "write", "run"],
    text:
      "The option bytes read as erased, all ones: as a rule a write of them was cut short by a reset or a power loss",
    match: (f) =>
      erasedOptions(f)
        ? proven([optcrLine(f), `FLASH_OPTCR1 ${hex(register(f, "OPTCR1") ?? 0)}: all ones`])
        : undefined,
    next: [RECOVER_ERASES],
    excludes: [
      "options-mismatch",
      "rdp2",
      "wrp",
      "wwdg-hardware",
      "iwdg-hardware",
      "optcr-openocd-2015",
      "optcr-f4-value",
      "boot-elsewhere",
      "boot-nowhere",
    ],
  },
  {
    slug: "options-mismatch",
    rung: "options",
    exit: 11,
    blocks: ["read", "write"],
    text:
      "An option word does not match its complement, so the chip loads it as RDP level 1: a write was cut short",
    match: (f) =>
      option(f, "RDP") === 0xFF && !erasedOptions(f)
        ? likely([`${optcrLine(f)}: RDP = 0xFF, which no tool writes and a damaged word loads as`])
        : undefined,
    next: [RECOVER_ERASES],
    excludes: ["rdp2", "options-erased"],
  },
  {
    slug: "rdp1",
    rung: "options",
    exit: 11,
    blocks: ["read", "write"],
    text: "Read protection is at level 1: a debugger may neither read nor program flash",
    match: (f) =>
      f.options?.rdpLevel === 1
        ? proven([`${optcrLine(f)}: RDP = ${hex(option(f, "RDP") ?? 0, 2)}, level 1`])
        : undefined,
    next: [RECOVER_ERASES],
    excludes: ["rdp2"],
  },
  {
    slug: "optcr-openocd-2015",
    rung: "options",
    exit: 22,
    blocks: ["write", "run"],
    text:
      "The option bytes are those that OpenOCD of 2015–16 leaves on this chip when it (un)protects sectors; the F4 value 0x0FFFAAED of ST's SVD files reads the same",
    match: (f) =>
      f.chip?.sub.name === F74 && unlocked(register(f, "OPTCR")) === OPTCR_OF_OPENOCD &&
        register(f, "OPTCR1") !== F4_VALUES.OPTCR1
        ? proven([
          `${optcrLine(f)}: factory is ${hex(f.chip.sub.factory["OPTCR"] ?? 0)}`,
          "WWDG_SW, IWDG_STOP and IWDG_STDBY were cleared, all else is as on a new part",
        ])
        : undefined,
    next: [RECOVER],
    excludes: ["optcr-f4-value", "rdp1", "rdp2", "wrp"],
  },
  {
    slug: "optcr-f4-value",
    rung: "options",
    exit: 22,
    blocks: ["write", "run"],
    text: "The option bytes hold an F4's values, as ST's SVD files of the F7 give them by mistake",
    match: (f) => {
      const sub = f.chip?.sub;
      const optcr = unlocked(register(f, "OPTCR")) ?? 0;
      if (sub === undefined || !f.options) return undefined;
      const one = F4_VALUES.OPTCR.includes(optcr) && sub.name !== F74;
      const other = register(f, "OPTCR1") === F4_VALUES.OPTCR1;
      if (!one && !other) return undefined;
      const lines = ["OPTCR", "OPTCR1"].filter((name) =>
        unlocked(register(f, name)) !== unlocked(sub.factory[name])
      ).map((name) =>
        `FLASH_${name} ${hex(register(f, name) ?? 0)}: factory is ${hex(sub.factory[name] ?? 0)}`
      );
      return proven(lines);
    },
    next: [RECOVER],
    excludes: ["rdp2"],
  },
  {
    slug: "wwdg-hardware",
    rung: "options",
    exit: 22,
    blocks: ["write", "run"],
    text:
      "The window watchdog starts by hardware at every reset and bites after about 16 ms unless it is fed",
    match: (f) => hardwareWatchdog(f, "WWDG_SW"),
    next: [RECOVER],
  },
  {
    slug: "iwdg-hardware",
    rung: "options",
    exit: 22,
    blocks: ["write", "run"],
    text:
      "The independent watchdog starts by hardware at every reset and bites after about half a second unless it is fed",
    match: (f) => hardwareWatchdog(f, "IWDG_SW"),
    next: [RECOVER],
  },
  {
    slug: "wrp",
    rung: "options",
    exit: 11,
    blocks: ["write"],
    text: "Write protection: {sectors} cannot be erased or programmed",
    match: (f) => closed(f, "write"),
    next: [{ ...RECOVER, text: "Take the protection away; nothing is erased at RDP level 0:" }],
  },
  {
    slug: "pcrop",
    rung: "options",
    exit: 11,
    blocks: ["read", "write"],
    text: "Code read-out protection (PCROP): {sectors} may be run, not read, erased or programmed",
    match: (f) => {
      const match = closed(f, "read");
      const cut = f.chip && f.options && closedByCutWrite(f.chip, f.options);
      return match && { ...match, skip: cut ? 0 : option(f, "PCROP_RDP") === 1 ? 2 : 1 };
    },
    next: [{
      ...RECOVER_ERASES,
      text:
        "All ones in OPTCR2 is what a cut write leaves; going to RDP level 1 and back opens the sectors and erases all flash:",
    }, {
      text:
        "It goes only with a regression from RDP level 1 to 0 while PCROP_RDP is set, which erases all flash; PCROP_RDP cannot be taken back before that. First:",
      command: "probekit options set PCROP_RDP=1",
      effect: "irreversible",
    }, {
      text: "Go to RDP level 1; once there, only an erase of all flash opens the chip again:",
      command: "probekit options set RDP=level1",
      effect: "destructive",
    }, {
      ...RECOVER_ERASES,
      text: "And back to level 0, which erases all flash and opens the sectors:",
    }],
  },
];
