/** What is wrong with a board, with evidence: reads, and says what it saw. @module */
export { type Blocks, type CauseRow, type Likelihood, type Match, type Remedy } from "./cause.ts";
export { CAUSES } from "./causes.ts";
export { type Cause, contradictions, diagnoseFindings, type Diagnosis } from "./diagnose.ts";
export { examine, type ExamineWish, findingsOf } from "./examine.ts";
export { type AttachedBoard, examineAttached } from "./examine_attached.ts";
export { explainDiagnostic, explainFailure, type ToLookAt } from "./explain_failure.ts";
export { type FaultNote, type Findings, type Rung, type RungName, RUNGS } from "./findings.ts";
export { diagnosisJson, diagnosisLines, type Paint } from "./text.ts";
