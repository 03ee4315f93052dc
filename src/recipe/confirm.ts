/**
 * What can never be undone: a word made from the very chip, typed after the plan was shown and before the
 * first touch. No option and no environment stands in for it.
 */
import type { StepDocument } from "./document.ts";
import { fault } from "./faults.ts";
import type { CheckedRecipe } from "./lint.ts";
import type { Plan } from "./plan.ts";
import type { StepReport } from "./report.ts";

const UNTOUCHED = { state: "untouched", text: "nothing was written" } as const;

/** The word of a chip: `SEAL-5131`. It cannot be known before the chip was read. */
export const sealWord = (uid: string): string => `SEAL-${uid.slice(-4).toUpperCase()}`;

/** Steps of a plan that would do, or may do, what is for ever. */
export const forEver = (plan: Plan): readonly StepReport[] =>
  plan.steps.filter((s) =>
    s.effect === "irreversible" && (s.state === "would_change" || s.state === "unknown")
  );

function* stepsOf(steps: readonly StepDocument[]): Generator<StepDocument> {
  for (const s of steps) {
    yield s;
    for (const inner of [s.group, s.rescue, s.finally]) yield* stepsOf(inner ?? []);
  }
}

/** Whether any step, of this recipe or of one it uses, is let through by a saved plan only. */
function wantsPlan(checked: CheckedRecipe): boolean {
  const own = [...stepsOf(checked.document?.steps ?? [])].some((s) => s.confirm === "plan");
  return own || [...checked.uses.values()].some(wantsPlan);
}

/** Who is asked, and for what. */
export interface ForEverWish {
  readonly checked: CheckedRecipe;
  readonly plan: Plan;
  /** the plan was looked at before: `probekit apply` */
  readonly saved: boolean;
  /** Shows the plan, asks for the word; what was typed, or undefined when nobody is there. */
  readonly typeWord?: ((plan: Plan, word: string) => Promise<string | undefined>) | undefined;
}

/**
 * Asks for the word when the plan has something that is for ever; gives the chip that it was typed for.
 * Faults: not-confirmed, seal-word-missing.
 */
export async function agreeForEver(wish: ForEverWish): Promise<string | undefined> {
  const { checked, plan, saved, typeWord } = wish;
  const [first] = forEver(plan);
  if (!first) return undefined;
  const what = `Step ${first.id} (${first.uses})`;
  if (!saved && wantsPlan(checked)) {
    throw fault("not-confirmed", {
      what,
      way: "Plan it, look at the plan, and apply that: probekit plan … -o plan.json",
    }, { board: UNTOUCHED });
  }
  const { uid } = plan.target.fingerprint;
  const word = sealWord(uid);
  const typed = await typeWord?.(plan, word);
  if (typed?.trim() === word) return uid;
  throw fault("seal-word-missing", { what }, { board: UNTOUCHED });
}
