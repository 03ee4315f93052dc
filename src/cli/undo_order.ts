/** In which order option bytes and flash come back: what keeps flash from being written goes last. Pure. */
import { and, getField, or } from "../base/mod.ts";
import { type Chip, layoutOf, sectorBit, valuesOf } from "../chip/mod.ts";
import type { OptionBytes } from "../flash/mod.ts";

/** Option fields to write before flash, and those to write after it. */
export interface UndoOrder {
  readonly first: Readonly<Record<string, number>>;
  readonly last: Readonly<Record<string, number>>;
}

type Texts = Readonly<Record<string, string>>;
/** A stretch of flash. */
export interface Stretch {
  readonly at: number;
  readonly length: number;
}

/** Bits of the write-protection field that have to be open for these stretches to be written. */
function bitsFor(
  chip: Pick<Chip, "sub" | "flashKiB">,
  registers: Readonly<Record<string, number>>,
  stretches: readonly Stretch[],
): number {
  const layout = layoutOf(chip.sub, chip.flashKiB, registers);
  const touched = layout.sectors.filter((s) =>
    stretches.some((f) => f.at < s.at + s.size && f.at + f.length > s.at)
  );
  return or(0, ...touched.map((s) => 2 ** sectorBit(layout, s)));
}

/**
 * `options` are the fields as they are to be in the end, by name; `flash` what will be written. A write
 * protection over that flash, be it there now or to come back, is opened first and closed last (`found`:
 * registers as they were before an undo that was cut short opened it); read
 * protection and hardware watchdogs that come back wait until flash is written.
 */
export function undoOrder(
  chip: Pick<Chip, "sub" | "family" | "flashKiB">,
  { now, found = {} }: { readonly now: OptionBytes; readonly found?: Texts },
  options: Readonly<Record<string, number>>,
  flash: readonly Stretch[],
): UndoOrder {
  if (flash.length === 0) return { first: options, last: {} };
  const first: Record<string, number> = { ...options };
  const last: Record<string, number> = {};
  const { field: rdp, level0 } = chip.family.readProtection;
  for (const [name, f] of Object.entries(chip.sub.options)) {
    const before = found[f.register];
    const is = before === undefined ? now.fields[name]?.value : getField(Number(before), f.bits);
    if (is === undefined) continue;
    const aim = options[name] ?? is;
    if (f.sectors?.stops === "write" && f.sectors.when === 0) {
      const open = and(or(aim, bitsFor(chip, now.registers, flash)), valuesOf(f) - 1);
      delete first[name];
      if (open !== now.fields[name]?.value) first[name] = open;
      if (open !== aim) last[name] = aim;
    } else if (
      name in options && ((name === rdp && aim !== level0) || f.hardwareWatchdog === aim)
    ) {
      delete first[name];
      last[name] = aim;
    }
  }
  return { first, last };
}
