/** One Cortex-M core: attach, run, stop, look, leave. @module */
export * from "./core.ts";
export {
  attach,
  type Attached,
  type AttachReport,
  type AttachWish,
  type Freeze,
} from "./attach.ts";
export { type CoreOptions, CortexM, openCore } from "./cortex_m.ts";
export {
  exceptionName,
  explainFault,
  faultSentences,
  type FaultStory,
  type StackedFrame,
} from "./explain.ts";
export { fault as cortexFault } from "./faults.ts";
export { type ResetWatch, watchResets } from "./resets.ts";
export { checkVectors, type Range, type VectorProblem } from "./vectors.ts";
