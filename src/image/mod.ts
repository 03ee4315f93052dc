/** @module */
export * from "./image.ts";
