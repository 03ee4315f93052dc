/**
 * probekit: flash, debug and recover microcontroller boards through ST-LINK probes.
 *
 * @example A recipe in TypeScript
 * ```ts
 * import { recipe } from "probekit";
 *
 * const show = recipe({ name: "show", summary: "Read the option bytes.", effect: "read" }, (r) => {
 *   const options = r.step("options", "option-bytes.read", {});
 *   return { word: options.word };
 * });
 * console.assert(show.steps.length === 1);
 * ```
 * @module
 */
export { diagnose, type Diagnostic, Fault } from "./src/base/mod.ts";
export { encodeHex, encodeSrec, type Image, loadImage } from "./src/image/mod.ts";
export { listProbes } from "./src/probe/mod.ts";
export {
  boardTarget,
  gdbFault,
  type GdbListener,
  listenGdb,
  Semihosting,
  serveGdb,
} from "./src/gdb/mod.ts";
export * from "./src/recipe/mod.ts";
export {
  libusbSource,
  recordingSource,
  replaySource,
  udevRules,
  type UsbSource,
} from "./src/usb/mod.ts";
