/** What can be wrong with a recipe, and what can stop one. */
import { catalogue } from "../base/mod.ts";
import { boardRows } from "./faults_board.ts";
import { factoryRows } from "./faults_factory.ts";
import { inputRows } from "./faults_input.ts";
import { lintRows } from "./faults_lint.ts";
import { runRows } from "./faults_run.ts";

/** Faults of the recipe engine. */
export const fault = catalogue({
  ...lintRows,
  ...boardRows,
  ...inputRows,
  ...runRows,
  ...factoryRows,
});
