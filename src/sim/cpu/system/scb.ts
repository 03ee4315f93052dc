/** System control block: what firmware configures and asks about exceptions. ARM DDI 0403 §B3.2 */
import type { Master } from "../../contracts.ts";
import type { System } from "./system.ts";
import {
  BUS_FAULT,
  DEBUG_MONITOR,
  MEM_MANAGE,
  NMI,
  PEND_SV,
  SV_CALL,
  SYS_TICK,
  USAGE_FAULT,
} from "./exceptions.ts";
import { readPriorities, writePriorities } from "./nvic_registers.ts";
import { keepingStacks } from "./registers.ts";

const CCR_NONBASETHRDENA = 1;
const CCR_USERSETMPEND = 2;
const CCR_UNALIGN_TRP = 8;
const CCR_DIV_0_TRP = 0x10;
const CCR_BFHFNMIGN = 0x100;
/** STKALIGN and BP read as one on the Cortex-M7. PM0253 §4.3.7 */
const CCR_FIXED = 0x0004_0200;
const CCR_WRITABLE = 0x0003_011B;
const SCR_SLEEPONEXIT = 2;
const SCR_SEVONPEND = 0x10;

/** SHCSR: bit, exception, which of its properties. §B3.2.13 */
const SHCSR: readonly (readonly [number, number, "active" | "pending" | "enabled"])[] = [
  [0, MEM_MANAGE, "active"],
  [1, BUS_FAULT, "active"],
  [3, USAGE_FAULT, "active"],
  [7, SV_CALL, "active"],
  [8, DEBUG_MONITOR, "active"],
  [10, PEND_SV, "active"],
  [11, SYS_TICK, "active"],
  [12, USAGE_FAULT, "pending"],
  [13, MEM_MANAGE, "pending"],
  [14, BUS_FAULT, "pending"],
  [15, SV_CALL, "pending"],
  [16, MEM_MANAGE, "enabled"],
  [17, BUS_FAULT, "enabled"],
  [18, USAGE_FAULT, "enabled"],
];

/** See the head of the file. */
export class Scb {
  vtor = 0;
  scr = 0;
  ccr = CCR_FIXED;

  constructor(readonly sys: System) {}

  /** VTOR starts at the boot address: INITVTOR of the Cortex-M7, BOOT_ADDx of the STM32F7. */
  reset(): void {
    this.vtor = (this.sys.bootAddress & ~0x7F) >>> 0;
    this.scr = 0;
    this.ccr = CCR_FIXED;
  }

  get nonBaseThreadEnabled(): boolean {
    return (this.ccr & CCR_NONBASETHRDENA) !== 0;
  }
  get userSetMpend(): boolean {
    return (this.ccr & CCR_USERSETMPEND) !== 0;
  }
  get unalignTrap(): boolean {
    return (this.ccr & CCR_UNALIGN_TRP) !== 0;
  }
  get divideTrap(): boolean {
    return (this.ccr & CCR_DIV_0_TRP) !== 0;
  }
  get ignoresBusFaults(): boolean {
    return (this.ccr & CCR_BFHFNMIGN) !== 0;
  }
  get sleepOnExit(): boolean {
    return (this.scr & SCR_SLEEPONEXIT) !== 0;
  }
  get sevOnPend(): boolean {
    return (this.scr & SCR_SEVONPEND) !== 0;
  }

  /** Offsets 0xD00 … 0xD3C. undefined: no such register. */
  readRegister(offset: number): number | undefined {
    const { exceptions, faults } = this.sys;
    switch (offset) {
      case 0xD00:
        return this.sys.options.cpuid;
      case 0xD04:
        return this.#readIcsr();
      case 0xD08:
        return this.vtor;
      case 0xD0C:
        return (0xFA05_0000 | (exceptions.group << 8)) >>> 0;
      case 0xD10:
        return this.scr;
      case 0xD14:
        return this.ccr;
      case 0xD18:
      case 0xD1C:
      case 0xD20:
        return readPriorities(exceptions, 4 + offset - 0xD18);
      case 0xD24:
        return SHCSR.reduce((v, [bit, n, what]) => v | (exceptions[what][n] ? 1 << bit : 0), 0);
      case 0xD28:
        return faults.cfsr;
      case 0xD2C:
        return faults.hfsr;
      case 0xD30:
        return faults.dfsr;
      case 0xD34:
        return faults.mmfar;
      case 0xD38:
        return faults.bfar;
      case 0xD3C:
        return faults.afsr;
      default:
        return undefined;
    }
  }

