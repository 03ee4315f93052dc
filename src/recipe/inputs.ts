/** What a user set, typed and checked against the recipe's inputs, before a probe is opened. */
import { type Chip, matchesChip } from "../chip/mod.ts";
import type { InputDocument } from "./document.ts";
import { Unknown } from "./expressions.ts";
import { fault } from "./faults.ts";
import { splitHash } from "./file_digest.ts";
import { closest } from "./findings.ts";
import type { CheckedRecipe } from "./lint.ts";
import { folderOf, joinPath } from "./paths.ts";
import { ruleProblem } from "./rules.ts";
import { parseScalar, scalarText, toCel } from "./scalars.ts";
import { MASK, Secret } from "./secret.ts";
import { type Kind, parseType, type Type } from "./types.ts";

/** Values as a user gives them: texts, or values that are typed already (numbers are Hz, ms, V, bytes). */
export type GivenInputs = Readonly<Record<string, unknown>>;

/** Typed values by name; inputs without one are absent. */
export type InputValues = Readonly<Record<string, unknown>>;

function wrong(
  name: string,
  value: unknown,
  wanted: string,
  next: readonly { readonly text: string }[] = [],
): never {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  throw fault("input-wrong", { input: name, text: text.slice(0, 80), wanted }, { next });
}

const OTHER_NAME = "Give a file with another name by a link or a copy that ends so";

const WITH_UNIT: readonly Kind[] = ["frequency", "duration", "voltage"];

/** A number, as in a plan that was saved, as the text that means it. */
const numberText = (kind: Kind, value: unknown): string =>
  WITH_UNIT.includes(kind) ? scalarText(kind, value) : String(value);

/** A region or a list of sectors that is typed already, as in a saved plan, as the text that means it. */
function typedText(kind: Kind, value: object): string | undefined {
  if (kind === "region" && "at" in value && "length" in value) {
    const { at, length } = value;
    return typeof at === "number" && typeof length === "number"
      ? scalarText(kind, { at, length })
      : undefined;
  }
  return kind === "sectors" && Array.isArray(value) ? value.join(",") : undefined;
}

function one(name: string, type: Type, value: unknown): unknown {
  if (type.kind === "secret") {
    return value instanceof Secret ? value : wrong(name, MASK, "a secret");
  }
  const text = typeof value === "string"
    ? value.trim()
    : ["number", "boolean", "bigint"].includes(typeof value)
    ? numberText(type.kind, value)
    : value instanceof Uint8Array && type.kind === "bytes"
    ? scalarText("bytes", value)
    : value !== null && typeof value === "object"
    ? typedText(type.kind, value)
    : undefined;
  if (text === undefined) return wrong(name, value, `a ${type.kind}`);
  const plain = type.kind === "file" ? splitHash(text).path : text;
  const parsed = parseScalar(type.kind, plain);
  return parsed.ok ? parsed.value : wrong(name, value, parsed.wanted);
}

const items = (text: string): string[] =>
  text.split(",").map((t) => t.trim()).filter((t) => t !== "");

/** longest list of a user: what loops over it in expressions must end */
const MOST_ITEMS = 1024;

function typed(name: string, type: Type, value: unknown): unknown {
  const single: Type = { shape: "one", kind: type.kind };
  if (type.shape === "one") return one(name, type, value);
  if (type.shape === "list") {
    const list = typeof value === "string" ? items(value) : value;
    if (!Array.isArray(list)) return wrong(name, value, "a list, with commas in between");
    if (list.length > MOST_ITEMS) {
      wrong(name, `${list.length} items`, `at most ${MOST_ITEMS} items`);
    }
    return list.map((v) => one(name, single, v));
  }
  const entries = typeof value === "string"
    ? items(value).map((t) => [t.replace(/=.*$/s, ""), t.replace(/^[^=]*=/s, "")] as const)
    : value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.entries(value)
    : wrong(name, value, "names with values, like main=a.hex,radio=b.hex");
  return Object.fromEntries(entries.map(([k, v]) => [k, one(name, single, v)]));
}

/** A default as a value: names of files are relative to the recipe. */
function defaultValue(checked: CheckedRecipe, rule: InputDocument, value: unknown): unknown {
  if (!/^(?:(?:list|map)<)?file>?$/.test(rule.type)) return value;
  const folder = folderOf(checked.source.file);
  const place = (v: unknown) => typeof v === "string" ? joinPath(folder, v) : v;
  if (Array.isArray(value)) return value.map(place);
  if (value === null || typeof value !== "object") return place(value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, place(v)]));
}

/** The default of an input on this chip; undefined when it has none, or none yet. */
export function defaultOf(checked: CheckedRecipe, rule: InputDocument, chip?: Chip): unknown {
  if (rule.default !== undefined) return defaultValue(checked, rule, rule.default);
  const found = chip &&
    Object.entries(rule.default_by_chip ?? {}).find(([p]) => matchesChip(p, chip));
  return found && defaultValue(checked, rule, found[1]);
}

function refuseUnknown(checked: CheckedRecipe, given: GivenInputs): void {
  for (const name of Object.keys(given)) {
    if (checked.inputs.has(name)) continue;
    const names = [...checked.inputs.keys()];
    const near = closest(name, names);
    throw fault("unknown-input", {
      recipe: checked.document?.name ?? checked.source.file,
      input: name,
      inputs: names.join(", ") || "none",
    }, near === undefined ? {} : { next: [{ text: `Did you mean ${near}?` }] });
  }
}

/**
 * Types what was given. Without `chip`, defaults that depend on the chip stay open.
 * Faults: unknown-input, input-wrong, input-missing.
 */
export function resolveInputs(
  checked: CheckedRecipe,
  given: GivenInputs,
  chip?: Chip,
): InputValues {
  refuseUnknown(checked, given);
  const out: Record<string, unknown> = Object.create(null);
  for (const [name, info] of checked.inputs) {
    const rule = checked.document?.inputs?.[name];
    const type = rule && parseType(rule.type);
    if (!rule || !type) continue;
    const value = given[name];
    if (value !== undefined) {
      out[name] = typed(name, type, value);
      const problem = ruleProblem(rule, out[name]);
      if (problem !== undefined) {
        wrong(name, value, problem, type.kind === "file" ? [{ text: OTHER_NAME }] : []);
      }
      continue;
    }
    const fallback = defaultOf(checked, rule, chip);
    if (fallback !== undefined) out[name] = fallback;
    else if (!info.optional && !rule.default_by_chip) {
      throw fault("input-missing", {
        recipe: checked.document?.name ?? checked.source.file,
        input: name,
        summary: rule.summary ?? rule.type,
      });
    }
  }
  return out;
}

const NOTHING = new Uint8Array();

/** The values as expressions see them. */
export function celInputs(checked: CheckedRecipe, values: InputValues): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const [name, info] of checked.inputs) {
    const value = values[name];
    // expressions can ask whether it was given; what it is they never get
    if (value === undefined) continue;
    out[name] = info.type.kind === "secret" ? NOTHING : toCel(info.type, value);
  }
  return out;
}

/** An action's typed outputs as expressions see them. */
export function celOutputs(
  rows: Readonly<Record<string, { readonly type: string }>>,
  outputs: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(outputs)) {
    const type = parseType(rows[name]?.type ?? "any");
    out[name] = value instanceof Unknown || !type ? value : toCel(type, value);
  }
  return out;
}
