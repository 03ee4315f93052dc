/** The target of a run: is this a chip for the recipe, and does its supply suit? */
import { type BoardState, diagnose, type Diagnostic, hex } from "../base/mod.ts";
import { type Chip, matchesChip } from "../chip/mod.ts";
import type { AttachMode } from "../cortex/mod.ts";
import type { RecipeDocument, TargetDocument } from "./document.ts";
import { fault } from "./faults.ts";
import { defaultAttach } from "./lint_target.ts";
import type { RunEnv } from "./run.ts";
import { scalarText } from "./scalars.ts";

const UNTOUCHED: BoardState = { state: "untouched", text: "nothing was written" };

/** The target with what the caller set instead. */
export function targetOf(document: RecipeDocument, env: RunEnv): {
  readonly target: TargetDocument;
  readonly attach: AttachMode;
  readonly overrides: readonly string[];
} {
  const set = env.setTarget ?? {};
  const { supply } = document.target ?? {};
  const unmeasured = set.unmeasured ?? supply?.unmeasured;
  const target: TargetDocument = {
    ...document.target,
    ...(set.leave ? { leave: set.leave } : {}),
    ...(supply || set.unmeasured
      ? { supply: { ...supply, ...(unmeasured ? { unmeasured } : {}) } }
      : {}),
  };
  const attach = set.attach ?? document.target?.attach ?? defaultAttach(document.effect);
  const overrides = [
    ...(set.attach ? [`attach=${set.attach}`] : []),
    ...(set.leave ? [`leave=${set.leave}`] : []),
    ...(set.unmeasured ? [`supply.unmeasured=${set.unmeasured}`] : []),
  ];
  return { target, attach, overrides };
}

/** Fault: wrong-chip. */
export function requireChip(recipe: string, { chips }: TargetDocument, chip: Chip): void {
  if (!chips || chips.some((pattern) => matchesChip(pattern, chip))) return;
  throw fault("wrong-chip", { recipe, chips: chips.join(", "), chip: chip.sub.name }, {
    evidence: [{ what: "DBGMCU_IDCODE", value: hex(chip.idcode) }],
    board: UNTOUCHED,
  });
}

/** Gives a warning when the supply is unknown and may be. Faults: supply-unmeasured, supply-out-of-range. */
export function requireSupply(
  { supply }: TargetDocument,
  volts: number | undefined,
): Diagnostic | undefined {
  if (!supply || (supply.min === undefined && supply.max === undefined)) return;
  const { min, max, unmeasured = "warn" } = supply;
  const text = (v: number | undefined) => v === undefined ? "" : scalarText("voltage", v);
  const range = min === undefined
    ? `at most ${text(max)}`
    : max === undefined
    ? `at least ${text(min)}`
    : `${min} to ${text(max)}`;
  if (volts === undefined) {
    const error = fault("supply-unmeasured", { range }, { board: UNTOUCHED });
    if (unmeasured === "stop") throw error;
    return { ...diagnose(error), severity: "warning" };
  }
  if (volts >= (min ?? 0) && volts <= (max ?? Infinity)) return;
  throw fault("supply-out-of-range", { volts: volts.toFixed(2), range }, {
    evidence: [{ what: "target voltage", value: `${volts.toFixed(2)} V` }],
    board: UNTOUCHED,
  });
}
