/** What was done to which board: plain data for the run folder. Who writes it is not known here. */
import type { BoardState, Diagnostic } from "../base/mod.ts";
import type { Measurement } from "./measure.ts";
import type { Plan } from "./plan.ts";
import type { StepReport } from "./report.ts";

/** How a run ended (OpenHTF's words). */
export type Outcome = "PASS" | "FAIL" | "ERROR" | "TIMEOUT" | "ABORTED" | "SKIPPED";

/** A record of one run on one unit. */
export interface RunRecord {
  readonly record: "1.0";
  readonly run: string;
  /** UTC */
  readonly at: string;
  readonly tool: string;
  readonly unit: {
    readonly uid: string;
    readonly part: string;
    readonly rev: string;
    /** how the panel that it is in names it */
    readonly name?: string;
    readonly serial?: string;
  };
  /** work order */
  readonly order?: string;
  /** the image that data of the unit was laid over */
  readonly firmware?: { readonly file: string; readonly sha256: string };
  readonly recipe: { readonly name: string; readonly sha256: string };
  readonly plan: string | null;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** file → sha256 */
  readonly files: Readonly<Record<string, string>>;
  readonly probe: { readonly kind: string; readonly serial: string; readonly firmware: string };
  readonly outcome: Outcome;
  readonly class: string | null;
  readonly error: Diagnostic | null;
  readonly duration_ms: number;
  readonly measurements: readonly Measurement[];
  readonly option_bytes: {
    readonly before: Readonly<Record<string, string>>;
    readonly after: Readonly<Record<string, string>> | null;
  };
  readonly board: BoardState;
  /** how the board was left; null when it could not be */
  readonly left: string | null;
  readonly steps: readonly StepReport[];
  /** what was kept beside the record, in attachments/ */
  readonly attachments?: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
  /** ways round a rule that were taken: `supply.unmeasured=warn` */
  readonly overrides: readonly string[];
}

/** The files of a run folder, by name. The folder is `runs/<run>/`. */
export function runFolder(
  record: RunRecord,
  plan: Plan | undefined,
  events: readonly unknown[],
): Readonly<Record<string, string>> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    ...(plan ? { "plan.json": json(plan) } : {}),
    "record.json": json(record),
    "events.jsonl": events.map((e) => `${JSON.stringify(e)}\n`).join(""),
  };
}

/** exit codes of signals: 128 + their numbers */
const EXIT_OF: ReadonlyMap<unknown, number> = new Map([["SIGTERM", 143], ["SIGHUP", 129]]);

/** Outcome and exit code of what stopped a run; `reason` is that of its signal, named after a system's. */
export function verdictOf(
  error: { readonly slug: string; readonly exit: number; readonly class: string } | undefined,
  reason?: unknown,
): { readonly outcome: Outcome; readonly exit: number } {
  if (!error) return { outcome: "PASS", exit: 0 };
  const { slug, exit } = error;
  if (slug === "interrupted") {
    const name = reason instanceof Error ? reason.message : undefined;
    return { outcome: "ABORTED", exit: EXIT_OF.get(name) ?? 130 };
  }
  if (slug === "step-timed-out") return { outcome: "TIMEOUT", exit: 124 };
  // the unit is bad: it holds something else, or a measurement failed
  return { outcome: exit === 10 ? "FAIL" : "ERROR", exit };
}
