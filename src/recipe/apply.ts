/** Apply: does the steps one by one, with retries, time limits and measurements, and knows what state the board is in. */
import { type BoardState, diagnose, Fault, hex } from "../base/mod.ts";
import type { ActIo, ActOutputs, Deed, Doing, Done, Look, Tally } from "./acts/act.ts";
import type { Bench } from "./bench.ts";
import type { EventBody } from "./events.ts";
import { fault } from "./faults.ts";
import { Frame } from "./frame.ts";
import { celOutputs, type InputValues } from "./inputs.ts";
import { Limits } from "./limits.ts";
import type { Journalist, Keeping } from "./journal.ts";
import { failedMeasurement, measureAll, type Measurement } from "./measure.ts";
import { lookAt, reportOf } from "./plan.ts";
import { itemsReport, jsonValue, type StepReport } from "./report.ts";
import type { CheckedRecipe } from "./lint.ts";
import type { LiveView } from "./view.ts";
import { type ActionStep, type Doer, Walker } from "./walk.ts";

/** What applying needs. */
export interface ApplyWish {
  readonly checked: CheckedRecipe;
  readonly inputs: InputValues;
  readonly bench: Bench;
  readonly live: LiveView;
  readonly io: ActIo;
  readonly signal: AbortSignal | undefined;
  /** before the ids of its steps */
  readonly prefix?: string;
  readonly journalist: Journalist;
  emit(body: EventBody, step?: string): void;
}

/** What applying gave. */
export interface Applied {
  readonly reports: readonly StepReport[];
  readonly measurements: readonly Measurement[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error?: Fault;
  /** faults beside the first: of `finally`, and those a step was allowed to have */
  readonly asides: readonly Fault[];
  readonly board: BoardState;
  readonly tally: Tally;
}

/** Whether a retry for these classes covers the fault. */
export function retried(error: Fault, classes: readonly string[]): boolean {
  const usb = error.code.startsWith("E20");
  const link = error.code.startsWith("E21") && error.row.retryable === true;
  return (usb && classes.includes("USB")) || (link && classes.includes("LINK"));
}

class Applier implements Doer {
  readonly planning = false;
  readonly reports: StepReport[] = [];
  readonly measurements: Measurement[] = [];
  readonly asides: Fault[] = [];
  readonly tally: Tally = {
    sectorsErased: 0,
    bytesProgrammed: 0,
    bytesVerified: 0,
    optionWrites: 0,
  };
  /** in words, once anything was written */
  touched: string | undefined;
  /** what it was before this step; before this attempt, and how often that changed since */
  #earlier: string | undefined;
  #before: string | undefined;
  #news = 0;
  #shields = 0;
  constructor(readonly wish: ApplyWish) {}

  report(report: StepReport): void {
    this.reports.push(report);
    this.wish.emit({ type: "step.end", ...report }, report.id);
  }

  checkpoint(): void {
    if (this.#shields === 0 && this.wish.signal?.aborted) throw fault("interrupted");
  }

  async shielded(work: () => Promise<void>): Promise<void> {
    this.#shields++;
    try {
      await work();
    } finally {
      this.#shields--;
    }
  }

  aside(error: Fault): void {
    this.asides.push(error);
    const diagnostic = { ...diagnose(error), severity: "warning" as const };
    this.wish.emit({ type: "diagnostic", diagnostic }, error.options.step?.id);
  }

  async action(step: ActionStep): Promise<Readonly<Record<string, unknown>>> {
    const { wish } = this;
    const limits = new Limits(wish.bench.clock, step.step, step.id);
    wish.emit({ type: "step.start", uses: step.name, effect: step.row.effect }, step.id);
    const retry = step.step.retry;
    this.#earlier = this.touched;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#once(step, limits, attempt);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        // what was about to be written was refused; after further news something was
        const refused = error.options.board?.state === "untouched" && this.#news === 1;
        if (refused) this.touched = this.#before;
        const again = retry && attempt <= retry.max && retried(error, retry.on);
        if (!again) throw this.#failed(step, limits, attempt, error);
        wish.emit({ type: "retry", attempt: attempt + 1, because: error.message }, step.id);
        if (retry.pause) await wish.bench.clock.sleep(retry.pause);
        if (retry.after?.includes("probe.reattach")) {
          wish.live.forget();
          await wish.bench.reattach();
        }
      }
    }
  }

