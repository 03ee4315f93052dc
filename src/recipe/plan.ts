/** Plan: attaches and only reads; predicts every step on the board as the steps above will have left it. */
import { diagnose, type Diagnostic, type Effect, Fault, hex } from "../base/mod.ts";
import type { Range } from "../plan/mod.ts";
import type { ActIo, Look, LookAt, Need } from "./acts/act.ts";
import { acts } from "./acts/all.ts";
import type { ReadyAction } from "./actions.ts";
import type { Bench } from "./bench.ts";
import type { CheckedBoard } from "./board_file.ts";
import { canonical, sha256 } from "./document.ts";
import { Frame } from "./frame.ts";
import { celOutputs, type InputValues } from "./inputs.ts";
import { above, attachEffect, worse } from "./lint_target.ts";
import type { CheckedRecipe } from "./lint.ts";
import { itemsReport, jsonValue, type StepReport } from "./report.ts";
import { planTarget } from "./plan_target.ts";
import { base32 } from "./ulid.ts";
import { type LiveView, PredictedView } from "./view.ts";
import { type ActionStep, type Doer, Walker } from "./walk.ts";

/** Version of plans: a newer minor one has more keys, a newer major one is refused. */
export const PLAN_VERSION = "1.0";

/** What identifies a chip and its contents. */
export interface Fingerprint {
  readonly uid: string;
  readonly dpidr: string;
  readonly dev_id: string;
  readonly option_bytes_sha256: string;
  /** of the flash that would be written; null when it was not read */
  readonly flash_sha256: string | null;
}

/** Something to agree to. */
export interface PlanNeed extends Need {
  readonly step: string;
  /** the input that gives it: `inputs.allow_erase`; absent: the person who looks at the plan */
  readonly given_by?: string;
  readonly given: boolean;
}

/** What a recipe would do to this board. */
export interface Plan {
  readonly format_version: string;
  readonly plan_id: string;
  /** UTC */
  readonly created: string;
  readonly tool: string;
  readonly recipe: {
    readonly name: string;
    readonly file: string;
    readonly edition: "v1";
    readonly sha256: string;
    readonly uses: Readonly<Record<string, string>>;
  };
  readonly inputs: Readonly<Record<string, unknown>>;
  /** file → sha256 */
  readonly files: Readonly<Record<string, string>>;
  readonly target: {
    /** the board that was named, and its file */
    readonly board?: { readonly name: string; readonly file: string; readonly sha256: string };
    readonly probe: { readonly name: string; readonly serial: string; readonly firmware: string };
    readonly chip: string;
    readonly revision: string;
    readonly flash_kib: number;
    readonly volts: number | null;
    readonly attach: string;
    /** what was set instead of the recipe's, as `--set-target` takes it; absent: nothing */
    readonly overrides?: readonly string[];
    /** what attaching itself did */
    readonly attaching: string;
    readonly notes: readonly string[];
    readonly fingerprint: Fingerprint;
  };
  readonly effect: Effect;
  readonly needs: readonly PlanNeed[];
  readonly steps: readonly StepReport[];
  /** how many steps would change what a power cycle does not undo */
  readonly changes: number;
  readonly leave: string;
  readonly estimate_ms: number;
  /** why it cannot be applied */
  readonly blocked?: Diagnostic;
}

/** What planning needs. */
export interface PlanWish {
  readonly checked: CheckedRecipe;
  readonly inputs: InputValues;
  readonly bench: Bench;
  readonly live: LiveView;
  readonly io: ActIo;
  readonly attach: string;
  readonly leave: string;
  readonly board: CheckedBoard | undefined;
  readonly overrides: readonly string[];
  readonly tool: string;
  /** epoch, ms */
  readonly nowMs: number;
  /** makes plans of the same things differ */
  readonly salt: string;
  readonly files: ReadonlyMap<string, string>;
  /** whether to read the flash that would be written, for a plan that is applied later */
  readonly fingerprintFlash: boolean;
  progress(p: { what: string; done: number; total: number; unit: string }): void;
  checkpoint(): void;
}

class Planner implements Doer {
  readonly planning = true;
  readonly reports: StepReport[] = [];
  /** files that steps before will have written, and which step */
  readonly #written = new Map<string, string>();
  constructor(readonly wish: PlanWish, readonly view: PredictedView) {}

  report(report: StepReport): void {
    this.reports.push(report);
  }
  checkpoint(): void {
    this.wish.checkpoint();
  }
  shielded(work: () => Promise<void>): Promise<void> {
    return work();
  }
  aside(): void {}
  writer(file: string): string | undefined {
    return this.#written.get(plainPath(file));
  }

  async action(step: ActionStep): Promise<Readonly<Record<string, unknown>>> {
    const { wish, view } = this;
    const look = await lookAt(step, {
      view,
      io: wish.io,
      progress: (p) => {
        wish.progress(p);
        wish.checkpoint();
      },
    });
    look.predict?.(view);
    if (look.writes !== undefined) this.#written.set(plainPath(look.writes), step.id);
    this.report(reportOf(step, look));
    return celOutputs(step.row.out, look.outputs);
  }
}

const plainPath = (file: string): string => file.replace(/^(\.\/+)+/, "");

/** Looks at one step. */
export async function lookAt(
  step: ActionStep,
  at: Omit<LookAt, "place">,
): Promise<Look> {
  const act = acts[step.name as ReadyAction];
  const place = (name: string) => step.frame.place(name, [...step.path, "with"]);
  return await act({ ...at, place }, step.parameters);
}

