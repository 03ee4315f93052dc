/** `probekit lint` and `probekit fmt`: recipes without a board. */
import { diagnose, type Diagnostic, Fault } from "../base/mod.ts";
import { diagnosticsOf, formatRecipe, lintBoard } from "../recipe/mod.ts";
import { fault } from "./faults.ts";
import { readText, writeFileSync } from "./files.ts";
import { githubLine, sarif } from "./lint_formats.ts";
import { checkedRecipe, MOST_TEXT, recipeFiles } from "./recipes.ts";
import { renderDiagnostic } from "./render_fault.ts";
import { Report } from "./report.ts";
import type { Cli } from "./terminal.ts";
import type { Given } from "./verb.ts";

/** Words of `--format`. */
export const LINT_FORMATS = ["human", "json", "sarif", "github"] as const;

interface Linted {
  readonly recipe: string;
  readonly ok: boolean;
  readonly effect: string;
  readonly diagnostics: readonly Diagnostic[];
}

function tell(all: readonly Linted[], report: Report, colour: boolean): void {
  for (const { recipe, effect, diagnostics } of all) {
    for (const d of diagnostics) report.line(renderDiagnostic(d, colour) + "\n");
    const bad = diagnostics.filter((d) => d.severity === "error").length;
    report.line(`${recipe}: ${bad === 0 ? "ok" : `${bad} problem(s)`}; effect ${effect}`);
  }
}

/** A recipe, or a board file. */
async function linted(which: string): Promise<Linted> {
  const text = /\.ya?ml$/.test(which) ? await readText(which, MOST_TEXT) : "";
  if (/^board:/m.test(text)) {
    const { ok, safe, findings } = await lintBoard({ file: which, text }, { files: recipeFiles });
    const diagnostics = findings.map((f) => f.diagnostic);
    return { recipe: which, ok, effect: safe?.effect ?? "read", diagnostics };
  }
  const checked = await checkedRecipe(which);
  const { ok, effect } = checked;
  return { recipe: which, ok, effect, diagnostics: diagnosticsOf(checked) };
}

/** Lints; exit 2 when there is an error. `version` is probekit's, for SARIF. */
export async function lintRecipes(given: Given, cli: Cli, version: string): Promise<number> {
  const all: Linted[] = [];
  const format = given.text("format") ?? "human";
  // what is said of the others, and to other programs, does not hang on one that cannot be read
  const goesOn = given.args.length > 1 || format !== "human";
  for (const which of given.args) {
    try {
      all.push(await linted(which ?? ""));
    } catch (e) {
      if (!(e instanceof Fault) || !goesOn) throw e;
      all.push({ recipe: which ?? "", ok: false, effect: "read", diagnostics: [diagnose(e)] });
    }
  }
  using report = new Report(cli, given);
  const found = all.flatMap((l) => l.diagnostics);
  if (format === "json") cli.out(JSON.stringify({ recipes: all }, null, 2) + "\n");
  else if (format === "sarif") cli.out(JSON.stringify(sarif(found, version), null, 2) + "\n");
  else if (format === "github") { for (const d of found) cli.out(githubLine(d) + "\n"); }
  else tell(all, report, cli.colour);
  return report.end({ recipes: all }, found.some((d) => d.severity === "error") ? 2 : 0);
}

/** Formats files in place; with `--check` only says which would change, exit 2. */
export async function formatFiles(given: Given, cli: Cli): Promise<number> {
  using report = new Report(cli, given);
  const check = given.flag("check");
  const changed: string[] = [];
  for (const file of given.args) {
    if (file === undefined || !/\.ya?ml$/.test(file)) {
      throw fault("bad-usage", { what: `"${file}" is no .yaml file`, verb: "fmt" });
    }
    const text = await readText(file, MOST_TEXT);
    const formatted = await formatRecipe(text, file);
    if (formatted === text) continue;
    changed.push(file);
    if (!check) writeFileSync(file, formatted);
    report.line(check ? `${file}: not formatted` : `${file}: formatted`);
  }
  return report.end({ changed }, check && changed.length > 0 ? 2 : 0);
}
