/** One recipe while it runs: its inputs, what its steps gave, and the values of its expressions. */
import type { Span } from "../base/mod.ts";
import type { Parameter } from "./action_row.ts";
import { NoValue, Unknown } from "./expressions.ts";
import { fault } from "./faults.ts";
import { celInputs, type InputValues } from "./inputs.ts";
import type { CheckedRecipe } from "./lint.ts";
import { folderOf, joinPath, staysInside } from "./paths.ts";
import { fromCel, parseScalar } from "./scalars.ts";
import { hasExpression, splitTemplate } from "./templates.ts";
import { parseType, type Type } from "./types.ts";

/** Where in the document something stands. */
export type Path = readonly (string | number)[];

/** What a rescue sees. */
export interface Failure {
  readonly code: string;
  readonly class: string;
  readonly step: string;
}

/** An optional input that was not given: the parameter is left out. */
const ABSENT = Symbol("absent");

/** See the file's comment. */
export class Frame {
  readonly #steps: Record<string, Record<string, unknown>> = Object.create(null);
  readonly #unknown = new Set<string>();
  readonly #inputs: Readonly<Record<string, unknown>>;
  readonly #given: InputValues;
  error: Failure | undefined;
  /** items of the loops that are under way, by name, as expressions see them */
  readonly #items: Record<string, unknown> = Object.create(null);
  /** which rounds of them: `[0]` */
  suffix = "";
  constructor(
    readonly checked: CheckedRecipe,
    inputs: InputValues,
    /** ids of the steps that led here, for names like `recover/write` */
    readonly prefix: string = "",
    /** inputs whose value is not known before the run */
    unknownInputs: ReadonlySet<string> = new Set(),
  ) {
    this.#given = inputs;
    this.#inputs = celInputs(checked, inputs);
    for (const name of unknownInputs) this.#unknown.add(`inputs.${name}`);
    for (const id of this.#ids()) this.#steps[id] = record({ ran: false });
  }

  #ids(): readonly string[] {
    const steps = this.checked.expressions.names.get("steps");
    return typeof steps === "object" ? [...steps.keys()] : [];
  }

  /** The step ran and gave this; outputs are in the form of the expression language, or Unknown. */
  ran(id: string | undefined, outputs: Readonly<Record<string, unknown>>): void {
    if (id === undefined) return;
    const values: Record<string, unknown> = record({ ran: true });
    for (const [name, value] of Object.entries(outputs)) {
      if (value instanceof Unknown) this.#unknown.add(`steps.${id}.${name}`);
      else {
        this.#unknown.delete(`steps.${id}.${name}`);
        values[name] = value;
      }
    }
    this.#steps[id] = values;
  }

  /** Nobody knows whether the step will run. */
  open(id: string | undefined, outputs: readonly string[]): void {
    if (id === undefined) return;
    for (const name of ["ran", ...outputs]) this.#unknown.add(`steps.${id}.${name}`);
    this.#steps[id] = record({});
  }

  /** A round of a loop begins; `suffix` names it in ids. */
  begin(name: string, item: unknown, suffix: string): void {
    this.#items[name] = item;
    this.suffix = suffix;
  }

  /** The loop is over, however it ended. */
  end(name: string, suffix: string): void {
    delete this.#items[name];
    this.suffix = suffix;
  }

  /** As if the step had not been reached. */
  forget(id: string): void {
    this.#steps[id] = record({ ran: false });
    for (const name of this.#unknown) {
      if (name.startsWith(`steps.${id}.`)) this.#unknown.delete(name);
    }
  }

  /** `ran` and what the step gave, with Unknown where that is not known. */
  given(id: string): Readonly<Record<string, unknown>> {
    const start = `steps.${id}.`;
    const open = [...this.#unknown].filter((n) => n.startsWith(start));
    const unknown = open.map((n) => [n.slice(start.length), new Unknown([n])]);
    return { ...this.#steps[id], ...Object.fromEntries(unknown) };
  }

  /** The items that expressions see here, for a report; undefined outside of loops. */
  get items(): Readonly<Record<string, unknown>> | undefined {
    return this.suffix === "" ? undefined : { ...this.#items };
  }

  /** The items of a loop's list, or Unknown. Fault: expression-failed. */
  list(text: string, path: Path): readonly unknown[] | Unknown {
    const value = this.evaluate(text);
    if (value instanceof NoValue) throw this.#failed(value, path);
    return value instanceof Unknown ? value : Array.isArray(value) ? value : [];
  }

  where(path: Path): Span {
    return this.checked.where(path);
  }

  #values(value?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return record({
      inputs: this.#inputs,
      steps: this.#steps,
      ...this.#items,
      ...(this.error ? { error: record({ ...this.error }) } : {}),
      ...(value ? { value } : {}),
    });
  }

