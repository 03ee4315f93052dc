/**
 * YAML read as text: every scalar stays what was written, and keeps its place. Tags, anchors, aliases, merge
 * keys, duplicate keys and several documents are refused; size and depth are bounded.
 */
import type * as Yaml from "yaml";
import type { Findings } from "./findings.ts";
import { offsetsIn, type Style } from "./scalar_places.ts";
import type { Entry, Node, Place } from "./text_tree.ts";

/** longest text that is read; a recipe is a page, not a database */
export const MOST_BYTES = 128 * 1024;
/** deepest nesting of lists and mappings */
export const MOST_DEPTH = 32;

type Lib = typeof Yaml;

/** characters that a reader of the file cannot see, or that turn the text around (Trojan Source) */
const HIDDEN =
  // deno-lint-ignore no-control-regex -- exactly these are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0085\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufffd]|(?!^)\ufeff/;

/** Where flow brackets nest deeper than any recipe does, before a parser has to recurse into them. */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") depth = Math.max(0, depth - 1);
    else if (c === "\n" && /[\w#]/.test(text[i + 1] ?? "")) depth = 0;
    if (depth > MOST_DEPTH) return i;
  }
}

/** A file that was saved in another way than recipes are. */
function notUtf8(text: string): { at: number; why: string } | undefined {
  const bad = text.indexOf("\ufffd");
  if (bad >= 0) {
    // its mark is two bytes that UTF-8 never has
    const wide = text.startsWith("\ufffd\ufffd") && text.slice(0, 4).includes("\0");
    return { at: bad, why: wide ? "it is UTF-16; save it as UTF-8" : "this is no UTF-8" };
  }
  const alone = /\r(?!\n)/.exec(text);
  return alone ? { at: alone.index, why: "a line ends in CR alone; save it with LF" } : undefined;
}

/** Whether the text is too big, no text, or has in it what nobody sees; `findings` says so then. */
export function refuseUnreadable(text: string, findings: Findings): boolean {
  const most = { most: `${MOST_BYTES / 1024} KiB`, depth: MOST_DEPTH };
  if (text.length > MOST_BYTES) {
    findings.report("yaml-too-big", { start: 0, end: 1 }, { ...most, what: "too long" });
    return true;
  }
  const coded = notUtf8(text);
  if (coded) {
    findings.report("yaml-syntax", { start: coded.at, end: coded.at + 1 }, { why: coded.why });
    return true;
  }
  const hidden = HIDDEN.exec(text);
  if (hidden) {
    const at = hidden.index;
    const code = (hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    findings.report("hidden-character", { start: at, end: at + 1 }, { character: `U+${code}` });
    return true;
  }
  const deep = tooDeep(text);
  if (deep === undefined) return false;
  findings.report("yaml-too-big", { start: deep, end: deep + 1 }, {
    ...most,
    what: "nested too deeply",
  });
  return true;
}

class Walker {
  constructor(
    readonly lib: Lib,
    readonly text: string,
    readonly findings: Findings,
  ) {}

  place(node: { range?: Yaml.Range | null | undefined }): Place {
    const [start, end] = node.range ?? [0, 1];
    // a collection's range ends after its last line end
    const piece = this.text.slice(start, end).trimEnd();
    return { start, end: start + Math.max(1, piece.length) };
  }

  /** A block scalar without its header. */
  #body({ start, end }: Place): Place {
    const line = this.text.indexOf("\n", start);
    const first = line < 0 || line >= end ? start : line + 1 +
      this.text.slice(line + 1, end).search(/\S|$/);
    return { start: Math.min(first, end), end };
  }

  #refuse(node: Yaml.Node): boolean {
    const at = this.place(node);
    if (this.lib.isAlias(node)) {
      this.findings.report("yaml-anchor", at, { what: `the alias *${node.source}` });
      return true;
    }
    const { anchor, tag } = node as { anchor?: string; tag?: string };
    if (anchor !== undefined) {
      // it stands before the node, perhaps on another line
      const start = this.text.lastIndexOf(`&${anchor}`, at.start);
      const where = start < 0 ? at : { start, end: start + 1 + anchor.length };
      this.findings.report("yaml-anchor", where, { what: `the anchor &${anchor}` });
    }
    if (tag !== undefined && !this.findings.failed) {
      this.findings.report("yaml-tag", at, { tag: tag.slice(0, 40) });
    }
    return anchor !== undefined;
  }

  node(node: unknown, depth: number, at: Place): Node {
    if (depth > MOST_DEPTH) {
      const what = "nested too deeply";
      this.findings.report("yaml-too-big", at, {
        what,
        most: `${MOST_BYTES / 1024} KiB`,
        depth: MOST_DEPTH,
      });
      return { kind: "empty", at };
    }
    if (!this.lib.isNode(node) || this.#refuse(node)) return { kind: "empty", at };
    const here = this.place(node);
    if (this.lib.isMap(node)) return this.#map(node, depth, here);
    if (this.lib.isSeq(node)) {
      const items = node.items.map((item) => this.node(item, depth + 1, here));
      return { kind: "list", items, at: here };
    }
    if (!this.lib.isScalar(node)) return { kind: "empty", at };
    const value = String(node.value ?? "");
    const style = (node.type ?? "PLAIN") as Style;
    if (value === "" && style === "PLAIN") return { kind: "empty", at };
    // a block's place ends after its last line end
    const [start, end] = node.range ?? [here.start, here.end];
    const offset = offsetsIn(this.text, value, { start, end }, style);
    const shown = style === "BLOCK_FOLDED" ? this.#body(here) : here;
    return { kind: "text", text: value, at: shown, ...(offset ? { offset } : {}) };
  }

  #map(node: Yaml.YAMLMap, depth: number, at: Place): Node {
    const entries: Entry[] = [];
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      if (!this.lib.isScalar(key)) {
        const where = this.lib.isNode(key) ? this.place(key) : at;
        this.findings.report("yaml-syntax", where, { why: "a key must be a plain word" });
        continue;
      }
      const name = String(key.value ?? "");
      const keyAt = this.place(key);
      if (name === "<<") {
        this.findings.report("yaml-anchor", keyAt, { what: "the merge key <<" });
        continue;
      }
      if (seen.has(name)) this.findings.report("yaml-duplicate-key", keyAt, { key: name });
      seen.add(name);
      this.#refuse(key);
      entries.push({ key: name, keyAt, value: this.node(value, depth + 1, keyAt) });
    }
    return { kind: "map", entries, at };
  }
}

