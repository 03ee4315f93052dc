/** What stands in the way of working on a board, and what is to be done about it from gdb's prompt. */
import { Fault, type FaultRow, hex } from "../base/mod.ts";
import { closedSectors, type OpenedFlash, type OptionBytes, sectorsText } from "../flash/mod.ts";
import { hardwareWatchdogs, watchdogName } from "../recipe/mod.ts";

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
  "bad-option-profile": [{
    ...LOOK,
    text: "Name fields as the reference manual does; see them all:",
  }],
};

const HERE: readonly (readonly [shell: RegExp, prompt: string])[] = [
  [/probekit recover --allow-erase\b/, "monitor stm32f2x unlock 0"],
  [/probekit recover\b(?! --)/, "monitor recover"],
  [/probekit reset\b(?! --)/, "monitor reset halt"],
  [/probekit options\s*$/, "monitor options"],
  [/probekit flash IMAGE\b/, "load"],
  [/probekit doctor --halt\b/, "backtrace"],
  [/probekit gdb\s*(?=$|\[)/, "break FUNCTION, then step   "],
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
  for (const field of watchdogOk ? [] : hardwareWatchdogs(chip, options)) {
    const register = chip.sub.options[field]?.register ?? "";
    const word = hex(options.registers[register] ?? 0);
    notes.push(
      `warning: the option bytes start the ${
        watchdogName(field)
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
