import { formatFiles, LINT_FORMATS, lintRecipes, type Verb } from "../src/cli/mod.ts";
import { VERSION } from "./tool.ts";

const json = { flags: "--json [file]", summary: "the outcome as JSON" };

/** `probekit lint FILE…` */
export const lint: Verb = {
  name: "lint",
  summary: "check recipes without a board",
  args: [{ name: "<recipe...>", summary: "names or files" }],
  options: [
    { flags: "--format <form>", summary: "for whom", choices: LINT_FORMATS },
    json,
  ],
  run: (given, cli) => lintRecipes(given, cli, VERSION),
};

/** `probekit fmt FILE…` */
export const fmt: Verb = {
  name: "fmt",
  summary: "put the text of recipes in order; what they say stays the same",
  args: [{ name: "<file...>", summary: ".yaml files" }],
  options: [{ flags: "--check", summary: "write nothing; exit 2 when one is out of order" }, json],
  run: (given, cli) => formatFiles(given, cli),
};
