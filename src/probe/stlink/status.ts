/** Status bytes: what they mean, and which fault each becomes. */
import { type Fact, type Fault, type FaultOptions, hex } from "../../base/mod.ts";
import { fault } from "../faults.ts";

/**
 * `wait`: repeat after a pause. `bus`: the chip answered, and refused this access. `silent`: nothing
 * answers on the wire. `refused`: the probe itself will not.
 */
export type StatusKind = "ok" | "wait" | "bus" | "silent" | "refused";

/** A row of the table. */
export interface Status {
  readonly name: string;
  readonly means: string;
  readonly kind: StatusKind;
}

const row = (name: string, kind: StatusKind, means: string): Status => ({ name, kind, means });

// facts §9: names as OpenOCD stlink_usb.c and pyOCD constants.py have them
const TABLE: Readonly<Record<number, Status>> = {
  0x80: row("OK", "ok", "done"),
  0x81: row("FAULT", "bus", "the chip answered FAULT"),
  0x01: row("UNKNOWN_ERROR", "refused", "an error the probe does not name"),
  0x02: row("SPI_ERROR", "refused", "its own SPI failed"),
  0x03: row("DMA_ERROR", "refused", "its own DMA failed"),
  0x04: row("UNKNOWN_JTAG_CHAIN", "refused", "unknown JTAG chain"),
  0x05: row("NO_DEVICE_CONNECTED", "silent", "no chip is connected"),
  0x06: row("INTERNAL_ERROR", "refused", "internal error of the command"),
  0x07: row("COMMAND_WAIT", "refused", "the command is not ready"),
  0x08: row("COMMAND_ERROR", "refused", "wrong command, or frequency too low"),
  0x09: row("GET_IDCODE_ERROR", "silent", "the identity of the debug port cannot be read"),
  0x0A: row("ALIGNMENT_ERROR", "refused", "address or length is not aligned"),
  0x0B: row("DEBUG_POWER_ERROR", "silent", "the debug part of the chip does not power up"),
  0x0C: row("WRITE_ERROR", "refused", "write error"),
  0x0D: row("WRITE_VERIFY_ERROR", "refused", "what was written reads back differently"),
  0x0E: row("ALREADY_OPENED", "refused", "it is already open in another mode"),
  0x10: row("SWD_AP_WAIT", "wait", "the access port is busy"),
  0x11: row("SWD_AP_FAULT", "bus", "the access port answered FAULT"),
  0x12: row("SWD_AP_ERROR", "bus", "error of the access port"),
  0x13: row("SWD_AP_PARITY_ERROR", "silent", "parity error in an access port's answer"),
  0x14: row("SWD_DP_WAIT", "wait", "the debug port is busy"),
  0x15: row("SWD_DP_FAULT", "bus", "the debug port answered FAULT"),
  0x16: row("SWD_DP_ERROR", "silent", "no answer from the debug port"),
  0x17: row("SWD_DP_PARITY_ERROR", "silent", "parity error in the debug port's answer"),
  0x18: row("SWD_AP_WDATA_ERROR", "bus", "written data did not arrive"),
  0x19: row("SWD_AP_STICKY_ERROR", "bus", "an earlier access failed"),
  0x1A: row("SWD_AP_STICKYORUN_ERROR", "bus", "overrun"),
  0x1D: row("BAD_AP", "refused", "this access port is not opened or does not exist"),
  0x20: row("SWV_NOT_AVAILABLE", "refused", "trace is not available"),
  0x29: row("TOO_MANY_AP", "refused", "too many access ports are open"), // Black Magic only
  0x40: row("CONF_CHANGED", "refused", "its configuration changed"),
  0x41: row("FREQUENCY_NOT_SUPPORTED", "refused", "this frequency is not supported"),
  0x42: row("UNKNOWN_COMMAND", "refused", "its firmware does not know the command"),
};

/** OK. */
export const OK = 0x80;
/** The access port is not opened. */
export const BAD_AP = 0x1D;
/** The access port answered FAULT. */
export const AP_FAULT = 0x11;

/** The row of a status byte; an unlisted one is `refused`. */
export const statusOf = (code: number): Status =>
  TABLE[code] ?? row("UNKNOWN", "refused", "a status that is not documented");

/** Whether the same command should be sent again after a pause. */
export const isWait = (code: number): boolean => statusOf(code).kind === "wait";

/** What the probe was doing, for the text of a fault. */
export interface Doing {
  readonly command: string;
  /** of a memory access */
  readonly access?: "read" | "write";
  readonly at?: number;
  /** what is accessed, when it has no address */
  readonly where?: string;
  readonly length?: number;
  /** ms waited, for bus-busy */
  readonly waitedMs?: number;
}

/** The fault that a status byte other than OK becomes. */
export function statusFault(code: number, doing: Doing, options: FaultOptions = {}): Fault {
  const { name, means, kind } = statusOf(code);
  const facts: Record<string, Fact> = {
    command: doing.command,
    status: `${hex(code, 2)} ${name}`,
    means,
  };
  if (doing.length !== undefined) facts["length"] = doing.length;
  if (doing.at !== undefined) facts["at"] = doing.at;
  const evidence = [
    { what: "probe status", value: `${hex(code, 2)} ${name}: ${means}` },
    ...options.evidence ?? [],
  ];
  if (kind === "wait") {
    return fault("bus-busy", { ...facts, ms: Math.round(doing.waitedMs ?? 0) }, {
      ...options,
      evidence,
    });
  }
  if (kind === "bus") {
    const where = doing.at === undefined ? doing.where ?? doing.command : hex(doing.at);
    return fault("bus-refused", { ...facts, access: doing.access ?? "access", where }, {
      ...options,
      evidence,
    });
  }
  if (kind === "silent") return fault("link-lost", facts, { ...options, evidence });
  return fault("probe-status", facts, { ...options, evidence });
}
