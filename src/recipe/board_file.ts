/** Board files: which probe and chip a board has, what is set on it, and what is safe for it. */
import { FAMILIES, type Family } from "../chip/mod.ts";
import { canonical, type RecipeDocument, sha256 } from "./document.ts";
import { loadExpressions } from "./expressions.ts";
import { fault } from "./faults.ts";
import { type Finding, Findings, suggest } from "./findings.ts";
import { boardShape, stepsShape } from "./grammar.ts";
import type { GivenInputs } from "./inputs.ts";
import { known } from "./lint_target.ts";
import { type CheckedRecipe, type LintOptions, lintTree } from "./lint.ts";
import { folderOf, joinPath } from "./paths.ts";
import { plain, ShapeReader } from "./shape.ts";
import { get, Lines, type MapNode, type Node, type RecipeSource, textAt } from "./text_tree.ts";
import { parseType } from "./types.ts";
import { readYaml } from "./yaml_text.ts";

/** What a board file says. */
export interface BoardDocument {
  readonly board: "v1";
  readonly name: string;
  readonly summary?: string;
  readonly probe?: string;
  /** pattern */
  readonly chip?: string;
  readonly halt?: "allowed" | "forbidden";
  /** peripherals by the manual's names */
  readonly freeze?: readonly string[];
  /** as written; a recipe's inputs say what they mean */
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly safe_state?: { readonly leave: "running" | "halted" | "reset-held" };
}

/** A board file that was looked at. */
export interface CheckedBoard {
  readonly source: RecipeSource;
  readonly document: BoardDocument;
  /** the steps of its safe state, as a recipe */
  readonly safe?: CheckedRecipe;
  readonly findings: readonly Finding[];
  readonly ok: boolean;
  readonly sha256: string;
}

/** Peripherals that debugging can stop, each with its bit. */
export const peripheralsOf = (family: Family) =>
  family.debug.peripherals.flatMap(({ at, bits }) =>
    Object.entries(bits).map(([name, bit]) => ({ name, at, bit }))
  );
const stoppable = (): readonly string[] => [
  ...new Set(FAMILIES.flatMap((f) => peripheralsOf(f).map((p) => p.name))),
];

function lintNames(tree: Node, findings: Findings): void {
  const edition = textAt(tree, "board");
  if (edition && edition.text !== "v1") {
    findings.report("unknown-edition", edition.at, { edition: edition.text.slice(0, 40) });
  }
  const chip = textAt(tree, "chip");
  if (chip && !known(chip.text)) {
    findings.report("unknown-chip", chip.at, { pattern: chip.text });
  }
  const freeze = get(tree, "freeze");
  for (const n of freeze?.kind === "list" ? freeze.items : []) {
    if (n.kind !== "text" || stoppable().includes(n.text)) continue;
    findings.report("not-allowed-value", n.at, { key: "freeze", text: n.text }, {
      help: suggest(n.text, stoppable()),
    });
  }
}

/** The steps of the safe state as a recipe of its own, with their places in the board file. */
function safeRecipe(node: MapNode, name: string): MapNode | undefined {
  const steps = node.entries.find((e) => e.key === "steps");
  if (!steps) return undefined;
  const { at } = node;
  const said = (key: string, text: string) =>
    ({ key, keyAt: at, value: { kind: "text", text, at } }) as const;
  return {
    kind: "map",
    at,
    entries: [
      said("recipe", "v1"),
      said("name", name),
      said("summary", "what makes the board safe"),
      // whatever is lost by a power cycle anyway; a safe state that writes flash is none
      said("effect", "volatile"),
      steps,
    ],
  };
}

/** Reads and checks a board file. What is wrong with it is in `findings`. */
export async function lintBoard(
  source: RecipeSource,
  options: LintOptions = {},
): Promise<CheckedBoard> {
  const findings = new Findings(new Lines(source));
  const tree = await readYaml(source.text, findings);
  const nothing: BoardDocument = { board: "v1", name: "" };
  const made = async (document: BoardDocument, safe?: CheckedRecipe): Promise<CheckedBoard> => ({
    source,
    document,
    ...(safe ? { safe } : {}),
    findings: findings.all,
    ok: !findings.failed,
    sha256: await sha256(canonical([document, safe?.sha256 ?? null])),
  });
  if (tree?.kind !== "map") {
    const at = tree?.at ?? { start: 0, end: 1 };
    if (!findings.failed) {
      findings.report("missing-input", at, { what: "a board file", key: "board" });
    }
    return await made(nothing);
  }
  const reader = new ShapeReader(findings, stepsShape);
  const read = reader.read(tree, boardShape, "the board file") as BoardDocument;
  lintNames(tree, findings);
  const inputs = get(tree, "inputs");
  const document: BoardDocument = {
    ...read,
    ...(inputs ? { inputs: plain(inputs) as Readonly<Record<string, unknown>> } : {}),
  };
  const node = get(tree, "safe_state");
  const recipe = node?.kind === "map" ? safeRecipe(node, `${document.name}-safe`) : undefined;
  if (!recipe || findings.failed) return await made(document);
  const safe = await lintTree(source, recipe, findings, await loadExpressions(), options);
  return await made(document, safe);
}

/** Throws the first error of a board file, if it has any. */
export function requireCleanBoard(checked: CheckedBoard): CheckedBoard {
  const first = checked.findings.find((f) => f.diagnostic.severity === "error");
  if (first) throw first.fault;
  return checked;
}

/** A name in the board file, as the caller would write it: files stand beside the board file. */
function placed(type: string, folder: string, value: unknown): unknown {
  const kind = parseType(type)?.kind;
  const one = (v: unknown): unknown => {
    if (typeof v !== "string") return v;
    if (kind === "secret" && v.startsWith("@")) return `@${joinPath(folder, v.slice(1))}`;
    return (kind === "file" || kind === "path") && !/^\//.test(v) ? joinPath(folder, v) : v;
  };
  if (Array.isArray(value)) return value.map(one);
  if (value === null || typeof value !== "object") return one(value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, one(v)]));
}

/** What the board sets of a recipe's inputs. Boards are for many recipes: other names are left out. */
export function boardInputs(board: CheckedBoard, recipe: RecipeDocument | undefined): GivenInputs {
  const folder = folderOf(board.source.file);
  return Object.fromEntries(
    Object.entries(board.document.inputs ?? {}).flatMap(([name, value]) => {
      const rule = recipe?.inputs?.[name];
      return rule ? [[name, placed(rule.type, folder, value)]] : [];
    }),
  );
}

/** Reads a file of inputs: `name: value`, every scalar as text. Fault: those of YAML, wrong-shape. */
export async function readInputs(source: RecipeSource): Promise<GivenInputs> {
  const findings = new Findings(new Lines(source));
  const tree = await readYaml(source.text, findings);
  if (tree && tree.kind !== "map") {
    const facts = { key: "inputs", wanted: "a mapping (name: value)", found: "something else" };
    findings.report("wrong-shape", tree.at, facts);
  }
  const [first] = findings.all;
  if (first) throw first.fault;
  return tree ? plain(tree) as GivenInputs : {};
}

/** What a recipe asks of a board that is not there. */
export const notSaid = (what: string, why: string) => fault("board-does-not-say", { what, why });
