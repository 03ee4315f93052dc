/** Typed scalars: every value of a recipe is text until its declared type says what it means. */
import { hex } from "../base/mod.ts";
import type { Kind, Region, Sectors, Type } from "./types.ts";

/** A value, or why the text is none. */
export type Parsed = { readonly ok: true; readonly value: unknown } | {
  readonly ok: false;
  /** what would be right, with an example: `a duration, like 200ms` */
  readonly wanted: string;
};

const good = (value: unknown): Parsed => ({ ok: true, value });
const bad = (wanted: string): Parsed => ({ ok: false, wanted });

/** one more than the last address */
const SPACE = 2 ** 32;
const INT = /^-?(?:0x[0-9a-f]+(?:_[0-9a-f]+)*|[0-9]+(?:_[0-9]+)*)$/i;
const DOUBLE = /^-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?$/i;
/** an address that was copied without its 0x: 08000000 */
const LEADING_ZERO = /^0[0-9_]/;

/** The integer that `text` writes, decimal or hexadecimal, `_` between digits; undefined when none. */
export function parseInteger(text: string): number | undefined {
  if (!INT.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const value = plain.startsWith("-") ? -Number(plain.slice(1)) : Number(plain);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The number that `text` writes; undefined when none, or one too large to be held. */
function real(text: string): number | undefined {
  const value = DOUBLE.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

function withUnit(
  text: string,
  units: Readonly<Record<string, number>>,
  whole: boolean,
): number | undefined {
  const m = /^([0-9][0-9a-fA-Fx_.]*?)\s*([A-Za-z]+)?$/.exec(text);
  const factor = units[m?.[2] ?? ""];
  if (!m?.[1] || factor === undefined) return undefined;
  const number = parseInteger(m[1]) ?? real(m[1]);
  if (number === undefined) return undefined;
  const value = number * factor;
  if (!whole) return Number.isFinite(value) ? value : undefined;
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) && Math.abs(rounded - value) < 1e-6 ? rounded : undefined;
}

const SIZE = { "": 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6 };
const FREQUENCY = { Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9 };
const DURATION = { ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 36e5 };
const VOLTAGE = { V: 1, mV: 1e-3 };

function address(text: string): number | undefined {
  const at = LEADING_ZERO.test(text) ? undefined : parseInteger(text);
  return at !== undefined && at >= 0 && at < SPACE ? at : undefined;
}

function region(text: string): Region | undefined {
  if (text === "all") return "all";
  const plus = /^(\S+)\s*\+\s*(\S+)$/.exec(text);
  if (plus) {
    const [at, length] = [address(plus[1] ?? ""), withUnit(plus[2] ?? "", SIZE, true)];
    if (at === undefined || length === undefined) return undefined;
    return length > 0 && at + length <= SPACE ? { at, length } : undefined;
  }
  const range = /^(\S+?)\s*\.\.\s*(\S+)$/.exec(text);
  if (!range) return undefined;
  const [from, to] = [address(range[1] ?? ""), address(range[2] ?? "")];
  return from === undefined || to === undefined || to < from
    ? undefined
    : { at: from, length: to - from + 1 };
}

/** no part has more sectors; a wrong range must not become a long list */
const MOST_SECTORS = 1024;
function sectors(text: string): Sectors | undefined {
  if (text === "all") return "all";
  const numbers = new Set<number>();
  for (const part of text.split(",")) {
    const m = /^\s*([0-9]+)(?:\s*\.\.\s*([0-9]+))?\s*$/.exec(part);
    if (!m) return undefined;
    const [from, to] = [Number(m[1]), Number(m[2] ?? m[1])];
    if (to < from || to >= MOST_SECTORS) return undefined;
    for (let i = from; i <= to; i++) numbers.add(i);
  }
  return [...numbers].sort((a, b) => a - b);
}

const given = (value: unknown, wanted: string): Parsed =>
  value === undefined ? bad(wanted) : good(value);

const PARSERS: Readonly<Record<Kind, (text: string) => Parsed>> = {
  bool: (t) => t === "true" ? good(true) : t === "false" ? good(false) : bad("true or false"),
  int: (t) => given(parseInteger(t), "a whole number, like 8 or 0x0800_0000"),
  double: (t) => given(real(t), "a number, like 3.3"),
  string: good,
  enum: good,
  secret: good,
  any: good,
  file: (t) => path(t, "the name of a file"),
  path: (t) => path(t, "the name of a file or folder"),
  address: (t) => given(address(t), "an address, like 0x0800_0000"),
  region: (t) => given(region(t), "a region, like 0x080F0000 +4KiB, or all"),
  sectors: (t) => given(sectors(t), "numbers of sectors, like 0..3,5, or all"),
  size: (t) => given(withUnit(t, SIZE, true), "a size, like 64KiB"),
  frequency: (t) =>
    t === "auto" ? good(0) : given(withUnit(t, FREQUENCY, true), "a frequency, like 4MHz, or auto"),
  duration: (t) => given(withUnit(t, DURATION, true), "a duration, like 200ms or 5m"),
  voltage: (t) => given(withUnit(t, VOLTAGE, false), "a voltage, like 3.1V"),
  bytes: (t) =>
    /^(?:[0-9a-fA-F]{2})*$/.test(t)
      ? good(Uint8Array.from(t.match(/../g) ?? [], (b) => parseInt(b, 16)))
      : bad("hexadecimal digits, two a byte"),
};

function path(text: string, wanted: string): Parsed {
  // deno-lint-ignore no-control-regex -- a NUL or a line break in a name is never meant
  return text === "" || /[\x00-\x1f]/.test(text) ? bad(wanted) : good(text);
}

/** The value that `text` writes for `kind`. */
export const parseScalar = (kind: Kind, text: string): Parsed => PARSERS[kind](text);

/** The value as text that {@link parseScalar} reads again. */
export function scalarText(kind: Kind, value: unknown): string {
  switch (kind) {
    case "address":
      return hex(value as number);
    case "frequency":
      return value === 0 ? "auto" : `${value}Hz`;
    case "duration":
      return `${value}ms`;
    case "voltage":
      return `${value}V`;
    case "region":
      return value === "all"
        ? "all"
        : `${hex((value as { at: number }).at)} +${(value as { length: number }).length}`;
    case "sectors":
      return value === "all" ? "all" : (value as number[]).join(",");
    case "bytes":
      return Array.from(value as Uint8Array, (b) => b.toString(16).padStart(2, "0")).join("");
    default:
      return String(value);
  }
}

const WHOLE: readonly Kind[] = ["int", "address", "size", "frequency", "duration"];
const AS_TEXT: readonly Kind[] = ["region", "sectors"];

function oneToCel(kind: Kind, value: unknown): unknown {
  if (WHOLE.includes(kind)) return BigInt(value as number);
  return AS_TEXT.includes(kind) ? scalarText(kind, value) : value;
}

/** The value as the expression language holds it: whole numbers as BigInt, regions as text. */
export function toCel(type: Type, value: unknown): unknown {
  if (type.shape === "list") return (value as unknown[]).map((v) => oneToCel(type.kind, v));
  if (type.shape === "one") return oneToCel(type.kind, value);
  return new Map(
    Object.entries(value as Record<string, unknown>).map(([k, v]) => [k, oneToCel(type.kind, v)]),
  );
}

const TEXTS: readonly Kind[] = ["string", "enum", "file", "path", "region", "sectors"];
const REALS: readonly Kind[] = ["double", "voltage"];

/** A value of the expression language as one of ours, whatever it is. */
function plainCel(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) return value.map(plainCel);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([k, v]) => [String(k), plainCel(v)]));
}

