/** Steps: what they use, with what, under which condition, and how far they go. */
import type { Effect } from "../base/mod.ts";
import type { StepDocument } from "./document.ts";
import { type Findings, suggest } from "./findings.ts";
import { RETRY_CLASSES } from "./grammar.ts";
import type { BoardLinter } from "./lint_board.ts";
import { lintBeyondType, lintTimes } from "./lint_extra.ts";
import { idsOf, lintLoop } from "./lint_loop.ts";
import { lintMeasure } from "./lint_measure.ts";
import { ranWhen } from "./syntax.ts";
import type { Scope, Spot } from "./lint_scope.ts";
import { above, worse } from "./lint_target.ts";
import type { Used, UsesResolver } from "./lint_uses.ts";
import { ValueReader } from "./lint_values.ts";
import { scalarText } from "./scalars.ts";
import {
  type Entry,
  get,
  type MapNode,
  type Node,
  type Place,
  type TextNode,
  textOf,
} from "./text_tree.ts";
import { parseType } from "./types.ts";

type Ran = ReadonlySet<string>;
interface Linted {
  readonly step: StepDocument;
  readonly ran: Ran;
  readonly outputs: ReadonlyMap<string, string>;
  readonly optional?: ReadonlySet<string>;
}
const NO_OUTPUTS: ReadonlyMap<string, string> = new Map();
/** most repetitions of one step */
const MOST_RETRIES = 10;
/** keys that belong to one kind of step */
const KEYS_OF: Readonly<Record<string, readonly string[]>> = {
  uses: ["with", "retry", "timeout", "idle_timeout", "confirm", "on_error", "measure"],
  require: ["code", "message", "help"],
  group: ["rescue", "finally"],
};
const KINDS = ["uses", "require", "group"] as const;

const textNode = (node: MapNode, key: string): TextNode | undefined => {
  const found = get(node, key);
  return found?.kind === "text" ? found : undefined;
};
const keyAt = (node: MapNode, key: string): Place | undefined =>
  node.entries.find((e) => e.key === key)?.keyAt;

/** Checks steps in order; gives them with typed parameters. */
export class StepLinter {
  effect: Effect = "read";
  readonly #reached: { readonly name: TextNode; readonly effect: Effect }[] = [];
  constructor(
    readonly scope: Scope,
    readonly uses: UsesResolver,
    readonly board: BoardLinter,
    readonly ceiling: Effect | undefined,
  ) {}

