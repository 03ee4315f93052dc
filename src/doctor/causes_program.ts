/** Causes in the program: faults, handlers that never end, resets. */
import { bits, has, hex } from "../base/mod.ts";
import { exceptionName } from "../cortex/mod.ts";
import { type CauseRow, likely, type Match, proven } from "./cause.ts";
import { bootPlace, startedByPin } from "./causes_boot.ts";
import { resetFlag } from "./causes_options.ts";
import { faultVectorLines, FLASH, INSTEAD } from "./causes_vectors.ts";
import type { Findings } from "./findings.ts";

const ALL = 0xFFFF_FFFF;
/** PC of a core that is locked up, as a debugger sees it: facts, cortex-m §11 */
const LOCKED_PC = [0xFFFF_FFFE, 0xEFFF_FFFE];

/** Fault registers as lines, when a program can be blamed for them. */
function faultLines(f: Findings): readonly string[] {
  // at level 1 the debugger itself cuts the program off from flash
  if (f.options?.rdpLevel === 1 || f.heldInReset) return [];
  const recorded = has(f.registers["CFSR"] ?? 0, ALL) || has(f.registers["HFSR"] ?? 0, ALL);
  return recorded ? f.core?.faults ?? [] : [];
}
const exceptionOf = (f: Findings): number => f.core?.exception ?? 0;
/** HardFault, MemManage, BusFault, UsageFault */
const inFaultHandler = (f: Findings): boolean => exceptionOf(f) >= 3 && exceptionOf(f) <= 6;
const lockedUp = (f: Findings): boolean =>
  f.options?.rdpLevel !== 1 && !f.heldInReset &&
  (f.core?.lockedUp === true || f.core?.story?.lockedUp === true);

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
    // a read of the ITCM view is no write: it faults only where flash may not be read at all
    return likely([
      ...faultLines(f),
      `${hex(f.registers["BFAR"] ?? 0)} is flash over its ${alias.name} view`,
    ]);
  }
  const itcm = bits(f.registers["ABFSR"] ?? 0, 0, 0) === 1;
  return dataFault && itcm ? likely(faultLines(f)) : undefined;
}

/** MSTKERR or STKERR: an exception could not save its registers, although the table's stack pointer is good. */
const stackLost = (f: Findings): boolean => {
  const cfsr = f.registers["CFSR"] ?? 0;
  const { tables = [], readAt = -1 } = f.vectors ?? {};
  const unsaved = bits(cfsr, 4, 4) === 1 || bits(cfsr, 12, 12) === 1;
  return faultLines(f).length > 0 && bootPlace(f) === "flash" &&
    tables.includes(readAt) && unsaved;
};

/** One exception at every look, and no fault that explains it. */
function stuck(f: Findings): number | undefined {
  const { core, resets } = f;
  const only = core?.steady ?? 0;
  const explained = only >= 3 && only <= 6 && faultLines(f).length > 0;
  if (only === 0 || only !== exceptionOf(f) || explained || core?.halted || lockedUp(f)) {
    return undefined;
  }
  return f.options?.rdpLevel === 1 || (resets?.resets ?? 0) > 0 ? undefined : only;
}

const dog = (f: Findings): string | undefined =>
  ["IWDG", "WWDG"].find((d) => resetFlag(f, `${d}RSTF`));
const hardwareDog = (f: Findings, name: string): boolean =>
  f.options?.fields[`${name}_SW`]?.value === 0;
const csrLine = (f: Findings, flag: string): string =>
  `RCC_CSR ${hex(f.registers["RCC_CSR"] ?? 0)}: ${flag} is set`;
const resetsLine = (f: Findings): string => `reset ${f.resets?.resets} times in ${f.resets?.ms} ms`;

const SEE_WHERE = {
  text: "See which instruction it was; the core is halted for a moment:",
  command: "probekit doctor --halt",
  effect: "volatile",
} as const;
const DEBUG = {
  text: "Step up to it with a debugger:",
  command: "probekit gdb",
  effect: "volatile",
} as const;

