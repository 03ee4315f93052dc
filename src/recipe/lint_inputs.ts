/** Inputs: their types, their rules, and whether their defaults keep them. */
import type { InputDocument } from "./document.ts";
import { type Findings, suggest } from "./findings.ts";
import type { InputInfo, Scope } from "./lint_scope.ts";
import { ValueReader } from "./lint_values.ts";
import { linearRegExp } from "./regexp.ts";
import { ORDERED, ruleProblem } from "./rules.ts";
import { parseScalar } from "./scalars.ts";
import { type Entry, get, type MapNode, type Node, textOf } from "./text_tree.ts";
import { KINDS, parseType, type Type, typeText } from "./types.ts";

/** Types of inputs by name; wrong ones are left out. */
export function inputTypes(
  node: Node | undefined,
  findings: Findings,
): ReadonlyMap<string, InputInfo> {
  const out = new Map<string, InputInfo>();
  for (const { key, value } of node?.kind === "map" ? node.entries : []) {
    const text = textOf(value, "type");
    const type = text === undefined ? undefined : parseType(text);
    const at = get(value, "type")?.at;
    if (text !== undefined && at && !type) {
      findings.report("wrong-type", at, { key: "type", text, wanted: "a type, like file" }, {
        help: suggest(text.replace(/^(list|map)<|>$/g, ""), [...KINDS], "types are"),
      });
    }
    if (type?.kind === "secret" && type.shape !== "one" && at) {
      findings.report("not-in-this-version", at, { what: `an input of type \`${text}\`` });
    }
    if (!type) continue;
    const has = (k: string) => get(value, k) !== undefined;
    const optional = textOf(value, "optional") === "true";
    const required = !optional && !has("default") && !has("default_by_chip");
    out.set(key, { type, required, optional });
  }
  return out;
}

const TYPES_OF: Readonly<Record<string, (t: Type) => boolean>> = {
  accept: (t) => t.kind === "file",
  sha256: (t) => t.kind === "file" && t.shape === "one",
  values: (t) => t.kind === "enum",
  pattern: (t) => t.kind === "string",
  from: (t) => t.kind === "secret",
  default: (t) => t.kind !== "secret",
  default_by_chip: (t) => t.kind !== "secret",
  min: (t) => (ORDERED as readonly string[]).includes(t.kind),
  max: (t) => (ORDERED as readonly string[]).includes(t.kind),
};

class InputLinter {
  constructor(
    readonly name: string,
    readonly node: MapNode,
    readonly type: Type,
    readonly scope: Scope,
  ) {}

  get findings(): Findings {
    return this.scope.findings;
  }

  keys(): void {
    for (const { key, keyAt } of this.node.entries) {
      const fits = Object.hasOwn(TYPES_OF, key) ? TYPES_OF[key] : undefined;
      if (fits && !fits(this.type)) {
        const other = `type: ${typeText(this.type)}`;
        this.findings.report("keys-exclude-each-other", keyAt, { key, other });
      }
    }
    const has = (k: string) => get(this.node, k) !== undefined;
    for (const [a, b] of [["default_by_chip", "default"], ["optional", "default"]] as const) {
      const at = this.node.entries.find((e) => e.key === a)?.keyAt;
      const both = has(a) && has(b) && !(a === "optional" && textOf(this.node, a) !== "true");
      if (at && both) this.findings.report("keys-exclude-each-other", at, { key: a, other: b });
    }
    if (this.type.kind === "enum" && !has("values")) {
      const what = `input \`${this.name}\``;
      this.findings.report("missing-input", this.node.at, { what, key: "values" });
    }
  }

  /** The limits, typed like the input. */
  limits(): { min?: number; max?: number } {
    const out: { min?: number; max?: number } = {};
    for (const key of ["min", "max"] as const) {
      const node = get(this.node, key);
      if (node?.kind !== "text" || !TYPES_OF[key]?.(this.type)) continue;
      const parsed = parseScalar(this.type.kind, node.text);
      if (parsed.ok && typeof parsed.value === "number") out[key] = parsed.value;
      else {
        const wanted = parsed.ok ? "a number" : parsed.wanted;
        this.findings.report("wrong-type", node.at, { key, text: node.text, wanted });
      }
    }
    return out;
  }

  /** Words that leave nothing to give: a maximum below the minimum, endings that are none. */
  ranges(): void {
    const { min, max } = this.limits();
    const most = get(this.node, "max");
    if (most && min !== undefined && max !== undefined && max < min) {
      const text = textOf(this.node, "max") ?? String(max);
      this.findings.report("not-allowed-value", most.at, { key: "max", text }, {
        help: `min is ${textOf(this.node, "min") ?? min}`,
      });
    }
    const accept = get(this.node, "accept");
    for (const n of accept?.kind === "list" ? accept.items : []) {
      if (n.kind !== "text" || /^\..+/.test(n.text)) continue;
      this.findings.report("not-allowed-value", n.at, { key: "accept", text: n.text }, {
        help: `an ending begins with a dot: .${n.text}`,
      });
    }
  }

  pattern(): void {
    const node = get(this.node, "pattern");
    if (node?.kind !== "text") return;
    const why = linearRegExp(node.text);
    if (typeof why !== "string") return;
    this.findings.report("bad-pattern", node.at, { pattern: node.text.slice(0, 60), why });
  }

  default(node: Node, rule: InputDocument): unknown {
    const before = this.findings.all.length;
    const reader = new ValueReader(this.scope, { ran: new Set(), rescue: false });
    if (node.kind === "text" && node.text.includes("${{")) {
      this.findings.report("bad-default", node.at, {
        input: this.name,
        why: "a default is a value, no expression",
      });
      return undefined;
    }
    const read = reader.read(node, "default", { type: this.type });
    if (!read || this.findings.all.length > before) return undefined;
    const why = ruleProblem(rule, read.value);
    if (why !== undefined) {
      this.findings.report("bad-default", node.at, { input: this.name, why: `wanted is ${why}` });
    }
    return read.value;
  }
}

/** Checks one input; gives it with its defaults and limits typed. */
export function lintInput(entry: Entry, read: InputDocument, scope: Scope): InputDocument {
  const info = scope.inputs.get(entry.key);
  if (!info || entry.value.kind !== "map") return read;
  const linter = new InputLinter(entry.key, entry.value, info.type, scope);
  linter.keys();
  linter.pattern();
  linter.ranges();
  const { min: _min, max: _max, ...rest } = read;
  const rule: InputDocument = { ...rest, ...linter.limits() };
  const fallback = get(entry.value, "default");
  const byChip = get(entry.value, "default_by_chip");
  const out: Record<string, unknown> = { ...rule };
  if (info.type.kind === "secret") return rule;
  if (fallback) out["default"] = linter.default(fallback, rule);
  if (byChip?.kind === "map") {
    const defaults: Record<string, unknown> = Object.create(null);
    for (const e of byChip.entries) defaults[e.key] = linter.default(e.value, rule);
    out["default_by_chip"] = defaults;
  }
  return out as unknown as InputDocument;
}
