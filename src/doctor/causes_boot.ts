/** Causes in where the chip starts: BOOT_ADDx, BOOT0, two banks. */
import { hex } from "../base/mod.ts";
import { flashViews } from "../chip/mod.ts";
import { type CauseRow, likely, type Match, proven } from "./cause.ts";
import { optcrLine, option, RECOVER, register } from "./causes_options.ts";
import type { Findings } from "./findings.ts";

const ALL_ONES = 0xFFFF;
const HARD_FAULT = 3; // exception number
const FACTORY = 0x0080;

interface Range {
  readonly at: number;
  readonly length: number;
}
const within = (ranges: readonly Range[], at: number): boolean =>
  ranges.some((r) => at >= r.at && at < r.at + r.length);

/** nDBOOT = 0 in two banks: BOOT_ADD0 does not count, ST's boot loader picks the bank. */
const dualBoot = (f: Findings): boolean => f.layout?.dualBank === true && option(f, "nDBOOT") === 0;

type Place = "flash" | "other" | "nowhere" | "erased";

/** What kind of memory BOOT_ADD0 points to; undefined when it does not count, or was not read. */
export const bootPlace = (f: Findings): Place | undefined => placeOf(f, option(f, "BOOT_ADD0"));

function placeOf(f: Findings, boot: number | undefined): Place | undefined {
  const { chip, layout } = f;
  if (!chip || !layout || boot === undefined || dualBoot(f)) return undefined;
  if (boot === ALL_ONES) return "erased";
  const at = boot * 0x4000;
  if (within(flashViews(chip, layout), at)) return "flash";
  return within([...chip.sub.ram, ...chip.sub.systemMemory], at) ? "other" : "nowhere";
}

const bootLine = (f: Findings): string =>
  `FLASH_OPTCR1 ${hex(register(f, "OPTCR1") ?? 0)}: BOOT_ADD0 = ${
    hex(option(f, "BOOT_ADD0") ?? 0, 4)
  }`;
const where = (f: Findings): string => f.options?.fields["BOOT_ADD0"]?.text ?? "";

/** Tables that a program could start from, where the chip does not start. */
const elsewhere = (f: Findings): readonly number[] =>
  (f.vectors?.tables ?? []).filter((at) => at !== f.vectors?.readAt);
const tablesText = (f: Findings): string => {
  const all = elsewhere(f);
  const some = all.slice(0, 3).map((at) => hex(at)).join(", ");
  return all.length > 3 ? `${some} …` : some;
};
const tableLine = (f: Findings): string =>
  `at ${hex(f.vectors?.readAt ?? 0)}: ${
    f.vectors?.words?.slice(0, 2).map((w) => hex(w)).join(" ") ?? ""
  }`;

/** The chip starts in flash, where no program begins, and one begins elsewhere. */
export const startsBesideProgram = (f: Findings): boolean =>
  bootPlace(f) === "flash" && elsewhere(f).length > 0 &&
  !(f.vectors?.tables ?? []).includes(f.vectors?.readAt ?? -1);

/** In ST's boot loader with the vectors of a start in flash: the program has jumped there. */
function calledBootLoader(f: Findings): Match | undefined {
  const rom = f.chip?.sub.systemMemory;
  const [pc, vtor] = [f.core?.pc, f.registers["VTOR"]];
  if (rom === undefined || pc === undefined || vtor === undefined || f.heldInReset) {
    return undefined;
  }
  if (!within(rom, pc) || bootPlace(f) !== "flash" || vtor !== f.vectors?.bootAt) return undefined;
  return likely([
    `PC ${hex(pc)} is in system memory`,
    `VTOR ${hex(vtor)} is where BOOT_ADD0 points to: the chip started there`,
  ]);
}

/** In ST's boot loader, by where the core says its vectors are, or by where it stands. */
function inBootLoader(f: Findings): Match | undefined {
  const rom = f.chip?.sub.systemMemory;
  if (rom === undefined || bootPlace(f) === "other" || f.heldInReset) return undefined;
  const pc = f.core?.pc;
  if (calledBootLoader(f)) return undefined;
  if (pc !== undefined && within(rom, pc)) return proven([`PC ${hex(pc)} is in system memory`]);
  const vtor = f.registers["VTOR"];
  return vtor !== undefined && vtor !== 0 && within(rom, vtor)
    ? likely([`VTOR ${hex(vtor)} is in system memory`])
    : undefined;
}

/** VTOR is still where BOOT_ADD1 puts it, which counts while BOOT0 is high, and what is there does not run. */
export function startedByPin(f: Findings): Match | undefined {
  const [usual, other] = [option(f, "BOOT_ADD0"), option(f, "BOOT_ADD1")];
  const place = placeOf(f, other);
  if (other === undefined || place === undefined || f.heldInReset || dualBoot(f)) return undefined;
  const at = place === "nowhere" || place === "erased" ? 0 : other * 0x4000; // RM0385 "Boot configuration", recalled
  const vtor = f.registers["VTOR"];
  if (vtor !== at || at === (usual ?? 0) * 0x4000) return undefined;
  const inRom = within(f.chip?.sub.systemMemory ?? [], at);
  const fails = f.core?.lockedUp || f.core?.exception === HARD_FAULT;
  if (inRom || !fails) return undefined;
  return likely([
    `FLASH_OPTCR1 ${hex(register(f, "OPTCR1") ?? 0)}: BOOT_ADD1 = ${hex(other, 4)}`,
    `VTOR ${hex(at)}, where such a chip starts with BOOT0 high`,
  ], { where: f.options?.fields["BOOT_ADD1"]?.text ?? "" });
}