  get #findings(): Findings {
    return this.scope.findings;
  }

  /** `ran`: ids that have run for certain before. Gives those that have after. */
  async steps(
    node: Node | undefined,
    read: readonly StepDocument[],
    spot: Spot,
  ): Promise<{ steps: StepDocument[]; ran: Ran }> {
    const steps: StepDocument[] = [];
    let ran = spot.ran;
    for (const [i, item] of (node?.kind === "list" ? node.items : []).entries()) {
      const step = read[i];
      if (item.kind !== "map" || step === undefined) continue;
      const done = await this.#step(item, step, { ...spot, ran });
      steps.push(done.step);
      ran = done.ran;
    }
    return { steps, ran };
  }

  async #step(
    node: MapNode,
    step: StepDocument,
    before: Spot,
  ): Promise<{ step: StepDocument; ran: Ran }> {
    this.#kinds(node);
    const when = textNode(node, "when");
    const condition = when && this.scope.condition(when, "when", before);
    const sure = condition ? ranWhen(condition.ast, true) : NO_RAN;
    const outer: Spot = { ...before, ran: new Set([...before.ran, ...sure]) };
    const loop = get(node, "for");
    const item = loop && lintLoop(loop, this.scope, outer);
    const spot: Spot = item ? { ...outer, items: new Map([...outer.items ?? [], item]) } : outer;
    let done: Linted;
    if (get(node, "require")) done = this.#require(node, step, spot);
    else if (get(node, "group")) done = await this.#group(node, step, spot);
    else done = await this.#uses(node, step, spot);
    if (step.id !== undefined) this.scope.declare(step.id, done.outputs, done.optional);
    if (item) this.scope.asLists(idsOf(step), item[0]);
    const skippable = when !== undefined || step.on_error === "warn";
    const after = skippable || step.id === undefined ? done.ran : new Set([...done.ran, step.id]);
    return { step: done.step, ran: skippable ? before.ran : after };
  }

  /** A step does one thing, and its other keys belong to it. */
  #kinds(node: MapNode): void {
    const kinds = KINDS.filter((k) => get(node, k));
    const [first, second] = kinds;
    if (first === undefined) {
      if (node.entries.some((e) => ["script", "evidence"].includes(e.key))) return;
      const at = { start: node.at.start, end: node.entries[0]?.keyAt.end ?? node.at.end };
      this.#findings.report("missing-input", at, {
        what: "a step",
        key: "uses, require or group",
      });
      return;
    }
    const at = second && keyAt(node, second);
    if (at && second) {
      this.#findings.report("keys-exclude-each-other", at, { key: second, other: first });
    }
    const loop = first === "require" && keyAt(node, "for");
    if (loop) this.#findings.report("keys-exclude-each-other", loop, { key: "for", other: first });
    for (const [kind, keys] of Object.entries(KEYS_OF)) {
      if (kinds.some((k) => k === kind)) continue;
      for (const key of keys) {
        const where = keyAt(node, key);
        if (where) this.#findings.report("keys-exclude-each-other", where, { key, other: first });
      }
    }
  }

  #require(node: MapNode, step: StepDocument, spot: Spot) {
    const text = textNode(node, "require");
    const good = text && this.scope.condition(text, "require", spot);
    for (const key of ["message", "help"]) {
      const template = textNode(node, key);
      if (template) this.scope.template(template, spot, "become part of a text");
    }
    // what follows runs only when it was true
    const sure = good ? ranWhen(good.ast, true) : NO_RAN;
    return { step, ran: new Set([...spot.ran, ...sure]), outputs: NO_OUTPUTS };
  }

  async #group(node: MapNode, step: StepDocument, spot: Spot) {
    const inner = await this.steps(get(node, "group"), step.group ?? [], spot);
    // where these run, nobody knows how far the group came
    const rescue = await this.steps(get(node, "rescue"), step.rescue ?? [], {
      ...spot,
      rescue: true,
    });
    const last = await this.steps(get(node, "finally"), step.finally ?? [], spot);
    return {
      step: {
        ...step,
        group: inner.steps,
        ...(step.rescue ? { rescue: rescue.steps } : {}),
        ...(step.finally ? { finally: last.steps } : {}),
      },
      ran: new Set([...inner.ran, ...(step.finally ? last.ran : [])]),
      outputs: NO_OUTPUTS,
    };
  }

  async #uses(node: MapNode, step: StepDocument, spot: Spot): Promise<Linted> {
    const name = textNode(node, "uses");
    const used = name && await this.uses.find(name);
    if (!name || !used) return { step, ran: spot.ran, outputs: NO_OUTPUTS };
    const parameters = this.#with(node, name, used, spot);
    this.#reach(name, used);
    this.#again(node, step, used, spot);
    lintMeasure(node, step, used, spot, this.scope);
    lintTimes(node, step, this.#findings);
    return {
      step: Object.keys(parameters).length > 0 ? { ...step, with: parameters } : step,
      ran: spot.ran,
      outputs: used.outputs,
      ...(used.optional ? { optional: used.optional } : {}),
    };
  }

  #with(node: MapNode, name: TextNode, used: Used, spot: Spot): Record<string, unknown> {
    const values: Record<string, unknown> = Object.create(null);
    const given = get(node, "with");
    const entries: readonly Entry[] = given?.kind === "map" ? given.entries : [];
    const reader = new ValueReader(this.scope, spot);
    for (const { key, keyAt: at, value } of entries) {
      const parameter = Object.hasOwn(used.with, key) ? used.with[key] : undefined;
      const type = parameter && parseType(parameter.type);
      if (!parameter || !type) {
        const help = suggest(key, Object.keys(used.with));
        this.#findings.report("unknown-parameter", at, { key }, { help });
        continue;
      }
      const { values: words, later, accept, secrets } = parameter;
      lintBeyondType(value, key, parameter, this.scope, spot);
      const read = reader.read(value, key, { type, values: words, later, accept, secrets });
      if (!read) continue;
      values[key] = read.value;
      if (used.action) this.board.literal(parameter.type, read.value, value.at);
    }
    for (const [key, parameter] of Object.entries(used.with)) {
      if (parameter.optional || entries.some((e) => e.key === key)) continue;
      this.#findings.report("missing-input", name.at, { what: used.name, key });
    }
    return values;
  }

  #reach(name: TextNode, used: Used): void {
    const effect = used.action?.effect ?? used.recipe?.effect ?? "read";
    this.effect = worse(this.effect, effect);
    this.#reached.push({ name, effect });
    if (this.ceiling && above(effect, this.ceiling)) {
      this.#findings.report("above-ceiling", name.at, { effect, ceiling: this.ceiling }, {
        help: `effect: ${effect}`,
      });
    }
  }

  /** What is for ever stands in a recipe of its own: nothing that can be undone is learnt to be sealed with it. */
  alone(): void {
    const forEver = this.#reached.find((r) => r.effect === "irreversible");
    if (!forEver) return;
    for (const { name, effect } of this.#reached) {
      if (effect === "irreversible" || !above(effect, "volatile")) continue;
      const facts = { key: name.text, other: forEver.name.text };
      this.#findings.report("keys-exclude-each-other", name.at, facts, {
        help: `${forEver.name.text} is for ever: it has a recipe of its own`,
      });
    }
  }

  #again(node: MapNode, step: StepDocument, used: Used, spot: Spot): void {
    const forEver = (used.action?.effect ?? used.recipe?.effect) === "irreversible";
    const retry = get(node, "retry");
    if (retry && forEver) {
      this.#findings.report("retry-of-irreversible", retry.at, {}, {
        help: "let the engine read the chip and decide; see `probekit explain E0250`",
      });
    }
    const onError = get(node, "on_error");
    if (onError && forEver && textOf(node, "on_error") === "warn") {
      this.#findings.report("not-allowed-value", onError.at, { key: "on_error", text: "warn" }, {
        help: `${used.name} is for ever: a run that could not do it must not pass`,
      });
    }
    const confirm = get(node, "confirm");
    const uses = get(node, "uses");
    if (forEver && spot.items && uses) {
      this.#findings.report("irreversible-in-loop", uses.at, { name: used.name }, {
        help: "take it out of the `for`",
      });
    }
    if (used.action && forEver && !confirm && uses) {
      this.#findings.report("no-confirm", uses.at, { name: used.name }, {
        help: "confirm: plan | typed | per-batch",
      });
    }
    if (confirm && !forEver) {
      this.#findings.report("needless-confirm", confirm.at, { name: used.name });
    }
    if (retry?.kind === "map") this.#retry(retry, step);
  }

  #retry(node: MapNode, step: StepDocument): void {
    const on = get(node, "on");
    for (const n of on?.kind === "list" ? on.items : []) {
      if (n.kind !== "text" || (RETRY_CLASSES as readonly string[]).includes(n.text)) continue;
      this.#findings.report("unknown-class", n.at, { name: n.text }, {
        help: suggest(n.text, RETRY_CLASSES, "classes are"),
      });
    }
    const max = get(node, "max");
    const { max: times, pause } = step.retry ?? {};
    if (max && times !== undefined && (times < 1 || times > MOST_RETRIES)) {
      this.#findings.report("not-allowed-value", max.at, { key: "max", text: String(times) }, {
        help: `1 to ${MOST_RETRIES}`,
      });
    }
    const { timeout } = step;
    if (times === undefined || pause === undefined || timeout === undefined) return;
    if (times * pause < timeout) return;
    this.#findings.report("retries-do-not-fit", node.at, {
      max: times,
      pause: scalarText("duration", pause),
      timeout: scalarText("duration", timeout),
    });
  }
}

const NO_RAN: Ran = new Set();
