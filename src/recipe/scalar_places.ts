/** Where the characters of a YAML scalar's value stand in the source: folds, doubled quotes, escapes, indents. */
import type { Place } from "./text_tree.ts";

/** How a scalar is written, in the words of the YAML library. */
export type Style = "PLAIN" | "QUOTE_SINGLE" | "QUOTE_DOUBLE" | "BLOCK_LITERAL" | "BLOCK_FOLDED";

/** digits after the letter of an escape (YAML 1.2 §5.7) */
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A line end and what surrounds it, in a scalar that is not a block. */
const FLOW_FOLD = /[ \t]*\r?\n[ \t\r\n]*/y;
const ESCAPED_END = /\\[ \t]*\r?\n[ \t]*/y;
/** Line ends of a block, with the empty lines after the first. */
const BLOCK_FOLD = /\r?\n(?:[ \t]*\r?\n)*/y;

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const breaks = (text: string): number => text.split("\n").length - 1;

/** Pairs characters of the value with places; gives up when they do not agree. */
class Pairing {
  readonly #map: number[] = [];
  at: number;
  constructor(readonly text: string, readonly value: string, start: number, readonly end: number) {
    this.at = start;
  }
  get done(): boolean {
    return this.#map.length >= this.value.length;
  }
  get more(): boolean {
    return !this.done && this.at < this.end;
  }
  get next(): string {
    return this.value[this.#map.length] ?? "";
  }
  /** characters that have a place */
  get length(): number {
    return this.#map.length;
  }
  /** `count` characters of the value stand for `length` of the source. */
  take(count: number, length: number): void {
    for (let i = 0; i < count; i++) this.#map.push(this.at);
    this.at += length;
  }
  /** One character for itself; false when they differ. */
  same(): boolean {
    if (this.text[this.at] !== this.next) return false;
    this.take(1, 1);
    return true;
  }
  offset(): ((i: number) => number) | undefined {
    if (!this.done) return undefined;
    return (i) => this.#map[i] ?? this.at;
  }
}

function flow(p: Pairing, style: Style): void {
  while (p.more) {
    const c = p.text[p.at];
    const ended = style === "QUOTE_DOUBLE" ? matchAt(ESCAPED_END, p.text, p.at) : undefined;
    const fold = matchAt(FLOW_FOLD, p.text, p.at);
    if (ended !== undefined) p.take(0, ended.length);
    else if (style === "QUOTE_DOUBLE" && c === "\\") {
      const digits = DIGITS[p.text[p.at + 1] ?? ""] ?? 0;
      p.take(/[\ud800-\udbff]/.test(p.next) && digits === 8 ? 2 : 1, 2 + digits);
    } else if (style === "QUOTE_SINGLE" && c === "'") p.take(1, 2);
    else if (fold !== undefined) p.take(Math.max(1, breaks(fold) - 1), fold.length);
    else if (!p.same()) return;
  }
}

/** Spaces that every line of the block loses. */
function indentOf(text: string, body: number, end: number): number {
  const first = /^(?:[ \t]*\r?\n)*( *)/.exec(text.slice(body, end));
  return first?.[1]?.length ?? 0;
}

function block(p: Pairing, indent: number): void {
  const skipIndent = () => {
    for (let i = 0; i < indent && p.text[p.at] === " " && p.at < p.end; i++) p.take(0, 1);
  };
  const lead = matchAt(/(?:[ \t]*\r?\n)*/y, p.text, p.at) ?? "";
  p.take(breaks(lead), lead.length);
  skipIndent();
  while (p.more) {
    const fold = matchAt(BLOCK_FOLD, p.text, p.at);
    if (fold === undefined) {
      if (!p.same()) return;
      continue;
    }
    if (p.next === " ") p.take(1, fold.length);
    else {
      let count = 0;
      while (p.value[p.length + count] === "\n" && count < breaks(fold)) count++;
      p.take(count, fold.length);
    }
    skipIndent();
  }
}

/** For `i` in the value, its offset in `text`; undefined when the two cannot be brought together. */
export function offsetsIn(
  text: string,
  value: string,
  { start, end }: Place,
  style: Style,
): ((i: number) => number) | undefined {
  if (style.startsWith("BLOCK")) {
    const body = text.indexOf("\n", start) + 1;
    if (body === 0) return undefined;
    const p = new Pairing(text, value, body, end);
    block(p, indentOf(text, body, end));
    return p.offset();
  }
  const quote = style === "PLAIN" ? 0 : 1;
  const p = new Pairing(text, value, start + quote, end - quote);
  flow(p, style);
  return p.offset();
}
