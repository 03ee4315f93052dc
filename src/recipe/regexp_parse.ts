/** The notation of regular expressions, taken apart. The pattern is one that JavaScript takes with the flag u. */

/** Whether a code point is one of those that are meant. */
export type Test = (c: number) => boolean;

/** A part of an expression. */
export type Part =
  | { readonly is: "char"; readonly test: Test }
  | { readonly is: "at"; readonly where: "start" | "end" | "edge" | "no-edge" }
  | { readonly is: "all"; readonly parts: readonly Part[] }
  | { readonly is: "either"; readonly parts: readonly Part[] }
  | { readonly is: "group"; readonly index: number; readonly part: Part }
  | {
    readonly is: "repeat";
    readonly part: Part;
    readonly least: number;
    readonly most: number;
    readonly greedy: boolean;
    /** indexes of the groups in it: from, to */
    readonly groups: readonly [number, number];
  };

class NotTaken extends Error {}

const NEVER_ENDS = "look-around and back-references are not taken: they can run for ever";
const digits: Test = (c) => c >= 0x30 && c <= 0x39;
const word: Test = (c) => /^\w$/.test(String.fromCodePoint(c));
const space: Test = (c) => /^\s$/u.test(String.fromCodePoint(c));
const lineEnd: Test = (c) => c === 10 || c === 13 || c === 0x2028 || c === 0x2029;
const not = (t: Test): Test => (c) => !t(c);
const CLASSES: Readonly<Record<string, Test>> = {
  d: digits,
  D: not(digits),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
};
const CONTROL: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };

class Parser {
  #i = 0;
  #groups = 0;
  /** a name may stand in several alternatives */
  readonly names: (readonly [name: string, index: number])[] = [];
  constructor(readonly text: string) {}

  #take(what: string): boolean {
    if (!this.text.startsWith(what, this.#i)) return false;
    this.#i += what.length;
    return true;
  }
  #match(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.text.slice(this.#i));
    if (!found || found.index > 0) return undefined;
    this.#i += found[0].length;
    return found;
  }
  get #over(): boolean {
    return this.#i >= this.text.length;
  }

  either(): Part {
    const parts = [this.#all()];
    while (this.#take("|")) parts.push(this.#all());
    return parts.length === 1 && parts[0] ? parts[0] : { is: "either", parts };
  }

  #all(): Part {
    const parts: Part[] = [];
    while (!this.#over && !/^[|)]/.test(this.text.slice(this.#i, this.#i + 1))) {
      parts.push(this.#repeated());
    }
    return { is: "all", parts };
  }

  #repeated(): Part {
    const from = this.#groups + 1;
    const part = this.#one();
    const found = this.#match(/^(?:[*+?]|\{(\d+)(,(\d*))?\})(\??)/);
    if (!found) return part;
    const [all, low, comma, high, lazy] = found;
    const [least, most] = low === undefined
      ? [all.startsWith("+") ? 1 : 0, all.startsWith("?") ? 1 : Infinity]
      : [Number(low), comma === undefined ? Number(low) : high ? Number(high) : Infinity];
    const groups = [from, this.#groups + 1] as const;
    return { is: "repeat", part, least, most, greedy: lazy === "", groups };
  }

  #one(): Part {
    if (this.#take("^")) return { is: "at", where: "start" };
    if (this.#take("$")) return { is: "at", where: "end" };
    if (this.#take(".")) return { is: "char", test: not(lineEnd) };
    if (this.#take("[")) return { is: "char", test: this.#class() };
    if (this.#take("(")) return this.#group();
    if (this.#take("\\")) return this.#escape();
    const c = this.#letter();
    return { is: "char", test: (x) => x === c };
  }

  #letter(): number {
    const c = this.text.codePointAt(this.#i) ?? 0;
    this.#i += String.fromCodePoint(c).length;
    return c;
  }

  #group(): Part {
    if (this.#take("?:")) return this.#close(this.either());
    const name = this.#match(/^\?<([^=!>][^>]*)>/)?.[1];
    if (name === undefined && this.#take("?")) throw new NotTaken(NEVER_ENDS);
    const index = ++this.#groups;
    if (name !== undefined) this.names.push([name, index]);
    return { is: "group", index, part: this.#close(this.either()) };
  }

  #close(part: Part): Part {
    this.#take(")");
    return part;
  }

  #escape(): Part {
    if (this.#take("b")) return { is: "at", where: "edge" };
    if (this.#take("B")) return { is: "at", where: "no-edge" };
    if (/^[1-9k]/.test(this.text.slice(this.#i))) throw new NotTaken(NEVER_ENDS);
    return { is: "char", test: this.#escaped() };
  }

  /** What stands behind a backslash. */
  #escaped(): Test {
    const kind = this.#match(/^[dDwWsS]/)?.[0];
    const known = kind === undefined ? undefined : CLASSES[kind];
    if (known) return known;
    const c = this.#code();
    return (x) => x === c;
  }

  #code(): number {
    if (/^[pP]/.test(this.text.slice(this.#i))) throw new NotTaken("\\p{…} is not taken");
    const control = this.#match(/^[tnvfr0]/)?.[0];
    if (control !== undefined) return CONTROL[control] ?? 0;
    const letter = this.#match(/^c([A-Za-z])/)?.[1];
    if (letter !== undefined) return (letter.codePointAt(0) ?? 0) % 32;
    const pair = this.#match(/^u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/i);
    if (pair) {
      const [high, low] = [parseInt(pair[1] ?? "", 16), parseInt(pair[2] ?? "", 16)];
      return 0x1_0000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
    }
    const hex = this.#match(/^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\})/);
    if (hex) return parseInt(hex[1] ?? hex[2] ?? hex[3] ?? "", 16);
    return this.#letter();
  }

  #class(): Test {
    const negated = this.#take("^");
    const tests: Test[] = [];
    while (!this.#over && !this.#take("]")) {
      const low = this.#member();
      if (typeof low !== "number") tests.push(low);
      else if (/^-[^\]]/.test(this.text.slice(this.#i))) {
        this.#i++;
        const high = this.#member();
        // u takes no class at the end of a range
        if (typeof high === "number") tests.push((c) => c >= low && c <= high);
      } else tests.push((c) => c === low);
    }
    const any: Test = (c) => tests.some((t) => t(c));
    return negated ? not(any) : any;
  }

  #member(): number | Test {
    if (!this.#take("\\")) return this.#letter();
    if (this.#take("b")) return 8;
    const kind = this.#match(/^[dDwWsS]/)?.[0];
    return (kind === undefined ? undefined : CLASSES[kind]) ?? this.#code();
  }
}

/** The pattern's parts and the indexes of its named groups, or what of it is not taken. */
export function parsePattern(
  pattern: string,
): { readonly part: Part; readonly names: Parser["names"] } | string {
  const parser = new Parser(pattern);
  try {
    return { part: parser.either(), names: parser.names };
  } catch (error) {
    if (error instanceof NotTaken) return error.message;
    throw error;
  }
}
