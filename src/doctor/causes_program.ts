/** Causes in the program: vector table, faults, resets. */
import { bits, has, hex } from "../base/mod.ts";
import { checkVectors, exceptionName } from "../cortex/mod.ts";
import { type CauseRow, likely, type Match, proven } from "./cause.ts";
import { resetFlag } from "./causes_options.ts";
import type { Findings } from "./findings.ts";

const BLANK = 0xFFFF_FFFF;
/** PC of a core that is locked up, as a debugger sees it: facts, cortex-m §11 */
const LOCKED_PC = [0xFFFF_FFFE, 0xEFFF_FFFE];
const FLASH = {
  text: "Program an image:",
  command: "probekit flash IMAGE",
  effect: "reversible",
} as const;

const words = (f: Findings): readonly [number, number] | undefined => f.vectors?.words;
const isBlank = (f: Findings): boolean =>
  words(f) !== undefined && words(f)?.every((w) => w === BLANK) === true;
const at = (f: Findings): string => hex(f.vectors?.readAt ?? 0);

/** The first problem of this vector in a table that is there. */
function badVector(f: Findings, vector: "stack" | "reset"): string | undefined {
  const { chip, layout } = f;
  const table = words(f);
  if (!table || !chip || !layout || isBlank(f)) return undefined;
  const flash = [layout.at, ...chip.family.flash.aliases.map((a) => a.at)]
    .map((from) => ({ at: from, length: layout.size }));
  return checkVectors(table, { ram: chip.sub.ram, flash }).find((p) => p.vector === vector)?.text;
}
const vectorLine = (f: Findings): string =>
  `the table at ${at(f)} begins with ${words(f)?.map((w) => hex(w)).join(" ")}`;
const thumbMissing = (f: Findings): boolean =>
  !isBlank(f) && words(f) !== undefined && (words(f)?.[1] ?? 1) % 2 === 0;

/** Fault registers as lines, when a program can be blamed for them. */
function faultLines(f: Findings): readonly string[] {
  // at level 1 the debugger itself cuts the program off from flash
  if (f.options?.rdpLevel === 1 || f.heldInReset) return [];
  const recorded = has(f.registers["CFSR"] ?? 0, BLANK) || has(f.registers["HFSR"] ?? 0, BLANK);
  return recorded ? f.core?.faults ?? [] : [];
}
const inFaultHandler = (f: Findings): boolean => {
  const exception = f.core?.exception ?? 0;
  return exception >= 3 && exception <= 6;
};

/** A write to flash over its ITCM view, told from the fault registers. */
function itcmWrite(f: Findings): Match | undefined {
  const alias = f.chip?.family.flash.aliases[0];
  const { layout, failure } = f;
  if (!alias || !layout) return undefined;
  const inAlias = (x: unknown): boolean =>
    typeof x === "number" && x >= alias.at && x < alias.at + layout.size;
  const asked = Number(failure?.facts["at"] ?? NaN);
  if (failure?.facts["access"] === "write" && inAlias(asked)) {
    return proven([failure.title, `${hex(asked)} is flash over its ${alias.name} view`]);
  }
  const cfsr = f.registers["CFSR"] ?? 0;
  if (faultLines(f).length === 0) return undefined;
  const dataFault = bits(cfsr, 9, 9) === 1 || bits(cfsr, 10, 10) === 1; // PRECISERR, IMPRECISERR
  const known = bits(cfsr, 15, 15) === 1; // BFARVALID
  if (dataFault && known && inAlias(f.registers["BFAR"])) {
    return proven([
      ...faultLines(f),
      `${hex(f.registers["BFAR"] ?? 0)} is flash over its ${alias.name} view`,
    ]);
  }
  const itcm = bits(f.registers["ABFSR"] ?? 0, 0, 0) === 1;
  return dataFault && itcm ? likely(faultLines(f)) : undefined;
}

const dog = (f: Findings): string | undefined =>
  ["IWDG", "WWDG"].find((d) => resetFlag(f, `${d}RSTF`));
const hardwareDog = (f: Findings, name: string): boolean =>
  f.options?.fields[`${name}_SW`]?.value === 0;
const csrLine = (f: Findings, flag: string): string =>
  `RCC_CSR ${hex(f.registers["RCC_CSR"] ?? 0)}: ${flag} is set`;
const resetsLine = (f: Findings): string => `reset ${f.resets?.resets} times in ${f.resets?.ms} ms`;

