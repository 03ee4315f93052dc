/**
 * Regular expressions that end: the usual notation, matched in a time that grows with the text and not with
 * its square or worse. All ways through the expression are followed at once, one character at a time
 * (R. Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009), so there is nothing to go
 * back to. Look-around and back-references cannot be done so, and are refused.
 */
import { parsePattern, type Part, type Test } from "./regexp_parse.ts";

/** longest pattern that is read */
export const MOST_PATTERN = 200;
/** most instructions, with counted repetitions written out */
const MOST_CODE = 4000;

type Code =
  | { readonly op: "char"; readonly test: Test }
  | { readonly op: "split"; a: number; b: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "clear"; readonly from: number; readonly to: number }
  | { readonly op: "at"; readonly where: "start" | "end" | "edge" | "no-edge" }
  | { readonly op: "match" };

class TooLarge extends Error {}

/** Puts parts together as instructions. */
class Writer {
  readonly code: Code[] = [];

  #add<C extends Code>(code: C): C {
    if (this.code.length >= MOST_CODE) throw new TooLarge();
    this.code.push(code);
    return code;
  }
  get #here(): number {
    return this.code.length;
  }

  write(part: Part): void {
    switch (part.is) {
      case "char":
        this.#add({ op: "char", test: part.test });
        break;
      case "at":
        this.#add({ op: "at", where: part.where });
        break;
      case "all":
        for (const p of part.parts) this.write(p);
        break;
      case "group":
        this.#add({ op: "save", slot: part.index * 2 });
        this.write(part.part);
        this.#add({ op: "save", slot: part.index * 2 + 1 });
        break;
      case "either":
        this.#either(part.parts);
        break;
      case "repeat":
        this.#repeat(part);
    }
  }

  #either(parts: readonly Part[]): void {
    const ends: { to: number }[] = [];
    for (const [i, p] of parts.entries()) {
      if (i === parts.length - 1) {
        this.write(p);
        break;
      }
      const split = this.#add({ op: "split", a: this.#here + 1, b: 0 });
      this.write(p);
      ends.push(this.#add({ op: "jump", to: 0 }));
      split.b = this.#here;
    }
    for (const e of ends) e.to = this.#here;
  }

  #once({ part, groups: [from, to] }: Extract<Part, { is: "repeat" }>): void {
    // what a group held in the round before is not what it holds in this one
    if (to > from) this.#add({ op: "clear", from: from * 2, to: to * 2 });
    this.write(part);
  }

  #fork(greedy: boolean): (over: number) => void {
    const split = this.#add({ op: "split", a: 0, b: 0 });
    const next = this.#here;
    return (over) => {
      [split.a, split.b] = greedy ? [next, over] : [over, next];
    };
  }

  #repeat(part: Extract<Part, { is: "repeat" }>): void {
    const { least, most, greedy } = part;
    for (let i = 0; i < least; i++) this.#once(part);
    if (most === Infinity) {
      const start = this.#here;
      const fork = this.#fork(greedy);
      this.#once(part);
      this.#add({ op: "jump", to: start });
      return fork(this.#here);
    }
    const forks: ((over: number) => void)[] = [];
    for (let i = least; i < most; i++) {
      forks.push(this.#fork(greedy));
      this.#once(part);
    }
    for (const f of forks) f(this.#here);
  }

  end(): readonly Code[] {
    this.#add({ op: "match" });
    return this.code;
  }
}

const isWord = (c: number | undefined): boolean =>
  c !== undefined && /^\w$/.test(String.fromCodePoint(c));

type Slots = readonly (number | undefined)[];
interface Thread {
  readonly at: number;
  readonly slots: Slots;
}

/** Where the expression matched. Places count code points. */
export interface Match {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** named groups that took part */
  readonly groups: Readonly<Record<string, string>>;
}

/** A regular expression that ends. */
export class LinearRegExp {
  constructor(
    readonly source: string,
    readonly code: readonly Code[],
    readonly names: readonly (readonly [name: string, index: number])[],
  ) {}

  /** Whether all of the text matches. */
  whole(text: string): boolean {
    const chars = Array.from(text, (c) => c.codePointAt(0) ?? 0);
    return this.#run(chars, true) !== undefined;
  }

  /** Whether any part of the text matches. */
  test(text: string): boolean {
    return this.exec(text) !== undefined;
  }

  /** The first part of the text that matches. */
  exec(text: string): Match | undefined {
    const letters = Array.from(text);
    const slots = this.#run(letters.map((c) => c.codePointAt(0) ?? 0), false);
    const [from, to] = slots ?? [];
    if (!slots || from === undefined || to === undefined) return undefined;
    const groups: Record<string, string> = {};
    for (const [name, index] of this.names) {
      const [start, end] = [slots[index * 2], slots[index * 2 + 1]];
      if (start !== undefined && end !== undefined) {
        groups[name] = letters.slice(start, end).join("");
      }
    }
    return { text: letters.slice(from, to).join(""), from, to, groups };
  }

  #run(chars: readonly number[], whole: boolean): Slots | undefined {
    // the last place of the text at which each instruction was reached, by the way that comes first
    const seen = new Int32Array(this.code.length).fill(-1);
    let now: Thread[] = [];
    let found: Slots | undefined;
    for (let i = 0; i <= chars.length; i++) {
      if (!found && (i === 0 || !whole)) this.#follow(now, { at: 0, slots: [i] }, i, chars, seen);
      if (now.length === 0 && (found || whole)) break;
      const next: Thread[] = [];
      const c = chars[i];
      for (const thread of now) {
        const code = this.code[thread.at];
        if (code?.op === "match") {
          if (whole && i < chars.length) continue;
          found = [thread.slots[0], i, ...thread.slots.slice(2)];
          break;
        }
        if (code?.op !== "char" || c === undefined || !code.test(c)) continue;
        this.#follow(next, { at: thread.at + 1, slots: thread.slots }, i + 1, chars, seen);
      }
      now = next;
    }
    return found;
  }

  /** Adds all places that are reached from one without reading a character. */
  #follow(
    threads: Thread[],
    first: Thread,
    i: number,
    chars: readonly number[],
    seen: Int32Array,
  ): void {
    const stack: Thread[] = [first];
    for (let t = stack.pop(); t; t = stack.pop()) {
      if (seen[t.at] === i) continue;
      seen[t.at] = i;
      const code = this.code[t.at];
      switch (code?.op) {
        case "jump":
          stack.push({ at: code.to, slots: t.slots });
          break;
        case "split":
          stack.push({ at: code.b, slots: t.slots }, { at: code.a, slots: t.slots });
          break;
        case "save": {
          const slots = [...t.slots];
          slots[code.slot] = i;
          stack.push({ at: t.at + 1, slots });
          break;
        }
        case "clear":
          stack.push({
            at: t.at + 1,
            slots: t.slots.map((s, k) => k >= code.from && k < code.to ? undefined : s),
          });
          break;
        case "at":
          if (this.#holds(code.where, i, chars)) stack.push({ at: t.at + 1, slots: t.slots });
          break;
        default:
          threads.push(t);
      }
    }
  }

  #holds(
    where: Extract<Code, { op: "at" }>["where"],
    i: number,
    chars: readonly number[],
  ): boolean {
    if (where === "start") return i === 0;
    if (where === "end") return i === chars.length;
    return (isWord(chars[i - 1]) !== isWord(chars[i])) === (where === "edge");
  }
}

/** The pattern as an expression that ends, or why it is none. Notation: JavaScript's, with the flag u. */
export function linearRegExp(pattern: string): LinearRegExp | string {
  if (pattern.length > MOST_PATTERN) return `it has more than ${MOST_PATTERN} characters`;
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return why.replace(/^Invalid regular expression: /, "").replace(/^\/.*\/u?: /s, "");
  }
  const parsed = parsePattern(pattern);
  if (typeof parsed === "string") return parsed;
  const writer = new Writer();
  try {
    writer.write(parsed.part);
    return new LinearRegExp(pattern, writer.end(), parsed.names);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    return "it is too large with its repetitions written out";
  }
}
