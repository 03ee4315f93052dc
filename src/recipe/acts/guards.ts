/** What is refused before flash is touched, whatever the step is. */
import { type Evidence, getField, hex } from "../../base/mod.ts";
import { flashRegister, type Sector, sectorBit } from "../../chip/mod.ts";
import { closedSectors, flashFault, type OptionBytes, sectorsText } from "../../flash/mod.ts";
import { fault } from "../faults.ts";
import { hardwareWatchdogs, type View } from "../view.ts";

const UNTOUCHED = { state: "untouched", text: "nothing was written" } as const;

/** A chip and its flash, as steps of a plan or a debugger see it. */
type Seen = Pick<View, "chip" | "layout">;

const bitsText = (bits: readonly number[]): string =>
  bits.length === 1 ? `bit ${bits[0]} is` : `bits ${bits.join(", ")} are`;

/** An option register with the fields that differ from a new part. */
export function optionEvidence(
  view: Pick<View, "chip">,
  options: OptionBytes,
  register: string,
): Evidence {
  const { family, sub } = view.chip;
  const value = options.registers[register] ?? 0;
  const decoded: Record<string, string> = {};
  for (const name of options.notFactory) {
    const f = sub.options[name];
    if (f?.register === register) decoded[name] = options.fields[name]?.text ?? "";
  }
  const { at } = flashRegister(family, sub, register);
  return { what: `FLASH_${register}`, addr: hex(at), value: hex(value), decoded };
}

/** Fault: flash-read-protected. */
export function requireReadable(
  view: Pick<View, "chip">,
  options: OptionBytes,
  access: "read" | "erase" | "program",
  at: number,
): void {
  if (options.rdpLevel === 0) return;
  const { field } = view.chip.family.readProtection;
  const f = view.chip.sub.options[field];
  const register = f?.register ?? "";
  const rdp = f ? getField(options.registers[register] ?? 0, f.bits) : 0;
  throw flashFault("flash-read-protected", {
    level: options.rdpLevel,
    access,
    at: hex(at),
    rdp: hex(rdp, 2),
  }, { board: UNTOUCHED, evidence: [optionEvidence(view, options, register)] });
}

/** Refuses sectors that option bytes protect. Faults: flash-write-protected, flash-code-protected. */
export function requireOpen(
  view: Seen,
  options: OptionBytes,
  sectors: readonly Sector[],
  done: "erased" | "programmed",
  all: readonly ("write" | "read")[] = ["write", "read"],
): void {
  for (const stops of all) {
    const closed = closedSectors(view.chip, view.layout, options.registers, stops);
    const wrong = sectors.filter((s) => closed.some((c) => c.index === s.index));
    if (wrong.length === 0) continue;
    const [name, f] = Object.entries(view.chip.sub.options)
      .find(([, o]) => o.sectors?.stops === stops) ?? [];
    const word = hex(f ? getField(options.registers[f.register] ?? 0, f.bits) : 0, 3);
    const one = wrong.length === 1;
    const slug = stops === "write" ? "flash-write-protected" : "flash-code-protected";
    throw flashFault(slug, {
      sectors: sectorsText(wrong),
      is: one ? "is" : "are",
      it: one ? "it" : "them",
      done,
      bits: bitsText([...new Set(wrong.map((s) => sectorBit(view.layout, s)))]),
      ...(name ? { nwrp: word, pcrop: word } : {}),
    }, {
      board: UNTOUCHED,
      evidence: f ? [optionEvidence(view, options, f.register)] : [],
    });
  }
}

/** Refuses sectors that cannot even be looked at (PCROP). Fault: flash-code-protected. */
export const requireNotClosed = (
  view: View,
  options: OptionBytes,
  sectors: readonly Sector[],
  done: "erased" | "programmed",
): void => requireOpen(view, options, sectors, done, ["read"]);

/**
 * Refuses what flash would refuse in mid-work: a doubtful size, too low a supply, protection.
 * Faults: flash-size-doubtful, flash-supply-too-low, flash-write-protected, flash-code-protected.
 */
export function requireWritable(
  view: View,
  options: OptionBytes,
  sectors: readonly Sector[],
  done: "erased" | "programmed",
): void {
  if (sectors.length === 0) return;
  const { chip, volts } = view;
  if (chip.flashSizeDoubt !== undefined) {
    throw flashFault("flash-size-doubtful", { doubt: chip.flashSizeDoubt }, { board: UNTOUCHED });
  }
  const needs = chip.family.flash.parallelism[0]?.fromVolts ?? 0;
  if (volts !== undefined && volts < needs) {
    throw flashFault("flash-supply-too-low", { needs, volts: volts.toFixed(2) }, {
      board: UNTOUCHED,
    });
  }
  requireOpen(view, options, sectors, done);
}

/** times after reset at the reset clock: WWDG 64 * 4096 / 16 MHz, IWDG 4 * 4096 / 32 kHz (RM0385 §§23.4, 22.3) */
const PERIOD: Readonly<Record<string, string>> = {
  WWDG_SW: "the window watchdog within 17 ms",
  IWDG_SW: "the independent watchdog within 512 ms",
};
const NAMES: Readonly<Record<string, string>> = {
  WWDG_SW: "window watchdog",
  IWDG_SW: "independent watchdog",
};
/** What the option field is about, in words. */
export const watchdogName = (field: string): string => NAMES[field] ?? "watchdog";

/**
 * Refuses to program a chip whose watchdog starts by hardware: the image would be there, and the chip
 * would reset itself again and again unless the image serves it. Fault: hardware-watchdog.
 */
export function requireNoHardwareWatchdog(view: Pick<View, "chip">, options: OptionBytes): void {
  const [field] = hardwareWatchdogs(view.chip, options);
  const f = field === undefined ? undefined : view.chip.sub.options[field];
  if (field === undefined || f === undefined) return;
  throw fault("hardware-watchdog", {
    field,
    watchdog: watchdogName(field),
    period: PERIOD[field] ?? "as its option says",
    optcr: hex(options.registers[f.register] ?? 0),
  }, { board: UNTOUCHED, evidence: [optionEvidence(view, options, f.register)] });
}
