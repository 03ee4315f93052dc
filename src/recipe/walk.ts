/** Goes through a recipe's steps: conditions, requirements, groups, other recipes. What an action means is not its business. */
import { diagnose, type Effect, Fault } from "../base/mod.ts";
import type { Chip } from "../chip/mod.ts";
import { actionRow } from "./actions.ts";
import type { ActionRow } from "./action_row.ts";
import type { StepDocument } from "./document.ts";
import { Unknown } from "./expressions.ts";
import { fault } from "./faults.ts";
import { type Failure, Frame, type Path } from "./frame.ts";
import { itemsReport, type StepReport } from "./report.ts";
import { itemsOf, rounds } from "./rounds.ts";
import { defaultsOf, requireRules } from "./handed.ts";
import type { CheckedRecipe } from "./lint.ts";

/** One step that uses an action, ready to be looked at or done. */
export interface ActionStep {
  readonly id: string;
  readonly name: string;
  readonly row: ActionRow;
  readonly step: StepDocument;
  readonly frame: Frame;
  readonly path: Path;
  /** typed */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What planning and applying do differently. */
export interface Doer {
  readonly planning: boolean;
  /** Does or predicts one step; gives its outputs as expressions see them. */
  action(step: ActionStep): Promise<Readonly<Record<string, unknown>>>;
  report(report: StepReport): void;
  /** Throws when the run is to stop. */
  checkpoint(): void;
  /** Runs what has to be done on the way out: requests to stop do not reach it. */
  shielded(work: () => Promise<void>): Promise<void>;
  /** The step that has still to write the file before anybody can look into it; undefined: none. */
  writer?(file: string): string | undefined;
  /** a fault that another one hid, or that a step was allowed to have */
  aside(fault: Fault): void;
}

const READ: Effect = "read";

/** The class that a rescue sees: E2107 is of class station. */
const failureOf = (error: Fault): Failure => ({
  code: error.code,
  class: error.row.class,
  step: error.options.step?.id ?? "",
});

/** See the file's comment. */
export class Walker {
  constructor(readonly doer: Doer, readonly chip: Chip) {}

  /** Runs steps in order. Faults pass through, with the step in them. */
  async steps(frame: Frame, steps: readonly StepDocument[], path: Path): Promise<void> {
    for (const [i, step] of steps.entries()) await this.#step(frame, step, [...path, i]);
  }

  async #step(frame: Frame, step: StepDocument, path: Path): Promise<void> {
    const name = frame.prefix + (step.id ?? `#${Number(path.at(-1)) + 1}`);
    const id = name + frame.suffix;
    this.doer.checkpoint();
    try {
      if (step.when !== undefined && !this.#when(frame, step, path, id)) return;
      if (step.for) await this.#loop(frame, step, path, name);
      else await this.#body(frame, step, path, id);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const told = this.#told(error, frame, step, path, id);
      if (step.on_error !== "warn" || this.doer.planning) throw told;
      this.doer.aside(told);
    }
  }

  /** The fault with its step, which is reported where no action has done so. */
  #told(error: Fault, frame: Frame, step: StepDocument, path: Path, id: string): Fault {
    const told = inStep(error, frame, step, path, id);
    if (!this.doer.planning && !step.group && error.options.step === undefined) {
      const base = this.#base(frame, step, path, id);
      const diagnostic = diagnose(told);
      this.doer.report({ ...base, state: "failed", summary: error.message, diagnostic });
    }
    return told;
  }