/** See the head of the file. */
export const PROGRAM_CAUSES: readonly CauseRow[] = [
  {
    slug: "flash-blank",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "No program is in flash: the vector table is blank",
    match: (f) =>
      isBlank(f)
        ? proven([
          vectorLine(f),
          ...(f.core?.lockedUp ? ["the core locked up at once, as it must"] : []),
        ])
        : undefined,
    next: [FLASH],
    excludes: ["vector-stack", "vector-thumb", "vector-reset", "itcm-write", "rdp1", "rdp2"],
  },
  {
    slug: "vector-stack",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "The vector table is wrong: its first word is no stack pointer",
    match: (f) => {
      const problem = badVector(f, "stack");
      return problem === undefined ? undefined : proven([problem, vectorLine(f)]);
    },
    next: [{ ...FLASH, text: "Check the linker script and the image's base address, then:" }],
  },
  {
    slug: "vector-thumb",
    rung: "vectors",
    exit: 22,
    blocks: ["run"],
    text: "The reset vector has no Thumb bit: the first instruction faults",
    match: (f) =>
      thumbMissing(f) ? proven([badVector(f, "reset") ?? "", vectorLine(f)]) : undefined,
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
    text: "The reset vector points to no memory of this chip",
    match: (f) => {
      const problem = badVector(f, "reset");
      return problem === undefined || thumbMissing(f)
        ? undefined
        : proven([problem, vectorLine(f)]);
    },
    next: [{ ...FLASH, text: "Check for which chip and which address the image was built, then:" }],
    excludes: ["vector-thumb"],
  },
  {
    slug: "lockup",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The core is locked up: a fault happened inside the HardFault handler",
    match: (f) => {
      if (f.options?.rdpLevel === 1 || f.heldInReset) return undefined;
      const pc = f.core?.pc;
      const byPc = pc !== undefined && LOCKED_PC.includes(pc);
      if (!f.core?.lockedUp && !byPc && !f.core?.story?.lockedUp) return undefined;
      const shown = [
        ...(f.core?.lockedUp ? [`DHCSR ${hex(f.registers["DHCSR"] ?? 0)}: S_LOCKUP`] : []),
        ...(byPc ? [`PC ${hex(pc)}, the address of a core that is locked up`] : []),
        ...faultLines(f),
      ];
      return { ...proven(shown), skip: f.core?.story ? 1 : 0 };
    },
    next: [
      { text: "See in which instruction:", command: "probekit doctor --halt", effect: "volatile" },
      FLASH,
    ],
    excludes: ["nrst-held"],
  },
  {
    slug: "hardfault",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The program is in its {handler} handler",
    match: (f) => {
      const lines = faultLines(f);
      if (!inFaultHandler(f) || lines.length === 0 || f.core?.lockedUp) return undefined;
      const frame = f.core?.story?.frame;
      const shown = [
        ...lines,
        ...(frame ? [`interrupted at ${hex(frame.pc)}, called from ${hex(frame.lr)}`] : []),
      ];
      const facts = { handler: exceptionName(f.core?.exception ?? 3) };
      return { ...proven(shown, facts), skip: f.core?.story ? 1 : 0 };
    },
    next: [
      {
        text: "See which instruction it was; the core is halted for a moment:",
        command: "probekit doctor --halt",
        effect: "volatile",
      },
      { text: "Step up to it with a debugger:", command: "probekit gdb", effect: "volatile" },
    ],
    excludes: ["lockup", "nrst-held"],
  },
  {
    slug: "itcm-write",
    rung: "running",
    exit: 22,
    blocks: ["run", "write"],
    text: "Something writes to flash over its ITCM view (0x00200000), which can only be read",
    match: itcmWrite,
    next: [{
      text:
        "Erase and program flash at 0x08000000 + offset; probekit translates such addresses itself",
    }],
  },
  {
    slug: "watchdog-loop",
    rung: "running",
    exit: 22,
    blocks: ["run", "write"],
    text: "The program starts the {dog} watchdog and does not feed it in time",
    match: (f) => {
      const name = dog(f);
      if (name === undefined || hardwareDog(f, name) || !f.options) return undefined;
      const facts = { dog: name === "IWDG" ? "independent" : "window" };
      const option = `${name}_SW = 1: only a program starts it`;
      const many = (f.resets?.resets ?? 0) > 1;
      const line = csrLine(f, `${name}RSTF`);
      return many ? proven([resetsLine(f), line, option], facts) : undefined;
    },
    next: [
      {
        text: "Hold it in reset, and put another program in:",
        command: "probekit flash IMAGE --set-target attach=under-reset",
        effect: "reversible",
      },
    ],
    excludes: ["nrst-held"],
  },
  {
    slug: "watchdog-reset-seen",
    rung: "running",
    exit: 0,
    blocks: [],
    text: "A watchdog has reset the chip at least once since the reset flags were cleared",
    match: (f) => {
      const name = dog(f);
      if (name === undefined || hardwareDog(f, name) || (f.resets?.resets ?? 0) > 1) {
        return undefined;
      }
      return proven([csrLine(f, `${name}RSTF`), `${name}_SW = 1: only a program starts it`]);
    },
    next: [{ text: "If that was not meant, look where the program may hang" }],
    excludes: ["watchdog-loop"],
  },
  {
    slug: "reset-loop",
    rung: "running",
    exit: 22,
    blocks: ["run", "write"],
    text: "The chip resets itself again and again, and no watchdog says it was the one",
    match: (f) => {
      if ((f.resets?.resets ?? 0) < 2 || dog(f) !== undefined) return undefined;
      const flags = ["SFTRSTF", "BORRSTF", "PORRSTF", "LPWRRSTF"].filter((n) => resetFlag(f, n));
      return likely([resetsLine(f), ...flags.map((n) => csrLine(f, n))]);
    },
    next: [{ text: "Look for a dipping supply and for a program that resets itself" }],
    excludes: ["watchdog-loop", "nrst-held"],
  },
  {
    slug: "asleep",
    rung: "running",
    exit: 0,
    blocks: [],
    text: "The core sleeps (WFI or WFE)",
    match: (f) =>
      f.core?.sleeping && !f.heldInReset
        ? proven([`DHCSR ${hex(f.registers["DHCSR"] ?? 0)}: S_SLEEP`])
        : undefined,
    next: [{ text: "That is usual for a program that waits; nothing is to be done" }],
    excludes: ["lockup"],
  },
];
