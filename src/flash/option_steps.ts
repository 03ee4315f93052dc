/** Wishes that one write of the option bytes cannot do safely. Pure. */
import { valuesOf } from "../chip/mod.ts";
import type { OptionBytes, OptionPlan } from "./controller.ts";
import {
  decodeOptions,
  type OptionChip,
  type OptionLimits,
  type OptionPermit,
  planOptions,
} from "./option_plan.ts";

/** One write, and why it is one of its own. */
export interface OptionStep {
  readonly plan: OptionPlan;
  readonly why: string;
  /** whether the chip must be reset (and halted, watchdogs frozen) before the next step */
  readonly resetAfter: boolean;
  /** what this one write may do that no wish may, on the way to open what a cut write closed */
  readonly permit?: OptionPermit;
}

type Wish = Readonly<Record<string, number>>;

/** The option bytes as they read once the plan is written and taken up. */
export function afterPlan(chip: OptionChip, now: OptionBytes, plan: OptionPlan): OptionBytes {
  const written = Object.entries(plan.words).map(([name, w]) => [name, w.after]);
  return decodeOptions(chip, { ...now.registers, ...Object.fromEntries(written) });
}

/** Watchdogs that start by hardware now → the value that leaves them to software. */
function hardwareWatchdogs(chip: OptionChip, now: OptionBytes): Wish {
  const all = Object.entries(chip.sub.options).filter(([name, f]) =>
    f.hardwareWatchdog !== undefined && now.fields[name]?.value === f.hardwareWatchdog
  );
  return Object.fromEntries(all.map(([name, f]) => [name, f.hardwareWatchdog === 0 ? 1 : 0]));
}

/** Fields of the registers that nobody writes unasked: OPTCR2 of F72x/F73x. */
const untouched = (chip: OptionChip) =>
  Object.entries(chip.sub.options).filter(([, f]) => chip.sub.untouched?.includes(f.register));

/**
 * Whether an option register that nobody writes unasked closes every sector to reading: a word of it that
 * reads as erased does so, as a write of the option bytes that was cut short leaves it. No program could
 * have been meant to run so: not even its vectors can be read.
 */
export function closedByCutWrite(chip: OptionChip, now: OptionBytes): boolean {
  const closing = untouched(chip).filter(([, f]) => f.sectors?.stops === "read");
  return closing.length > 0 &&
    closing.every(([name, f]) => now.fields[name]?.value === valuesOf(f) - 1);
}

/** The rest of that register as erased, too: then a regression erases those sectors and opens them. */
const allErased = (chip: OptionChip, now: OptionBytes): Wish =>
  Object.fromEntries(
    untouched(chip).filter(([name, f]) => now.fields[name]?.value !== valuesOf(f) - 1)
      .map(([name, f]) => [name, valuesOf(f) - 1]),
  );

/**
 * The writes, in order, that bring `wanted` about. Mostly one. Going from RDP level 1 to 0 erases all
 * flash, and a watchdog that starts by hardware would reset the chip in the middle of it: then the
 * watchdogs are handed to software first, at level 1, and a wish for hardware ones is granted last.
 * A register that a cut write left closing all sectors is opened by a step to level 1 and back, when level 0
 * is wished: that too erases all flash. Empty when nothing differs. Faults as planOptions, all of them before the first step is given.
 */
export function optionSteps(
  chip: OptionChip,
  now: OptionBytes,
  wanted: Wish,
  limits: OptionLimits = {},
): readonly OptionStep[] {
  const whole = planOptions(chip, now, wanted, limits);
  const { field, level0, level1 } = chip.family.readProtection;
  const closed = wanted[field] === level0 && closedByCutWrite(chip, now);
  const opens = closed && now.rdpLevel === 0;
  if (whole.changes.length === 0 && !opens) return [];
  if (!whole.massErases && !opens) {
    return [{ plan: whole, why: "one write changes everything", resetAfter: false }];
  }
  const toSoftware = hardwareWatchdogs(chip, now);
  const staysHardware = Object.keys(toSoftware).filter((name) =>
    (wanted[name] ?? now.fields[name]?.value) === now.fields[name]?.value
  );
  const lastly = Object.fromEntries(
    staysHardware.map((name) => [name, now.fields[name]?.value ?? 0]),
  );
  const most = Object.fromEntries(
    Object.entries(wanted).filter(([name]) => !staysHardware.includes(name)),
  );
  const rest = closed ? allErased(chip, now) : {};
  const close = { ...rest, ...(opens ? { [field]: level1 } : {}) };
  return chain(chip, now, limits, [
    [toSoftware, "a hardware watchdog would reset the chip in the middle of the mass erase"],
    [close, "only a step from RDP level 1 to 0 opens sectors that may not be read", rest],
    [most, "going to RDP level 0 erases all flash"],
    [lastly, "the watchdogs start by hardware again"],
  ]);
}

function chain(
  chip: OptionChip,
  now: OptionBytes,
  limits: OptionLimits,
  wishes: readonly (readonly [wish: Wish, why: string, allows?: Wish])[],
): readonly OptionStep[] {
  const steps: OptionStep[] = [];
  let state = now;
  for (const [wish, why, allows = {}] of wishes) {
    const permit = Object.keys(allows).length > 0 ? { uid: chip.uid, allows } : undefined;
    const plan = planOptions(chip, state, wish, { ...limits, ...(permit ? { permit } : {}) });
    if (plan.changes.length === 0) continue;
    steps.push({ plan, why, resetAfter: true, ...(permit ? { permit } : {}) });
    state = afterPlan(chip, state, plan);
  }
  return steps.map((s, i) => ({ ...s, resetAfter: i < steps.length - 1 }));
}
