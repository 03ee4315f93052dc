/** What a program may do. */
import {
  BAD_READ,
  HUNGRY_DOG,
  SELF_RESET,
  STOP,
  SWD_OFF,
  UNDEFINED,
} from "../../../src/sim/boards/firmware.ts";
import * as p from "../programs.ts";
import { HALT, running, UNDER, type World } from "./kit.ts";

/** See the head of the file. */
export const PROGRAM_WORLDS: Readonly<Record<string, World>> = {
  "bus fault": { image: { reset: BAD_READ }, wants: [22, "proven:hardfault"] },
  "undefined instruction": {
    image: { reset: UNDEFINED },
    wish: HALT,
    wants: [22, "proven:hardfault"],
  },
  "division by zero": { image: { reset: p.DIVIDE }, wants: [22, "proven:hardfault"] },
  "unaligned": { image: { reset: p.UNALIGNED }, wants: [22, "proven:hardfault"] },
  "stack overflow": {
    image: { reset: p.OVERFLOW, sp: 0x2000_0100 },
    wants: [22, "proven:hardfault likely:stack-overflow"],
  },
  "jump to an even address": { image: { reset: p.BAD_JUMP }, wants: [22, "proven:hardfault"] },
  "floating point off": { image: { reset: p.FP_OFF }, wants: [22, "proven:hardfault"] },
  "breakpoint without a debugger": {
    image: { reset: p.BREAKPOINT },
    wants: [22, "proven:hardfault"],
  },
  "MPU fault": { image: { reset: p.MPU_FAULT }, wants: [22, "proven:hardfault"] },
  "NMI for ever": { image: { reset: p.NMI_LOOP }, wants: [22, "likely:stuck-in-handler"] },
  "interrupt for ever": {
    image: { reset: p.SYSTICK_STUCK },
    wants: [22, "likely:stuck-in-handler"],
  },
  "fault cleared by its handler": {
    image: { reset: BAD_READ, fault: p.HANDLER_CLEARS },
    wants: [22, "likely:stuck-in-handler"],
  },
  "fault survived": {
    image: { reset: BAD_READ, fault: p.HANDLER_SKIPS },
    wants: [0, "| fault-survived"],
  },
  "broken HardFault handler": {
    image: { reset: BAD_READ, fault: BAD_READ },
    wants: [22, "proven:lockup"],
  },
  "broken HardFault handler, halted": {
    image: { reset: BAD_READ, fault: BAD_READ },
    wish: HALT,
    wants: [22, "proven:lockup"],
  },
  "blank, halted": { wish: HALT, wants: [22, "proven:flash-blank proven:lockup"] },
  "blank, under reset and halted": {
    wish: { ...HALT, ...UNDER },
    wants: [22, "proven:flash-blank proven:lockup"],
  },
  "sleep": { image: { reset: p.WFI_SLEEP }, wants: [0, "| asleep"] },
  "Stop": {
    image: { reset: STOP },
    wants: [21, "possible:swd-closed possible:rdp2 possible:swd-wires"],
  },
  "Stop, under reset": { image: { reset: STOP }, wish: UNDER, wants: [21, "proven:swd-closed"] },
  "Standby": {
    image: { reset: p.STANDBY },
    wants: [21, "possible:swd-closed possible:rdp2 possible:swd-wires"],
  },
  "Standby, under reset": {
    image: { reset: p.STANDBY },
    wish: UNDER,
    wants: [21, "proven:swd-closed"],
  },
  "SWCLK taken, under reset": {
    image: { reset: p.SWCLK_OFF },
    wish: UNDER,
    wants: [21, "proven:swd-closed"],
  },
  "SWD taken, NRST unwired, under reset": {
    image: { reset: SWD_OFF },
    nrst: "unwired",
    wish: UNDER,
    wants: [21, "likely:rdp2 possible:swd-closed possible:swd-wires"],
  },
  "SWD taken after a while": {
    image: { reset: p.SWD_OFF_LATER },
    wants: [21, "likely:link-breaks"],
  },
  "SWD taken after a while, under reset": {
    image: { reset: p.SWD_OFF_LATER },
    wish: UNDER,
    wants: [21, "likely:swd-closed"],
  },
  "SWD taken after a while, under reset, NRST unwired": {
    image: { reset: p.SWD_OFF_LATER },
    nrst: "unwired",
    wish: UNDER,
    wants: [21, "likely:link-breaks"],
  },
  "hardware WWDG, halted": {
    image: running,
    clearOptcr: 0x10,
    wish: HALT,
    wants: [22, "proven:wwdg-hardware"],
  },
  "stack closed by the MPU, halted": {
    image: { reset: p.STACK_CLOSED },
    wish: HALT,
    wants: [22, "proven:hardfault likely:stack-overflow"],
  },
  "jumps to ST's boot loader, halted": {
    image: { reset: p.JUMP_ROM },
    wish: HALT,
    wants: [22, "likely:boot-loader-called"],
  },
  "writes flash without PG": {
    image: { reset: p.NO_PG },
    wants: [0, "| flash-error-left"],
  },
  "erases a sector again and again": {
    image: { reset: p.ERASER },
    wants: [22, "proven:flash-busy"],
  },
  "watchdog not fed, flags cleared": {
    image: { reset: p.CLEARS_FLAGS },
    wants: [22, "likely:reset-loop"],
  },
  "interrupts off": { image: { reset: p.BUSY }, wants: [0, ""] },
  "soft WWDG not fed": { image: { reset: p.SOFT_WWDG }, wants: [22, "proven:watchdog-loop"] },
  "soft IWDG not fed, 512 ms": {
    image: { reset: p.SLOW_IWDG },
    life: 700,
    wants: [22, "proven:watchdog-loop"],
  },
  "soft IWDG not fed, before its first bite": { image: { reset: p.SLOW_IWDG }, wants: [0, ""] },
  "soft IWDG fed": { image: { reset: p.FED_IWDG }, life: 1500, wants: [0, ""] },
  "hard IWDG fed": {
    image: { reset: p.FED_IWDG },
    clearOptcr: 0x20,
    life: 1500,
    wants: [22, "proven:iwdg-hardware"],
  },
  "hard WWDG and hungry IWDG": {
    image: { reset: HUNGRY_DOG },
    clearOptcr: 0x10,
    wants: [22, "proven:wwdg-hardware proven:watchdog-loop"],
  },
  "resets itself every 300 ms": {
    image: { reset: p.SLOW_RESET },
    life: 700,
    wants: [22, "likely:reset-loop"],
  },
  "resets itself": { image: { reset: SELF_RESET }, wants: [22, "likely:reset-loop"] },
  "left halted by another tool": {
    image: running,
    then: (c) => c.debugWrite(0xE000_EDF0, 4, 0xA05F_0003),
    wants: [22, "proven:halted"],
  },
  "left halted before its first instruction, blank": {
    then: (c) => {
      c.debugWrite(0xE000_EDF0, 4, 0xA05F_0001);
      c.debugWrite(0xE000_EDFC, 4, 1);
      c.debugWrite(0xE000_ED0C, 4, 0x05FA_0004);
    },
    wish: HALT,
    wants: [22, "proven:flash-blank proven:halted"],
  },
  "flash controller left open": {
    image: running,
    then: (c) => {
      for (const key of [0x4567_0123, 0xCDEF_89AB]) c.debugWrite(0x4002_3C04, 4, key);
      c.debugWrite(0x4002_3C10, 4, 0x201);
    },
    wants: [0, "| flash-left-open"],
  },
  "option lock dead": {
    image: running,
    then: (c) => c.flash.optionLock.kill(),
    wish: { tryKeys: true },
    wants: [0, ""],
  },
};