/** See the head of the file. */
export const BOOT_CAUSES: readonly CauseRow[] = [
  {
    slug: "boot-add-erased",
    rung: "options",
    exit: 22,
    blocks: ["run"],
    text: "BOOT_ADD0 is erased (FFFF): where the chip starts is left to chance",
    match: (f) =>
      bootPlace(f) === "erased"
        ? proven([`FLASH_OPTCR1 ${hex(register(f, "OPTCR1") ?? 0)}: factory is 0x00400080`])
        : undefined,
    next: [RECOVER],
    excludes: ["boot-elsewhere", "boot-nowhere", "boot-beside-program"],
  },
  {
    slug: "boot-elsewhere",
    rung: "options",
    exit: 22,
    blocks: ["run"],
    text: "BOOT_ADD0 does not point to flash: the chip starts at {where}",
    match: (f) => bootPlace(f) === "other" ? proven([bootLine(f)], { where: where(f) }) : undefined,
    next: [RECOVER],
    excludes: ["boot-nowhere", "boot-beside-program"],
  },
  {
    slug: "boot-nowhere",
    rung: "options",
    exit: 22,
    blocks: ["run"],
    text:
      "BOOT_ADD0 points to {where}, where this chip has no memory: where it starts is left to chance",
    match: (f) =>
      bootPlace(f) === "nowhere" ? proven([bootLine(f)], { where: where(f) }) : undefined,
    next: [RECOVER],
    excludes: ["boot-beside-program"],
  },
  {
    slug: "boot-beside-program",
    rung: "options",
    exit: 22,
    blocks: ["run"],
    text: "BOOT_ADD0 points to {where}, where no program begins; a vector table stands at {tables}",
    match: (f) =>
      startsBesideProgram(f) && option(f, "BOOT_ADD0") !== FACTORY
        ? proven([bootLine(f), tableLine(f)], { where: where(f), tables: tablesText(f) })
        : undefined,
    next: [{ ...RECOVER, text: "If the program is meant to start at the beginning of flash:" }],
    excludes: ["flash-blank", "program-elsewhere"],
  },
  {
    slug: "program-elsewhere",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text:
      "No program begins where the chip starts; a vector table stands at {tables}: the image lies there, or its boot loader is missing",
    match: (f) =>
      startsBesideProgram(f) && option(f, "BOOT_ADD0") === FACTORY
        ? proven([tableLine(f)], {
          tables: tablesText(f),
          first: hex(elsewhere(f)[0] ?? 0),
        })
        : undefined,
    next: [
      {
        text: "Program what belongs at the beginning of flash:",
        command: "probekit flash IMAGE",
        effect: "reversible",
      },
      {
        text: "Or let the chip start there:",
        command: "probekit options set BOOT_ADD0={first}",
        effect: "reversible",
      },
    ],
    excludes: ["flash-blank"],
  },
  {
    slug: "boot-loader-runs",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text:
      "ST's boot loader runs, not the program in flash: as a rule the BOOT0 pin was high at the last reset",
    match: (f) => dualBoot(f) ? undefined : inBootLoader(f),
    next: [
      {
        text: "Set BOOT0 low (its switch, jumper or resistor), then:",
        command: "probekit reset",
        effect: "volatile",
      },
    ],
    excludes: ["boot-loader-stays"],
  },
  {
    slug: "boot-loader-called",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text:
      "ST's boot loader runs: the program in flash has jumped to it, and it waits for a download",
    match: calledBootLoader,
    next: [
      { text: "To start the program again:", command: "probekit reset", effect: "volatile" },
      {
        text: "If it jumps there again, put another program in:",
        command: "probekit flash IMAGE",
        effect: "reversible",
      },
    ],
    excludes: ["boot-loader-runs", "boot-pin-high", "boot-loader-stays"],
  },
  {
    slug: "boot-pin-high",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text:
      "The chip started from BOOT_ADD1 ({where}), not from BOOT_ADD0: the BOOT0 pin was high at the last reset",
    match: startedByPin,
    next: [
      {
        text: "Set BOOT0 low (its switch, jumper or resistor), then:",
        command: "probekit reset",
        effect: "volatile",
      },
      { ...RECOVER, text: "To have ST's boot loader at BOOT_ADD1 again:" },
    ],
    excludes: ["boot-loader-runs", "boot-loader-stays"],
  },
  {
    slug: "boot-loader-stays",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text:
      "ST's boot loader runs, not the program in flash: nDBOOT = 0 starts it first, and it stayed there",
    match: (f) => dualBoot(f) ? inBootLoader(f) : undefined,
    next: [{ ...RECOVER, text: "To start from BOOT_ADD0, with one bank:" }],
  },
  {
    slug: "dual-boot",
    rung: "options",
    exit: 0,
    blocks: [],
    text: "ST's boot loader picks the bank to start from (nDBOOT = 0): BOOT_ADD0 does not count",
    match: (f) => dualBoot(f) ? proven([`${optcrLine(f)}: nDBANK = 0, nDBOOT = 0`]) : undefined,
    next: [{ ...RECOVER, text: "To start from BOOT_ADD0 again:" }],
  },
  {
    slug: "dual-bank",
    rung: "options",
    exit: 0,
    blocks: [],
    text:
      "Flash is in two banks (nDBANK = 0): the sectors are half as large and have other numbers than in most examples",
    match: (f) =>
      f.layout?.dualBank
        ? proven([`${optcrLine(f)}: nDBANK = 0`, `${f.layout.sectors.length} sectors`])
        : undefined,
    next: [
      { text: "probekit lays flash out as the chip says; other tools may erase the wrong sectors" },
      { ...RECOVER, text: "For one bank:" },
    ],
  },
];
