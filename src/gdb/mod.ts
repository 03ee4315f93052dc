/** The GDB server: packets for debuggers, OpenOCD's monitor dialect. @module */
export { boardTarget } from "./board_target.ts";
export { fault as gdbFault } from "./faults.ts";
export type { TargetParts } from "./held.ts";
export { noFiles, type SemihostFiles, Semihosting } from "./semihosting.ts";
export { type Incoming, serveGdb, type ServeOptions } from "./server.ts";
export { type Connection, GdbSession, type SessionOptions } from "./session.ts";
export type { GdbTarget, Region } from "./target.ts";
export { type GdbListener, listenGdb } from "./tcp.ts";
