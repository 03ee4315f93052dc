/** The core of the virtual board. @module */
export { type CortexM7, type CortexM7Options, createCortexM7 } from "./core.ts";
export { CpuState } from "./state.ts";
