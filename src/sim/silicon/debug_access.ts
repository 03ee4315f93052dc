/** The debugger's way in: what answers, when, and what does not. */
import { BusError } from "../contracts.ts";
import type { Stm32F7 } from "./chip.ts";
import { DBGMCU_AT } from "./dbgmcu.ts";
import { FLASH_AT } from "./flash.ts";
import { AXIM_AT, ITCM_AT } from "./flash_memory.ts";

type Width = 1 | 2 | 4;

const isPpb = (at: number): boolean => at >= 0xE000_0000 && at < 0xE010_0000;
const isDbgmcu = (at: number): boolean => at >= DBGMCU_AT && at < DBGMCU_AT + 0x400;

/** The AHB access port's other side. */
export class DebugAccess {
  constructor(readonly chip: Stm32F7) {}

  get alive(): boolean {
    const { chip } = this;
    if (!chip.powered || chip.options.level === 2) return false; // level 2: for good, also under reset
    return chip.inReset || (!chip.modes.debugUnreachable && chip.parts.swdPins);
  }

  /** ns; later than now when flash holds the bus */
  readyAt(at: number, write: boolean): number {
    const { operations } = this.chip.flash;
    const { now } = this.chip.time;
    if (!operations.busy) return now;
    const offset = at - FLASH_AT;
    const register = write && offset >= 0x10 && offset < 0x20; // CR, OPTCR, OPTCR1, OPTCR2
    return register || this.#waits(at, write) ? Math.max(now, operations.busyUntil) : now;
  }
  #waits(at: number, write: boolean): boolean {
    const size = this.chip.cells.bytes.length;
    const { operations, options } = this.chip.flash;
    for (const base of [AXIM_AT, ITCM_AT]) {
      if (at < base || at >= base + size) continue;
      const bank = options.dualBank && at - base >= size / 2 ? 1 : 0;
      return write ? base === AXIM_AT : operations.blocks(bank);
    }
    const { at: rom, itcm, size: romSize } = this.chip.config.silicon.systemMemory;
    const other = (at >= rom && at < 0x2000_0000) || (at >= itcm && at < itcm + romSize);
    return other && (write || operations.blocks(0));
  }

  #check(at: number): void {
    if (!this.alive) throw new BusError(at, "the debug port is dead");
    // CPUID, DHCSR, DEMCR and DBGMCU answer while NRST is low (facts/cortex-m.md §10 "srst_nogate")
    if (this.chip.inReset && !isPpb(at)) throw new BusError(at, "the system bus is held in reset");
  }
  read(at: number, width: Width): number {
    this.#check(at);
    try {
      return isPpb(at) && !isDbgmcu(at)
        ? this.chip.core.readPpb(at, width, "debug")
        : this.chip.bus.read(at, width, "debug");
    } finally {
      this.chip.settle();
    }
  }
  write(at: number, width: Width, value: number): void {
    this.#check(at);
    try {
      if (isPpb(at) && !isDbgmcu(at)) {
        this.chip.core.writePpb(at, width, value >>> 0, "debug");
      } else {
        this.chip.bus.write(at, width, value, "debug");
        if (at < 0x4000_0000) this.chip.core.invalidate(at, width);
      }
    } finally {
      this.chip.settle();
    }
  }
}