/** A look as data. */
export function reportOf(step: ActionStep, look: Look): StepReport {
  const { file, line, column } = step.frame.where(step.path);
  return {
    id: step.id,
    uses: step.name,
    state: look.state,
    effect: look.effect,
    summary: look.summary,
    source: { file, line, column },
    ...itemsReport(step.frame),
    ...(look.diff && look.diff.length > 0 ? { diff: look.diff } : {}),
    ...(look.needs && look.needs.length > 0 ? { needs: look.needs } : {}),
    ...(look.warnings && look.warnings.length > 0 ? { warnings: look.warnings } : {}),
    ...(look.touched ? { touched: look.touched } : {}),
    ...(look.secret && look.secret.length > 0 ? { secret: look.secret } : {}),
    ...(look.estimateMs === undefined ? {} : { estimate_ms: Math.round(look.estimateMs) }),
    outputs: jsonValue(look.outputs) as Record<string, unknown>,
  };
}

/** The name that accepts losses, by convention. */
const ACCEPTS = "allow_erase";

function needsOf(reports: readonly StepReport[], wish: PlanWish): readonly PlanNeed[] {
  const declared = wish.checked.inputs.get(ACCEPTS)?.type.kind === "bool";
  const given = declared && wish.inputs[ACCEPTS] === true;
  return reports.flatMap((r) =>
    (r.needs ?? []).map((n) => ({
      ...n,
      step: r.id,
      given,
      ...(declared ? { given_by: `inputs.${ACCEPTS}` } : {}),
    }))
  );
}

/** Bytes of flash; undefined where the chip gives them to nobody, until a step of the plan has opened it. */
async function readOrClosed(bench: Bench, { at, length }: Range): Promise<Uint8Array | undefined> {
  try {
    return await bench.flash.read(at, length);
  } catch (e) {
    if (e instanceof Fault && e.exit === EXIT_REFUSED) return undefined;
    throw e;
  }
}
/** refused before touching */
const EXIT_REFUSED = 11;

async function fingerprintOf(
  wish: PlanWish,
  reports: readonly StepReport[],
): Promise<Fingerprint> {
  const { bench, io: { vault } } = wish;
  const options = await wish.live.options();
  const ranges = reports.flatMap((r) => r.touched ?? []);
  let flash: string | null = null;
  if (wish.fingerprintFlash && ranges.length > 0) {
    const parts: string[] = [];
    for (const r of [...ranges].sort((a, b) => a.at - b.at)) {
      const bytes = await readOrClosed(bench, r);
      // a plain hash of a short secret with known bytes around it could be guessed
      const digest = bytes && (vault.any ? vault.digest(bytes) : sha256(bytes));
      parts.push(await digest ?? "closed");
    }
    flash = await sha256(parts.join());
  }
  return {
    uid: bench.chip.uid,
    dpidr: hex(bench.found.dpidr),
    dev_id: hex(bench.chip.sub.devId, 3),
    option_bytes_sha256: await sha256(canonical(options.registers)),
    flash_sha256: flash,
  };
}

function usesOf(checked: CheckedRecipe): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, used] of checked.uses) {
    Object.assign(out, usesOf(used), { [name]: used.sha256 });
  }
  return out;
}

/** Makes the plan. What a step refuses is in `blocked`; faults of the link pass through. */
export async function makePlan(wish: PlanWish): Promise<{ plan: Plan; error?: Fault }> {
  const { checked, bench, inputs } = wish;
  const planner = new Planner(wish, new PredictedView(wish.live));
  const frame = new Frame(checked, inputs);
  let error: Fault | undefined;
  try {
    await new Walker(planner, bench.chip).steps(frame, checked.document?.steps ?? [], ["steps"]);
  } catch (e) {
    if (!(e instanceof Fault) || e.slug === "interrupted") throw e;
    error = e;
    planner.report(blockedReport(e));
  }
  const reports = wish.io.vault.data(planner.reports);
  const fingerprint = await fingerprintOf(wish, reports);
  const attach = attachEffect(wish.attach);
  const body = {
    format_version: PLAN_VERSION,
    created: new Date(wish.nowMs).toISOString(),
    tool: wish.tool,
    recipe: {
      name: checked.document?.name ?? "",
      file: checked.source.file,
      edition: "v1" as const,
      sha256: checked.sha256,
      uses: usesOf(checked),
    },
    inputs: jsonValue(inputs) as Record<string, unknown>,
    files: Object.fromEntries(wish.files),
    target: await planTarget(wish, fingerprint),
    effect: reports.reduce<Effect>((e, r) => worse(e, r.effect), attach),
    needs: needsOf(reports, wish),
    steps: reports,
    changes:
      reports.filter((r) => r.state === "would_change" && above(r.effect, "volatile")).length,
    leave: wish.leave,
    estimate_ms: reports.reduce((n, r) => n + (r.estimate_ms ?? 0), 0),
    ...(error ? { blocked: wish.io.vault.data(diagnose(error)) } : {}),
  };
  const digest = await sha256(`${wish.salt}${canonical(body)}`);
  const plan_id = `p-${base32(BigInt(`0x${digest.slice(0, 12)}`), 6)}`;
  return { plan: { plan_id, ...body }, ...(error ? { error } : {}) };
}

function blockedReport(error: Fault): StepReport {
  const { step, where } = error.options;
  return {
    id: step?.id ?? "",
    uses: step?.uses ?? "",
    state: "blocked",
    effect: "read",
    summary: error.message,
    source: { file: where?.file ?? "", line: where?.line ?? 1, column: where?.column ?? 1 },
    diagnostic: diagnose(error),
  };
}
