/** Erase, program, option bytes by name; the only writer of option bytes. @module */
export { afterWriting } from "./after_writing.ts";
export { type ProgramWidth, programWidth } from "./bench.ts";
export { bootAddress, bootTable } from "./boot.ts";
export { optionWordMatches, requireStaysOpen, storesLevel1, storesLevel2 } from "./closing.ts";
export * from "./controller.ts";
export { fault as flashFault } from "./faults.ts";
export type { ProgramOptions } from "./kinds/sector.ts";
export * from "./open.ts";
export {
  decodeOptions,
  type OptionChip,
  type OptionLimits,
  type OptionPermit,
  planOptions,
} from "./option_plan.ts";
export * from "./option_steps.ts";
export * from "./profiles.ts";
export { closedSectors, optionText, rdpLevel, sectorsText } from "./protection.ts";
export * from "./sectors.ts";
