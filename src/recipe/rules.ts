/** The rules that an input's value must pass, beyond its type. */
import type { InputDocument } from "./document.ts";
import { linearRegExp } from "./regexp.ts";
import { scalarText } from "./scalars.ts";
import { parseType, type Type } from "./types.ts";

/** longest text that is held against a pattern */
const MOST_TEXT = 1024;

/** Kinds that have a size. */
export const ORDERED = [
  "int",
  "double",
  "address",
  "size",
  "frequency",
  "duration",
  "voltage",
] as const;

function oneProblem(type: Type, rule: InputDocument, value: unknown): string | undefined {
  const text = scalarText(type.kind, value);
  if (rule.values && type.kind === "enum" && !rule.values.includes(text)) {
    return `one of ${rule.values.join(", ")}`;
  }
  if (rule.accept && type.kind === "file") {
    const fits = rule.accept.some((e) => text.toLowerCase().endsWith(e.toLowerCase()));
    if (!fits) return `a file that ends in ${rule.accept.join(", ")}`;
  }
  if (rule.pattern !== undefined && type.kind === "string") {
    const pattern = linearRegExp(rule.pattern);
    // a pattern that is none has been told
    const fits = typeof pattern === "string" || text.length <= MOST_TEXT && pattern.whole(text);
    if (!fits) return `a text like /${rule.pattern}/`;
  }
  if (typeof value !== "number") return undefined;
  if (rule.min !== undefined && value < rule.min) {
    return `at least ${scalarText(type.kind, rule.min)}`;
  }
  if (rule.max !== undefined && value > rule.max) {
    return `at most ${scalarText(type.kind, rule.max)}`;
  }
}

/** What the value would have to be, when it breaks a rule of its input; else undefined. */
export function ruleProblem(rule: InputDocument, value: unknown): string | undefined {
  const type = parseType(rule.type);
  if (!type) return undefined;
  const each: readonly unknown[] = type.shape === "list"
    ? value as readonly unknown[]
    : type.shape === "map"
    ? Object.values(value as Record<string, unknown>)
    : [value];
  for (const one of each) {
    const problem = oneProblem(type, rule, one);
    if (problem !== undefined) return problem;
  }
}
