/** Debug probes: what every probe can do, and the ST-LINK. @module */
export * from "./probe.ts";
export * from "./list.ts";
export { cut, type Segment } from "./segments.ts";
export { fault as probeFault } from "./faults.ts";
export { openStlink, type StlinkOptions } from "./stlink/driver.ts";
export { stlinkEndpoints } from "./stlink/usb_ids.ts";
