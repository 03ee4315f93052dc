/** @module */
export * from "./pipe.ts";
