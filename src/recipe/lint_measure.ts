/** Measurements: values over a step's outputs, with limits that can be held against them. */
import type { StepDocument } from "./document.ts";
import type { Scope, Spot } from "./lint_scope.ts";
import type { Used } from "./lint_uses.ts";
import { get, type MapNode, textAt } from "./text_tree.ts";

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
    const limits = step.measure?.[i];
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
