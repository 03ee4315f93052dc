/** Option bytes as arithmetic: what they say, and what a wish would change. Pure. */
import { and, getField, hex, maskOf, not, or, setField, xor } from "../base/mod.ts";
import { type Chip, flashRegister, isDualBank, type OptionField, valuesOf } from "../chip/mod.ts";
import { measured } from "./bench.ts";
import type { OptionBytes, OptionChange, OptionPlan } from "./controller.ts";
import { fault } from "./faults.ts";
import { optionText, rdpLevel } from "./protection.ts";

/** The parts of a chip that option bytes depend on. */
export type OptionChip = Pick<Chip, "family" | "sub" | "uid">;

/**
 * A person's word for values that cannot be undone: the very chip, and each field with its value. Only
 * what it names exactly is let through.
 */
export interface OptionPermit {
  /** the chip's unique id, as identify gave it */
  readonly uid: string;
  readonly allows: Readonly<Record<string, number>>;
}

/** What planning must know besides the wish. */
export interface OptionLimits {
  /** measured supply in V */
  readonly volts?: number | undefined;
  readonly permit?: OptionPermit | undefined;
}

/** Bits of an option register that are its lock and its start, no options: OPTLOCK, OPTSTRT. */
export function controlBits(chip: OptionChip, register: string): number {
  const { fields } = flashRegister(chip.family, chip.sub, register);
  return or(
    0,
    ...Object.entries(fields).filter(([name]) => !(name in chip.sub.options)).map(([, f]) =>
      maskOf(f)
    ),
  );
}

/** Bits of an option register that belong to a named option. */
export function namedBits(chip: OptionChip, register: string): number {
  const fields = Object.values(chip.sub.options).filter((f) => f.register === register);
  return or(0, ...fields.map((f) => maskOf(f.bits)));
}

/** Option registers by name → fields by name, in words, and what is not as on a new part. */
export function decodeOptions(
  chip: OptionChip,
  registers: Readonly<Record<string, number>>,
): OptionBytes {
  const { options, factory } = chip.sub;
  const dual = isDualBank(chip.sub, registers);
  const read = Object.entries(options).filter(([, f]) => registers[f.register] !== undefined);
  const valueIn = (words: Readonly<Record<string, number>>, f: OptionField): number | undefined => {
    const word = words[f.register];
    return word === undefined ? undefined : getField(word, f.bits);
  };
  return {
    registers,
    fields: Object.fromEntries(read.map(([name, f]) => {
      const value = valueIn(registers, f) ?? 0;
      return [name, { value, text: optionText(f, value, dual) }];
    })),
    rdpLevel: rdpLevel(chip, registers),
    notFactory: read.filter(([, f]) => {
      // what OPTCR2 of a new part reads is not known; that none of its sectors is closed is
      const wanted = valueIn(factory, f) ?? (f.sectors?.stops === "read" ? 0 : undefined);
      return wanted !== undefined && wanted !== valueIn(registers, f);
    }).map(([name]) => name),
  };
}

/** Whether two values of a field mean the same: all values of RDP but two are level 1. */
function alike(chip: OptionChip, name: string, a: number, b: number): boolean {
  const { field, level0, level2 } = chip.family.readProtection;
  const special = [level0, level2];
  return a === b || (name === field && !special.includes(a) && !special.includes(b));
}

function fieldOf(chip: OptionChip, name: string, value: number): OptionField {
  // a name that every object has is no option
  const field = Object.hasOwn(chip.sub.options, name) ? chip.sub.options[name] : undefined;
  if (!field) {
    const names = Object.keys(chip.sub.options).join(", ");
    throw fault("bad-option-profile", {
      why: `${chip.sub.name} has no option ${name}; it has ${names}`,
    });
  }
  if (!Number.isInteger(value) || value < 0 || value >= valuesOf(field)) {
    throw fault("bad-option-profile", {
      why: `${name} = ${value} does not fit: it is 0 to ${hex(valuesOf(field) - 1, 1)}`,
    });
  }
  return field;
}

const permitted = (chip: OptionChip, permit: OptionPermit | undefined, c: OptionChange): boolean =>
  permit !== undefined && permit.uid !== "" && permit.uid === chip.uid &&
  permit.allows[c.field] === c.after;

