/** What a chip family is, which chip this is, and where its sectors are. @module */
export * from "./families.ts";
export * from "./family.ts";
export { fault as chipFault } from "./faults.ts";
export * from "./identify.ts";
export * from "./layout.ts";
export * from "./matching.ts";
export * from "./registers.ts";
