/** Image files → pieces that remember where they came from. @module */
export { fault as imageFault } from "./faults.ts";
export { encodeHex } from "./ihex.ts";
export * from "./image.ts";
export { type Alias, imageRange, loadImage, mapAliases } from "./load.ts";
export { encodeSrec } from "./srec.ts";
