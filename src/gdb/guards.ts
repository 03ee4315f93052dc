/** What is refused before flash is touched, and what is to be done about it from gdb's prompt. */
import { type Evidence, Fault, type FaultRow, getField, hex } from "../base/mod.ts";
import { type Chip, flashRegister, type Sector, sectorBit } from "../chip/mod.ts";
import { flashFault, type OpenedFlash, type OptionBytes, sectorsText } from "../flash/mod.ts";
import { recipeFault } from "../recipe/mod.ts";
import { closedSectors } from "../flash/mod.ts";

const UNTOUCHED = { state: "untouched", text: "nothing was written" } as const;

/** times after reset at the reset clock: WWDG 64 * 4096 / 16 MHz, IWDG 4 * 4096 / 32 kHz (RM0385 §§23.4, 22.3) */
const PERIODS: Readonly<Record<string, readonly [name: string, period: string]>> = {
  WWDG_SW: ["window watchdog", "the window watchdog within 17 ms"],
  IWDG_SW: ["independent watchdog", "the independent watchdog within 512 ms"],
};

function evidence(chip: Chip, options: OptionBytes, register: string): Evidence {
  const { at } = flashRegister(chip.family, chip.sub, register);
  const value = hex(options.registers[register] ?? 0);
  return { what: `FLASH_${register}`, addr: hex(at), value };
}

/** Option fields that start a watchdog by hardware, as they are now. */
const watchdogs = (chip: Chip, options: OptionBytes): readonly string[] =>
  Object.entries(chip.sub.options).flatMap(([name, f]) =>
    f.hardwareWatchdog !== undefined && options.fields[name]?.value === f.hardwareWatchdog
      ? [name]
      : []
  );

/** Fault: flash-read-protected. */
export function requireReadable(chip: Chip, options: OptionBytes): void {
  if (options.rdpLevel === 0) return;
  const { field } = chip.family.readProtection;
  const register = chip.sub.options[field]?.register ?? "";
  throw flashFault("flash-read-protected", {
    level: options.rdpLevel,
    access: "program",
    at: hex(chip.family.flash.at),
    rdp: hex(options.fields[field]?.value ?? 0, 2),
  }, { board: UNTOUCHED, evidence: [evidence(chip, options, register)] });
}

/** Fault: flash-write-protected. */
export function requireOpen(
  { chip, layout }: OpenedFlash,
  options: OptionBytes,
  sectors: readonly Sector[],
  done: "erased" | "programmed",
): void {
  const closed = closedSectors(chip, layout, options.registers, "write");
  const wrong = sectors.filter((s) => closed.some((c) => c.index === s.index));
  if (wrong.length === 0) return;
  const [name, f] =
    Object.entries(chip.sub.options).find(([, o]) => o.sectors?.stops === "write") ??
      [];
  const bits = [...new Set(wrong.map((s) => sectorBit(layout, s)))];
  throw flashFault("flash-write-protected", {
    sectors: sectorsText(wrong),
    it: wrong.length === 1 ? "it" : "them",
    done,
    ...(f && name
      ? {
        nwrp: hex(getField(options.registers[f.register] ?? 0, f.bits), 3),
        bits: `${bits.length === 1 ? "bit" : "bits"} ${bits.join(", ")} ${
          bits.length === 1 ? "is" : "are"
        }`,
      }
      : {}),
  }, { board: UNTOUCHED, evidence: f ? [evidence(chip, options, f.register)] : [] });
}

/**
 * A chip whose watchdog starts by hardware resets itself again and again unless its program serves it: the
 * image would be there and seem broken. Fault: hardware-watchdog.
 */
export function requireNoHardwareWatchdog(chip: Chip, options: OptionBytes): void {
  const [field] = watchdogs(chip, options);
  const f = field === undefined ? undefined : chip.sub.options[field];
  if (field === undefined || f === undefined) return;
  const [watchdog, period] = PERIODS[field] ?? ["watchdog", "as its option says"];
  throw recipeFault("hardware-watchdog", {
    field,
    watchdog,
    period,
    optcr: hex(options.registers[f.register] ?? 0),
  }, { board: UNTOUCHED, evidence: [evidence(chip, options, f.register)] });
}

const RECOVER = {
  text: "Bring the option bytes back to factory values:",
  command: "monitor recover",
  effect: "reversible",
} as const;
const LOOK = {
  text: "Look at the option bytes:",
  command: "monitor options",
  effect: "read",
} as const;
const PROTECT_OFF = {
  text: "Or take only the write protection off:",
  command: "monitor flash protect 0 0 last off",
  effect: "reversible",
} as const;
const WATCHDOG_OK = {
  text: "If the program serves the watchdog:",
  command: "monitor watchdog_ok",
  effect: "reversible",
} as const;
const UNLOCK = {
  text: "If nothing in flash is needed any more, erase it all and unlock the chip:",
  command: "monitor stm32f2x unlock 0",
  effect: "destructive",
} as const;

const NEXT: Readonly<Record<string, FaultRow["next"]>> = {
  "hardware-watchdog": [RECOVER, WATCHDOG_OK, LOOK],
  "flash-write-protected": [RECOVER, PROTECT_OFF, LOOK],
  "resets-by-itself": [RECOVER, LOOK],
  "flash-read-protected": [UNLOCK, LOOK],
};

const HERE: readonly (readonly [shell: RegExp, prompt: string])[] = [
  [/probekit recover --allow-erase\b/, "monitor stm32f2x unlock 0"],
  [/probekit recover\b(?! --)/, "monitor recover"],
  [/probekit reset\b(?! --)/, "monitor reset halt"],
  [/probekit options\s*$/, "monitor options"],
  [/probekit flash IMAGE\b/, "load"],
];
/** A line that names a command of the shell, with what is said at gdb's prompt instead. */
export function fromPrompt(line: string): string {
  const here = HERE.find(([shell]) => shell.test(line));
  if (here) return line.replace(...here);
  return /^\s+probekit /.test(line) ? `${line}   (in a shell, when this server has ended)` : line;
}

/** The fault with what is to be done about it from gdb's prompt instead of a shell. */
export function fromHere(fault: Fault): Fault {
  const next = NEXT[fault.slug];
  return next ? new Fault(fault.slug, fault.row, fault.facts, { ...fault.options, next }) : fault;
}

/** What stands in the way of working on this board, one sentence each. */
export function boardNotes(
  { chip, layout }: OpenedFlash,
  options: OptionBytes,
  watchdogOk: boolean,
): readonly string[] {
  const notes: string[] = [];
  if (options.rdpLevel > 0) {
    notes.push(
      `warning: read protection is at level ${options.rdpLevel}: flash can be neither read nor programmed; monitor stm32f2x unlock 0 erases all of it and opens the chip`,
    );
  }
  for (const field of watchdogOk ? [] : watchdogs(chip, options)) {
    const register = chip.sub.options[field]?.register ?? "";
    const word = hex(options.registers[register] ?? 0);
    notes.push(
      `warning: the option bytes start the ${
        PERIODS[field]?.[0] ?? "watchdog"
      } by hardware (FLASH_${register} ${word}: ${field} = 0): the chip resets itself while it runs, and it is not programmed before monitor recover`,
    );
  }
  const closed = closedSectors(chip, layout, options.registers, "write");
  if (closed.length > 0) {
    notes.push(
      `warning: write-protected by the option bytes: ${
        sectorsText(closed).toLowerCase()
      }; monitor recover takes that off`,
    );
  }
  return notes;
}