function oneFromCel(kind: Kind, value: unknown): Parsed {
  if (kind === "any") return good(plainCel(value));
  if (kind === "secret") return bad("a secret input, alone");
  if (TEXTS.includes(kind)) {
    return typeof value === "string" ? parseScalar(kind, value) : bad("a text");
  }
  if (REALS.includes(kind)) {
    return typeof value === "bigint" || typeof value === "number"
      ? good(Number(value))
      : bad("a number");
  }
  if (kind === "bool") return typeof value === "boolean" ? good(value) : bad("true or false");
  if (kind === "bytes") return value instanceof Uint8Array ? good(value) : bad("bytes");
  if (typeof value !== "bigint") return bad(`a whole number for the ${kind}`);
  if (kind === "int" || kind === "address") return parseScalar(kind, value.toString());
  // already in the kind's unit: bytes, Hz, ms
  return value >= 0n ? good(Number(value)) : bad(`a ${kind} of 0 or more`);
}

/** The value that an expression gave, as the type wants it. */
export function fromCel(type: Type, value: unknown): Parsed {
  if (type.shape === "one") return oneFromCel(type.kind, value);
  const entries: [string, unknown][] = type.shape === "list"
    ? Array.isArray(value) ? value.map((v, i) => [String(i), v]) : []
    : value instanceof Map
    ? [...value].map(([k, v]) => [String(k), v])
    : [];
  if (type.shape === "list" ? !Array.isArray(value) : !(value instanceof Map)) {
    return bad(`a ${type.shape}`);
  }
  const out: [string, unknown][] = [];
  for (const [key, v] of entries) {
    const one = oneFromCel(type.kind, v);
    if (!one.ok) return one;
    out.push([key, one.value]);
  }
  return good(type.shape === "list" ? out.map(([, v]) => v) : Object.fromEntries(out));
}
