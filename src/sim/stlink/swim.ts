/** The SWIM group, for STM8 chips: facts/stlink.md §3. No board here has one; the probe says so. */
import { type Answer, bytesText } from "./command.ts";
import type { StlinkFirmware } from "./firmware.ts";
import { MODE } from "./mode.ts";
import { STATUS } from "./status.ts";

const SWIM = { enter: 0x00, exit: 0x01, readCap: 0x02, readStatus: 0x09 } as const;
const LAST = 0x0C;
const SWIM_OK = 0x00;
/** OpenOCD stlink_usb.c: what SWIM version 6 answers to READ_CAP */
const CAPABILITIES_6 = Uint8Array.of(0x00, 0x01, 0x02, 0x06, 0x00, 0x00, 0x00, 0x00);

/** Runs one command of the group. */
export function swimCommand(probe: StlinkFirmware, packet: Uint8Array): Answer {
  const sub = packet[1]!;
  const { swim, text } = probe.version;
  if (sub === SWIM.exit) {
    if (probe.mode === MODE.swim) probe.mode = MODE.massStorage;
    return undefined;
  }
  if (swim === 0 || sub > LAST) {
    probe.warn(`${text} does not know the SWIM command ${bytesText(packet)}`);
    return undefined;
  }
  if (sub === SWIM.enter) {
    probe.leaveDebug();
    probe.mode = MODE.swim;
    probe.swimStatus = SWIM_OK;
    return undefined;
  }
  if (sub === SWIM.readStatus) return Uint8Array.of(probe.swimStatus, 0, 0, 0);
  if (sub === SWIM.readCap && swim === 6) return CAPABILITIES_6.slice();
  // the status codes are one table (psdb errors.py); what a chip would answer is not known here
  probe.swimStatus = STATUS.NO_DEVICE_CONNECTED;
  probe.warn(`SWIM command ${bytesText(packet)}: there is no STM8 on this board`);
  return undefined;
}