/** What the core is in. */
const STATE_CAUSES: readonly CauseRow[] = [
  {
    slug: "lockup",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The core is locked up: a fault happened that no handler could take",
    match: (f) => {
      if (!lockedUp(f)) return undefined;
      const pc = f.core?.pc;
      const shown = [
        ...(f.core?.lockedUp ? [`DHCSR ${hex(f.registers["DHCSR"] ?? 0)}: S_LOCKUP`] : []),
        ...(pc !== undefined && LOCKED_PC.includes(pc)
          ? [`PC ${hex(pc)}, the address of a core that is locked up`]
          : []),
        ...faultVectorLines(f),
        ...faultLines(f),
      ];
      return { ...proven(shown), skip: f.core?.story ? 1 : 0 };
    },
    next: [
      { text: "See in which instruction:", command: "probekit doctor --halt", effect: "volatile" },
      FLASH,
    ],
    excludes: ["nrst-held", "halted"],
  },
  {
    slug: "hardfault",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The program is in its {handler} handler",
    match: (f) => {
      const lines = faultLines(f);
      if (!inFaultHandler(f) || lines.length === 0 || lockedUp(f)) return undefined;
      const frame = f.core?.story?.frame;
      const shown = [
        ...lines,
        ...(frame ? [`interrupted at ${hex(frame.pc)}, called from ${hex(frame.lr)}`] : []),
      ];
      const facts = { handler: exceptionName(f.core?.exception ?? 3) };
      return { ...proven(shown, facts), skip: f.core?.story ? 1 : 0 };
    },
    next: [SEE_WHERE, DEBUG],
    excludes: ["lockup", "nrst-held", "stuck-in-handler"],
  },
  {
    slug: "stack-overflow",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The stack has left its memory",
    match: (f) =>
      stackLost(f) && (inFaultHandler(f) || lockedUp(f)) && !startedByPin(f)
        ? { ...likely(faultLines(f)), skip: f.core?.story ? 1 : 0 }
        : undefined,
    next: [SEE_WHERE, {
      text: "Look for endless recursion and large local arrays; enlarge the stack",
    }],
  },
  {
    slug: "stuck-in-handler",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The program does not leave its {handler} handler",
    match: (f) => {
      const only = stuck(f);
      if (only === undefined) return undefined;
      const line = `ICSR ${hex(f.registers["ICSR"] ?? 0)}: VECTACTIVE = ${only} at all ${
        f.resets?.looks ?? 0
      } looks`;
      return likely([line], { handler: exceptionName(only) });
    },
    next: [
      {
        text:
          "A default handler that loops is the usual one: write a handler, or clear its request in it",
      },
      DEBUG,
    ],
  },
  {
    slug: "halted",
    rung: "running",
    exit: 22,
    blocks: ["run"],
    text: "The core is halted: a debugger has stopped it and left it so",
    match: (f) =>
      f.core?.halted && f.connected?.how === "attach" && f.failure === undefined && !f.heldInReset
        ? proven([`DHCSR ${hex(f.registers["DHCSR"] ?? 0)}: S_HALT`])
        : undefined,
    next: [{ text: "Let it run:", command: "probekit reset", effect: "volatile" }],
    excludes: ["asleep", "nrst-held"],
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
];

/** What resets it. */
const RESET_CAUSES: readonly CauseRow[] = [
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
      if (!many) return undefined;
      const shown = [resetsLine(f), line, option];
      // the flag may be an old one where something else resets the chip too
      const others = ["SFTRSTF", "LPWRRSTF"].some((n) => resetFlag(f, n)) ||
        ["IWDG", "WWDG"].some((n) => n !== name && resetFlag(f, `${n}RSTF`));
      return others ? likely(shown, facts) : proven(shown, facts);
    },
    next: [INSTEAD],
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
      const csr = f.registers["RCC_CSR"];
      const cleared = csr !== undefined && bits(csr, 31, 25) === 0
        ? [
          `RCC_CSR ${
            hex(csr)
          }: no reset flag: the program clears them, so a watchdog may be the one`,
        ]
        : [];
      return likely([resetsLine(f), ...flags.map((n) => csrLine(f, n)), ...cleared]);
    },
    next: [
      { text: "Look for a dipping supply and for a program that resets itself" },
      INSTEAD,
    ],
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
  {
    slug: "fault-survived",
    rung: "running",
    exit: 0,
    blocks: [],
    text: "A fault was recorded since the last reset, and the program went on",
    match: (f) => {
      const lines = faultLines(f);
      const over = lines.length > 0 && !inFaultHandler(f) && !lockedUp(f);
      return over && !f.core?.halted ? proven(lines) : undefined;
    },
    next: [SEE_WHERE],
    excludes: ["hardfault", "lockup"],
  },
];

/** See the head of the file. */
export const PROGRAM_CAUSES: readonly CauseRow[] = [...STATE_CAUSES, ...RESET_CAUSES];
