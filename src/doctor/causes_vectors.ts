/** Causes in the vector table. */
import { bits, hex } from "../base/mod.ts";
import { flashViews } from "../chip/mod.ts";
import { checkVectors } from "../cortex/mod.ts";
import { type CauseRow, likely, type Match, proven } from "./cause.ts";
import { bootPlace, startedByPin, startsBesideProgram } from "./causes_boot.ts";
import type { Findings } from "./findings.ts";

const BLANK = 0xFFFF_FFFF;
/** What helps against most of them. */
export const FLASH = {
  text: "Program an image:",
  command: "probekit flash IMAGE",
  effect: "reversible",
} as const;

/** What helps against a program that has to be held back. */
export const INSTEAD = {
  text: "Hold it in reset, and put another program in:",
  command: "probekit flash IMAGE --set-target attach=under-reset",
  effect: "reversible",
} as const;

const words = (f: Findings): readonly number[] | undefined => f.vectors?.words;
const isBlank = (f: Findings): boolean => words(f)?.slice(0, 2).every((w) => w === BLANK) ?? false;
const at = (f: Findings): string => hex(f.vectors?.readAt ?? 0);
const reset = (f: Findings): number => words(f)?.[1] ?? BLANK;
const vectorLine = (f: Findings): string =>
  `the table at ${at(f)} begins with ${words(f)?.slice(0, 2).map((w) => hex(w)).join(" ")}`;

/** What is wrong with this vector of a table that is there, and where the chip is to start. */
function problems(f: Findings, vector: "stack" | "reset"): readonly string[] {
  const { chip, layout } = f;
  const table = words(f);
  if (!table || !chip || !layout || isBlank(f) || startsBesideProgram(f)) return [];
  return checkVectors(table.slice(0, 2), { ram: chip.sub.ram, flash: flashViews(chip, layout) })
    .filter((p) => p.vector === vector).map((p) => p.text);
}
/** The Thumb bit is all that is wrong with it. */
const thumbMissing = (f: Findings): boolean =>
  problems(f, "reset").length === 1 && reset(f) % 2 === 0;

/** How files of programs begin: written as they are they are none. */
const FILES: readonly (readonly [first: RegExp, name: string])[] = [
  [/^\x7fELF/, "an ELF file"],
  [/^:[0-9A-F]{3}/i, "an Intel HEX file"],
  [/^S[0-9][0-9A-F]{2}/i, "a file of S-records"],
  [/^UF2\n/, "a UF2 file"],
];
/** A file that was written itself, instead of what it holds. */
function fileLines(f: Findings): readonly string[] {
  const [first = BLANK] = words(f) ?? [];
  const text = String.fromCharCode(...[0, 8, 16, 24].map((at) => bits(first, at + 7, at)));
  const [, name] = FILES.find(([begins]) => begins.test(text)) ?? [];
  return name === undefined
    ? []
    : [`so begins ${name}: the file itself was written to flash, not what it holds`];
}

/** The core takes the two lowest bits of a stack pointer as zero: such a one alone keeps nothing from running. */
function stack(f: Findings): Match | undefined {
  const all = problems(f, "stack");
  if (all.length === 0) return undefined;
  const inRam = all.every((text) => text.endsWith("multiple of 4"));
  return inRam
    ? likely([...all, "the core takes its two lowest bits as zero", vectorLine(f)])
    : proven([...all, vectorLine(f), ...fileLines(f)]);
}

/** Where code from a reset vector would come from. */
function resetInRam(f: Findings): boolean {
  const { chip } = f;
  const target = reset(f) - reset(f) % 2;
  return problems(f, "reset").length === 0 && words(f) !== undefined && !isBlank(f) &&
    !startsBesideProgram(f) &&
    (chip?.sub.ram.some((r) => target >= r.at && target < r.at + r.length) ?? false);
}

/** What says that the code which a reset vector in RAM points to does not run; undefined when nothing does. */
function faultsAtOnce({ core, registers, options, heldInReset }: Findings): string[] | undefined {
  if (heldInReset || options?.rdpLevel === 1) return undefined;
  const cfsr = registers["CFSR"] ?? 0;
  const fetch = bits(cfsr, 8, 8) === 1 || bits(cfsr, 16, 16) === 1 || bits(cfsr, 17, 17) === 1; // IBUSERR, UNDEFINSTR, INVSTATE
  const stands = core?.lockedUp || core?.exception === 3;
  return fetch && stands ? [...core?.faults ?? []] : undefined;
}

/** A HardFault vector that cannot be taken, in words. */
function unusable(f: Findings, vector: number): string | undefined {
  const { chip, layout } = f;
  if (vector === BLANK) return "blank";
  if (vector % 2 === 0) return "even: no Thumb bit";
  if (!chip || !layout) return undefined;
  const all = [...flashViews(chip, layout), ...chip.sub.ram, ...chip.sub.systemMemory];
  return all.some((r) => vector > r.at && vector < r.at + r.length)
    ? undefined
    : "in no flash or RAM of this chip";
}

