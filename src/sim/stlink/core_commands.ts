/** Connecting, resets, core registers and debug registers: facts/stlink.md §4, §5, §10. */
import { u32le } from "../../base/mod.ts";
import {
  anytime,
  bytesText,
  type Command,
  type CommandTable,
  inDebug,
  plain,
  reply,
} from "./command.ts";
import type { StlinkFirmware } from "./firmware.ts";
import { MODE } from "./mode.ts";
import { STATUS } from "./status.ts";
import { GATES, has } from "./version.ts";

const DHCSR = 0xE000_EDF0;
const DCRSR = 0xE000_EDF4;
const DCRDR = 0xE000_EDF8;
const AIRCR = 0xE000_ED0C;
const REG_WRITE = 0x1_0000; // DCRSR.REGWnR
const FIRST_FPU_REGISTER = 0x20;

const ENTER = { jtagReset: 0x00, swd: 0xA3, jtag: 0xA4 } as const;
const NRST = { low: 0, release: 1, pulse: 2 } as const;
/** SWIM_GEN_RST pulls for 50 µs (OpenOCD stlink_usb.c); no source has the length of this pulse */
const PULSE_NS = 50_000;
/** "a few microseconds" (OpenOCD 717d3af08) */
const JTAG_PULSE_NS = 5000;
/** under this a chip cannot answer: POR, facts/stm32f7.md §4 */
const POWERED_FROM_V = 1.7;

const pulse = (probe: StlinkFirmware, ns: number): void => {
  probe.target.driveNrst(true);
  probe.target.time.advance(ns);
  probe.target.driveNrst(false);
};

const enter: Command["run"] = (probe, packet) => {
  const status = connect(probe, packet[2]!);
  probe.enterFailure = status === STATUS.OK ? 0 : status;
  if (status === STATUS.OK) probe.mode = MODE.debug;
  return reply(status);
};
function connect(probe: StlinkFirmware, how: number): number {
  if (probe.mode === MODE.swim) return STATUS.ALREADY_OPENED;
  if (how !== ENTER.swd) return enterJtag(probe, how);
  if (probe.target.volts < POWERED_FROM_V) return STATUS.NO_DEVICE_CONNECTED;
  return probe.swd.connect();
}
/** The boards here have the two wires of SWD only. */
function enterJtag(probe: StlinkFirmware, how: number): number {
  // OpenOCD 717d3af08: a parameter that the firmware does not know means JTAG with a reset
  const quiet = how === ENTER.jtag && has(probe.version, GATES.jtagWithoutReset);
  if (!quiet) pulse(probe, JTAG_PULSE_NS);
  probe.warn("JTAG was asked for; this board's probe is wired for SWD only");
  return STATUS.GET_IDCODE_ERROR;
}

const exit: Command["run"] = (probe) => {
  probe.leaveDebug();
  return undefined;
};

const driveNrst: Command["run"] = (probe, packet) => {
  const how = packet[2]!;
  if (how === NRST.pulse) pulse(probe, PULSE_NS);
  else if (how === NRST.low || how === NRST.release) probe.target.driveNrst(how === NRST.low);
  else {
    probe.warn(`DRIVE_NRST ${how} is not known (${bytesText(packet)})`);
    return reply(STATUS.COMMAND_ERROR);
  }
  return reply(STATUS.OK);
};

const readIdcodes: Command["run"] = (probe) => {
  const ok = probe.swd.readDp(0) === STATUS.OK;
  return ok ? reply(STATUS.OK, 12, [probe.swd.data]) : reply(STATUS.GET_IDCODE_ERROR, 12);
};
/** API v1: the value alone, zero when nobody answers */
const readCoreId: Command["run"] = (probe) => {
  const ok = probe.swd.readDp(0) === STATUS.OK;
  return reply(0, 8, [ok ? probe.swd.data : 0]).slice(4);
};

