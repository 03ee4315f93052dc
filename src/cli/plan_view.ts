/** Plans, steps and results for people. */
import {
  type DiffLine,
  type Plan,
  type RunResult,
  STATE_WORDS,
  type StepReport,
} from "../recipe/mod.ts";
import type { Style } from "./style.ts";

const MOST_DIFFS = 12;

function diffLine(d: DiffLine): string {
  const text = (value: string, words?: string) =>
    words === undefined ? value : `${value} (${words})`;
  return `      ${d.path.padEnd(18)} ${text(d.before, d.before_text)} -> ${
    text(d.after, d.after_text)
  }`;
}

/** One step: its state, what it is about, and what differs. */
export function stepLines(step: StepReport, s: Style): string[] {
  const changes = step.state === "would_change" || step.state === "changed";
  const mark = changes
    ? s.yellow("!")
    : step.state === "failed" || step.state === "blocked"
    ? s.red("x")
    : " ";
  const state = step.state === "skipped" ? "skipped" : STATE_WORDS[step.state];
  const head = `${mark} ${step.id.padEnd(12)} ${
    (changes ? s.yellow : s.dim)(state.padEnd(13))
  } ${step.summary}`;
  const diff = step.diff ?? [];
  const more = diff.length > MOST_DIFFS ? [`      … and ${diff.length - MOST_DIFFS} more`] : [];
  return [head.trimEnd(), ...diff.slice(0, MOST_DIFFS).map(diffLine), ...more];
}

const warningLines = ({ warnings = [] }: StepReport, s: Style): string[] =>
  warnings.map((w) => s.yellow(`      warning: ${w}`));

/** A plan in full. */
export function planLines(plan: Plan, s: Style): string[] {
  const { target } = plan;
  const needs = plan.needs.filter((n) => !n.given);
  return [
    `Plan ${s.bold(plan.plan_id)}  ${plan.recipe.name} (sha256 ${plan.recipe.sha256.slice(0, 8)}…)`,
    `  on     ${target.probe.name} ${target.probe.serial}, ${target.chip}, unique id ${
      target.fingerprint.uid || "not readable"
    }`,
    `  attach ${target.attach}: ${target.attaching}`,
    ...target.notes.map((n) => `  note   ${n}`),
    "",
    ...plan.steps.flatMap((step) => [...stepLines(step, s), ...warningLines(step, s)]),
    "",
    `Effect: ${plan.effect}. Leaves the board: ${plan.leave}. Estimated ${
      (plan.estimate_ms / 1000).toFixed(1)
    } s.`,
    ...needs.map((n) =>
      s.yellow(
        `Needs your word: ${n.text}${
          n.given_by ? ` (--set ${n.given_by.replace("inputs.", "")}=true)` : ""
        }`,
      )
    ),
  ];
}

/** What a run came to, in a few lines. */
export function resultLines(result: RunResult, s: Style): string[] {
  const seconds = (result.boardTimeMs / 1000).toFixed(2);
  const cost = `${seconds} s of board time, ${result.usbExchanges} USB exchanges`;
  const outputs = Object.entries(result.outputs).map(([k, v]) =>
    `  ${k.padEnd(16)} ${outputText(k, v)}`
  );
  if (result.error) return outputs;
  const verdict = result.dryRun ? "nothing was written: this was a dry run" : boardText(result);
  return [...outputs, s.green(`${result.recipe.name}: ${verdict}`), s.dim(`  ${cost}`)];
}

/** What a run that ended well did to the board, in words of their own: files may have been written. */
export const boardText = ({ board }: RunResult): string =>
  `${board.text}${board.state === "untouched" ? " to the board" : ""}`;

/** A number that is a place is shown as one. */
function outputText(name: string, value: unknown): string {
  if (typeof value === "number" && /^(pc|word|first_difference|at)$/.test(name)) {
    return "0x" + value.toString(16).toUpperCase().padStart(8, "0");
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}