/**
 * Refuses what cannot be undone without a permit, and a brown-out level above the supply. Faults:
 * options-permanent, options-above-supply.
 */
export function requireAllowed(
  chip: OptionChip,
  change: OptionChange,
  { volts, permit }: OptionLimits,
): void {
  const field = fieldOf(chip, change.field, change.after);
  const forEver = field.permanent?.includes(change.after) ?? false;
  if ((forEver || field.guarded !== undefined) && !permitted(chip, permit, change)) {
    throw fault("options-permanent", {
      field: change.field,
      text: change.afterText,
      ...(field.guarded === undefined ? {} : { guarded: field.guarded }),
    }, { board: { state: "untouched", text: "nothing was written" } });
  }
  const needs = field.minVolts?.[change.after] ?? 0;
  const had = field.minVolts?.[change.before] ?? 0;
  if (needs > had && (volts === undefined || volts < needs)) {
    throw fault("options-above-supply", {
      field: change.field,
      text: change.afterText,
      needs: needs.toFixed(2),
      measured: measured(volts),
    }, { board: { state: "untouched", text: "nothing was written" } });
  }
}

/** What changes between two words of a register, field by field. */
export function changesBetween(
  chip: OptionChip,
  register: string,
  before: number,
  after: number,
  dual: boolean,
): readonly OptionChange[] {
  return Object.entries(chip.sub.options).filter(([, f]) => f.register === register)
    .flatMap(([field, f]) => {
      const [was, is] = [getField(before, f.bits), getField(after, f.bits)];
      if (was === is) return [];
      const [beforeText, afterText] = [optionText(f, was, dual), optionText(f, is, dual)];
      return [{ field, register, before: was, after: is, beforeText, afterText }];
    });
}

/** Bits outside named options that differ between two words; 0 for every lossless change. */
export const unnamedChange = (
  chip: OptionChip,
  register: string,
  before: number,
  after: number,
): number =>
  and(xor(before, after), not(or(namedBits(chip, register), controlBits(chip, register))));

/**
 * What `wanted` (fields by name) would change: a read-modify-write of whole registers in which every bit
 * that is not named by the wish stays as read. Writes nothing.
 * Faults: bad-option-profile, options-frozen, options-permanent, options-above-supply.
 */
export function planOptions(
  chip: OptionChip,
  now: OptionBytes,
  wanted: Readonly<Record<string, number>>,
  limits: OptionLimits = {},
): OptionPlan {
  const dual = isDualBank(chip.sub, now.registers);
  const words: Record<string, { before: number; after: number }> = {};
  const changes: OptionChange[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    const field = fieldOf(chip, name, value);
    const { register } = field;
    const before = now.registers[register];
    if (before === undefined) {
      throw fault("bad-option-profile", { why: `${register} was not read, so ${name} is unknown` });
    }
    const was = getField(before, field.bits);
    if (alike(chip, name, was, value)) continue;
    const change: OptionChange = {
      field: name,
      register,
      before: was,
      after: value,
      beforeText: optionText(field, was, dual),
      afterText: optionText(field, value, dual),
    };
    requireAllowed(chip, change, limits);
    changes.push(change);
    const word = words[register] ?? { before, after: before };
    words[register] = { before, after: setField(word.after, field.bits, value) };
  }
  if (changes.length > 0 && now.rdpLevel === 2) throw fault("options-frozen");
  return summary(chip, now, changes, words);
}

function summary(
  chip: OptionChip,
  now: OptionBytes,
  changes: readonly OptionChange[],
  words: OptionPlan["words"],
): OptionPlan {
  const { field, level0 } = chip.family.readProtection;
  const is = (c: OptionChange): OptionField | undefined => chip.sub.options[c.field];
  return {
    changes,
    words,
    massErases: now.rdpLevel === 1 && changes.some((c) => c.field === field && c.after === level0),
    permanent: changes.some((c) => is(c)?.permanent?.includes(c.after)),
    needsPowerCycle: changes.some((c) => is(c)?.coldStart),
  };
}
