/** Pure: does an image fit, which sectors change and why, is it there. @module */
export * from "./compare.ts";
export { diffSector } from "./diff.ts";
export type { DiffOptions, Keep, Run, SectorDiff, SectorState } from "./diff.ts";
export { fault as planFault } from "./faults.ts";
export * from "./flash_view.ts";
export * from "./place.ts";
export * from "./plan.ts";
export * from "./predict.ts";
