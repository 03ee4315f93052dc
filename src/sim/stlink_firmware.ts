/** The virtual ST-LINK; its parts are in stlink/. @module */
export * from "./stlink/device.ts";
export { type FirmwareOptions, StlinkFirmware, type VoltageInput } from "./stlink/firmware.ts";
export { MODE, type Mode } from "./stlink/mode.ts";
export type { Exchange } from "./stlink/trouble.ts";
export { type FirmwareVersion, parseFirmware, type Variant, VARIANTS } from "./stlink/version.ts";
