/** Raw DP and AP registers, opening and closing of APs: facts/stlink.md §4. */
import { u16le, u32le } from "../../base/mod.ts";
import { bytesText, type Command, type CommandTable, inDebug, reply } from "./command.ts";
import { DP } from "../dap.ts";
import { AP } from "../mem_ap.ts";
import type { StlinkFirmware } from "./firmware.ts";
import { STATUS } from "./status.ts";
import { GATES, has } from "./version.ts";

const DP_PORT = 0xFFFF;

/** Selects the bank of a DP register; 0 when all is well. */
function selectBank(probe: StlinkFirmware, address: number, packet: Uint8Array): number {
  const bank = (address >>> 4) & 0xF;
  if (bank !== 0 && !has(probe.version, GATES.banksAndCsw)) {
    probe.warn(`${probe.version.text} knows no banked DP registers (${bytesText(packet)})`);
    return STATUS.COMMAND_ERROR;
  }
  // only this register is banked in ADIv5
  return (address & 0xC) === DP.CTRL_STAT ? probe.swd.selectDpBank(bank) : 0;
}
/** IDR may be read of every AP: that is how tools look which there are (OpenOCD, pyOCD) */
const closed = (probe: StlinkFirmware, ap: number, register: number): number =>
  register === AP.IDR ? probe.apNumberObjection(ap) : probe.apObjection(ap);

const readDapRegister: Command["run"] = (probe, packet) => {
  const port = u16le(packet, 2);
  const address = u16le(packet, 4);
  const status = port === DP_PORT
    ? selectBank(probe, address, packet) || probe.swd.readDp(address & 0xC)
    : closed(probe, port, address & 0xFC) || probe.swd.readAp(port, address & 0xFC);
  return status === STATUS.OK ? reply(status, 8, [probe.swd.data]) : reply(status, 8);
};

const writeDapRegister: Command["run"] = (probe, packet) => {
  const port = u16le(packet, 2);
  const address = u16le(packet, 4);
  const value = u32le(packet, 6);
  if (port !== DP_PORT) {
    const register = address & 0xFC;
    return reply(probe.apObjection(port) || probe.swd.writeAp(port, register, value));
  }
  const register = address & 0xC;
  if (register === DP.SELECT) {
    // OpenOCD d2308da6e: newer firmware keeps the bank to itself
    const own = has(probe.version, GATES.banksAndCsw);
    return reply(probe.swd.writeDp(register, own ? (value & ~0xF) >>> 0 : value));
  }
  return reply(selectBank(probe, address, packet) || probe.swd.writeDp(register, value));
};

const initAp: Command["run"] = (probe, packet) => {
  const ap = packet[2]!;
  const status = probe.apNumberObjection(ap) || probe.swd.readAp(ap, AP.IDR);
  if (status !== STATUS.OK) return reply(status);
  if (probe.swd.data === 0) return reply(STATUS.BAD_AP);
  probe.openAps.add(ap);
  return reply(STATUS.OK);
};
const closeAp: Command["run"] = (probe, packet) => {
  const was = probe.openAps.delete(packet[2]!);
  // OpenOCD b342c67f7: V2J28 says so always
  return reply(was && has(probe.version, GATES.closeApStatus) ? STATUS.OK : STATUS.BAD_AP);
};

/** Rows of this file. */
export const DAP_COMMANDS: CommandTable = {
  0x45: inDebug("READ_DAP_REG", GATES.dapRegisters, readDapRegister),
  0x46: inDebug("WRITE_DAP_REG", GATES.dapRegisters, writeDapRegister),
  0x4B: inDebug("INIT_AP", GATES.openAp, initAp),
  0x4C: inDebug("CLOSE_AP_DBG", GATES.openAp, closeAp),
};
