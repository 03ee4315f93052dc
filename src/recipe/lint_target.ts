/** The target: chips that exist, defaults for all of them, and what attaching does to the promise. */
import { type Effect, EFFECTS } from "../base/mod.ts";
import { chipNames, matchesSomeChip } from "../chip/mod.ts";
import type { TargetDocument } from "./document.ts";
import { type Findings, suggest } from "./findings.ts";
import { get, type Node, nodeAt } from "./text_tree.ts";

/**
 * Families that exist and that this version has no data for: a recipe may name them, the board is refused
 * when it turns up. Series of www.st.com/stm32, 2026.
 */
const OTHER_FAMILIES =
  "stm32c0 stm32c5 stm32f0 stm32f1 stm32f2 stm32f3 stm32f4 stm32g0 stm32g4 stm32h5 stm32h7 stm32l0 stm32l1 stm32l4 stm32l5 stm32n6 stm32u0 stm32u3 stm32u5 stm32wb stm32wba stm32wb0 stm32wl"
    .split(" ");

const rank = (e: Effect): number => EFFECTS.indexOf(e);
/** Whether `a` goes further than `b`. */
export const above = (a: Effect, b: Effect): boolean => rank(a) > rank(b);
/** The further one. */
export const worse = (a: Effect, b: Effect): Effect => above(a, b) ? a : b;

/** Whether everything that `narrow` matches is matched by `wide`, as far as names tell. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === "*" || wide === narrow) return true;
  if (/^arm-cortex-m\*?$/.test(wide) && narrow.startsWith("stm32")) return true;
  if (!wide.endsWith("*") || /[*?]/.test(wide.slice(0, -1))) return false;
  return narrow.replace(/[*?].*$/, "").startsWith(wide.slice(0, -1));
}

/** Whether a pattern names chips that exist. */
export const known = (pattern: string): boolean => {
  if (matchesSomeChip(pattern)) return true;
  const plain = pattern.toLowerCase().replace(/[*?].*$/, "");
  return OTHER_FAMILIES.some((f) => plain.startsWith(f)) ||
    (plain.length < 8 && /[*]/.test(pattern) && OTHER_FAMILIES.some((f) => f.startsWith(plain)));
};

/** What attaching and leaving do to a board by themselves. */
export const attachEffect = (mode: string): Effect => mode === "attach" ? "read" : "volatile";
/** The mode of a recipe that does not say: one that only reads does not stop the program. */
export const defaultAttach = (effect: Effect): "attach" | "halt" =>
  effect === "read" ? "attach" : "halt";

/** Checks patterns of chips: those of the target and those of defaults. */
export function lintChips(tree: Node, findings: Findings): void {
  const names = (): string[] => [
    ...new Set([...chipNames().map((n) => n.replace(/[a-z0-9]{2}$/, "*")), ...OTHER_FAMILIES]),
  ];
  const check = (pattern: string, at: Node["at"]) => {
    if (known(pattern)) return;
    findings.report("unknown-chip", at, { pattern }, {
      help: suggest(pattern, names(), "known are names like"),
    });
  };
  const chips = nodeAt(tree, ["target", "chips"]);
  const patterns = chips?.kind === "list" ? chips.items.filter((n) => n.kind === "text") : [];
  for (const n of patterns) check(n.text, n.at);
  const inputs = get(tree, "inputs");
  for (const { key, value } of inputs?.kind === "map" ? inputs.entries : []) {
    const byChip = get(value, "default_by_chip");
    if (byChip?.kind !== "map") continue;
    for (const e of byChip.entries) check(e.key, e.keyAt);
    const keys = byChip.entries.map((e) => e.key);
    for (const n of patterns) {
      if (keys.some((k) => covers(k, n.text))) continue;
      findings.report("chip-without-default", n.at, { input: key, chip: n.text }, {
        help: `inputs.${key}.default_by_chip has: ${keys.join(", ")}`,
      });
    }
  }
}

/** Attaching and leaving are part of what a recipe does. */
export function lintAttach(
  tree: Node,
  target: TargetDocument | undefined,
  effect: Effect,
  findings: Findings,
): void {
  for (const key of ["attach", "leave"] as const) {
    const value = target?.[key];
    const node = nodeAt(tree, ["target", key]);
    if (value === undefined || !node || value === "as-found") continue;
    const does = key === "attach" ? attachEffect(value) : "volatile";
    if (!above(does, effect)) continue;
    const facts = { attach: `${key}: ${value}`, effect: does, ceiling: effect };
    findings.report("attach-above-ceiling", node.at, facts, {
      help: key === "attach"
        ? `effect: ${does}, or attach: attach`
        : `effect: ${does}, or leave: as-found`,
    });
  }
  const [min, max] = [target?.supply?.min, target?.supply?.max];
  const node = nodeAt(tree, ["target", "supply", "max"]);
  if (min !== undefined && max !== undefined && max < min && node) {
    findings.report("not-allowed-value", node.at, { key: "max", text: `${max}V` }, {
      help: `min is ${min}V`,
    });
  }
}
