/**
 * Virtual boards with a virtual ST-LINK: the real wire protocol down to USB packets, the real chip behind it.
 *
 * @example A board in a test
 * ```ts
 * import { openSim } from "probekit/sim";
 * import { listProbes } from "probekit";
 *
 * const sim = openSim("sim:stm32f746g-disco?scenario=blank");
 * const [probe] = await listProbes(sim.source);
 * console.assert(probe?.name === "ST-LINK/V2-1");
 * console.assert(sim.board.flash.every((byte) => byte === 0xFF));
 * ```
 * @module
 */
import type { Target } from "./contracts.ts";
import type { ProbeWish } from "./board.ts";
import type { Pluggable } from "./boards/cable.ts";
import { makeCore } from "./boards/parts.ts";
import { type HostProfile, parseSelector } from "./boards/selector.ts";
import { inProcessSource } from "./front/in_process.ts";
import { type OpenSim, openSimWith, type SimIo } from "./select.ts";
import { stlinkDevice } from "./stlink_firmware.ts";

export type { CoreState, VirtualBoard } from "./board.ts";
export type { Urb, VirtualUsbDevice } from "./contracts.ts";
export { fault as simFault } from "./faults.ts";
export { SCENARIOS } from "./scenarios.ts";
export { isSimSelector, type OpenSim, type SimIo } from "./select.ts";

const probeOn = (host: HostProfile) => (target: Target, wish: ProbeWish): Pluggable =>
  stlinkDevice({
    target,
    firmware: wish.firmware,
    serial: wish.serial,
    variant: wish.model === "ST-LINK/V3" ? "V3" : "V2-1",
    host,
    ...(wish.clone ? { voltageInput: "nonsense" } : {}),
  });

/**
 * Opens the virtual bench that a selector describes:
 * `sim:BOARD?scenario=NAME&state=FILE&seed=N&host=direct|typical|slow&serial=S&firmware=V&chaos=LIST&volts=V&boards=N`.
 * Faults: sim-unknown-board, sim-bad-option, sim-state-damaged, sim-state-other.
 */
export function openSim(selector: string, io: SimIo = {}): OpenSim {
  return openSimWith(selector, io, {
    makeCore,
    makeProbe: probeOn(parseSelector(selector).host),
    makeSource: (boards, clock) => inProcessSource(boards.map((b) => b.usb), clock),
  });
}
