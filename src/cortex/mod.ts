/** @module */
export * from "./core.ts";
