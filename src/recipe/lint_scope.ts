/** Which names an expression sees where it stands, and what is wrong with expressions and templates. */
import { closest, type Findings } from "./findings.ts";
import type {
  Declared,
  ExpressionProblem,
  Expressions,
  MakeExpressions,
  Range,
} from "./expressions.ts";
import { type Cel, usesOf } from "./syntax.ts";
import { hasExpression, splitTemplate } from "./templates.ts";
import type { Place, TextNode } from "./text_tree.ts";
import { celType, type Type } from "./types.ts";

/** What lint knows of an input. */
export interface InputInfo {
  readonly type: Type;
  /** no default: the caller must give it */
  readonly required: boolean;
  readonly optional: boolean;
}

/** Names of `error` in a rescue. */
const ERROR: Declared = new Map([["code", "string"], ["class", "string"], ["step", "string"]]);

/** Where an expression stands: the ids that have run for certain, and what else it may name. */
export interface Spot {
  readonly ran: ReadonlySet<string>;
  readonly rescue: boolean;
  /** items of the loops around it, with their types */
  readonly items?: ReadonlyMap<string, string>;
  /** outputs of the step itself, as `value` */
  readonly value?: ReadonlyMap<string, string>;
}

/** An expression that holds together. */
export interface GoodExpression {
  readonly type: string;
  readonly ast: Cel;
}

/** The part of the node from `start` to `end` of its text; the whole node when it is not one to one. */
export const inside = (node: TextNode, start: number, end: number): Place =>
  node.offset ? { start: node.offset(start), end: node.offset(end) } : node.at;

/** What was meant by a word of another language, or by a dash in a name. */
function meant(cel: string, { range, missing }: ExpressionProblem): string | undefined {
  const word = cel.slice(range.start, range.end);
  const operator = OPERATORS[word];
  if (operator !== undefined) return `write ${operator}`;
  if (/\bnot\s+$/.test(cel.slice(0, range.start))) return "write ! instead of not";
  if (missing && Object.hasOwn(BOOLEANS, missing.name)) return `write ${BOOLEANS[missing.name]}`;
  const dashed = `${missing?.name}${/^(?:-\w+)*/.exec(cel.slice(range.end))?.[0]}`
    .replaceAll("-", "_");
  return missing?.known.includes(dashed) ? `did you mean \`${dashed}\`?` : undefined;
}
const OPERATORS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  and: "&&",
  or: "||",
  AND: "&&",
  OR: "||",
});
const BOOLEANS: Readonly<Record<string, string>> = {
  ...{ yes: "true", on: "true", True: "true", TRUE: "true" },
  ...{ no: "false", off: "false", False: "false", FALSE: "false" },
};

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^Unexpected character: =/, "compare with =="],
  [/^Unexpected character: [&|]/, "write && or ||"],
  [/^unexpected character: [\u2018-\u201f]/, "quotes are ' or \""],
  [/^unexpected character: [\u00a0\u2000-\u200a\u202f\u3000]/, "a blank is U+0020"],
  [/^no such overload: (?:int|double) [<>=!]=? string/, "a number has no quotes"],
  [/^no such overload: string [<>=!]=? (?:int|double)/, "a text stands in quotes"],
  [/^no such overload: (?:int . double|double . int)/, "write double(x), or int(x)"],
];

/** The names of one recipe as they come to be, and the checks of expressions against them. */
export class Scope {
  readonly #steps = new Map<string, ReadonlyMap<string, string>>();
  /** outputs that are not always there */
  readonly #optional = new Map<string, ReadonlySet<string>>();
  /** steps in loops, and items: while a run goes on their types change */
  readonly #looped = new Set<string>();
  readonly #items = new Set<string>();
  readonly #cache = new Map<string, Expressions>();
  readonly used = new Set<string>();
  constructor(
    readonly make: MakeExpressions,
    readonly findings: Findings,
    readonly inputs: ReadonlyMap<string, InputInfo>,
    /** all ids of the recipe, also those further down */
    readonly allIds: ReadonlySet<string>,
  ) {}

