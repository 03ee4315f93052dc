/** A recipe as text with places: what the YAML reader gives and lint looks at. */
import type { Span } from "../base/mod.ts";

/** Offsets into the source text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}
/** A scalar, always text. */
export interface TextNode {
  readonly kind: "text";
  readonly text: string;
  readonly at: Place;
  /** where the character `i` of `text` is in the source; undefined when that is not one to one */
  readonly offset?: (i: number) => number;
}
/** A key with nothing after it. */
export interface EmptyNode {
  readonly kind: "empty";
  readonly at: Place;
}
/** A sequence. */
export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly at: Place;
}
/** One entry of a mapping. */
export interface Entry {
  readonly key: string;
  readonly keyAt: Place;
  readonly value: Node;
}
/** A mapping; its keys are text and unique. */
export interface MapNode {
  readonly kind: "map";
  readonly entries: readonly Entry[];
  readonly at: Place;
}
/** Anything in a recipe. */
export type Node = TextNode | EmptyNode | ListNode | MapNode;

/** The value of a key, or undefined. */
export const get = (node: Node | undefined, key: string): Node | undefined =>
  node?.kind === "map" ? node.entries.find((e) => e.key === key)?.value : undefined;
/** The text of a key's value; undefined when it is absent or no text. */
export function textOf(node: Node | undefined, key: string): string | undefined {
  const value = get(node, key);
  return value?.kind === "text" ? value.text : undefined;
}
/** A key's value when it is text; undefined when it is absent or something else. */
export function textAt(node: Node | undefined, key: string): TextNode | undefined {
  const value = get(node, key);
  return value?.kind === "text" ? value : undefined;
}
/** The node at the end of a path of keys and indexes. */
export function nodeAt(
  node: Node | undefined,
  path: readonly (string | number)[],
): Node | undefined {
  return path.reduce<Node | undefined>(
    (n, step) =>
      typeof step === "string" ? get(n, step) : n?.kind === "list" ? n.items[step] : undefined,
    node,
  );
}

/** A recipe's text, and its name as the user wrote it. */
export interface RecipeSource {
  readonly file: string;
  readonly text: string;
}

/** Offsets of a text as lines and columns. */
export class Lines {
  readonly #starts: number[] = [0];
  constructor(
    readonly source: RecipeSource,
    /** the chain of `uses:` that led here */
    readonly via: readonly string[] = [],
  ) {
    const { text } = source;
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
      this.#starts.push(i + 1);
    }
  }

  /** 1-based line and column of an offset. */
  locate(offset: number): { line: number; column: number } {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** The line without its end, 1-based. */
  line(n: number): string {
    const start = this.#starts[n - 1] ?? this.source.text.length;
    const end = this.#starts[n] ?? this.source.text.length + 1;
    return this.source.text.slice(start, end - 1).replace(/\r$/, "");
  }

  /** The place as a span; one that goes over several lines ends with its first. */
  span(at: Place): Span {
    const { text } = this.source;
    const start = Math.min(Math.max(0, at.start), text.length);
    const { line, column } = this.locate(start);
    const snippet = this.line(line);
    const last = snippet.trimEnd().length + 1;
    const endColumn = Math.max(column + 1, Math.min(column + (at.end - start), last));
    return {
      file: this.source.file,
      line,
      column,
      endColumn,
      snippet,
      ...(this.via.length > 0 ? { via: this.via } : {}),
    };
  }
}
