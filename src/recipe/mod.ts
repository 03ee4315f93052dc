/** Documents → lint → plan → apply → verify → record. @module */
export { actionsPage } from "./action_docs.ts";
export { type ActionRow, type Output, type Parameter } from "./action_row.ts";
export { type ActionName, actionRow, actions, type ReadyAction } from "./actions.ts";
export { recipe, Steps, type WrittenRecipe } from "./builder.ts";
export { input } from "./builder_inputs.ts";
export type * from "./document.ts";
export { sha256 } from "./document.ts";
export { emitYaml } from "./emit.ts";
export { Expr, ListExpr, Maybe, SecretRef } from "./expr.ts";
export { fault as recipeFault } from "./faults.ts";
export { sealWord } from "./confirm.ts";
export { formatRecipe } from "./format.ts";
export { boardSchemaText, recipeSchema, schemaText } from "./json_schema.ts";
export {
  type CheckedRecipe,
  diagnosticsOf,
  type LintOptions,
  lintRecipe,
  requireClean,
} from "./lint.ts";
export { junitXml, xmlText } from "./junit.ts";
export type { RecipeFiles } from "./lint_uses.ts";
export type { DiffLine, Need, Tally } from "./acts/act.ts";
export { readProfile } from "./acts/files.ts";
export {
  requireNoHardwareWatchdog,
  requireOpen,
  requireReadable,
  watchdogName,
} from "./acts/guards.ts";
export { hardwareWatchdogs } from "./view.ts";
export { type Bench, type BenchWish, type Found, openBench, USUAL_HERTZ } from "./bench.ts";
export {
  type BoardDocument,
  boardInputs,
  type CheckedBoard,
  lintBoard,
  readInputs,
  requireCleanBoard,
} from "./board_file.ts";
export * from "./events.ts";
export { type GivenInputs, type InputValues, resolveInputs } from "./inputs.ts";
export {
  type Intent,
  type IntentOutcome,
  type IntentResult,
  intentText,
  type Journal,
  Journalist,
  type JournalRange,
  type KeptRange,
  optionsVerdict,
  registerTexts,
} from "./journal.ts";
export { folderOf, joinPath } from "./paths.ts";
export type { Measurement } from "./measure.ts";
export { type Fingerprint, type Plan, PLAN_VERSION, type PlanNeed } from "./plan.ts";
export { type Outcome, runFolder, type RunRecord } from "./record.ts";
export { STATE_WORDS, type StepReport, type StepSource, type StepState } from "./report.ts";
export { type Run, type RunEnv, type RunOptions, runRecipe, type RunResult } from "./run.ts";
export { parseScalar, scalarText } from "./scalars.ts";
export { MASK, Secret, type ShownSecret, Vault } from "./secret.ts";
export { readPlan } from "./stale.ts";
export { type Region, type Sectors } from "./types.ts";
export { base32, ulid } from "./ulid.ts";
export {
  type ChainedRecord,
  type ChainProblem,
  chainRecord,
  newStationKey,
  verifyChain,
} from "./record_chain.ts";
export { SerialBook, type SerialEntry, type SerialRules } from "./serial_book.ts";
export type { Desk, Reject, Station, StationRecord } from "./station.ts";
export { readStation, type StationRules } from "./station_file.ts";
export type { RecipeSource } from "./text_tree.ts";