  /** A step's outputs are there from here on. */
  declare(id: string, outputs: ReadonlyMap<string, string>, optional?: ReadonlySet<string>): void {
    this.#steps.set(id, new Map([["ran", "bool"], ...outputs]));
    if (optional) this.#optional.set(id, optional);
    this.#cache.clear();
  }

  /** After a loop, what its steps gave are lists; what was not always there is in none. */
  asLists(ids: Iterable<string>, item: string): void {
    this.#items.add(item);
    for (const id of ids) {
      const outputs = this.#steps.get(id);
      if (!outputs) continue;
      this.#looped.add(id);
      const always = [...outputs].filter(([n]) => n !== "ran" && !this.#optional.get(id)?.has(n));
      this.declare(id, new Map(always.map(([name, type]) => [name, `list<${type}>`])));
    }
  }

  /** The names as a run sees them: what a loop makes a list of may be either. */
  runNames(): ReadonlyMap<string, Declared> {
    const steps = [...this.#steps].map(([id, outputs]): [string, Declared] => {
      const open = new Map([...outputs].map(([n, type]) => [n, n === "ran" ? type : "dyn"]));
      for (const name of this.#optional.get(id) ?? []) open.set(name, "dyn");
      return [id, this.#looped.has(id) ? open : outputs];
    });
    const items = [...this.#items].map((n) => [n, "dyn"] as const);
    return new Map([...this.names({ rescue: true }), ["steps", new Map(steps)], ...items]);
  }

  /** The names at a spot. */
  names(spot: Pick<Spot, "rescue" | "value" | "items">): ReadonlyMap<string, Declared> {
    const inputs = new Map([...this.inputs].map(([n, i]) => [n, celType(i.type)] as const));
    const names = new Map<string, Declared>([["inputs", inputs], ["steps", new Map(this.#steps)]]);
    if (spot.rescue) names.set("error", ERROR);
    if (spot.value) names.set("value", spot.value);
    for (const [name, type] of spot.items ?? []) names.set(name, type);
    return names;
  }

  #expressions(spot: Spot): Expressions {
    if (spot.value) return this.make(this.names(spot));
    const key = `${spot.rescue} ${[...spot.items ?? []].join(" ")}`;
    const ready = this.#cache.get(key) ?? this.make(this.names(spot));
    this.#cache.set(key, ready);
    return ready;
  }

  /**
   * Checks the expression `cel` that begins at `from` in the node's text. `into` says what a secret would
   * enter; without it, a secret that is the whole expression is handed over and its type is `secret`.
   */
  expression(
    node: TextNode,
    cel: string,
    from: number,
    spot: Spot,
    into?: string,
  ): GoodExpression | undefined {
    const place = (r: Range) => inside(node, from + r.start, from + r.end);
    const checked = this.#expressions(spot).check(cel);
    if (!checked.ok) {
      const { why, range, missing } = checked.problem;
      if (
        missing && this.allIds.has(missing.name) &&
        /\bsteps\s*\.\s*$/.test(cel.slice(0, range.start))
      ) {
        this.findings.report("used-too-early", place(range), { id: missing.name });
        return;
      }
      const near = missing && closest(missing.name, missing.known);
      const known = missing && `known here: ${missing.known.join(", ") || "nothing"}`;
      const help = meant(cel, checked.problem) ??
        (near !== undefined
          ? `did you mean \`${near}\`?`
          : known ?? HINTS.find(([p]) => p.test(why))?.[1]);
      this.findings.report("bad-expression", place(range), { why }, { help });
      return;
    }
    this.#uses(checked.ast, place, spot);
    const secret = this.#secret(checked.ast, place, into);
    if (secret === "refused") return;
    return { type: secret === "handed" ? "secret" : checked.type, ast: checked.ast };
  }

  #uses(ast: Cel, place: (r: Range) => Place, spot: Spot): void {
    for (const use of usesOf(ast, spot.ran)) {
      const [root, name = "", field] = use.chain;
      if (root === "inputs") this.used.add(name);
      // `inputs` as a whole: nothing is unused then
      if (root === "inputs" && name === "") {
        [...this.inputs.keys()].forEach((n) => this.used.add(n));
      }
      if (root !== "steps" || field === undefined || field === "ran" || use.asked) continue;
      if (use.ran.has(name)) continue;
      this.findings.report("may-be-skipped", place(use.node), { id: name, output: field }, {
        help: `write: steps.${name}.ran && steps.${name}.${field}, or has(steps.${name}.${field})`,
      });
    }
  }

  /** Checks a bare expression that must be true or false. */
  condition(node: TextNode, key: string, spot: Spot): GoodExpression | undefined {
    const { text } = node;
    if (hasExpression(text)) {
      const bare = text.replace(/\$\{\{|\}\}/g, "").replace(/\s+/g, " ").trim();
      for (const [, name = ""] of bare.matchAll(/\binputs\.(\w+)/g)) this.used.add(name);
      this.findings.report("text-in-when", node.at, { key }, { help: `${key}: ${bare}` });
      return;
    }
    const lead = text.length - text.trimStart().length;
    const good = this.expression(node, text.trim(), lead, spot, "enter a condition");
    if (!good) return;
    if (good.type !== "bool") {
      this.findings.report("not-a-bool", inside(node, lead, text.trimEnd().length), {
        type: good.type.startsWith("$") ? "mapping" : good.type,
      }, { help: "compare it with something; nothing is true just because it is not empty" });
    }
    return good;
  }

  /** What becomes of secrets in the expression. `inputs` as a whole holds them all. */
  #secret(
    ast: Cel,
    place: (r: Range) => Place,
    into: string | undefined,
  ): "none" | "handed" | "refused" {
    const secrets = [...this.inputs].filter(([, i]) => i.type.kind === "secret").map(([n]) => n);
    if (secrets.length === 0) return "none";
    for (const { chain: [root, name, ...more], node, asked } of usesOf(ast)) {
      const input = name === undefined ? secrets[0] : secrets.find((s) => s === name);
      if (root !== "inputs" || input === undefined) continue;
      const whole = name !== undefined && more.length === 0;
      // whether it was given is no secret
      if (asked && whole) continue;
      if (node === ast && whole && into === undefined) return "handed";
      const what = into ?? "be computed with";
      this.findings.report("secret-in-text", place(node), { input, what });
      return "refused";
    }
    return "none";
  }

  /**
   * Checks a text that may hold expressions. Gives the type of the whole: that of the expression when it
   * stands alone, else string; undefined when something is wrong. `into` is what a secret that stands
   * alone would enter; without it, it is handed over.
   */
  template(node: TextNode, spot: Spot, into?: string): string | undefined {
    const split = splitTemplate(node.text);
    if ("unclosed" in split) {
      const at = inside(node, split.unclosed, split.unclosed + 3);
      this.findings.report("bad-template", at, {}, { help: "${{ inputs.x }}" });
      return;
    }
    let type: string | undefined = "string";
    for (const piece of split.pieces) {
      if ("text" in piece) continue;
      const enters = split.alone ? into : "become part of a text";
      const good = this.expression(node, piece.cel, piece.at, spot, enters);
      if (!good) {
        type = undefined;
        continue;
      }
      if (split.alone) return good.type;
      if (!["string", "int", "double", "bool", "dyn"].includes(good.type)) {
        const at = inside(node, piece.at, piece.at + piece.cel.length);
        this.findings.report("not-text", at, { type: good.type });
        type = undefined;
      }
    }
    return type;
  }
}
