/** @module */
export * from "./controller.ts";