/** Locked up, and where VTOR points no handler is. */
function movedTable(f: Findings): Match | undefined {
  const live = f.vectors?.live;
  const stands = f.core?.lockedUp || f.core?.story?.lockedUp;
  const [, , , vector = BLANK] = live?.words ?? [];
  const wrong = unusable(f, vector);
  if (!live || !stands || wrong === undefined || f.heldInReset) return undefined;
  // a chip that started elsewhere has its vectors there by itself
  if (bootPlace(f) !== "flash" || startedByPin(f)) return undefined;
  const shown = [
    `VTOR ${hex(live.at)}; the chip starts from the table at ${at(f)}`,
    `at ${hex(live.at)} the HardFault vector ${hex(vector)} is ${wrong}`,
  ];
  return proven(shown, { where: hex(live.at) });
}

/** An image that stands where it is not linked for. */
function misplaced(f: Findings): Match | undefined {
  const all = f.vectors?.misplaced ?? [];
  if (all.length === 0 || startsBesideProgram(f)) return undefined;
  const [{ at: first = 0, reset: vector = 0 } = {}] = all;
  return proven([
    vectorLine(f),
    ...all.slice(0, 3).map((t) =>
      `at ${hex(t.at)}: reset vector ${hex(t.reset)}, and erased flash where it points to`
    ),
  ], { at: hex(first), reset: hex(vector) });
}

/** The vector table as evidence of why a fault could not be handled. */
export function faultVectorLines(f: Findings): readonly string[] {
  const vector = words(f)?.[3];
  if (vector === undefined || isBlank(f)) return [];
  const wrong = vector === BLANK ? "blank" : vector % 2 === 0 ? "even: no Thumb bit" : undefined;
  return f.vectors?.live !== undefined || wrong === undefined
    ? []
    : [`the HardFault vector ${hex(vector)} is ${wrong}`];
}

/** See the head of the file. */
export const VECTOR_CAUSES: readonly CauseRow[] = [
  {
    slug: "flash-blank",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "There is no program to start: the vector table is blank",
    match: (f) =>
      isBlank(f) && (f.vectors?.tables ?? []).length === 0 && !f.vectors?.misplaced
        ? proven([
          vectorLine(f),
          ...(f.core?.lockedUp ? ["the core locked up at once, as it must"] : []),
        ])
        : undefined,
    next: [FLASH],
    excludes: [
      "vector-stack",
      "vector-thumb",
      "vector-reset",
      "vector-erased",
      "vector-ram",
      "itcm-write",
      "rdp1",
      "rdp2",
    ],
  },
  {
    slug: "vector-stack",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "The vector table is wrong: its first word is no stack pointer",
    match: stack,
    next: [{ ...FLASH, text: "Check the linker script and the image's base address, then:" }],
  },
  {
    slug: "vector-thumb",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "The reset vector has no Thumb bit: the first instruction faults",
    match: (f) =>
      thumbMissing(f) ? proven([problems(f, "reset")[0] ?? "", vectorLine(f)]) : undefined,
    next: [{
      ...FLASH,
      text:
        "Declare the reset handler as a function (.type Reset_Handler, %function), build again, then:",
    }],
  },
  {
    slug: "vector-reset",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "The reset vector points to no flash or RAM of this chip",
    match: (f) => {
      const all = problems(f, "reset");
      return all.length === 0 || thumbMissing(f) ? undefined : proven([...all, vectorLine(f)]);
    },
    next: [{ ...FLASH, text: "Check for which chip and which address the image was built, then:" }],
    excludes: ["vector-thumb", "vector-erased", "vector-ram"],
  },
  {
    slug: "vector-erased",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text:
      "The reset vector points to erased flash: the program was not written whole, or not where it is linked for",
    match: (f) =>
      f.vectors?.code === BLANK && !isBlank(f)
        ? proven([`${hex(BLANK)} stands at ${hex(reset(f) - reset(f) % 4)}`, vectorLine(f)])
        : undefined,
    next: [{ ...FLASH, text: "Program the whole image again, at the address it is linked for:" }],
    excludes: ["vector-thumb", "vector-ram"],
  },
  {
    slug: "vector-ram",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "The reset vector points to RAM, where nothing is after power-on",
    match: (f) => {
      if (!resetInRam(f)) return undefined;
      const fails = faultsAtOnce(f);
      return fails ? proven([vectorLine(f), ...fails]) : likely([vectorLine(f)]);
    },
    next: [{ ...FLASH, text: "Link the image for flash, or load it with a debugger; then:" }],
  },
  {
    slug: "image-misplaced",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text:
      "No program begins where the chip starts; the image at {at} is linked for another address: its reset vector {reset} points to erased flash",
    match: misplaced,
    next: [{ ...FLASH, text: "Program it again, at the address it is linked for:" }],
    excludes: ["flash-blank", "program-elsewhere", "boot-beside-program"],
  },
  {
    slug: "vectors-moved",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text:
      "The program has moved its vectors to {where} (VTOR), where no vector table is: the first fault locked the core up",
    match: movedTable,
    next: [{
      ...FLASH,
      text:
        "Copy the table there before VTOR is set, or correct its address (VECT_TAB_OFFSET), build again, then:",
    }],
  },
];
