/** Loops: over a list, with a name for its item that nothing else has. */
import type { StepDocument } from "./document.ts";
import type { Scope, Spot } from "./lint_scope.ts";
import { hasExpression } from "./templates.ts";
import { get, type Node } from "./text_tree.ts";

/** names that expressions have anyway */
const TAKEN = ["inputs", "steps", "error", "value"];

/** Ids of a step and of all steps in it. */
export function idsOf(step: StepDocument): readonly string[] {
  const inner = [...step.group ?? [], ...step.rescue ?? [], ...step.finally ?? []];
  return [...(step.id === undefined ? [] : [step.id]), ...inner.flatMap(idsOf)];
}

/** The type of a list's items; undefined for what is no list. */
const itemType = (list: string): string | undefined =>
  list === "dyn" || list === "list" ? "dyn" : /^list<(.+)>$/.exec(list)?.[1];

function nameOf(node: Node, { findings }: Scope, spot: Spot): string | undefined {
  const as = get(node, "as");
  if (as?.kind !== "text") return undefined;
  const taken = TAKEN.includes(as.text) ? "it means something else" : undefined;
  const why = taken ?? (spot.items?.has(as.text) ? "a loop around this one has it" : undefined);
  if (why === undefined) return as.text;
  findings.report("name-taken", as.at, { name: as.text, why });
}

/** Checks `for`; gives the item's name and type. */
export function lintLoop(
  node: Node,
  scope: Scope,
  spot: Spot,
): readonly [name: string, type: string] | undefined {
  const each = get(node, "each");
  const name = nameOf(node, scope, spot);
  // a list that is wrong is told once, and what is made of its items is not told as well
  const item = (type: string) => name === undefined ? undefined : [name, type] as const;
  if (each?.kind !== "text") return item("dyn");
  if (hasExpression(each.text)) {
    const bare = each.text.replace(/\$\{\{|\}\}/g, "").trim();
    for (const [, input = ""] of bare.matchAll(/\binputs\.(\w+)/g)) scope.used.add(input);
    scope.findings.report("text-in-when", each.at, { key: "each" }, { help: `each: ${bare}` });
    return item("dyn");
  }
  const lead = each.text.length - each.text.trimStart().length;
  const good = scope.expression(each, each.text.trim(), lead, spot, "be gone through");
  if (!good) return item("dyn");
  const type = itemType(good.type);
  if (type === undefined) scope.findings.report("not-a-list", each.at, { type: good.type });
  return item(type ?? "dyn");
}
