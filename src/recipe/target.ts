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

/** What may be set instead of the recipe's, and to what; as `--set-target` has it. */
const MAY_SET: Readonly<Record<string, readonly string[]>> = {
  attach: ["attach", "halt", "under-reset"],
  leave: ["as-found", "running", "halted", "reset-held", "board-safe"],
  unmeasured: ["stop", "warn"],
};

/** A key or a word that is none would be ignored silently. Faults: unknown-parameter, not-allowed-value. */
function checkedSet(given: Readonly<Record<string, unknown>>): NonNullable<RunEnv["setTarget"]> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const key = name.replace(/^supply\./, "");
    const words = Object.hasOwn(MAY_SET, key) ? MAY_SET[key] : undefined;
    const help = words ?? Object.keys(MAY_SET);
    const options = { next: [{ text: `It may be ${help.join(", ")}` }], board: UNTOUCHED };
    if (!words) throw fault("unknown-parameter", { key: name }, options);
    if (typeof value !== "string" || !words.includes(value)) {
      throw fault("not-allowed-value", { key: name, text: String(value) }, options);
    }
    set[key] = value;
  }
  return set as NonNullable<RunEnv["setTarget"]>;
}

/** The target with what the caller set instead. Faults: unknown-parameter, not-allowed-value. */
export function targetOf(document: RecipeDocument, env: RunEnv): {
  readonly target: TargetDocument;
  readonly attach: AttachMode;
  readonly overrides: readonly string[];
} {
  const set = checkedSet(env.setTarget ?? {});
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
  const fits = (v: number) => v >= (min ?? 0) && v <= (max ?? Infinity);
  if (fits(volts)) return;
  const shown = volts.toFixed(fits(Number(volts.toFixed(2))) ? 3 : 2); // not rounded into the range
  throw fault("supply-out-of-range", { volts: shown, range }, {
    evidence: [{ what: "target voltage", value: `${shown} V` }],
    board: UNTOUCHED,
  });
}
