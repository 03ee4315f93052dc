import { diagnosticsOf } from "../mod.ts";
import { checkedRecipe, renderDiagnostic, Report, type Verb } from "../src/cli/mod.ts";

/** `probekit lint FILE…` */
export const lint: Verb = {
  name: "lint",
  summary: "check recipes without a board",
  args: [{ name: "<recipe...>", summary: "names or files" }],
  options: [{ flags: "--json [file]", summary: "diagnostics as JSON" }],
  async run(given, cli) {
    using report = new Report(cli, given);
    const results: object[] = [];
    let errors = 0;
    for (const which of given.args) {
      const checked = await checkedRecipe(which ?? "");
      const found = diagnosticsOf(checked);
      for (const d of found) report.line(renderDiagnostic(d, cli.colour) + "\n");
      const bad = found.filter((d) => d.severity === "error").length;
      errors += bad;
      report.line(`${which}: ${bad === 0 ? "ok" : `${bad} problem(s)`}; effect ${checked.effect}`);
      results.push({ recipe: which, ok: checked.ok, effect: checked.effect, diagnostics: found });
    }
    report.result({ recipes: results });
    return errors === 0 ? 0 : 2;
  },
};
