/** What is so on a virtual board, told from the simulator itself: no proven cause may say otherwise. */
import { AXIM_AT, ITCM_AT } from "../../src/sim/silicon/flash_memory.ts";
import { bootOf } from "../../src/sim/silicon/boot.ts";
import type { VirtualBoard } from "../../src/sim/mod.ts";

/** A board before the doctor has looked: its state then, which looking may change. */
export interface Truth {
  readonly board: VirtualBoard;
  readonly core: string;
  readonly alive: boolean;
  readonly exception: number;
  readonly resets: number;
}

/** Takes it down. */
export function truthOf(board: VirtualBoard): Truth {
  const { chip } = board;
  const icsr = chip.powered ? chip.core.readPpb(0xE000_ED04, 4, "debug") : 0;
  return {
    board,
    core: board.core,
    alive: chip.debugPortAlive,
    exception: icsr & 0x1FF,
    resets: board.resets.length,
  };
}

const optcr = (t: Truth): number => t.board.chip.options.shadow.OPTCR;
const bit = (n: number) => (t: Truth): boolean => ((optcr(t) >>> n) & 1) === 0;
const volts = (t: Truth): number => t.board.volts;
const since = (t: Truth): readonly string[] => t.board.resets.slice(t.resets);
const looped = (...causes: readonly string[]) => (t: Truth): boolean =>
  since(t).filter((c) => causes.includes(c)).length > 1;

/** Where the chip starts: the table's place in flash, or undefined. */
function tableAt(t: Truth): number | undefined {
  const { chip } = t.board;
  const { silicon, flashKb } = chip.config;
  const { address, fromFlash } = bootOf(silicon, chip.options, flashKb, false);
  if (!fromFlash) return undefined;
  const offset = address >= AXIM_AT ? address - AXIM_AT : address - ITCM_AT;
  return offset >= 0 && offset < flashKb * 1024 ? offset : undefined;
}
/** First words of the table; those at the beginning of flash when the chip starts elsewhere. */
function table(t: Truth): readonly number[] {
  const { bytes } = t.board.chip.cells;
  const view = new DataView(bytes.buffer, bytes.byteOffset + (tableAt(t) ?? 0));
  return [0, 1, 2, 3].map((i) => view.getUint32(4 * i, true));
}
const inRam = (t: Truth, at: number): boolean =>
  t.board.chip.config.silicon.ram.some((r) => at >= r.at && at < r.at + r.size);
function inFlash(t: Truth, at: number): boolean {
  const size = t.board.chip.cells.bytes.length;
  return (at >= AXIM_AT && at < AXIM_AT + size) || (at >= ITCM_AT && at < ITCM_AT + size);
}
function wordAt(t: Truth, at: number): number {
  const { bytes } = t.board.chip.cells;
  const offset = at >= AXIM_AT ? at - AXIM_AT : at - ITCM_AT;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset - offset % 4, true);
}
const blank = (t: Truth): boolean => table(t).slice(0, 2).every((w) => w === 0xFFFF_FFFF);
const boot0 = (t: Truth): number => t.board.chip.options.shadow.OPTCR1 & 0xFFFF;
function bootMemory(t: Truth): "flash" | "other" | "nowhere" {
  const at = boot0(t) * 0x4000;
  if (inFlash(t, at)) return "flash";
  const { at: rom, itcm, size } = t.board.chip.config.silicon.systemMemory;
  const inRom = (at >= rom && at < rom + size) || (at >= itcm && at < itcm + size);
  return inRom || inRam(t, at) ? "other" : "nowhere";
}
const mismatched = (t: Truth): boolean =>
  [...t.board.chip.options.storage].slice(0, 4).some((w) => (w >>> 16) !== (~w & 0xFFFF));
const unequal = (t: Truth): boolean => {
  const { options } = t.board.chip;
  return [...options.encode(options.shadow)].some((w, i) => w !== options.storage[i]);
};
const goodTableElsewhere = (t: Truth, withCode = false): boolean => {
  const { bytes } = t.board.chip.cells;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length; at += 0x4000) {
    if (at === tableAt(t)) continue;
    const [sp, pc] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const good = inRam(t, sp - 1) && pc % 2 === 1 && inFlash(t, pc);
    if (good && !(withCode && wordAt(t, pc - 1) === 0xFFFF_FFFF)) return true;
  }
  return false;
};