  /** The expression's value, Unknown, or NoValue. */
  evaluate(text: string): unknown {
    return this.checked.expressions.evaluateMaybe(text.trim(), this.#values(), this.#unknown);
  }

  /** The value of an expression over a step's outputs, where a value that is absent is undefined. */
  measure(text: string, outputs: Readonly<Record<string, unknown>>): unknown {
    const names = new Map(Object.keys(outputs).map((n) => [n, "dyn"] as const));
    const all = new Map([...this.checked.expressions.names, ["value", names] as const]);
    const value = this.checked.expressions.with(all)
      .evaluate(text.trim(), this.#values(record({ ...outputs })));
    return value instanceof NoValue ? undefined : value;
  }

  /** Whether a condition holds. Fault: expression-failed. */
  condition(text: string, path: Path): boolean | Unknown {
    const value = this.evaluate(text);
    if (value instanceof NoValue) throw this.#failed(value, path);
    return value instanceof Unknown ? value : value === true;
  }

  #failed(value: NoValue, path: Path) {
    return fault("expression-failed", { why: value.problem.why }, { where: this.where(path) });
  }

  /** A text with its expressions filled in. Fault: expression-failed. */
  text(template: string, path: Path): string | Unknown {
    const split = splitTemplate(template);
    if (!("pieces" in split)) return template;
    const because: string[] = [];
    let out = "";
    for (const piece of split.pieces) {
      if ("text" in piece) out += piece.text;
      else {
        const value = this.evaluate(piece.cel);
        if (value instanceof NoValue) throw this.#failed(value, path);
        if (value instanceof Unknown) because.push(...value.because);
        else out += String(value);
      }
    }
    return because.length > 0 ? new Unknown(because) : out;
  }

  /** The typed value of a parameter; ABSENT when it is an optional input that nobody gave. */
  #value(written: unknown, type: Type, path: Path): unknown {
    if (typeof written === "string" && hasExpression(written)) {
      return this.#template(written, type, path);
    }
    if (type.kind === "file" && typeof written === "string") return this.#file(written, path);
    const one: Type = { shape: "one", kind: type.kind };
    const many = Array.isArray(written)
      ? written.map((v, i) => this.#value(v, one, [...path, i])).filter((v) => v !== ABSENT)
      : undefined;
    if (many) return many.find((v) => v instanceof Unknown) ?? many;
    const nested = type.shape === "map" || type.kind === "any";
    if (!nested || written === null || typeof written !== "object") return written;
    const entries = Object.entries(written).map(([k, v]) =>
      [k, this.#value(v, one, [...path, k])] as const
    ).filter(([, v]) => v !== ABSENT);
    return entries.find(([, v]) => v instanceof Unknown)?.[1] ?? Object.fromEntries(entries);
  }

  #template(written: string, type: Type, path: Path): unknown {
    const split = splitTemplate(written);
    const [first] = "pieces" in split ? split.pieces : [];
    if (!("alone" in split) || !split.alone || !first || !("cel" in first)) {
      const text = this.text(written, path);
      if (text instanceof Unknown) return text;
      const parsed = parseScalar(type.kind, text);
      if (!parsed.ok) throw this.#unfit(text, parsed.wanted, path);
      return type.kind === "file" ? this.#file(text, path) : parsed.value;
    }
    const secret = this.#secret(first.cel);
    if (secret !== undefined) return secret;
    const value = this.evaluate(first.cel);
    if (value instanceof Unknown) return value;
    if (value instanceof NoValue) {
      const input = /^inputs\.(\w+)$/.exec(first.cel)?.[1];
      const open = input !== undefined && this.checked.inputs.get(input)?.optional;
      if (open) return ABSENT;
      throw this.#failed(value, path);
    }
    const parsed = fromCel(type, value);
    if (!parsed.ok) throw this.#unfit(value, parsed.wanted, path);
    return parsed.value;
  }

  /** A secret goes past the expression language, which has only a stand-in. */
  #secret(cel: string): unknown {
    const [, name = ""] = /^inputs\s*(?:\.\s*|\[\s*['"])(\w+)(?:['"]\s*\])?$/.exec(cel.trim()) ??
      [];
    if (this.checked.inputs.get(name)?.type.kind !== "secret") return undefined;
    return this.#given[name] ?? ABSENT;
  }

  #unfit(value: unknown, wanted: string, path: Path) {
    const key = String(path.findLast((p) => typeof p === "string") ?? "");
    return fault("wrong-type", { key, text: String(value).slice(0, 80), wanted }, {
      where: this.where(path),
    });
  }

  /** A file beside the recipe. Fault: path-escapes. */
  place(name: string, path: Path): string {
    return this.#file(name, path);
  }

  #file(name: string, path: Path): string {
    if (!staysInside(name)) {
      throw fault("path-escapes", { path: name }, { where: this.where(path) });
    }
    return joinPath(folderOf(this.checked.source.file), name);
  }

  /** All parameters of a step, typed; `unknown` names those that are not known yet, and why. */
  parameters(
    written: Readonly<Record<string, unknown>>,
    rows: Readonly<Record<string, Pick<Parameter, "type" | "optional">>>,
    path: Path,
  ): { values: Record<string, unknown>; unknown: Readonly<Record<string, Unknown>> } {
    const values: Record<string, unknown> = Object.create(null);
    const unknown: Record<string, Unknown> = Object.create(null);
    for (const [name, row] of Object.entries(rows)) {
      const type = parseType(row.type);
      if (!type || written[name] === undefined) continue;
      const value = this.#value(written[name], type, [...path, name]);
      if (value === ABSENT) {
        if (row.optional) continue;
        throw fault("input-missing", {
          recipe: this.checked.document?.name ?? "",
          input: name,
          summary: row.type,
        }, { where: this.where([...path, name]) });
      }
      if (value instanceof Unknown) unknown[name] = value;
      else values[name] = value;
    }
    return { values, unknown };
  }

  /** The recipe's outputs in the form of the expression language; those without a value are absent. */
  outputs(): Record<string, unknown> {
    const out: Record<string, unknown> = Object.create(null);
    for (const [name, template] of Object.entries(this.checked.document?.outputs ?? {})) {
      const split = splitTemplate(template);
      const [first] = "pieces" in split ? split.pieces : [];
      const alone = "alone" in split && split.alone && first && "cel" in first;
      let value: unknown;
      try {
        value = alone ? this.evaluate(first.cel) : this.text(template, ["outputs", name]);
      } catch {
        value = undefined; // a text with a hole in it is no text
      }
      if (value !== undefined && !(value instanceof NoValue)) out[name] = value;
    }
    return out;
  }
}

function record<T extends object>(values: T): T & Record<string, unknown> {
  return Object.assign(Object.create(null), values);
}
