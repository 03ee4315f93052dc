/** The debug port, its access ports, and the memory behind them. @module */
export * from "./ap.ts";
export * from "./dp.ts";
export { fault as coresightFault } from "./faults.ts";
export * from "./memory.ts";
export * from "./rom_table.ts";
export * from "./wake.ts";
