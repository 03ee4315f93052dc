/** `NAME=VALUE` of option bytes: checked against what parts have, turned into a profile. No board is needed. */
import { hex } from "../base/mod.ts";
import { FAMILIES, type Family, type OptionField, type SubFamily, valuesOf } from "../chip/mod.ts";
import { fault } from "./faults.ts";

const VERB = "options";
/** what BOOT_ADDx counts in: addresses are coded as value << 14 (RM0385 §3.4.1) */
const ADDRESS_DIGITS = 8;

interface Known {
  readonly family: Family;
  readonly sub: SubFamily;
  readonly name: string;
  readonly field: OptionField;
}

/** What a command line wants of option bytes. */
export interface OptionWishes {
  /** by the manual's names */
  readonly values: Readonly<Record<string, number>>;
  /** those that only a typed word lets through: for ever, or kept behind a permit */
  readonly sealing: readonly string[];
}

const ALL: readonly Known[] = FAMILIES.flatMap((family) =>
  family.subFamilies.flatMap((sub) =>
    Object.entries(sub.options).map(([name, field]) => ({ family, sub, name, field }))
  )
);

const wrong = (what: string): Error => fault("bad-usage", { what, verb: VERB });

function known(name: string): readonly Known[] {
  const all = ALL.filter((k) => k.name.toLowerCase() === name.toLowerCase());
  if (all.length > 0) return all;
  const names = [...new Set(ALL.map((k) => k.name))].join(", ");
  throw wrong(`"${name}" is no option byte: there are ${names}`);
}

/** `0x80`, `128`, `0b1`; undefined for anything else. */
function numberOf(text: string): number | undefined {
  const plain = text.replaceAll("_", "");
  return /^(0x[0-9a-f]{1,8}|0b[01]{1,32}|\d{1,10})$/i.test(plain) ? Number(plain) : undefined;
}

/** A field that holds an address: eight hexadecimal digits, or more than fit, are one; else the coded value. */
function codedAddress({ name, field }: Known, text: string, value: number, shift: number): number {
  const digits = /^0x([0-9a-f_]+)$/i.exec(text)?.[1]?.replaceAll("_", "").length ?? 0;
  if (digits < ADDRESS_DIGITS && value < valuesOf(field)) return value;
  const step = 2 ** shift;
  if (value % step === 0) return value / step;
  const below = Math.floor(value / step) * step;
  throw wrong(
    `${name} = ${text} is no multiple of ${step / 1024} KiB: ${hex(below)} or ${hex(below + step)}`,
  );
}

function words({ family, name, field }: Known): Readonly<Record<string, number>> {
  const { readProtection: p } = family;
  return { ...field.names, ...(name === p.field ? { level2: p.level2 } : {}) };
}

function valueOf(k: Known, text: string): number {
  const all = words(k);
  const word = all[text.toLowerCase()];
  if (word !== undefined && Object.hasOwn(all, text.toLowerCase())) return word;
  const list = Object.keys(all).join(", ");
  if (k.field.permanent !== undefined) {
    throw wrong(`${k.name} is given by name, one of: ${list}`);
  }
  const number = numberOf(text);
  if (number === undefined) {
    const none = list === "" ? "no number" : `neither a number nor one of: ${list}`;
    throw wrong(`${k.name} = ${text} is ${none}`);
  }
  const { shift } = k.field;
  const value = shift === undefined ? number : codedAddress(k, text, number, shift);
  const most = Math.max(...known(k.name).map((o) => valuesOf(o.field)));
  if (value < most) return value;
  throw wrong(`${k.name} = ${text} does not fit: it is 0 to ${hex(most - 1, 1)}`);
}

const seals = (k: Known, value: number): boolean =>
  k.field.guarded !== undefined || (k.field.permanent?.includes(value) ?? false);

/**
 * Reads `NAME=VALUE` texts: names as in the manual, values as numbers, words of the field (`level0`,
 * `off`, `software`) or, for BOOT_ADDx, addresses. Fault: bad-usage.
 */
export function optionWishes(texts: readonly string[]): OptionWishes {
  if (texts.length === 0) throw wrong("options set needs NAME=VALUE, like WWDG_SW=software");
  const values: Record<string, number> = {};
  const sealing: string[] = [];
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) throw wrong(`"${text}" is no NAME=VALUE`);
    const [k] = known(text.slice(0, at).trim());
    if (k === undefined) continue;
    if (k.name in values) throw wrong(`${k.name} is given twice`);
    const value = valueOf(k, text.slice(at + 1).trim());
    values[k.name] = value;
    if (seals(k, value)) sealing.push(k.name);
  }
  requireAlone(values, sealing);
  return { values, sealing };
}

/** What is for ever is never one of several things. */
function requireAlone(values: Readonly<Record<string, number>>, sealing: readonly string[]): void {
  const names = Object.keys(values);
  if (sealing.length === 0) return;
  const rdp = FAMILIES.map((f) => f.readProtection.field).find((f) => sealing.includes(f));
  if (sealing.length === names.length && (rdp === undefined || names.length === 1)) return;
  const others = names.filter((n) => n !== (rdp ?? sealing[0])).join(", ");
  throw wrong(`${rdp ?? sealing[0]} stands alone: set ${others} in a command of its own`);
}

const wordFor = (field: OptionField, value: number): string =>
  Object.entries(field.names ?? {}).find(([, v]) => v === value)?.[0] ?? hex(value, 1);

/** The values as a profile, with a variant for every part; a part without such a field refuses it by name. */
export function profileOfWishes(
  values: Readonly<Record<string, number>>,
  only: readonly SubFamily[] = FAMILIES.flatMap((f) => f.subFamilies),
): string {
  const variants = only.map((sub) => {
    const registers = new Map<string, string[]>();
    for (const [name, value] of Object.entries(values)) {
      const field = sub.options[name] ?? known(name)[0]?.field;
      if (field === undefined) continue;
      const lines = registers.get(field.register) ?? [];
      registers.set(field.register, [...lines, `      ${name}: ${wordFor(field, value)}`]);
    }
    const chips = sub.matches.map((m) => `${m}*`).join(", ");
    const body = [...registers].flatMap(([register, lines]) => [`    ${register}:`, ...lines]);
    return [`  - chips: [${chips}]`, ...body].join("\n");
  });
  return ["ob: v1", "variants:", ...variants, ""].join("\n");
}
