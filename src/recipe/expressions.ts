/** Expressions: CEL with declared names, exact integers, and errors that say where. */
import type * as CelLib from "@marcbachmann/cel-js";
import { hex } from "../base/mod.ts";
import { fault } from "./faults.ts";
import { linearRegExp } from "./regexp.ts";
import { type Cel, children, usesOf } from "./syntax.ts";

/** Names that an expression may use: `inputs.x` → its type in the expression language. */
export type Names = ReadonlyMap<string, Declared>;
/** A type, or the fields of an object. */
export type Declared = string | Names;

/** Where in the expression something is. */
export interface Range {
  readonly start: number;
  readonly end: number;
}
/** What is wrong with an expression. */
export interface ExpressionProblem {
  readonly why: string;
  readonly range: Range;
  /** of a name that is not there: the name, and those that are at that place */
  readonly missing?: { readonly name: string; readonly known: readonly string[] };
}
/** What checking gave. */
export type Checked =
  | { readonly ok: true; readonly type: string; readonly ast: Cel }
  | { readonly ok: false; readonly problem: ExpressionProblem };

/** A value that is not known before the run. */
export class Unknown {
  constructor(
    /** the outputs it depends on: `steps.write.changed` */
    readonly because: readonly string[],
  ) {}
}

/** longest expression that is read */
const MOST_CHARACTERS = 2000;
const LIMITS = {
  maxAstNodes: 400,
  maxDepth: 40,
  maxListElements: 64,
  maxMapEntries: 64,
  maxCallArguments: 8,
} as const;

type Lib = typeof CelLib;
/** Makes environments. */
export type MakeExpressions = (names: Names) => Expressions;
/** Loads the expression library, which is heavy, and gives the maker. */
export async function loadExpressions(): Promise<MakeExpressions> {
  const lib = await import("@marcbachmann/cel-js");
  return (names) => new Expressions(lib, names);
}

