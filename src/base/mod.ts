/** Words every room speaks: numbers, bytes, registers, memory, faults, time, events. @module */
export * from "./bytes.ts";
export * from "./clock.ts";
export * from "./fault.ts";
export * from "./memory.ts";
export * from "./register.ts";
export * from "./shell.ts";
export * from "./trace.ts";
export * from "./u32.ts";