  async #once(step: ActionStep, limits: Limits, attempt: number) {
    this.#before = this.touched;
    this.#news = 0;
    const progress = (p: Doing) => this.#progress(step, limits, p);
    const at = { view: this.wish.live, io: this.wish.io, progress };
    const look = await lookAt(step, at);
    for (const e of look.evidence ?? []) this.wish.emit({ type: "evidence", ...e }, step.id);
    limits.check();
    const done = await this.#do(step, limits, look, progress);
    await this.wish.journalist.settle(look.settles, done !== undefined);
    limits.check();
    this.tally.bytesVerified += look.verified ?? 0;
    return this.#end(step, limits, attempt, look, done);
  }

  async #do(
    step: ActionStep,
    limits: Limits,
    look: Look,
    progress: (p: Doing) => void,
  ): Promise<Done | undefined> {
    const { live } = this.wish;
    const spares = look.effect === "read" || look.sparesFlash;
    let known = !spares;
    const forget = () => {
      if (known) live.forget(look.touched);
      known = false;
    };
    // what is noted before it is overwritten was read by the plan
    if (!look.touched) forget();
    const deed = this.#deed(step, limits, progress);
    const touching = (text: string) => {
      forget();
      deed.touching(text);
    };
    const readBack = (at: number, bytes: Uint8Array) => live.learn(at, bytes);
    try {
      return await look.act?.({ ...deed, touching, readBack });
    } finally {
      if (!spares && !look.touched) live.forget();
    }
  }

  #progress(step: ActionStep, limits: Limits, p: Doing): void {
    limits.moved();
    const { what, done, total, unit, at } = p;
    const place = at === undefined ? {} : { at: hex(at) };
    this.wish.emit({ type: "progress", what, done, total, unit, ...place }, step.id);
    this.checkpoint();
    limits.check();
  }

  #deed(
    step: ActionStep,
    limits: Limits,
    progress: (p: Doing) => void,
  ): Omit<Deed, "readBack"> {
    const { bench, io, journalist } = this.wish;
    const touching = (text: string) => {
      this.#news++;
      this.touched = [this.#earlier?.slice(0, 400), text].filter((t) => t !== undefined).join("; ");
    };
    const { erased } = bench.flash.layout;
    const masked = (keep: Keeping): Keeping => async () =>
      (await keep()).map(({ at, bytes }) => ({ at, bytes: io.vault.bytes(bytes, erased, at) }));
    const writeAhead: Deed["writeAhead"] = (intent, work, keep) =>
      journalist.write(step, intent, work, keep && masked(keep));
    const leftMs = () => limits.leftMs;
    return { bench, io, progress, leftMs, touching, writeAhead, tally: this.tally };
  }

  #end(
    step: ActionStep,
    limits: Limits,
    attempt: number,
    look: Look,
    done: Done | undefined,
  ): Readonly<Record<string, unknown>> {
    const outputs: ActOutputs = done?.outputs ?? look.outputs;
    const cel = celOutputs(step.row.out, outputs);
    // a step that fails by a measurement has run all the same
    step.frame.ran(step.step.id, cel);
    const measurements = measureAll(step.step.measure ?? [], step.frame, cel, step.path);
    for (const m of measurements) this.wish.emit({ type: "measurement", ...m }, step.id);
    this.measurements.push(...measurements);
    const failed = failedMeasurement(measurements, step.frame, step.path);
    if (failed) throw failed;
    const { needs: _needs, estimate_ms: _estimate, ...plain } = reportOf(step, look);
    this.report({
      ...plain,
      state: done?.changed ? "changed" : "unchanged",
      summary: done?.summary ?? look.summary,
      outputs: jsonValue(outputs) as Record<string, unknown>,
      attempts: attempt,
      ms: limits.ms,
      ...(measurements.length > 0 ? { measurements } : {}),
    });
    return cel;
  }

  #failed(step: ActionStep, limits: Limits, attempt: number, error: Fault): Fault {
    const where = step.frame.where([...step.path, "uses"]);
    const told = error.within({ step: { id: step.id, uses: step.name, attempt }, where });
    this.report({
      id: step.id,
      uses: step.name,
      state: "failed",
      effect: step.row.effect,
      summary: error.message,
      source: { file: where.file, line: where.line, column: where.column },
      ...itemsReport(step.frame),
      attempts: attempt,
      ms: limits.ms,
      diagnostic: diagnose(told),
    });
    return told;
  }
}

/** What state the board is in, in words. */
export function boardState(touched: string | undefined, error: Fault | undefined): BoardState {
  if (!error) {
    return touched === undefined
      ? { state: "untouched", text: "nothing was written" }
      : { state: "as-planned", text: touched };
  }
  const said = error.options.board;
  if (touched === undefined) {
    if (said?.state === "partial") return said;
    // a command of the probe may be lost: nothing that stays had begun
    const text = said?.state === "untouched" ? said.text : "nothing was written";
    return { state: "untouched", text };
  }
  const detail = said && said.state !== "untouched" ? `; ${said.text}` : "";
  const state = said?.state === "unknown" ? "unknown" : "partial";
  return { state, text: `${touched}${detail}` };
}

/** A board of which nobody knows what it holds: that is what has to be told first. */
function worst(error: Fault, board: BoardState): Fault {
  if (board.state !== "unknown") {
    return new Fault(error.slug, error.row, error.facts, {
      ...error.options,
      board,
    });
  }
  const { step, where, evidence = [] } = error.options;
  return fault("board-state-unknown", { why: board.text }, {
    cause: error,
    evidence: [...evidence],
    causes: [{ text: error.message, likelihood: "proven" }],
    board,
    ...(step ? { step } : {}),
    ...(where ? { where } : {}),
  });
}

/** Does the recipe. A fault of a step is in `error`; anything else that is thrown is a bug. */
export async function apply(wish: ApplyWish): Promise<Applied> {
  const applier = new Applier(wish);
  const frame = new Frame(wish.checked, wish.inputs, wish.prefix);
  const steps = wish.checked.document?.steps ?? [];
  let error: Fault | undefined;
  try {
    await new Walker(applier, wish.bench.chip).steps(frame, steps, ["steps"]);
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    error = e;
  }
  const board = boardState(applier.touched, error);
  return {
    reports: applier.reports,
    measurements: applier.measurements,
    outputs: jsonValue({ ...frame.outputs() }) as Record<string, unknown>,
    ...(error ? { error: worst(error, board) } : {}),
    asides: applier.asides,
    board,
    tally: applier.tally,
  };
}
