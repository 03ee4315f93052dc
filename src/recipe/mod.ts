/** Documents → lint → plan → apply → verify → record. @module */
export { actionsPage } from "./action_docs.ts";
export { type ActionRow, type Output, type Parameter } from "./action_row.ts";
export { type ActionName, actionRow, actions, type ReadyAction } from "./actions.ts";
export { input, recipe, Steps, type WrittenRecipe } from "./builder.ts";
export type * from "./document.ts";
export { emitYaml } from "./emit.ts";
export { Expr, Maybe } from "./expr.ts";
export { fault as recipeFault } from "./faults.ts";
export { recipeSchema, schemaText } from "./json_schema.ts";
export {
  type CheckedRecipe,
  diagnosticsOf,
  type LintOptions,
  lintRecipe,
  requireClean,
} from "./lint.ts";
export type { RecipeFiles } from "./lint_uses.ts";
export type { RecipeSource } from "./text_tree.ts";
