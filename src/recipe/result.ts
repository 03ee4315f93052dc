/** What a run came to, as data: its result and its record. */
import { diagnose, type Diagnostic, hex } from "../base/mod.ts";
import type { OptionBytes } from "../flash/mod.ts";
import { sha256 } from "./document.ts";
import type { CheckedRecipe } from "./lint.ts";
import { type RunRecord, verdictOf } from "./record.ts";
import { jsonValue } from "./report.ts";
import type { RunResult } from "./run.ts";
import type { SessionEnd } from "./session.ts";

/** A run, as far as its result tells of it. */
export interface ToldRun {
  readonly id: string;
  readonly checked: CheckedRecipe;
  readonly tool: string;
  /** its name in a panel */
  readonly unit: string | undefined;
  readonly dryRun: boolean;
  /** ms since 1970 */
  readonly startMs: number;
  /** what asks the run to stop */
  readonly signal: AbortSignal | undefined;
}

const words = (options: OptionBytes | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(options?.registers ?? {}).map(([r, w]) => [r, hex(w)]));

/** See {@link RunRecord}. */
type Attachments = NonNullable<RunRecord["attachments"]>;

/** Files that go beside the record, by what they hold. */
export async function attachmentsOf(
  files: ReadonlyMap<string, Uint8Array | string>,
): Promise<Attachments> {
  const out: Attachments[number][] = [];
  for (const [name, data] of files) {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    out.push({ name, sha256: await sha256(bytes), bytes: bytes.length });
  }
  return out;
}

function recordOf(
  run: ToldRun,
  end: SessionEnd,
  error: Diagnostic | undefined,
  attachments: Attachments,
): RunRecord {
  const { checked, tool } = run;
  const steps = end.applied?.reports ?? end.plan?.steps ?? [];
  const { desk } = end;
  const image = desk?.unit.image;
  return {
    record: "1.0",
    run: run.id,
    at: new Date(run.startMs).toISOString(),
    tool,
    unit: {
      uid: end.chip?.uid ?? "",
      part: end.chip?.sub.name ?? "",
      rev: end.chip?.revision ?? "",
      ...(run.unit === undefined ? {} : { name: run.unit }),
      ...(desk?.unit.serial === undefined ? {} : { serial: desk.unit.serial }),
    },
    ...(desk?.unit.order === undefined ? {} : { order: desk.unit.order }),
    ...(image === undefined
      ? {}
      : { firmware: { file: image, sha256: end.files.get(image) ?? "" } }),
    recipe: { name: checked.document?.name ?? "", sha256: checked.sha256 },
    plan: end.plan?.plan_id ?? null,
    inputs: jsonValue(end.inputs) as Record<string, unknown>,
    files: Object.fromEntries(end.files),
    probe: {
      kind: end.probe?.name ?? "",
      serial: end.probe?.serial ?? "",
      firmware: end.probe?.firmware ?? "",
    },
    outcome: verdictOf(error).outcome,
    class: error?.class ?? null,
    error: error ?? null,
    duration_ms: Math.round(end.boardMs),
    measurements: end.applied?.measurements ?? [],
    option_bytes: {
      before: words(end.before),
      after: end.after ? words(end.after) : null,
    },
    board: end.board,
    left: end.left ?? null,
    steps,
    ...(attachments.length > 0 ? { attachments } : {}),
    overrides: end.overrides,
  };
}

/** Everything of it. */
export function resultOf(
  run: ToldRun,
  end: SessionEnd,
  attachments: Attachments,
): RunResult {
  const { checked, dryRun } = run;
  const told = end.error &&
    { ...diagnose(end.error), board: end.error.options.board ?? end.board };
  const { outcome, exit } = verdictOf(told, run.signal?.reason);
  // what a run was stopped by says more than the row: 124 for time, 130 for a person
  const error = told && { ...told, exit };
  const tally = end.applied?.tally;
  return {
    run: run.id,
    outcome,
    exit,
    recipe: { name: checked.document?.name ?? "", sha256: checked.sha256 },
    dryRun,
    ...(end.plan ? { plan: end.plan } : {}),
    steps: end.applied?.reports ?? end.plan?.steps ?? [],
    outputs: end.applied?.outputs ?? {},
    ...(error ? { error } : {}),
    also: end.asides.map((f) => ({ ...diagnose(f), severity: "warning" as const })),
    board: end.board,
    ...(end.left ? { left: end.left } : {}),
    sectorsErased: tally?.sectorsErased ?? 0,
    bytesProgrammed: tally?.bytesProgrammed ?? 0,
    bytesVerified: tally?.bytesVerified ?? 0,
    boardTimeMs: Math.round(end.boardMs),
    usbExchanges: end.exchanges,
    record: recordOf(run, end, error, attachments),
  };
}
