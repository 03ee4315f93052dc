/** What a type alone does not say of a step's values: patterns, lists of mappings, times that let nothing happen. */
import type { Parameter } from "./action_row.ts";
import type { StepDocument } from "./document.ts";
import { type Findings, suggest } from "./findings.ts";
import type { Scope, Spot } from "./lint_scope.ts";
import { ValueReader } from "./lint_values.ts";
import { linearRegExp } from "./regexp.ts";
import { parseScalar } from "./scalars.ts";
import { foundAs } from "./shape.ts";
import { hasExpression } from "./templates.ts";
import { get, type MapNode, type Node, textOf } from "./text_tree.ts";
import { parseType } from "./types.ts";

/** A regular expression that is written out and is none. */
function pattern(node: Node, { findings }: Scope): void {
  if (node.kind !== "text" || hasExpression(node.text)) return;
  const why = linearRegExp(node.text);
  if (typeof why !== "string") return;
  findings.report("bad-pattern", node.at, { pattern: node.text.slice(0, 60), why });
}

/** A number that is written out and is too small or too large. */
function range(node: Node, key: string, [least, most]: readonly [number, number], at: Scope): void {
  if (node.kind !== "text" || hasExpression(node.text)) return;
  const parsed = parseScalar("int", node.text);
  if (!parsed.ok || (Number(parsed.value) >= least && Number(parsed.value) <= most)) return;
  at.findings.report("not-allowed-value", node.at, { key, text: node.text }, {
    help: `${least} to ${most}`,
  });
}

/** One of the mappings of a list. */
function item(
  node: MapNode,
  key: string,
  known: Readonly<Record<string, Parameter>>,
  scope: Scope,
  spot: Spot,
): void {
  const reader = new ValueReader(scope, spot);
  for (const { key: name, keyAt, value } of node.entries) {
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined;
    const type = parameter && parseType(parameter.type);
    if (!parameter || !type) {
      const help = suggest(name, Object.keys(known));
      scope.findings.report("unknown-parameter", keyAt, { key: name }, { help });
    } else if (type.kind === "any" && value.kind !== "map") {
      const facts = { key: name, wanted: "a mapping", found: foundAs(value) };
      scope.findings.report("wrong-shape", value.at, facts);
    } else reader.read(value, name, { type, accept: parameter.accept, secrets: parameter.secrets });
  }
  for (const [name, { optional }] of Object.entries(known)) {
    if (optional || get(node, name)) continue;
    const at = { start: node.at.start, end: node.entries[0]?.keyAt.end ?? node.at.end };
    scope.findings.report("missing-input", at, { what: `\`${key}\``, key: name });
  }
}

/** Checks what a parameter says of its value beyond its type. */
export function lintBeyondType(
  node: Node,
  key: string,
  parameter: Parameter,
  scope: Scope,
  spot: Spot,
): void {
  if (parameter.pattern) pattern(node, scope);
  if (parameter.range) range(node, key, parameter.range, scope);
  const { items } = parameter;
  if (!items || (node.kind === "text" && hasExpression(node.text))) return;
  if (node.kind !== "list") {
    const facts = { key, wanted: "a list", found: foundAs(node) };
    scope.findings.report("wrong-shape", node.at, facts);
    return;
  }
  for (const one of node.items) {
    if (one.kind === "map") item(one, key, items, scope, spot);
    else {
      const facts = { key, wanted: "a list of mappings", found: foundAs(one) };
      scope.findings.report("wrong-shape", one.at, facts);
    }
  }
}

/** In no time nothing is done: such a limit stops the step, or says nothing. */
export function lintTimes(node: MapNode, step: StepDocument, findings: Findings): void {
  for (const key of ["timeout", "idle_timeout"] as const) {
    const at = get(node, key)?.at;
    if (!at || step[key] !== 0) continue;
    const facts = { key, text: textOf(node, key) ?? "0" };
    findings.report("not-allowed-value", at, facts, {
      help: "more than 0; without the key there is no limit",
    });
  }
}