/** slug of a cause → whether it is so; causes of host and probe are not of the board */
export const TRUTHS: Readonly<Record<string, (t: Truth) => boolean>> = {
  "no-target-voltage": (t) => volts(t) < 1.5,
  "supply-too-low": (t) => volts(t) >= 1.5 && volts(t) < 1.7,
  "supply-limits-flash": (t) => volts(t) >= 1.7 && volts(t) < 2.1,
  "supply-narrows-flash": (t) => volts(t) >= 2.1 && volts(t) < 2.7,
  "supply-lost": (t) => volts(t) < 1.7,
  "supply-too-high": (t) => volts(t) > 3.6,
  "nrst-held": (t) => t.core === "in-reset" && t.board.scenario.nrst === "held",
  "nrst-unwired": (t) => !t.board.chip.nrstWired,
  "swd-closed": (t) => !t.alive && t.board.chip.powered,
  "options-erased": (t) => {
    const { mask } = t.board.chip.config.silicon.options;
    const ones = (mask & ~3) >>> 0;
    return optcr(t) === ones && t.board.chip.options.shadow.OPTCR1 === 0xFFFF_FFFF;
  },
  "rdp1": (t) => t.board.chip.options.level === 1,
  "rdp2-pending": (t) => t.alive && (t.board.chip.options.storage[0]! & 0xFF00) === 0xCC00,
  "rdp1-pending": (t) =>
    t.board.chip.options.level === 0 &&
    ![0xCC00, 0xAA00].includes(t.board.chip.options.storage[0]! & 0xFF00),
  "rdp2-asked": (t) => t.alive && (t.board.chip.options.storage[0]! & 0xFF00) !== 0xCC00,
  "optcr-openocd-2015": (t) => (optcr(t) | 1) >>> 0 === 0x00FF_AAED,
  "optcr-f4-value": (t) =>
    [0x0FFF_AAED, 0x00FF_AAED].includes((optcr(t) | 1) >>> 0) ||
    t.board.chip.options.shadow.OPTCR1 === 0x0FFF_0000,
  "wwdg-hardware": bit(4),
  "iwdg-hardware": bit(5),
  "wrp": (t) => t.board.chip.flash.guard.anyWriteProtected,
  "pcrop": (t) => t.board.chip.flash.guard.anyPcrop,
  "boot-add-erased": (t) => boot0(t) === 0xFFFF,
  "boot-elsewhere": (t) => bootMemory(t) === "other",
  "boot-nowhere": (t) => bootMemory(t) === "nowhere",
  "boot-beside-program": (t) =>
    bootMemory(t) === "flash" && goodTableElsewhere(t) && boot0(t) !== 0x80,
  "program-elsewhere": (t) => goodTableElsewhere(t) && boot0(t) === 0x80,
  "boot-pin-high": (t) => t.board.chip.bootPin,
  "boot-loader-runs": (t) => t.board.chip.bootPin,
  "boot-loader-stays": (t) => bit(28)(t) && t.board.chip.options.dualBank,
  "dual-boot": (t) => bit(28)(t) && t.board.chip.options.dualBank,
  "dual-bank": (t) => t.board.chip.options.dualBank,
  "options-damaged": mismatched,
  "options-pending": unequal,
  "options-not-factory": (t) => {
    const { factory } = t.board.chip.config.silicon.options;
    const { options } = t.board.chip;
    return [...options.encode(factory)].some((w, i) => w !== options.encode(options.shadow)[i]);
  },
  "low-power-reset": looped("low-power"),
  "flash-locked": (t) => t.board.chip.flash.lock.dead,
  "flash-busy": () => true, // seen while it was, and over by now
  "flash-error-left": (t) => t.alive,
  "flash-left-open": (t) => t.alive,
  "psize-above-supply": (t) => t.alive,
  "flash-blank": blank,
  "vector-stack": (t) => !blank(t) && !(inRam(t, table(t)[0]! - 1)),
  "vector-thumb": (t) => !blank(t) && table(t)[1]! % 2 === 0,
  "vector-reset": (t) => !inFlash(t, table(t)[1]! & ~1) && !inRam(t, table(t)[1]! & ~1),
  "vector-erased": (t) => inFlash(t, table(t)[1]!) && wordAt(t, table(t)[1]!) === 0xFFFF_FFFF,
  "vector-ram": (t) => inRam(t, table(t)[1]! & ~1),
  "image-misplaced": (t) => !goodTableElsewhere(t, true) && goodTableElsewhere(t),
  "vectors-moved": (t) => t.core === "locked-up",
  "lockup": (t) => t.core === "locked-up",
  "hardfault": (t) => t.exception >= 3 && t.exception <= 6,
  "halted": (t) => t.core === "halted",
  "watchdog-loop": (t) => (looped("IWDG")(t) && !bit(5)(t)) || (looped("WWDG")(t) && !bit(4)(t)),
  "watchdog-reset-seen": (t) => t.alive,
  "asleep": (t) => t.core === "sleeping",
  "fault-survived": (t) => t.core !== "locked-up",
};
