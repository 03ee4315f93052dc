/**
 * Virtual boards with a virtual ST-LINK: the real wire protocol down to USB packets, the real chip behind it.
 *
 * @example A board in a test
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openSim } from "probekit/sim";
 *
 * const { board, source } = openSim("sim:stm32f746g-disco?scenario=so36160986&seed=7");
 * assertEquals((await source.list()).map((d) => d.product), ["STM32 STLink"]);
 *
 * board.run(100); // ms of the board's own time
 * assertEquals(board.resets, ["WWDG", "WWDG", "WWDG", "WWDG", "WWDG", "WWDG"]);
 * assertEquals(board.options.loaded.OPTCR, 0x00FF_AAEC); // without OPTLOCK
 * board.powerCycle();
 * assertEquals([board.core, board.warnings], ["running", []]);
 * ```
 * @module
 */
import type { BoardParts } from "./board.ts";
import type { UsbSource } from "../usb/mod.ts";
import type { VirtualBoard } from "./board.ts";
import { makeCore } from "./boards/parts.ts";
import { parseSelector } from "./boards/selector.ts";
import { boardClock } from "./front/board_clock.ts";
import { inProcessSource } from "./front/in_process.ts";
import { type OpenSim, openSimWith, type SimIo } from "./select.ts";
import { stlinkDevice } from "./stlink_firmware.ts";
import type { HostProfile } from "./swd_cost.ts";

export { type BoardWish, type CoreState, VirtualBoard } from "./board.ts";
export { BOARDS } from "./boards/all.ts";
export type { BoardSpec } from "./boards/board_spec.ts";
export { parseChaos, type Trouble, TROUBLES } from "./chaos.ts";
export type { Target, Timeline, Urb, VirtualUsbDevice } from "./contracts.ts";
export { fault as simFault } from "./faults.ts";
export { type Scenario, SCENARIOS } from "./scenarios.ts";
export { isSimSelector, type OpenSim, type SimIo } from "./select.ts";
export type { HostProfile } from "./swd_cost.ts";

/** The parts of a board on this kind of host: the simulator's core and its ST-LINK. */
export const boardParts = (host: HostProfile = "typical"): BoardParts => ({
  makeCore,
  makeProbe: (target, wish) =>
    stlinkDevice({
      target,
      host,
      firmware: wish.firmware,
      serial: wish.serial,
      variant: wish.model === "ST-LINK/V3" ? "V3" : "V2-1",
      ...(wish.boardId === undefined ? {} : { boardId: wish.boardId }),
      ...(wish.clone ? { voltageInput: "nonsense" } : {}),
    }),
});

/**
 * Opens the virtual bench that a selector describes:
 * `sim:BOARD?scenario=NAME&state=FILE&seed=N&host=direct|typical|slow&serial=S&firmware=V&chaos=LIST&volts=V&boards=N&supply=usb|own`,
 * and `optcr`, `optcr1`, `optcr2`, `words`, `image`, `nrst`, `boot0`, which change the scenario.
 * Faults: sim-unknown-board, sim-bad-option, sim-state-damaged, sim-state-other.
 */
export function openSim(selector: string, io: SimIo = {}): OpenSim {
  return openSimWith(selector, io, {
    ...boardParts(parseSelector(selector).host),
    makeSource: (boards, clock) => inProcessSource(boards.map((b) => b.usb), clock),
  });
}

/**
 * A fresh source for boards that are there already, as a new process would open one: what the one before
 * left in board and probe is still there.
 */
export const sourceOf = (boards: readonly VirtualBoard[]): UsbSource =>
  inProcessSource(boards.map((b) => b.usb), boardClock(...boards.map((b) => b.chip.time)));