  /** false: no such register */
  writeRegister(offset: number, value: number, master: Master): boolean {
    const { exceptions, faults } = this.sys;
    switch (offset) {
      case 0xD00:
        return true;
      case 0xD04:
        this.#writeIcsr(value);
        return true;
      case 0xD08:
        this.vtor = (value & ~0x7F) >>> 0;
        return true;
      case 0xD0C:
        this.#writeAircr(value, master);
        return true;
      case 0xD10:
        this.scr = value & 0x16;
        return true;
      case 0xD14:
        this.ccr = (value & CCR_WRITABLE) | CCR_FIXED;
        return true;
      case 0xD18:
      case 0xD1C:
      case 0xD20:
        writePriorities(exceptions, 4 + offset - 0xD18, value);
        return true;
      case 0xD24:
        this.#writeShcsr(value);
        return true;
      case 0xD28: // the status registers: writing 1 clears
        faults.cfsr = (faults.cfsr & ~value) >>> 0;
        return true;
      case 0xD2C:
        faults.hfsr = (faults.hfsr & ~value) >>> 0;
        return true;
      case 0xD30:
        faults.dfsr &= ~value;
        return true;
      case 0xD34:
        faults.mmfar = value >>> 0;
        return true;
      case 0xD38:
        faults.bfar = value >>> 0;
        return true;
      case 0xD3C:
        faults.afsr &= ~value;
        return true;
      default:
        return false;
    }
  }

  /** §B3.2.4 */
  #readIcsr(): number {
    const x = this.sys.exceptions;
    const pending = x.firstPending();
    let external = 0;
    for (let n = 16; n < x.count; n++) external |= x.pending[n]!;
    const others = x.activeCount - (x.active[this.sys.state.ipsr] ?? 0);
    return ((x.pending[NMI]! << 31) | (x.pending[PEND_SV]! << 28) | (x.pending[SYS_TICK]! << 26) |
      (external << 22) | (pending << 12) | (others === 0 ? 1 << 11 : 0) |
      this.sys.state.ipsr) >>> 0;
  }

  #writeIcsr(value: number): void {
    const x = this.sys.exceptions;
    if ((value & (1 << 31)) !== 0) x.setPending(NMI, true);
    if ((value & (1 << 28)) !== 0) x.setPending(PEND_SV, true);
    else if ((value & (1 << 27)) !== 0) x.setPending(PEND_SV, false);
    if ((value & (1 << 26)) !== 0) x.setPending(SYS_TICK, true);
    else if ((value & (1 << 25)) !== 0) x.setPending(SYS_TICK, false);
  }

  /** §B3.2.6 */
  #writeAircr(value: number, master: Master): void {
    if (value >>> 16 !== 0x05FA) return;
    const sys = this.sys;
    sys.exceptions.group = (value >>> 8) & 7;
    sys.masksChanged();
    // both are for a debugger with the core halted; else UNPREDICTABLE, and nothing happens here
    if ((value & 2) !== 0 && sys.debug.halted && master === "debug") this.#clearActive();
    if ((value & 1) !== 0 && sys.debug.halted && master === "debug") sys.core.localReset();
    if ((value & 4) !== 0) sys.host.requestSystemReset();
  }

  #clearActive(): void {
    const { exceptions, state } = this.sys;
    for (let n = 2; n < exceptions.count; n++) exceptions.setActive(n, false);
    keepingStacks(state, () => state.ipsr = 0);
    this.sys.contextChanged();
  }

  #writeShcsr(value: number): void {
    const x = this.sys.exceptions;
    for (const [bit, n, what] of SHCSR) {
      const on = (value & (1 << bit)) !== 0;
      if (what === "active") x.setActive(n, on);
      else if (what === "pending") x.setPending(n, on);
      else x.setEnabled(n, on);
    }
    this.sys.masksChanged();
  }
}
