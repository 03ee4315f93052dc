/** What each action of the table does. */
import type { ReadyAction } from "../actions.ts";
import type { Act } from "./act.ts";
import { chipIdentify, coreFreeze, coreHalt, coreReset, powerCycle } from "./core.ts";
import { flashCompare, flashRead, flashVerify } from "./flash_read.ts";
import { flashEnsure, flashErase } from "./flash_write.ts";
import { imageCompose } from "./compose.ts";
import { optionBytesCompare, optionBytesEnsure, optionBytesVerify } from "./options.ts";
import { optionBytesRead } from "./options_read.ts";
import { protectProve, protectReadLock, protectSeal } from "./protect.ts";
import { targetRunUntil } from "./run_until.ts";
import { serialCommit, serialRelease, serialReserve } from "./serials.ts";
import { binReject, labelPrint, recordFind } from "./unit.ts";

/** By name; the type says when one is missing. */
export const acts: Readonly<Record<ReadyAction, Act>> = {
  "chip.identify": chipIdentify,
  "option-bytes.read": optionBytesRead,
  "option-bytes.compare": optionBytesCompare,
  "option-bytes.verify": optionBytesVerify,
  "option-bytes.ensure": optionBytesEnsure,
  "flash.read": flashRead,
  "flash.compare": flashCompare,
  "flash.verify": flashVerify,
  "flash.ensure": flashEnsure,
  "flash.erase": flashErase,
  "core.reset": coreReset,
  "core.halt": coreHalt,
  "core.freeze-peripherals": coreFreeze,
  "power.cycle": powerCycle,
  "protect.seal": protectSeal,
  "protect.read-lock": protectReadLock,
  "protect.prove": protectProve,
  "target.run-until": targetRunUntil,
  "serial.reserve": serialReserve,
  "serial.commit": serialCommit,
  "serial.release": serialRelease,
  "image.compose": imageCompose,
  "record.find": recordFind,
  "bin.reject": binReject,
  "label.print": labelPrint,
};
