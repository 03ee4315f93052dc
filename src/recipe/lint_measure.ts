/** Measurements: values over a step's outputs, with limits that can be held against them. */
import type { MeasureDocument, StepDocument } from "./document.ts";
import type { Scope, Spot } from "./lint_scope.ts";
import type { Used } from "./lint_uses.ts";
import { parseScalar } from "./scalars.ts";
import { hasExpression } from "./templates.ts";
import { get, type MapNode, textAt, type TextNode, textOf } from "./text_tree.ts";

/** Limits that no value keeps, or that are not looked at. */
function lintLimits(item: MapNode, limits: MeasureDocument, { findings }: Scope): void {
  const { min, max, marginal } = limits;
  const refuse = (key: string, help: string) => {
    const at = get(item, key)?.at;
    const facts = { key, text: textOf(item, key) ?? "" };
    if (at) findings.report("not-allowed-value", at, facts, { help });
  };
  if (min !== undefined && max !== undefined && max < min) refuse("max", `min is ${min}`);
  if (marginal !== undefined && marginal < 0) refuse("marginal", "0 or more");
  for (const { key, keyAt } of item.entries) {
    if (limits.equals === undefined || !["min", "max", "marginal"].includes(key)) continue;
    findings.report("keys-exclude-each-other", keyAt, { key, other: "equals" });
  }
}

/** What `equals` has to be to be held against a value of this type. */
const KIND_OF: Readonly<Record<string, "int" | "double" | "bool">> = {
  int: "int",
  double: "double",
  bool: "bool",
};

/** A written value that no value of the type is. */
function lintEquals(equals: TextNode, type: string, { findings }: Scope): void {
  const kind = Object.hasOwn(KIND_OF, type) ? KIND_OF[type] : undefined;
  if (!kind || hasExpression(equals.text)) return;
  const [first, second] = [kind, kind === "int" ? "double" : "int"] as const;
  const parsed = parseScalar(first, equals.text);
  if (parsed.ok || (kind !== "bool" && parseScalar(second, equals.text).ok)) return;
  const facts = { key: "equals", text: equals.text, wanted: parsed.wanted };
  findings.report("wrong-type", equals.at, facts);
}

/** Checks `measure` of a step. */
export function lintMeasure(
  node: MapNode,
  step: StepDocument,
  used: Used,
  spot: Spot,
  scope: Scope,
): void {
  const list = get(node, "measure");
  for (const [i, item] of (list?.kind === "list" ? list.items : []).entries()) {
    if (item.kind !== "map") continue;
    const value = textAt(item, "value");
    const here: Spot = { ...spot, value: used.outputs };
    const lead = value ? value.text.length - value.text.trimStart().length : 0;
    const into = "be measured";
    const good = value && scope.expression(value, value.text.trim(), lead, here, into);
    const equals = textAt(item, "equals");
    if (equals) scope.template(equals, spot, into);
    if (equals && good) lintEquals(equals, good.type, scope);
    const limits = step.measure?.[i];
    if (limits) lintLimits(item, limits, scope);
    const limited = limits?.min !== undefined || limits?.max !== undefined;
    if (good && value && limited && !["int", "double", "dyn"].includes(good.type)) {
      scope.findings.report("wrong-result", value.at, {
        key: "value",
        wanted: "a number, because it has limits",
        type: good.type,
      });
    }
    if (limits && !limited && limits.equals === undefined) {
      scope.findings.report("missing-input", item.at, {
        what: limits.name ? `measurement \`${limits.name}\`` : "a measurement",
        key: "min, max or equals",
      });
    }
  }
}
