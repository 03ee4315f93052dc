/** @module */
export * from "./family.ts";
