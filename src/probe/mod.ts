/** @module */
export * from "./probe.ts";