/** CEL's identifiers. Another name (an id that lint has refused) is in no expression's reach. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

const schemaOf = (names: Names): Record<string, unknown> => {
  const out: Record<string, unknown> = Object.create(null);
  const reachable = [...names].filter(([name]) => IDENTIFIER.test(name));
  for (const [name, d] of reachable) out[name] = typeof d === "string" ? d : schemaOf(d);
  return out;
};

const WORDS: Readonly<Record<string, string>> = {
  "Unexpected token: EOF": "the expression ends too early",
};

/** A word or a character that cannot stand there, so that it can be seen. */
function unexpected(summary: string, there: string): string | undefined {
  if (!summary.startsWith("Unexpected character")) return undefined;
  if (/^\w+$/.test(there)) return `unexpected: \`${there}\``;
  const code = (there.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return /^[!-~]/.test(there) ? undefined : `unexpected character: ${there[0]} (U+${code})`;
}

/** the name that `matches` is evaluated by */
const OURS = "matches_in_time";

/** Whether the pattern is found in the text, as RE2 has it: in a time that grows with the text only. */
function matches(text: string, pattern: string): boolean {
  const made = linearRegExp(pattern);
  if (typeof made === "string") throw fault("bad-pattern", { pattern, why: made });
  return made.test(text);
}

type Call = Extract<Cel, { op: "rcall" }>;
/** Calls of `matches` in an expression. */
function* matchesIn(node: Cel): Generator<Call> {
  if (node.op === "rcall" && node.args[0] === "matches") yield node;
  for (const n of children(node)) yield* matchesIn(n);
}

/** A pattern that is written out and is none. */
function badPattern(ast: Cel): ExpressionProblem | undefined {
  for (const call of matchesIn(ast)) {
    const [pattern] = call.args[2];
    if (pattern?.op !== "value" || typeof pattern.args !== "string") continue;
    const made = linearRegExp(pattern.args);
    if (typeof made !== "string") continue;
    const { start, end } = pattern.range;
    return { why: `this is no regular expression: ${made}`, range: { start, end } };
  }
}

/** macros that go through a list */
const THROUGH = new Set(["all", "exists", "exists_one", "map", "filter"]);
/** so deep may they nest: lists have up to a thousand items */
const MOST_NESTED = 2;

/** The place where macros nest too deeply. */
function tooNested(node: Cel, depth = 0): ExpressionProblem | undefined {
  const goes = node.op === "rcall" && THROUGH.has(node.args[0]);
  const here = depth + (goes ? 1 : 0);
  if (here > MOST_NESTED) {
    const why = `map, filter, all and exists nest at most ${MOST_NESTED} deep`;
    return { why, range: { start: node.range.start, end: node.range.end } };
  }
  for (const n of children(node)) {
    const found = tooNested(n, here);
    if (found) return found;
  }
}

/** An environment of declared names. */
export class Expressions {
  readonly #env: CelLib.Environment;
  readonly #lib: Lib;
  constructor(lib: Lib, readonly names: Names) {
    this.#lib = lib;
    this.#env = new lib.Environment({ unlistedVariablesAreDyn: false, limits: LIMITS });
    for (const [name, d] of names) {
      if (typeof d === "string") this.#env.registerVariable(name, d);
      else this.#env.registerVariable({ name, schema: schemaOf(d) } as never);
    }
    this.#env.registerFunction("hex(int): string", (x: bigint) => hex(Number(x), 1));
    this.#env.registerFunction(`string.${OURS}(string): bool`, matches);
  }

  /** The same language with other names. */
  with(names: Names): Expressions {
    return new Expressions(this.#lib, names);
  }

  /** Parses and checks the types of `text`. */
  check(text: string): Checked {
    if (text.length > MOST_CHARACTERS) {
      return this.#problem(`an expression has at most ${MOST_CHARACTERS} characters`, text);
    }
    if (text.trim() === "") return this.#problem("there is no expression", text);
    try {
      const { ast } = this.#env.parse(text);
      const result = this.#env.check(text);
      const wrong = result.valid ? badPattern(ast) ?? tooNested(ast) : undefined;
      if (wrong) return { ok: false, problem: wrong };
      return result.valid
        ? { ok: true, type: String(result.type ?? "dyn"), ast }
        : this.#failed(result.error, text);
    } catch (error) {
      return this.#failed(error, text);
    }
  }

  /**
   * The value of a checked expression. `values` holds what `names` declares; a name that is absent there
   * has no value. Gives an ExpressionProblem when there is none.
   */
  evaluate(text: string, values: Readonly<Record<string, unknown>>): unknown {
    try {
      return this.#env.evaluate(this.#ours(text), values);
    } catch (error) {
      const failed = this.#failed(error, text);
      return failed.ok ? undefined : new NoValue(failed.problem);
    }
  }

  /** The text with the library's `matches`, which can run for ever, replaced by one that ends. */
  #ours(text: string): string {
    if (!/\bmatches\b/.test(text)) return text;
    const { ast } = this.#env.parse(text);
    for (const call of matchesIn(ast)) call.args[0] = OURS;
    return this.#lib.serialize(ast);
  }

  /** As {@link evaluate}, where `unknown` names (`steps.a.x`) have no value yet. */
  evaluateMaybe(
    text: string,
    values: Readonly<Record<string, unknown>>,
    unknown: ReadonlySet<string>,
  ): unknown {
    if (unknown.size === 0) return this.evaluate(text, values);
    const checked = this.check(text);
    if (!checked.ok) return new NoValue(checked.problem);
    return this.#maybe(checked.ast, values, unknown);
  }

  #maybe(
    node: Cel,
    values: Readonly<Record<string, unknown>>,
    unknown: ReadonlySet<string>,
  ): unknown {
    const again = (n: Cel) => this.#maybe(n, values, unknown);
    const because = [
      ...new Set(
        usesOf(node).map(({ chain }) => chain.slice(0, chain[0] === "inputs" ? 2 : 3).join("."))
          .filter((c) => unknown.has(c)),
      ),
    ];
    if (because.length === 0) return this.evaluate(this.#lib.serialize(node), values);
    if (node.op === "&&" || node.op === "||") {
      const decides = node.op === "||";
      const sides = node.args.map(again);
      if (sides.includes(decides)) return decides;
      const open = sides.filter((s) => s instanceof Unknown);
      return open.length > 0 ? new Unknown(open.flatMap((u) => u.because)) : sides[0];
    }
    if (node.op === "!_") {
      const v = again(node.args);
      return typeof v === "boolean" ? !v : v;
    }
    if (node.op === "?:") {
      const c = again(node.args[0]);
      if (typeof c === "boolean") return again(node.args[c ? 1 : 2]);
    }
    return new Unknown(because);
  }

  #problem(why: string, text: string): Checked {
    return { ok: false, problem: { why, range: { start: 0, end: Math.max(1, text.length) } } };
  }

  #failed(error: unknown, text: string): Checked {
    const { ParseError, TypeError: CelTypeError, EvaluationError } = this.#lib;
    const ours = error instanceof ParseError || error instanceof CelTypeError ||
      error instanceof EvaluationError;
    if (!ours) {
      const why = error instanceof RangeError
        ? "the expression is nested too deeply"
        : error instanceof Error
        ? error.message
        : String(error);
      return this.#problem(why.split("\n")[0] ?? why, text);
    }
    const summary = error.summary.split("\n")[0] ?? "";
    const start = Math.min(error.range?.start ?? 0, text.length);
    const end = Math.max(error.range?.end ?? text.length, start + 1);
    const why = WORDS[summary] ?? unexpected(summary, text.slice(start, end)) ??
      summary.replace(/\$(\w)/g, "$1");
    const name = /^(?:No such key|Unknown variable): (\w+)/.exec(summary)?.[1];
    if (name === undefined) return { ok: false, problem: { why, range: { start, end } } };
    const known = this.#knownAt(text.slice(0, start));
    return { ok: false, problem: { why, range: { start, end }, missing: { name, known } } };
  }

  /** The names that could stand after `before`, which ends in `steps.write.`. */
  #knownAt(before: string): readonly string[] {
    const path = /((?:\w+\s*\.\s*)*)$/.exec(before)?.[1]?.split(".").map((p) => p.trim())
      .filter((p) => p !== "") ?? [];
    let at: Declared | undefined = this.names;
    for (const step of path) at = typeof at === "string" ? undefined : at?.get(step);
    return at === undefined || typeof at === "string" ? [] : [...at.keys()];
  }
}

/** There is no value, and why. */
export class NoValue {
  constructor(readonly problem: ExpressionProblem) {}
}