const readDebugRegister: Command["run"] = (probe, packet) => {
  const at = u32le(packet, 2);
  if (at % 4 !== 0) return reply(STATUS.ALIGNMENT_ERROR, 8);
  const ap = apByte(probe, packet, 6);
  const status = probe.coreApObjection(ap) || probe.readWord(ap, at);
  return status === STATUS.OK ? reply(status, 8, [probe.swd.data]) : reply(status, 8);
};
const writeDebugRegister: Command["run"] = (probe, packet) => {
  const at = u32le(packet, 2);
  if (at % 4 !== 0) return reply(STATUS.ALIGNMENT_ERROR);
  const ap = apByte(probe, packet, 10);
  return reply(probe.coreApObjection(ap) || probe.writeWord(ap, at, u32le(packet, 6)));
};
/** newer firmware heeds an AP number (psdb cdb.py, Read32 and Write32) */
const apByte = (probe: StlinkFirmware, packet: Uint8Array, at: number): number =>
  has(probe.version, GATES.banksAndCsw) ? packet[at]! : 0;

/** Writes one of the core's own registers. */
const core = (at: number, value: number): Command["run"] => (probe) =>
  reply(probe.coreApObjection(0) || probe.writeWord(0, at, value));

/**
 * A core register through DCRSR and DCRDR. S_REGRDY is not asked for: that read of DHCSR would take the
 * sticky bits away from the host, and the core is faster than one access on the wire.
 */
function readCoreRegister(probe: StlinkFirmware, register: number): number {
  const status = probe.coreApObjection(0) || probe.writeWord(0, DCRSR, register);
  return status === STATUS.OK ? probe.readWord(0, DCRDR) : status;
}
const knows = (probe: StlinkFirmware, register: number): boolean =>
  register < FIRST_FPU_REGISTER || has(probe.version, GATES.fpuRegisters);

const readRegister: Command["run"] = (probe, packet) => {
  const register = packet[2]!;
  if (!knows(probe, register)) return reply(STATUS.UNKNOWN_COMMAND, 8);
  const status = readCoreRegister(probe, register);
  return status === STATUS.OK ? reply(status, 8, [probe.swd.data]) : reply(status, 8);
};
const writeRegister: Command["run"] = (probe, packet) => {
  const register = packet[2]!;
  if (!knows(probe, register)) return reply(STATUS.UNKNOWN_COMMAND);
  const status = probe.coreApObjection(0) || probe.writeWord(0, DCRDR, u32le(packet, 3));
  return reply(status === STATUS.OK ? probe.writeWord(0, DCRSR, REG_WRITE | register) : status);
};
/** r0 … r15, xPSR, MSP, PSP, "rw", "rw2": selectors 0 … 20. There is none with number 19; its place is 0. */
const readAllRegisters: Command["run"] = (probe) => {
  const words: number[] = [];
  for (let register = 0; register <= 20; register++) {
    const status = register === 19 ? STATUS.OK : readCoreRegister(probe, register);
    if (status !== STATUS.OK) return reply(status, 88);
    words.push(register === 19 ? 0 : probe.swd.data);
  }
  return reply(STATUS.OK, 88, words);
};

/** Rows of this file. */
export const CORE_COMMANDS: CommandTable = {
  0x02: inDebug("FORCEDEBUG", GATES.always, core(DHCSR, 0xA05F_0003)),
  0x09: inDebug("RUNCORE", GATES.always, core(DHCSR, 0xA05F_0001)),
  0x0A: inDebug("STEPCORE", GATES.always, core(DHCSR, 0xA05F_0005)),
  0x21: { ...plain("EXIT", GATES.always, exit), debugOnly: false },
  0x22: plain("READCOREID", GATES.always, readCoreId),
  0x30: anytime("ENTER", GATES.always, enter),
  0x31: inDebug("READ_IDCODES", GATES.always, readIdcodes),
  0x32: inDebug("RESETSYS", GATES.always, core(AIRCR, 0x05FA_0004)),
  0x33: inDebug("READREG", GATES.always, readRegister),
  0x34: inDebug("WRITEREG", GATES.always, writeRegister),
  0x35: inDebug("WRITEDEBUGREG", GATES.always, writeDebugRegister),
  0x36: inDebug("READDEBUGREG", GATES.always, readDebugRegister),
  0x3A: inDebug("READALLREGS", GATES.always, readAllRegisters),
  0x3C: anytime("DRIVE_NRST", GATES.always, driveNrst),
};
