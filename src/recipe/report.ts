/** What became of one step, in a plan or in a run: plain data. */
import { type Diagnostic, type Effect, hexBytes } from "../base/mod.ts";
import type { DiffLine, Need } from "./acts/act.ts";
import { Unknown } from "./expressions.ts";
import type { Measurement } from "./measure.ts";
import { Secret } from "./secret.ts";

/** Five words that are never mixed, and two for what stops a plan or a run. */
export type StepState =
  | "unchanged"
  | "would_change"
  | "changed"
  | "skipped"
  | "unknown"
  | "blocked"
  | "failed";

/** A state as people read it. */
export const STATE_WORDS: Readonly<Record<StepState, string>> = {
  unchanged: "unchanged",
  would_change: "would change",
  changed: "changed",
  skipped: "skipped (condition false)",
  unknown: "unknown until run",
  blocked: "blocked",
  failed: "failed",
};

/** Where in its file a step stands, 1-based. */
export interface StepSource {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One step. */
export interface StepReport {
  /** with the ids of what it is in: `recover/write` */
  readonly id: string;
  /** the action; `require`, `group`, or the recipe it uses */
  readonly uses: string;
  readonly state: StepState;
  readonly effect: Effect;
  readonly summary: string;
  readonly source: StepSource;
  /** in a loop: the item of this round, by name */
  readonly items?: Readonly<Record<string, unknown>>;
  readonly diff?: readonly DiffLine[];
  /** of a skipped or unknown step: what it depends on */
  readonly because?: readonly string[];
  readonly needs?: readonly Need[];
  /** what looks wrong and is no reason to stop */
  readonly warnings?: readonly string[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly estimate_ms?: number;
  /** places of flash that hold secrets, and are shown nowhere */
  readonly secret?: readonly { readonly at: number; readonly length: number }[];
  readonly touched?: readonly { readonly at: number; readonly length: number }[];
  readonly attempts?: number;
  readonly ms?: number;
  readonly measurements?: readonly Measurement[];
  readonly diagnostic?: Diagnostic;
}

/** The items of the loops around a step. */
export function itemsReport(
  frame: { readonly items: Readonly<Record<string, unknown>> | undefined },
): Pick<StepReport, "items"> {
  const { items } = frame;
  return items ? { items: jsonValue(items) as Readonly<Record<string, unknown>> } : {};
}

/** A value of an expression as JSON: whole numbers as numbers, bytes as hexadecimal digits. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Unknown || value === undefined) return null;
  if (value instanceof Uint8Array) return hexBytes(value);
  if (value instanceof Secret) return value.shown;
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([k, v]) => [String(k), jsonValue(v)]));
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, jsonValue(v)]));
  }
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
