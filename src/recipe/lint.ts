/** Lint: everything that can be known about a recipe without a board, with file:line:column. */
import type { Diagnostic, Effect, Span } from "../base/mod.ts";
import { canonical, type RecipeDocument, sha256 } from "./document.ts";
import { type Expressions, loadExpressions, type MakeExpressions } from "./expressions.ts";
import { fault } from "./faults.ts";
import { type Finding, Findings } from "./findings.ts";
import { recipeShape, stepsShape } from "./grammar.ts";
import { BoardLinter } from "./lint_board.ts";
import { inputTypes, lintInput } from "./lint_inputs.ts";
import { type InputInfo, Scope } from "./lint_scope.ts";
import { StepLinter } from "./lint_steps.ts";
import { lintAttach, lintChips } from "./lint_target.ts";
import { type RecipeFiles, UsesResolver } from "./lint_uses.ts";
import { ShapeReader } from "./shape.ts";
import {
  get,
  Lines,
  type MapNode,
  type Node,
  nodeAt,
  type RecipeSource,
  textOf,
} from "./text_tree.ts";
import { readYaml } from "./yaml_text.ts";

/** A recipe that was looked at. */
export interface CheckedRecipe {
  readonly source: RecipeSource;
  /** undefined when the text cannot be taken as a recipe at all */
  readonly document: RecipeDocument | undefined;
  readonly findings: readonly Finding[];
  /** whether it may be run */
  readonly ok: boolean;
  /** the most that its steps can do */
  readonly effect: Effect;
  readonly inputs: ReadonlyMap<string, InputInfo>;
  /** output → type in the expression language */
  readonly outputs: ReadonlyMap<string, string>;
  /** the recipes it uses, by what `uses:` says */
  readonly uses: ReadonlyMap<string, CheckedRecipe>;
  /** evaluates its expressions */
  readonly expressions: Expressions;
  /** of the document, whatever spelling it had */
  readonly sha256: string;
  /** Where a part of the document stands: `["steps", 0, "when"]`; without `keys`, the nearest place above. */
  where(path: readonly (string | number)[]): Span;
}

/** What lint may use. */
export interface LintOptions {
  readonly files?: RecipeFiles;
}

/** The diagnostics of a checked recipe, in the order of their places. */
export const diagnosticsOf = (checked: CheckedRecipe): readonly Diagnostic[] =>
  checked.findings.map((f) => f.diagnostic);

const NO_DIGEST = "0".repeat(64);
const EDITION = "v1";

/** All ids, in groups too; notes those that come twice. */
function collectIds(node: Node | undefined, findings: Findings, ids = new Set<string>()) {
  for (const step of node?.kind === "list" ? node.items : []) {
    const id = get(step, "id");
    if (id?.kind === "text") {
      if (ids.has(id.text)) findings.report("duplicate-id", id.at, { id: id.text });
      ids.add(id.text);
    }
    for (const key of ["group", "rescue", "finally"]) collectIds(get(step, key), findings, ids);
  }
  return ids;
}

function lintEdition(tree: MapNode, findings: Findings): void {
  const node = get(tree, "recipe");
  if (node?.kind !== "text" || node.text === EDITION) return;
  findings.report("unknown-edition", node.at, { edition: node.text.slice(0, 40) });
}

/** What a user types for an input that nobody reads would have no effect. */
function lintUnused(tree: MapNode, scope: Scope, findings: Findings): void {
  const inputs = get(tree, "inputs");
  for (const { key, keyAt } of inputs?.kind === "map" ? inputs.entries : []) {
    const kind = scope.inputs.get(key)?.type.kind;
    // what the engine itself reads: the SWD clock, and the word that accepts losses
    const engine = (key === "speed" && kind === "frequency") ||
      (key === "allow_erase" && kind === "bool");
    if (scope.used.has(key) || kind === undefined || engine) continue;
    findings.report("unused-input", keyAt, { input: key }, { severity: "warning" });
  }
}

interface Body {
  readonly document: RecipeDocument;
  readonly effect: Effect;
  readonly outputs: ReadonlyMap<string, string>;
  readonly uses: ReadonlyMap<string, CheckedRecipe>;
  readonly expressions: Expressions;
}

class RecipeLinter {
  constructor(
    readonly source: RecipeSource,
    readonly chain: readonly string[],
    readonly findings: Findings,
    readonly make: MakeExpressions,
    readonly options: LintOptions,
  ) {}

