/** Named sets of option bytes: the factory's, and those of `.ob.yaml` files. Pure. */
import { getField } from "../base/mod.ts";
import { type Chip, matchesChip, type OptionField } from "../chip/mod.ts";
import { fault } from "./faults.ts";

type Target = Pick<Chip, "family" | "sub" | "flashKiB" | "flashSizeDoubt">;

/** Every option field of a new part, by name; registers without a certain factory value are left out. */
export function factoryProfile(chip: Pick<Chip, "sub">): Readonly<Record<string, number>> {
  const { options, factory } = chip.sub;
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, f]) => {
      const word = factory[f.register];
      return word === undefined ? [] : [[name, getField(word, f.bits)]];
    }),
  );
}

function bad(why: string): never {
  throw fault("bad-option-profile", { why });
}

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

/** `0x40`, `64`, `0b1` or a number; undefined for anything else. */
function numberOf(x: unknown): number | undefined {
  if (typeof x === "number") return Number.isInteger(x) && x >= 0 ? x : undefined;
  if (typeof x === "bigint") return x >= 0n && x <= 0xFFFF_FFFFn ? Number(x) : undefined;
  if (typeof x !== "string" || !/^(0x[0-9a-f_]+|0b[01_]+|[0-9][0-9_]*)$/i.test(x.trim())) return;
  const value = Number(x.trim().replaceAll("_", ""));
  return Number.isInteger(value) ? value : undefined;
}

/** A field's value from a profile: a word of the field, or a number. */
function fieldValue(name: string, field: OptionField, x: unknown): number {
  const word = typeof x === "boolean" ? undefined : field.names?.[String(x).trim()];
  if (word !== undefined) return word;
  if (field.permanent !== undefined) {
    bad(`${name} is given by name, one of: ${Object.keys(field.names ?? {}).join(", ")}`);
  }
  const value = numberOf(x);
  if (value !== undefined) return value;
  const names = Object.keys(field.names ?? {}).join(", ");
  return bad(
    `${name} = ${String(x)} is ${names ? `neither a number nor one of: ${names}` : "no number"}`,
  );
}

/** A whole register as a word: the value of each of its named fields. Reserved bits are not taken. */
function fromWord(target: Target, register: string, word: number): Record<string, number> {
  const fields = Object.entries(target.sub.options).filter(([, f]) => f.register === register);
  for (const [name, f] of fields) {
    if (f.permanent?.includes(getField(word, f.bits))) {
      bad(`${register} as a whole word would set ${name} for ever, which no profile may ask for`);
    }
  }
  return Object.fromEntries(fields.map(([name, f]) => [name, getField(word, f.bits)]));
}

function fromFields(
  target: Target,
  register: string,
  wishes: Record<string, unknown>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(wishes).map(([name, x]) => {
      const field = target.sub.options[name];
      if (field?.register !== register) {
        const known = Object.entries(target.sub.options).filter(([, f]) => f.register === register);
        bad(`${register} has no field ${name}; it has ${known.map(([n]) => n).join(", ")}`);
      }
      return [name, fieldValue(name, field, x)];
    }),
  );
}

function fromRegister(target: Target, register: string, x: unknown): Record<string, number> {
  if (!Object.values(target.sub.options).some((f) => f.register === register)) {
    bad(`${target.sub.name} has no option register ${register}`);
  }
  if (isObject(x)) return fromFields(target, register, x);
  const word = numberOf(x);
  if (word === undefined || word > 0xFFFF_FFFF) bad(`${register} must be a 32-bit word or fields`);
  return fromWord(target, register, word);
}

function chipsOf(variant: Record<string, unknown>): string[] {
  const chips = variant["chips"];
  if (!Array.isArray(chips) || !chips.every((c) => typeof c === "string")) {
    bad("each variant needs chips: a list of names or patterns");
  }
  return chips;
}

/**
 * What a profile (the plain object of an `.ob.yaml` file, or of JSON) wants of this chip, by field. The
 * first variant that names the chip counts. Values may be numbers, text of numbers, or the field's own
 * words (`level0`, `off`, `software`); a register may be given as a whole word.
 * Faults: bad-option-profile, option-profile-not-for-chip.
 */
export function profileWishes(profile: unknown, target: Target): Readonly<Record<string, number>> {
  if (!isObject(profile) || profile["ob"] !== "v1") bad("the profile must begin with ob: v1");
  const unknown = Object.keys(profile).find((k) =>
    !["ob", "variants"].includes(k) && !k.startsWith("x-")
  );
  if (unknown !== undefined) bad(`the profile has an unknown key: ${unknown}`);
  const variants = profile["variants"];
  if (!Array.isArray(variants) || !variants.every(isObject)) {
    bad("the profile needs variants: a list");
  }
  const all = variants.map((v) => ({ chips: chipsOf(v), variant: v }));
  const mine = all.find(({ chips }) => chips.some((pattern) => matchesChip(pattern, target)));
  if (!mine) {
    throw fault("option-profile-not-for-chip", {
      chip: target.sub.name,
      variants: all.flatMap((v) => v.chips).join(", "),
    });
  }
  return Object.assign(
    {},
    ...Object.entries(mine.variant).filter(([key]) => key !== "chips" && !key.startsWith("x-"))
      .map(([register, x]) => fromRegister(target, register, x)),
  );
}
