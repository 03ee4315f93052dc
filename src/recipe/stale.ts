/** Whether a plan still says what is there, and whether a file is a plan at all. */
import type { Fault } from "../base/mod.ts";
import { fault } from "./faults.ts";
import { type Plan, PLAN_VERSION } from "./plan.ts";

/** What changed between a plan and what was planned just now; undefined when nothing did. */
function staleness(then: Plan, now: Plan): string | undefined {
  const changed: string[] = [];
  const note = (what: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) changed.push(what);
  };
  note("the recipe", then.recipe.sha256, now.recipe.sha256);
  note("a recipe it uses", then.recipe.uses, now.recipe.uses);
  note("an input", then.inputs, now.inputs);
  note("the board's file", then.target.board?.sha256, now.target.board?.sha256);
  for (const [file, digest] of Object.entries(then.files)) note(file, digest, now.files[file]);
  note("how the chip is attached to", then.target.attach, now.target.attach);
  note("how the board is left", then.leave, now.leave);
  const [a, b] = [then.target.fingerprint, now.target.fingerprint];
  if (a.uid !== b.uid || a.dev_id !== b.dev_id) changed.push("the chip (it is another one)");
  else {
    note("the debug port", a.dpidr, b.dpidr);
    note("the option bytes", a.option_bytes_sha256, b.option_bytes_sha256);
    note("the flash", a.flash_sha256, b.flash_sha256);
  }
  if (changed.length === 0 && stepsOf(then) !== stepsOf(now)) changed.push("what has to be done");
  return changed.length === 0 ? undefined : changed.join(", ");
}

/** A plan that was just made, and what is wrong with it. */
interface Planned {
  readonly plan: Plan;
  readonly error?: Fault;
}

/**
 * What was planned just now, under the name of the plan that was agreed to when they are the same.
 * Fault in `error`: plan-stale.
 */
export function asExpected(then: Plan | undefined, now: Planned): Planned {
  if (!then || now.error) return now;
  const what = staleness(then, now.plan);
  if (what !== undefined) return { ...now, error: fault("plan-stale", { what }) };
  return { plan: { ...now.plan, plan_id: then.plan_id } };
}

const stepsOf = ({ steps }: Plan): string =>
  JSON.stringify(steps.map((s) => [s.id, s.uses, s.state, s.diff]));

const isObject = (x: unknown): boolean => typeof x === "object" && x !== null && !Array.isArray(x);

const areTexts = (x: unknown): boolean =>
  Array.isArray(x) && x.every((t: unknown) => typeof t === "string");

/** Reads a saved plan. Fault: plan-unreadable. */
export function readPlan(text: string, file: string): Plan {
  const bad = (why: string) => fault("plan-unreadable", { file, why });
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    throw bad(error instanceof Error ? error.message : "it is no JSON");
  }
  const version = (plan as { format_version?: unknown } | null)?.format_version;
  if (typeof version !== "string") throw bad("format_version is missing");
  const [major] = version.split(".");
  if (major !== PLAN_VERSION.split(".")[0]) throw bad(`its format is ${version}`);
  const { plan_id, recipe, target, steps, files, inputs } = plan as Partial<Plan>;
  const whole = typeof plan_id === "string" && typeof recipe?.sha256 === "string" &&
    typeof recipe.file === "string" && typeof target?.fingerprint?.uid === "string" &&
    Array.isArray(steps) && steps.every(isObject) && isObject(files) && isObject(inputs) &&
    (target.board === undefined || typeof target.board.file === "string") &&
    areTexts(target.overrides ?? []);
  if (!whole) throw bad("parts of it are missing");
  return plan as Plan;
}