  async body(tree: MapNode): Promise<Body & { inputs: ReadonlyMap<string, InputInfo> }> {
    const { findings } = this;
    lintEdition(tree, findings);
    const reader = new ShapeReader(findings, stepsShape);
    const read = reader.read(tree, recipeShape, "the recipe") as RecipeDocument;
    const ids = collectIds(get(tree, "steps"), findings);
    const inputs = inputTypes(get(tree, "inputs"), findings);
    const scope = new Scope(this.make, findings, inputs, ids);
    lintChips(tree, findings);
    const ceiling = read.effect;
    if (ceiling !== undefined) lintAttach(tree, read.target, ceiling, findings);
    const inputNodes = get(tree, "inputs");
    const typed: Record<string, unknown> = Object.create(null);
    for (const e of inputNodes?.kind === "map" ? inputNodes.entries : []) {
      const doc = read.inputs?.[e.key];
      if (doc) typed[e.key] = lintInput(e, doc, scope);
    }
    const chips = nodeAt(tree, ["target", "chips"]);
    const patterns = chips?.kind === "list" ? chips.items.filter((n) => n.kind === "text") : [];
    const uses = new UsesResolver(
      scope,
      this.source.file,
      this.chain,
      patterns,
      this.options.files,
      (source, chain) => lintSource(source, chain, this.make, this.options),
    );
    const board = new BoardLinter(patterns.map((p) => p.text), findings);
    const steps = new StepLinter(scope, uses, board, ceiling);
    const spot = { ran: new Set<string>(), rescue: false };
    const done = await steps.steps(get(tree, "steps"), read.steps ?? [], spot);
    steps.alone();
    const outputs = this.#outputs(tree, scope, done.ran);
    lintUnused(tree, scope, findings);
    const document = { ...read, steps: done.steps, ...(read.inputs ? { inputs: typed } : {}) };
    return {
      document: document as RecipeDocument,
      effect: steps.effect,
      inputs,
      outputs,
      uses: uses.recipes,
      expressions: this.make(scope.runNames()),
    };
  }

  #outputs(tree: MapNode, scope: Scope, ran: ReadonlySet<string>): Map<string, string> {
    const out = new Map<string, string>();
    const node = get(tree, "outputs");
    for (const e of node?.kind === "map" ? node.entries : []) {
      if (e.value.kind !== "text") continue;
      const type = scope.template(e.value, { ran, rescue: false }, "be an output");
      out.set(e.key, type ?? "dyn");
    }
    return out;
  }
}

async function lintSource(
  source: RecipeSource,
  chain: readonly string[],
  make: MakeExpressions,
  options: LintOptions,
): Promise<CheckedRecipe> {
  const findings = new Findings(new Lines(source, chain));
  const tree = await readYaml(source.text, findings);
  if (tree && tree.kind !== "map") {
    findings.report("not-a-recipe", tree.at, { what: "it is no mapping (key: value)" });
  } else if (tree && get(tree, "recipe") === undefined) {
    const at = tree.entries[0]?.keyAt ?? tree.at;
    const what = textOf(tree, "ob")
      ? "it is an option-byte profile"
      : textOf(tree, "board")
      ? "it is a board file"
      : "`recipe: v1` is missing";
    findings.report("not-a-recipe", at, { what }, { help: "the first line is `recipe: v1`" });
  }
  return await lintTree(source, tree, findings, make, options);
}

/** Lints a recipe that has been read; `tree` may be a part of another file. */
export async function lintTree(
  source: RecipeSource,
  tree: Node | undefined,
  findings: Findings,
  make: MakeExpressions,
  options: LintOptions,
): Promise<CheckedRecipe> {
  const { lines } = findings;
  const where = (path: readonly (string | number)[]): Span => {
    for (let n = path.length; n > 0; n--) {
      const node = nodeAt(tree, path.slice(0, n));
      if (node) return lines.span(node.at);
    }
    return lines.span(tree?.at ?? { start: 0, end: 1 });
  };
  const base = { source, where, inputs: new Map(), outputs: new Map(), uses: new Map() };
  if (tree?.kind !== "map" || findings.failed) {
    return {
      ...base,
      document: undefined,
      findings: findings.all,
      ok: false,
      effect: "read",
      expressions: make(new Map()),
      sha256: NO_DIGEST,
    };
  }
  const linter = new RecipeLinter(source, lines.via, findings, make, options);
  const body = await linter.body(tree);
  return {
    ...base,
    ...body,
    findings: findings.all,
    ok: !findings.failed,
    sha256: await sha256(canonical(body.document)),
  };
}

/** Lints a recipe and all that it uses. Never throws for what a recipe says: that is in `findings`. */
export async function lintRecipe(
  source: RecipeSource,
  options: LintOptions = {},
): Promise<CheckedRecipe> {
  return await lintSource(source, [], await loadExpressions(), options);
}

/** Throws the first error of a checked recipe, if it has any. */
export function requireClean(checked: CheckedRecipe): RecipeDocument {
  const errors = checked.findings.filter((f) => f.diagnostic.severity === "error");
  const [first] = errors;
  if (first) {
    const more = errors.length - 1;
    throw first.fault.within(
      more === 0 ? {} : { next: [{ text: `See the other ${more} too: probekit lint` }] },
    );
  }
  if (!checked.document) throw fault("not-a-recipe", { what: "it is empty" });
  return checked.document;
}
