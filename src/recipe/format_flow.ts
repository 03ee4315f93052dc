/** Flow collections, `{ }` and `[ ]`, as `deno fmt` has them: on one line where they fit, else one item a line. */
import type * as Yaml from "yaml";

/** longest line, as the house's own files have it */
const WIDTH = 100;

type Flow = Yaml.YAMLMap | Yaml.YAMLSeq;

/** Where a line's own text begins: after its indent, and after the dashes of the lists it is in. */
function contentColumn(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return /^ *(?:- +)*/.exec(text.slice(start, at + 1))?.[0].length ?? 0;
}

class Breaker {
  constructor(readonly lib: typeof Yaml, readonly text: string) {}

  source(node: { range?: Yaml.Range | null | undefined } | null | undefined): string {
    const [from, to] = node?.range ?? [0, 0];
    return this.text.slice(from, to);
  }

  isFlow(node: unknown): node is Flow {
    return this.lib.isCollection(node) && node.flow === true;
  }

  /** The collection, one item a line; `indent` is where its closing bracket goes. */
  broken(node: Flow, indent: number): string {
    const [open, close] = this.lib.isMap(node) ? ["{", "}"] : ["[", "]"];
    const items: readonly unknown[] = node.items;
    if (items.length === 0) return `${open}${close}`;
    const inner = indent + 2;
    const lines = items.map((item) => `${" ".repeat(inner)}${this.item(item, inner)},`);
    return `${open}\n${lines.join("\n")}\n${" ".repeat(indent)}${close}`;
  }

  item(item: unknown, indent: number): string {
    const pair = this.lib.isPair(item);
    const value = pair ? item.value : item;
    const key = pair ? this.source(item.key as Yaml.Node) : "";
    const before = pair ? `${key}: ` : "";
    const plain = this.source(value as Yaml.Node | null);
    if (pair && value === null) return `${key}:`;
    const fits = indent + before.length + plain.length + 1 <= WIDTH;
    return before + (fits || !this.isFlow(value) ? plain : this.broken(value, indent));
  }
}

/** The text with what does not fit on its line broken up. */
export function breakFlow(lib: typeof Yaml, text: string): string {
  const breaker = new Breaker(lib, text);
  const edits: { readonly from: number; readonly to: number; readonly with: string }[] = [];
  lib.visit(lib.parseDocument(text, { schema: "failsafe" }), {
    Collection(_, node) {
      if (!breaker.isFlow(node) || !node.range) return;
      const [from, to] = node.range;
      const line = text.lastIndexOf("\n", from) + 1;
      const end = text.indexOf("\n", from);
      // a comment behind it counts
      if (end >= to && end - line > WIDTH) {
        edits.push({ from, to, with: breaker.broken(node, contentColumn(text, from)) });
      }
      // what is in it has been looked at, or has comments of its own
      return lib.visit.SKIP;
    },
  });
  let out = text;
  for (const e of edits.sort((a, b) => b.from - a.from)) {
    out = out.slice(0, e.from) + e.with + out.slice(e.to);
  }
  return out;
}

/** `'text'` as `"text"`, where that needs no escapes. */
export function doubleQuotes(lib: typeof Yaml, text: string): string {
  const edits: (readonly [from: number, to: number, value: string])[] = [];
  lib.visit(lib.parseDocument(text, { schema: "failsafe" }), {
    Scalar(_, node) {
      if (node.type !== "QUOTE_SINGLE" || !node.range) return;
      const [from, to] = node.range;
      const value = String(node.value);
      if (!/["\\\n]/.test(value)) edits.push([from, to, `"${value}"`]);
    },
  });
  let out = text;
  for (const [from, to, value] of edits.sort(([a], [b]) => b - a)) {
    out = out.slice(0, from) + value + out.slice(to);
  }
  return out;
}
