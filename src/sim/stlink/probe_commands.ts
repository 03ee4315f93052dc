/** What the probe does for itself: SWD clock, trace, who it is. facts/stlink.md §4, §8. */
import { putU32le, u16le, u32le } from "../../base/mod.ts";
import { anytime, type Command, type CommandTable, inDebug, plain, reply } from "./command.ts";
import { fastestNotAbove, khzOfDivisor, V3_JTAG_KHZ, V3_SWD_KHZ } from "./speeds.ts";
import { STATUS } from "./status.ts";
import { GATES } from "./version.ts";

const JTAG = 1;

const setSwdDivisor: Command["run"] = (probe, packet) => {
  probe.setKhz(khzOfDivisor(u16le(packet, 2)));
  return reply(STATUS.OK);
};
/** kept by the probe; no board here has JTAG */
const setJtagDivisor: Command["run"] = () => reply(STATUS.OK);

const setComFrequency: Command["run"] = (probe, packet) => {
  const jtag = packet[2] === JTAG;
  const khz = fastestNotAbove(jtag ? V3_JTAG_KHZ : V3_SWD_KHZ, u32le(packet, 4));
  if (khz === undefined) return reply(STATUS.COMMAND_ERROR, 8);
  if (jtag) probe.jtagKhz = khz;
  else probe.setKhz(khz);
  return reply(STATUS.OK, 8, [khz]);
};
const getComFrequency: Command["run"] = (probe, packet) => {
  const jtag = packet[2] === JTAG;
  const offers = jtag ? V3_JTAG_KHZ : V3_SWD_KHZ;
  return reply(STATUS.OK, 52, [jtag ? probe.jtagKhz : probe.khz, offers.length, ...offers]);
};
/** the probe's own clock, for saving power; 40 means done (pyOCD stlink.py) */
const switchFrequency: Command["run"] = (_, packet) =>
  reply([1, 2, 4].includes(packet[2]!) ? STATUS.CONF_CHANGED : STATUS.FREQUENCY_NOT_SUPPORTED, 8);

/** OpenOCD stlink_usb.c */
const TRACE_LIMIT_HZ = { 2: 2_250_000, 3: 24_000_000 } as const;
const startTrace: Command["run"] = (probe, packet) => {
  const size = u16le(packet, 2);
  const hz = u32le(packet, 4);
  if (hz === 0 || hz > TRACE_LIMIT_HZ[probe.version.generation]) {
    return reply(STATUS.FREQUENCY_NOT_SUPPORTED);
  }
  if (size === 0) return reply(STATUS.COMMAND_ERROR);
  probe.trace.start(size);
  return reply(STATUS.OK);
};
const stopTrace: Command["run"] = (probe) => {
  probe.trace.stop();
  return reply(STATUS.OK);
};
/** how many bytes; that many are then handed to the trace endpoint */
const traceBytes: Command["run"] = (probe) => {
  const bytes = probe.trace.take();
  if (bytes.length > 0) probe.onTrace(bytes);
  const out = new Uint8Array(4);
  putU32le(out, 0, bytes.length);
  return out.slice(0, 2);
};

/** two bytes of status, then the board's four characters, all zero when none are stored (pyOCD stlink.py) */
const boardIdentifiers: Command["run"] = (probe) => {
  const out = reply(STATUS.OK, 128);
  out.set(new TextEncoder().encode(probe.boardId).subarray(0, 4), 2);
  return out;
};

/** Rows of this file. */
export const PROBE_COMMANDS: CommandTable = {
  0x40: inDebug("START_TRACE_RX", GATES.trace, startTrace),
  0x41: anytime("STOP_TRACE_RX", GATES.trace, stopTrace),
  0x42: plain("GET_TRACE_NB", GATES.trace, traceBytes),
  0x43: anytime("SWD_SET_FREQ", GATES.swdDivisor, setSwdDivisor),
  0x44: anytime("JTAG_SET_FREQ", GATES.jtagDivisor, setJtagDivisor),
  0x56: anytime("GET_BOARD_IDENTIFIERS", GATES.boardId, boardIdentifiers),
  0x61: anytime("SET_COM_FREQ", GATES.v3Only, setComFrequency),
  0x62: anytime("GET_COM_FREQ", GATES.v3Only, getComFrequency),
  0x63: anytime("SWITCH_STLINK_FREQ", GATES.v3Only, switchFrequency),
};
