/** The command line: verbs, reports, faults as text. @module */
export { benchOf, wantedProbe, withBench, withSource } from "./board.ts";
export { allRows, type CatalogueRow, explainText, findRows } from "./catalogue.ts";
export { gdbArguments } from "./debug_args.ts";
export { debugElf } from "./debug_elf.ts";
export { programAfter, type ProgramSeen, programSeen } from "./after_recover.ts";
export { doctorOnBoard } from "./doctor.ts";
export { fault as cliFault } from "./faults.ts";
export { cannotRead, readBytes, readText, writeBytes, writeFileSync } from "./files.ts";
export { EACH_OPTIONS, runEach } from "./each.ts";
export { fingerprint } from "./fingerprint.ts";
export { findGdb, type GdbEnd, runGdb } from "./gdb_program.ts";
export { hexdump } from "./hexdump.ts";
export { lendTerminal } from "./interrupt.ts";
export {
  FileJournal,
  JOURNAL_OPTION,
  type JournalEntry,
  journalFolder,
  journalistOf,
  journalOf,
} from "./journal.ts";
export { verifyJournal } from "./journal_verb.ts";
export { OPTION_ACTIONS, optionHelp, runOptions } from "./options_verb.ts";
export { type ProgramSpec, runProgram } from "./main.ts";
export { formatFiles, LINT_FORMATS, lintRecipes } from "./lint_verb.ts";
export { takeLock } from "./lock.ts";
export { optionLines, optionsJson } from "./options_view.ts";
export { amount } from "./progress.ts";
export { checkedRecipe, recipeFiles } from "./recipes.ts";
export { pairs, type RecipeCall, RUN_OPTIONS, runOnBoard, runOnSource } from "./run.ts";
export { planLines } from "./plan_view.ts";
export { renderDiagnostic } from "./render_fault.ts";
export { reconcileOnBoard } from "./reconcile.ts";
export { Report } from "./report.ts";
export { type OpenedSource, openSource, type PluggedOpen, type PluggedSource } from "./sources.ts";
export { asPlanned } from "./saved_plan.ts";
export { SemihostFolder } from "./semihost_files.ts";
export { FileStation, STATION_OPTION } from "./station.ts";
export type { Cli } from "./terminal.ts";
export { address, byteCount, hertz } from "./values.ts";
export { undoOnBoard } from "./undo.ts";
export { type Given, PROBE_OPTIONS, REPORT_OPTIONS, type Verb } from "./verb.ts";