/** What to do about the parser's words. */
const HELP: readonly (readonly [RegExp, string])[] = [
  [/^Tabs are not allowed/, "indent with spaces"],
  [
    /^Nested mappings are not allowed|^Sequence item without|^All mapping items must/,
    "indent as the lines beside it; a text with `: ` in it stands in quotes",
  ],
  [/^Implicit keys need/, "a key has `: ` after it, with a blank"],
  [/^Unexpected scalar at node end/, "put the whole text in quotes of the other kind"],
  [/^Alias cannot be|^Plain value cannot start/, "put it in quotes"],
];

function tellErrors(docs: readonly Yaml.Document[], text: string, findings: Findings): void {
  for (const e of docs.flatMap((d) => [...d.errors, ...d.warnings])) {
    const at = { start: e.pos[0], end: e.pos[1] };
    if (e.code === "TAG_RESOLVE_FAILED") {
      const tag = text.slice(at.start, at.end).slice(0, 40);
      findings.report("yaml-tag", at, { tag }, { help: `put it in quotes: '${tag} …'` });
      return;
    }
    const line = text.slice(text.lastIndexOf("\n", at.start - 1) + 1, at.end + 2);
    if (e.code === "UNEXPECTED_TOKEN" && /[{[,:]\s*\$\{\{?/.test(line)) {
      findings.report("yaml-flow-expression", { start: at.start - 1, end: at.end + 1 }, {}, {
        help: "put it in quotes, or on a line of its own",
      });
      return;
    }
    const why = e.message.split("\n")[0] ?? "";
    const help = HELP.find(([p]) => p.test(why))?.[1];
    findings.report("yaml-syntax", at, { why: why.replace(/[.:]?$/, "") }, { help });
    return; // what follows is mostly the echo of the first
  }
}

/** The text as a tree; undefined when it is no YAML or not one document, and `findings` says why. */
export async function readYaml(text: string, findings: Findings): Promise<Node | undefined> {
  if (refuseUnreadable(text, findings)) return undefined;
  const lib = await import("yaml");
  let docs: readonly Yaml.Document[];
  try {
    const parsed = lib.parseAllDocuments(text, {
      schema: "failsafe",
      version: "1.2",
      strict: true,
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      logLevel: "silent",
    });
    docs = Array.isArray(parsed) ? parsed : [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    findings.report("yaml-syntax", { start: 0, end: 1 }, { why });
    return undefined;
  }
  tellErrors(docs, text, findings);
  if (findings.failed) return undefined;
  const second = docs[1]?.range?.[0];
  if (second !== undefined) {
    findings.report("not-a-recipe", { start: second, end: second + 1 }, {
      what: "a second document begins here",
    });
    return undefined;
  }
  const walker = new Walker(lib, text, findings);
  const start = text.search(/\S/);
  const at = { start: Math.max(0, start), end: Math.max(1, start + 1) };
  const tree = walker.node(docs[0]?.contents, 0, at);
  return findings.failed ? undefined : tree;
}
