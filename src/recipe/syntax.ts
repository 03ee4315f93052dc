/** The shape of an expression: which names it uses, and which steps it makes sure have run. */
import type { ASTNode } from "@marcbachmann/cel-js";

/** A node of a parsed expression. */
export type Cel = ASTNode;

/** `steps.write.changed` as `["steps", "write", "changed"]`; undefined for anything else. */
export function chainOf(node: Cel): readonly string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op === "[]") {
    const [of, index] = node.args;
    const before = chainOf(of);
    return before && index.op === "value" && typeof index.args === "string"
      ? [...before, index.args]
      : undefined;
  }
  if (node.op !== ".") return undefined;
  const before = chainOf(node.args[0]);
  return before && [...before, node.args[1]];
}

/** The parts of a node. */
export function children(node: Cel): readonly Cel[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "list":
      return node.args;
    case "map":
      return node.args.flat();
    case "!_":
    case "-_":
      return [node.args];
    default:
      return node.args as readonly Cel[];
  }
}

/** One use of a name. */
export interface Use {
  readonly chain: readonly string[];
  readonly node: Cel;
  /** ids of steps that have run wherever this part is evaluated */
  readonly ran: ReadonlySet<string>;
  /** inside has() */
  readonly asked: boolean;
}

const union = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a, ...b]);
const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((x) => b.has(x)));
const NONE: ReadonlySet<string> = new Set();

const isBool = (node: Cel, value: boolean): boolean => node.op === "value" && node.args === value;

/** Ids of steps that must have run when the node is `truth`. */
export function ranWhen(node: Cel, truth: boolean): ReadonlySet<string> {
  const chain = chainOf(node);
  if (chain) {
    return truth && chain[0] === "steps" && chain[2] === "ran" && chain.length === 3
      ? new Set([chain[1] ?? ""])
      : NONE;
  }
  if (node.op === "!_") return ranWhen(node.args, !truth);
  if (node.op === "&&" || node.op === "||") {
    const [a, b] = node.args.map((n) => ranWhen(n, truth)) as [
      ReadonlySet<string>,
      ReadonlySet<string>,
    ];
    return (node.op === "&&") === truth ? union(a, b) : both(a, b);
  }
  if (node.op === "==" || node.op === "!=") {
    const [a, b] = node.args;
    const same = (node.op === "==") === truth;
    for (const [x, y] of [[a, b], [b, a]] as const) {
      if (isBool(y, true)) return ranWhen(x, same);
      if (isBool(y, false)) return ranWhen(x, !same);
    }
    return NONE;
  }
  if (node.op === "call" && node.args[0] === "has" && truth) {
    const of = node.args[1][0];
    const asked = of && chainOf(of);
    return asked?.[0] === "steps" && asked[1] !== undefined ? new Set([asked[1]]) : NONE;
  }
  return NONE;
}

/** Every use of `inputs.…`, `steps.…` and other names, with what is known to have run there. */
export function usesOf(node: Cel, ran: ReadonlySet<string> = NONE, asked = false): Use[] {
  const chain = chainOf(node);
  if (chain) return [{ chain, node, ran, asked }];
  const deeper = (n: Cel, more: ReadonlySet<string>) => usesOf(n, union(ran, more), asked);
  if (node.op === "&&" || node.op === "||") {
    const [a, b] = node.args;
    return [...deeper(a, NONE), ...deeper(b, ranWhen(a, node.op === "&&"))];
  }
  if (node.op === "?:") {
    const [c, a, b] = node.args;
    return [
      ...deeper(c, NONE),
      ...deeper(a, ranWhen(c, true)),
      ...deeper(b, ranWhen(c, false)),
    ];
  }
  const has = node.op === "call" && node.args[0] === "has";
  return children(node).flatMap((n) => usesOf(n, ran, asked || has));
}
