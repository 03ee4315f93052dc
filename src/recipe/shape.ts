/** Shapes: what a key of a recipe may hold. One description for reading, for lint and for the JSON Schema. */
import type { Findings } from "./findings.ts";
import { suggest } from "./findings.ts";
import { parseScalar } from "./scalars.ts";
import type { MapNode, Node, Place } from "./text_tree.ts";
import type { Kind } from "./types.ts";

/** What a key may hold. */
export type Shape =
  /** one value of a kind */
  | { readonly is: "scalar"; readonly type: Kind }
  /** one of these words; `later` are known and refused */
  | { readonly is: "word"; readonly values: readonly string[]; readonly later?: readonly string[] }
  /** a bare expression */
  | { readonly is: "expression" }
  /** text that may hold `${{ }}` */
  | { readonly is: "template" }
  /** a name of something */
  | { readonly is: "name"; readonly of: string; readonly dashes?: true }
  /** typed by what surrounds it */
  | { readonly is: "free" }
  | { readonly is: "list"; readonly of: Shape; readonly least?: number }
  | { readonly is: "map"; readonly of: Shape; readonly keys?: string }
  | { readonly is: "object"; readonly name: string; readonly keys: Readonly<Record<string, Key>> }
  | { readonly is: "steps" };

/** One key of an object. */
export interface Key {
  readonly shape: Shape;
  readonly summary: string;
  readonly required?: true;
  /** known to the format, refused by this version */
  readonly later?: true;
}

const KIND_WORDS = { text: "a single value", list: "a list", map: "a mapping", empty: "nothing" };
/** How a node looks, in words. */
export const foundAs = (node: Node): string => KIND_WORDS[node.kind];

const SNAKE = /^[a-z][a-z0-9_]*$/;
const DASHED = /^[a-z][a-z0-9-]*$/;
/** words of the expression language, and a name that every JavaScript object has */
const RESERVED = new Set(
  ("as break const constructor continue else false for function if import in let loop namespace null " +
    "package return true var void while").split(" "),
);

/** Why `name` cannot be one, or undefined. */
export function nameProblem(name: string, dashes = false): string | undefined {
  if (name.length > 64) return "it has more than 64 characters";
  if (!(dashes ? DASHED : SNAKE).test(name)) {
    return dashes
      ? "it takes small letters, digits and dashes, a letter first"
      : "it takes small letters, digits and _, a letter first";
  }
  return !dashes && RESERVED.has(name) ? "it is a word of the expression language" : undefined;
}

/** Reads nodes by shape; what does not fit is a finding and reads as undefined. */
export class ShapeReader {
  constructor(readonly findings: Findings, readonly steps: Shape) {}

  read(node: Node, shape: Shape, key: string): unknown {
    switch (shape.is) {
      case "free":
        return plain(node);
      case "steps":
        return this.read(node, this.steps, key);
      case "list":
        return this.#list(node, shape, key);
      case "map":
        return this.#map(node, shape, key);
      case "object":
        return this.#object(node, shape, key);
      default:
        return this.#text(node, shape, key);
    }
  }

  wrong(node: Node, key: string, wanted: string): undefined {
    this.findings.report("wrong-shape", node.at, { key, wanted, found: foundAs(node) });
  }

  #text(node: Node, shape: Shape, key: string): unknown {
    if (node.kind !== "text") return this.wrong(node, key, "a single value");
    const { text } = node;
    if (shape.is === "scalar") return this.#scalar(shape.type, text, key, node.at);
    if (shape.is === "word") return this.#word(shape, text, key, node.at);
    if (shape.is === "name") this.#name(shape, text, node.at);
    return text;
  }

  #scalar(type: Kind, text: string, key: string, at: Place): unknown {
    const parsed = parseScalar(type, text);
    if (parsed.ok) return parsed.value;
    this.findings.report("wrong-type", at, { key, text, wanted: parsed.wanted });
  }

  #word(shape: Extract<Shape, { is: "word" }>, text: string, key: string, at: Place): unknown {
    if (shape.values.includes(text)) return text;
    if (shape.later?.includes(text)) {
      this.findings.report("not-in-this-version", at, { what: `\`${key}: ${text}\`` });
    } else {
      const help = suggest(text, shape.values);
      this.findings.report("not-allowed-value", at, { key, text }, { help });
    }
  }

  #name(shape: Extract<Shape, { is: "name" }>, text: string, at: Place): void {
    const why = nameProblem(text, shape.dashes);
    if (why) this.findings.report("bad-name", at, { name: text, what: shape.of, why });
  }

  #list(node: Node, shape: Extract<Shape, { is: "list" }>, key: string): unknown {
    if (node.kind !== "list") return this.wrong(node, key, "a list");
    if (node.items.length < (shape.least ?? 0)) {
      this.findings.report("wrong-shape", node.at, {
        key,
        wanted: "a list with at least one item",
        found: "empty",
      });
    }
    const items = node.items.map((item) => this.read(item, shape.of, key));
    // a wrong value is reported and left out; steps and objects keep their places, findings name them by it
    const placed = ["steps", "object", "map"].includes(shape.of.is);
    return placed ? items : items.filter((i) => i !== undefined);
  }

  #map(node: Node, shape: Extract<Shape, { is: "map" }>, key: string): unknown {
    if (node.kind !== "map") return this.wrong(node, key, "a mapping");
    const out: Record<string, unknown> = Object.create(null);
    for (const e of node.entries) {
      if (shape.keys !== undefined) this.#name({ is: "name", of: shape.keys }, e.key, e.keyAt);
      out[e.key] = this.read(e.value, shape.of, e.key);
    }
    return out;
  }

  #object(node: Node, shape: Extract<Shape, { is: "object" }>, key: string): unknown {
    if (node.kind !== "map") return this.wrong(node, key, "a mapping");
    const out: Record<string, unknown> = {};
    for (const { key: name, keyAt, value } of node.entries) {
      if (name.startsWith("x-")) continue;
      const rule = Object.hasOwn(shape.keys, name) ? shape.keys[name] : undefined;
      if (!rule) {
        const help = suggest(name, Object.keys(shape.keys));
        this.findings.report("unknown-parameter", keyAt, { key: name }, { help });
      } else if (rule.later) {
        this.findings.report("not-in-this-version", keyAt, { what: `\`${name}\`` });
      } else {
        const read = this.read(value, rule.shape, name);
        if (read !== undefined) out[name] = read;
      }
    }
    this.#required(node, shape);
    return out;
  }

  #required(node: MapNode, shape: Extract<Shape, { is: "object" }>): void {
    for (const [name, rule] of Object.entries(shape.keys)) {
      if (!rule.required || node.entries.some((e) => e.key === name)) continue;
      const at = { start: node.at.start, end: node.entries[0]?.keyAt.end ?? node.at.end };
      this.findings.report("missing-input", at, { what: shape.name, key: name });
    }
  }
}

/** The node as plain data: texts, lists and mappings. */
export function plain(node: Node): unknown {
  if (node.kind === "text") return node.text;
  if (node.kind === "list") return node.items.map(plain);
  if (node.kind === "empty") return undefined;
  const out: Record<string, unknown> = Object.create(null);
  for (const e of node.entries) out[e.key] = plain(e.value);
  return out;
}
