/** Measurements: what judges the unit, with limits and units. */
import type { MeasureDocument } from "./document.ts";
import { fault } from "./faults.ts";
import type { Frame, Path } from "./frame.ts";
import { Unknown } from "./expressions.ts";
import { jsonValue } from "./report.ts";
import { type Parsed, parseScalar } from "./scalars.ts";
import type { Fault } from "../base/mod.ts";

/** One measurement with its verdict. */
export interface Measurement {
  readonly name: string;
  /** null when it could not be measured, which fails */
  readonly value: unknown;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly equals?: unknown;
  readonly outcome: "PASS" | "FAIL";
  /** it passed, and is near a limit */
  readonly marginal: boolean;
}

/** A number is one however it is written: 0xC0FFAAFD, 3.30. */
function isEqual(value: unknown, equals: unknown): boolean {
  if (String(value) === String(equals)) return true;
  if (typeof value !== "number") return false;
  const kinds = ["int", "double"] as const;
  const same = (parsed: Parsed): boolean => parsed.ok && parsed.value === value;
  return kinds.some((kind) => same(parseScalar(kind, String(equals).trim())));
}

function judge(
  rule: MeasureDocument,
  value: unknown,
  equals: unknown,
): Pick<Measurement, "outcome" | "marginal"> {
  const failed = { outcome: "FAIL", marginal: false } as const;
  if (value === null || value === undefined) return failed;
  if (rule.equals !== undefined) {
    return isEqual(value, equals) ? { outcome: "PASS", marginal: false } : failed;
  }
  if (typeof value !== "number") return failed;
  const { min = -Infinity, max = Infinity, marginal = 0 } = rule;
  if (value < min || value > max) return failed;
  const near = (limit: number) => Number.isFinite(limit) && Math.abs(value - limit) < marginal;
  return { outcome: "PASS", marginal: near(min) || near(max) };
}

/** Judges a step's outputs. */
export function measureAll(
  rules: readonly MeasureDocument[],
  frame: Frame,
  outputs: Readonly<Record<string, unknown>>,
  path: Path,
): readonly Measurement[] {
  return rules.map((rule, i) => {
    const value = jsonValue(frame.measure(rule.value, outputs));
    const { name, unit, min, max } = rule;
    const wanted = rule.equals === undefined
      ? undefined
      : frame.text(rule.equals, [...path, "measure", i, "equals"]);
    const equals = wanted instanceof Unknown ? undefined : wanted;
    return {
      name,
      value,
      ...(unit === undefined ? {} : { unit }),
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      ...(equals === undefined ? {} : { equals }),
      ...judge(rule, value, equals),
    };
  });
}

function wantedText({ min, max, equals, unit = "" }: Measurement): string {
  const one = (n: number | undefined) => n === undefined ? "" : `${n}${unit && ` ${unit}`}`;
  if (equals !== undefined) return String(equals);
  if (min === undefined) return max === 0 ? one(0) : `at most ${one(max)}`;
  return max === undefined ? `at least ${one(min)}` : `${min} to ${one(max)}`;
}

/** The fault of the first that fails, or undefined. */
export function failedMeasurement(
  all: readonly Measurement[],
  frame: Frame,
  path: Path,
): Fault | undefined {
  const i = all.findIndex((m) => m.outcome === "FAIL");
  const first = all[i];
  if (!first) return undefined;
  const { name, value, unit = "" } = first;
  return fault("measurement-failed", {
    name,
    value: value === null ? "not measured" : `${value}${unit && ` ${unit}`}`,
    wanted: wantedText(first),
  }, {
    where: frame.where([...path, "measure", i]),
    evidence: [{ what: name, value: String(value) }],
  });
}
