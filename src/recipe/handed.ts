/** Values that one recipe hands to another that it uses. */
import type { Chip } from "../chip/mod.ts";
import { fault } from "./faults.ts";
import { defaultOf } from "./inputs.ts";
import type { CheckedRecipe } from "./lint.ts";
import { ruleProblem } from "./rules.ts";

/** Defaults of inputs that the step does not set. */
export function defaultsOf(
  used: CheckedRecipe,
  chip: Chip,
  values: Readonly<Record<string, unknown>>,
  unknown: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(used.document?.inputs ?? {})) {
    if (name in values || name in unknown) continue;
    const value = defaultOf(used, rule, chip);
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** Values that another recipe hands over pass the same rules as those of a user. Fault: input-wrong. */
export function requireRules(used: CheckedRecipe, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const rule = used.document?.inputs?.[name];
    const wanted = rule && ruleProblem(rule, value);
    if (wanted === undefined) continue;
    throw fault("input-wrong", { input: name, text: String(value).slice(0, 80), wanted });
  }
}
