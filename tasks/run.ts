import { readPlan } from "../mod.ts";
import {
  asPlanned,
  EACH_OPTIONS,
  PROBE_OPTIONS,
  readText,
  REPORT_OPTIONS,
  RUN_OPTIONS,
  runEach,
  runOnBoard,
  type Verb,
  writeBytes,
} from "../src/cli/mod.ts";
import { plugs } from "./plugs.ts";
import { TOOL } from "./tool.ts";

const recipeArgument = {
  name: "<recipe>",
  summary: "a name that probekit brings, or a .yaml or .ts file",
};
const options = [...RUN_OPTIONS, ...PROBE_OPTIONS, ...REPORT_OPTIONS];

/** `probekit run RECIPE` */
export const run: Verb = {
  name: "run",
  summary: "run a recipe: plan, ask where needed, apply, verify",
  args: [recipeArgument],
  options: [...EACH_OPTIONS, ...options],
  run: (given, cli) =>
    (given.text("each") === undefined ? runOnBoard : runEach)(
      { verb: "run", recipe: given.args[0] ?? "", inputs: {}, tool: TOOL },
      given,
      cli,
      plugs,
    ),
};

/** `probekit plan RECIPE -o plan.json` */
export const plan: Verb = {
  name: "plan",
  summary: "attach, read, and say what a recipe would do; writes nothing to the board",
  args: [recipeArgument],
  options: [
    { flags: "-o, --output <file>", summary: "keep the plan for probekit apply" },
    ...options,
  ],
  run: (given, cli) =>
    runOnBoard(
      {
        verb: "plan",
        recipe: given.args[0] ?? "",
        inputs: {},
        tool: TOOL,
        options: { dryRun: true, savePlan: given.text("output") !== undefined },
        json: ({ plan, error }) => plan ?? { error },
        async then({ plan }) {
          const file = given.text("output");
          if (file !== undefined && plan) {
            await writeBytes(
              file,
              JSON.stringify(plan, null, 2) + "\n",
            );
          }
        },
      },
      given,
      cli,
      plugs,
    ),
};

/** `probekit apply plan.json` */
export const apply: Verb = {
  name: "apply",
  summary: "do exactly what a plan says; refused when chip, image or recipe has changed",
  args: [{ name: "<plan>", summary: "a file that probekit plan wrote" }],
  options,
  async run(given, cli) {
    const file = given.args[0] ?? "";
    const expect = readPlan(await readText(file), file);
    const { recipe, inputs } = expect;
    return await runOnBoard(
      { verb: "apply", recipe: recipe.file, inputs, tool: TOOL, options: { expect } },
      asPlanned(given, expect),
      cli,
      plugs,
    );
  },
};
