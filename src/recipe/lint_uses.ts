/** What `uses:` names: an action, a recipe beside this one, or a built-in one. */
import type { ActionRow, Parameter } from "./action_row.ts";
import { actionRow, actions } from "./actions.ts";
import { emitYaml } from "./emit.ts";
import { suggest } from "./findings.ts";
import type { CheckedRecipe } from "./lint.ts";
import type { Scope } from "./lint_scope.ts";
import { covers } from "./lint_target.ts";
import { folderOf, joinPath, staysInside } from "./paths.ts";
import type { RecipeSource, TextNode } from "./text_tree.ts";
import { celType, parseType, typeText } from "./types.ts";

/** Where recipes come from; files are named as the user or a recipe named them. */
export interface RecipeFiles {
  /** The text of a file. Rejects when it cannot be read. */
  text(path: string): Promise<string>;
  /** The document that a TypeScript recipe exports as its default. */
  module?(path: string): Promise<unknown>;
  /** A built-in recipe by name, or undefined. */
  builtin?(name: string): Promise<RecipeSource | undefined>;
}

/** What a step uses. */
export interface Used {
  readonly name: string;
  readonly action?: ActionRow;
  readonly recipe?: CheckedRecipe;
  readonly with: Readonly<Record<string, Parameter>>;
  /** output → type in the expression language */
  readonly outputs: ReadonlyMap<string, string>;
  /** outputs that are not always there */
  readonly optional?: ReadonlySet<string>;
}

/** deepest chain of recipes that use recipes */
const MOST_USES = 8;

const outputsOf = (action: ActionRow): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(action.out).flatMap(([name, o]) => {
      const type = parseType(o.type);
      return type ? [[name, celType(type)]] : [];
    }),
  );

/** Inputs of a recipe as the parameters of a step that uses it. */
function parametersOf(recipe: CheckedRecipe): Readonly<Record<string, Parameter>> {
  const out: Record<string, Parameter> = Object.create(null);
  for (const [name, info] of recipe.inputs) {
    const rule = recipe.document?.inputs?.[name];
    out[name] = {
      type: typeText(info.type) as Parameter["type"],
      summary: rule?.summary ?? "",
      ...(info.required ? {} : { optional: true as const }),
      ...(rule?.values ? { values: rule.values } : {}),
      ...(rule?.accept ? { accept: rule.accept } : {}),
    };
  }
  return out;
}

/** Finds what steps use, reading and linting other recipes once each. */
export class UsesResolver {
  readonly recipes = new Map<string, CheckedRecipe>();
  constructor(
    readonly scope: Scope,
    readonly file: string,
    readonly chain: readonly string[],
    readonly chips: readonly { readonly text: string; readonly at: TextNode["at"] }[],
    readonly files: RecipeFiles | undefined,
    readonly lint: (source: RecipeSource, chain: readonly string[]) => Promise<CheckedRecipe>,
  ) {}

  async find(node: TextNode): Promise<Used | undefined> {
    const name = node.text;
    if (/^(?:jsr|npm|https?):/.test(name)) {
      const what = `a recipe from elsewhere (\`${name}\`)`;
      this.scope.findings.report("not-in-this-version", node.at, { what });
      return;
    }
    if (/^(?:\.{1,2}\/|std\/)|\.(?:ya?ml|ts)$/.test(name)) return await this.#recipe(node);
    const action = actionRow(name);
    if (action) {
      if (!action.ready) {
        this.scope.findings.report("not-in-this-version", node.at, { what: `\`${name}\`` });
      }
      const optional = new Set(
        Object.entries(action.out).flatMap(([n, o]) => o.optional ? [n] : []),
      );
      return { name, action, with: action.with, outputs: outputsOf(action), optional };
    }
    const help = await this.#builtIn(name) ?? suggest(name, Object.keys(actions), "actions are");
    this.scope.findings.report("unknown-action", node.at, { name }, { help });
  }

  /** What to write when a built-in recipe was meant: without its ending, with `std/`. */
  async #builtIn(name: string): Promise<string | undefined> {
    const plain = name.replace(/\.(?:ya?ml|ts)$/, "");
    return await this.files?.builtin?.(plain) && `did you mean \`std/${plain}\`?`;
  }

  async #recipe(node: TextNode): Promise<Used | undefined> {
    const name = node.text;
    const { findings } = this.scope;
    if (!name.startsWith("std/") && !(name.startsWith("./") && staysInside(name))) {
      findings.report("path-escapes", node.at, { path: name }, {
        help: "write ./name.yaml, relative to this file",
      });
      return;
    }
    if (!/^std\/|\.(?:yaml|ts)$/.test(name)) {
      findings.report("unknown-action", node.at, { name }, { help: "recipes end in .yaml or .ts" });
      return;
    }
    const known = this.recipes.get(name) ?? await this.#load(node);
    if (!known) return;
    this.recipes.set(name, known);
    this.#covered(node, known);
    return { name, recipe: known, with: parametersOf(known), outputs: known.outputs };
  }

  async #load(node: TextNode): Promise<CheckedRecipe | undefined> {
    const { findings } = this.scope;
    const source = await this.#source(node);
    if (!source) return;
    const deep = this.chain.length >= MOST_USES;
    if (deep || source.file === this.file || this.chain.includes(source.file)) {
      findings.report("uses-itself", node.at, {}, {
        help: [...this.chain, this.file, source.file].join(" uses "),
      });
      return;
    }
    const recipe = await this.lint(source, [...this.chain, this.file]);
    findings.take(recipe.findings);
    return recipe;
  }

  async #source(node: TextNode): Promise<RecipeSource | undefined> {
    const { findings } = this.scope;
    const name = node.text;
    if (name.startsWith("std/")) {
      const found = await this.files?.builtin?.(name.slice(4));
      if (!found) {
        const help = await this.#builtIn(name.slice(4));
        findings.report("unknown-builtin", node.at, { name }, { help });
      }
      return found;
    }
    const file = joinPath(folderOf(this.file), name);
    const fail = (why: string) => {
      findings.report("cannot-read-recipe", node.at, { file: name, why });
    };
    if (!this.files) return void fail("there is no place to read files from here");
    try {
      if (!name.endsWith(".ts")) return { file, text: await this.files.text(file) };
      if (!this.files.module) return void fail("TypeScript recipes cannot be loaded here");
      return { file: `${file} (as YAML)`, text: emitYaml(await this.files.module(file)) };
    } catch (error) {
      fail(error instanceof Error ? error.message.split("\n")[0] ?? "" : String(error));
    }
  }

  #covered(node: TextNode, recipe: CheckedRecipe): void {
    const wide = recipe.document?.target?.chips;
    if (!wide) return;
    for (const chip of this.chips) {
      if (wide.some((w) => covers(w, chip.text))) continue;
      this.scope.findings.report("chips-not-covered", node.at, {
        file: node.text,
        chip: chip.text,
      }, { help: `it is for: ${wide.join(", ")}` });
    }
  }
}