  async #body(frame: Frame, step: StepDocument, path: Path, id: string): Promise<void> {
    if (step.require !== undefined) this.#require(frame, step, path, id);
    else if (step.group) await this.#group(frame, step, path);
    else await this.#uses(frame, step, path, id);
  }

  async #loop(frame: Frame, step: StepDocument, path: Path, name: string): Promise<void> {
    const id = name + frame.suffix;
    const each = step.for?.each ?? "";
    const items = itemsOf(frame, each, path, id);
    if (items instanceof Unknown) {
      openAll(frame, step);
      const base = this.#base(frame, step, path, id);
      const summary = `once for each of ${each.trim()}, which depends on ${
        items.because.join(", ")
      }`;
      return this.doer.report({ ...base, state: "unknown", summary, because: items.because });
    }
    if (items.length === 0) {
      const base = this.#base(frame, step, path, id);
      const because = [`${each.trim()} is empty`];
      this.doer.report({ ...base, state: "skipped", summary: because.join(), because });
    }
    const round = async (i: number) => {
      if (i > 0) this.doer.checkpoint();
      const id = name + frame.suffix;
      try {
        await this.#body(frame, step, path, id);
      } catch (error) {
        throw error instanceof Fault ? this.#told(error, frame, step, path, id) : error;
      }
    };
    await rounds(frame, step, items, round, (of) => namesIn(frame.checked, step, of));
  }

  #base(frame: Frame, step: StepDocument, path: Path, id: string) {
    const { file, line, column } = frame.where(path);
    const uses = step.uses ?? (step.require === undefined ? "group" : "require");
    const items = itemsReport(frame);
    return { id, uses, effect: READ, source: { file, line, column }, ...items };
  }

  /** Whether the step is to run; false when it is skipped or nobody knows. */
  #when(frame: Frame, step: StepDocument, path: Path, id: string): boolean {
    const text = step.when ?? "";
    const value = frame.condition(text, [...path, "when"]);
    if (value === true) return true;
    const base = this.#base(frame, step, path, id);
    if (value === false) {
      const summary = `condition false: ${text.trim()}`;
      this.doer.report({ ...base, state: "skipped", summary, because: [text.trim()] });
    } else {
      openAll(frame, step);
      const summary = `depends on ${value.because.join(", ")}`;
      this.doer.report({ ...base, state: "unknown", summary, because: value.because });
    }
    return false;
  }

  #require(frame: Frame, step: StepDocument, path: Path, id: string): void {
    const text = step.require ?? "";
    const value = frame.condition(text, [...path, "require"]);
    const base = this.#base(frame, step, path, id);
    if (value instanceof Unknown) {
      const summary = `depends on ${value.because.join(", ")}`;
      this.doer.report({ ...base, state: "unknown", summary, because: value.because });
      return;
    }
    if (value) {
      frame.ran(step.id, {});
      this.doer.report({ ...base, state: "unchanged", summary: `holds: ${text.trim()}` });
      return;
    }
    const say = (key: "message" | "help") => {
      const template = step[key];
      const filled = template === undefined ? undefined : frame.text(template, [...path, key]);
      return filled instanceof Unknown ? template : filled;
    };
    const help = say("help");
    throw fault("require-failed", {
      message: say("message") ?? `not true: ${text.trim()}`,
      code: step.code ?? "",
    }, {
      evidence: [{ what: step.code ?? "require", value: `${text.trim()} is false` }],
      ...(help === undefined ? {} : { next: [{ text: help }] }),
    });
  }

  async #group(frame: Frame, step: StepDocument, path: Path): Promise<void> {
    try {
      await this.steps(frame, step.group ?? [], [...path, "group"]);
      frame.ran(step.id, {});
    } catch (error) {
      if (!(error instanceof Fault) || this.doer.planning) throw error;
      frame.error = failureOf(error);
      // the first error is the one to tell, whatever happens on the way out
      await this.#aside(frame, step.rescue, [...path, "rescue"]);
      await this.#aside(frame, step.finally, [...path, "finally"]);
      throw error;
    }
    await this.steps(frame, step.finally ?? [], [...path, "finally"]);
  }

  async #aside(
    frame: Frame,
    steps: readonly StepDocument[] | undefined,
    path: Path,
  ): Promise<void> {
    try {
      if (steps) await this.doer.shielded(() => this.steps(frame, steps, path));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.doer.aside(error);
    }
  }

  async #uses(frame: Frame, step: StepDocument, path: Path, id: string): Promise<void> {
    const name = step.uses ?? "";
    const used = frame.checked.uses.get(name);
    if (used) return await this.#recipe(frame, step, path, id, used);
    const row = actionRow(name);
    if (!row) return; // lint has refused it
    const { values, unknown } = frame.parameters(step.with ?? {}, row.with, [...path, "with"]);
    const open = [
      ...Object.values(unknown).flatMap((u) => u.because),
      ...this.#unwritten(values, row),
    ];
    if (open.length > 0) {
      frame.open(step.id, Object.keys(row.out));
      const base = this.#base(frame, step, path, id);
      const summary = `depends on ${open.join(", ")}`;
      this.doer.report({ ...base, state: "unknown", effect: row.effect, summary, because: open });
      return;
    }
    const outputs = await this.doer.action({
      id,
      name,
      row,
      step,
      frame,
      path,
      parameters: values,
    });
    frame.ran(step.id, outputs);
  }

  /** Files among the parameters that a step before is still to write: what is there now is something else. */
  #unwritten(values: Readonly<Record<string, unknown>>, { with: rows }: ActionRow): string[] {
    return Object.entries(values).flatMap(([key, file]) => {
      if (rows[key]?.type !== "file" || typeof file !== "string") return [];
      const writer = this.doer.writer?.(file);
      return writer === undefined ? [] : [`${file}, which ${writer} writes`];
    });
  }

  async #recipe(
    frame: Frame,
    step: StepDocument,
    path: Path,
    id: string,
    used: CheckedRecipe,
  ): Promise<void> {
    const rows = Object.fromEntries(
      [...used.inputs.keys()].flatMap((name) => {
        const rule = used.document?.inputs?.[name];
        return rule ? [[name, { type: rule.type as never, optional: true as const }]] : [];
      }),
    );
    const { values, unknown } = frame.parameters(step.with ?? {}, rows, [...path, "with"]);
    requireRules(used, values);
    const given = { ...defaultsOf(used, this.chip, values, unknown), ...values };
    const inner = new Frame(used, given, `${id}/`, new Set(Object.keys(unknown)));
    await this.steps(inner, used.document?.steps ?? [], ["steps"]);
    frame.ran(step.id, inner.outputs());
  }
}

/** The fault with the step it happened in; one in a group has its own. */
function inStep(error: Fault, frame: Frame, step: StepDocument, path: Path, id: string): Fault {
  if (step.group) return error;
  const key = step.require === undefined ? "uses" : "require";
  return error.within({
    step: { id, uses: step.uses ?? key, attempt: 1 },
    where: frame.where([...path, key]),
  });
}

/** Nobody knows whether the step, and all in it, will run. */
function openAll(frame: Frame, step: StepDocument): void {
  frame.open(step.id, outputNames(frame.checked, step));
  for (const inner of [...step.group ?? [], ...step.rescue ?? [], ...step.finally ?? []]) {
    openAll(frame, inner);
  }
}

/** Outputs of the step `id`, which is `step` or in it. */
function namesIn(checked: CheckedRecipe, step: StepDocument, id: string): readonly string[] {
  if (step.id === id) return outputNames(checked, step);
  const inner = [...step.group ?? [], ...step.rescue ?? [], ...step.finally ?? []];
  return inner.flatMap((s) => namesIn(checked, s, id));
}

/** Names of what a step gives. */
function outputNames(checked: CheckedRecipe, step: StepDocument): readonly string[] {
  const row = actionRow(step.uses ?? "");
  if (row) return Object.keys(row.out);
  return [...checked.uses.get(step.uses ?? "")?.outputs.keys() ?? []];
}
