/** The private peripheral bus: which unit answers where. ARM DDI 0403 §B3.1.1, Table B3-3 */
import type { Master } from "../../contracts.ts";
import type { System } from "./system.ts";
import {
  type Component,
  COMPONENTS,
  identification,
  ROM_TABLES,
  VENDOR_TABLE,
  vendorTable,
} from "./identity.ts";
import { Itm, type PlainUnit, tpiu } from "./trace_units.ts";

type Width = 1 | 2 | 4;
const ITM = 0xE000_0000;
const DWT = 0xE000_1000;
const FPB = 0xE000_2000;
const SCS = 0xE000_E000;
const EXTERNAL = 0xE004_0000;
const TPIU = 0xE004_0000;
const LAR = 0xFB0;
const LSR = 0xFB4;
const DEVARCH = 0xFBC;
const DEVID2 = 0xFC0;
const DEVID1 = 0xFC4;
const DEVID = 0xFC8;
const UNLOCK = 0xC5AC_CE55;

/** Registers of several fields that are written byte by byte: CCR, SHPR, SHCSR, NVIC_IPR. §B3.2.2 */
const merges = (at: number): boolean =>
  (at >= 0xE000_E400 && at < 0xE000_E4F0) || (at >= 0xE000_ED14 && at < 0xE000_ED28);

/** See the head of the file. */
export class Ppb {
  readonly itm: Itm;
  readonly tpiu: PlainUnit = tpiu();
  readonly #components: Map<number, Component>;
  /** units that code has not unlocked, or locked again. CoreSight LAR */
  readonly #locked = new Set<number>();
  readonly #warned = new Set<string>();
  #inBus = false;

  constructor(readonly sys: System, vendorPart: number) {
    this.#components = new Map([...COMPONENTS, [VENDOR_TABLE, vendorTable(vendorPart)]]);
    this.itm = new Itm((port, width, value) => sys.options.onTrace(port, width, value));
  }

  powerOnReset(): void {
    this.itm.powerOnReset();
    this.tpiu.powerOnReset();
    for (const [at, c] of this.#components) if (c.lock) this.#locked.add(at);
  }

  read(at: number, width: Width, master: Master): number {
    const word = (at & ~3) >>> 0;
    if (this.#external(word)) {
      return this.#busAccess(() => this.sys.host.bus.read(at, width, master), at);
    }
    const value = this.#readWord(word, master);
    if (value === undefined) {
      this.#warn(at, "read");
      return 0;
    }
    const shifted = value >>> (8 * (at & 3));
    return width === 4 ? value >>> 0 : shifted & (width === 1 ? 0xFF : 0xFFFF);
  }

  write(at: number, width: Width, value: number, master: Master): void {
    const word = (at & ~3) >>> 0;
    if (this.#external(word)) {
      this.#busAccess(() => (this.sys.host.bus.write(at, width, value, master), 0), at);
      return;
    }
    if (word < ITM + 0x80) {
      if (this.sys.debug.tracing) this.itm.stimulate(word - ITM, width, value);
      return;
    }
    let wide = value;
    if (width !== 4) {
      const shift = 8 * (at & 3);
      const mask = (width === 1 ? 0xFF : 0xFFFF) << shift;
      const rest = merges(word) ? this.#readWord(word, master) ?? 0 : 0;
      wide = (rest & ~mask) | ((value << shift) & mask);
    }
    if (!this.#writeWord(word, wide >>> 0, master)) this.#warn(at, "write");
  }

  /** What belongs to the chip: DBGMCU on STM32. */
  #external(word: number): boolean {
    return word >= EXTERNAL && !this.#components.has((word & ~0xFFF) >>> 0);
  }

  #busAccess(access: () => number, at: number): number {
    if (this.#inBus) { // the chip sends it back: nobody has it
      this.#warn(at, "access");
      return 0;
    }
    this.#inBus = true;
    try {
      return access();
    } finally {
      this.#inBus = false;
    }
  }

  #warn(at: number, what: string): void {
    const key = `${what} ${at}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    const hex = (n: number) => "0x" + (n >>> 0).toString(16).toUpperCase().padStart(8, "0");
    this.sys.host.warn(
      `${what} of ${hex(at)}, a register of the private peripheral bus that is not simulated (PC ${
        hex(this.sys.state.r[15]!)
      })`,
    );
  }

  #readWord(at: number, master: Master): number | undefined {
    const base = (at & ~0xFFF) >>> 0;
    const offset = at & 0xFFF;
    const component = this.#components.get(base);
    if (component === undefined) return undefined;
    if (offset >= 0xFCC) return identification(component, offset);
    if (component.lock && offset === LSR) {
      // the debugger's accesses are never locked. CoreSight: LSR.SLI reads as zero for them
      return master === "debug" ? 0 : this.#locked.has(base) ? 3 : 1;
    }
    if (component.lock && offset === LAR) return 0;
    // asked for by OpenOCD (cortex_m.c, cortex_m_dwt_setup; `dap info`) and pyOCD: ARM DDI 0403 has none of them,
    // reserved; an M4's ETM says 0:0:0 (pyOCD#611). The TPIU's DEVID is its TYPE register
    if (offset === DEVARCH || offset === DEVID2 || offset === DEVID1) return 0;
    if (offset === DEVID && base !== TPIU) return 0;
    if (component.class === 1) return ROM_TABLES.get(base)?.[offset >> 2] ?? 0;
    switch (base) {
      case SCS:
        return this.sys.scs.read(offset, master);
      case DWT:
        return this.sys.dwt.readRegister(offset);
      case FPB:
        return this.sys.fpb.readRegister(offset);
      case ITM:
        return this.itm.readRegister(offset);
      case TPIU:
        return this.tpiu.readRegister(offset);
      default:
        return undefined; // ETM
    }
  }

  #writeWord(at: number, value: number, master: Master): boolean {
    const base = (at & ~0xFFF) >>> 0;
    const offset = at & 0xFFF;
    const component = this.#components.get(base);
    if (component === undefined) return false;
    if (component.lock && offset === LAR) {
      if (master !== "debug") {
        if (value === UNLOCK) this.#locked.delete(base);
        else this.#locked.add(base);
      }
      return true;
    }
    if (offset >= 0xFCC || component.class === 1) return true; // read-only
    if (base === SCS) return this.sys.scs.write(offset, value, master);
    if (master !== "debug" && this.#locked.has(base)) return true;
    switch (base) {
      case FPB:
        return this.sys.fpb.writeRegister(offset, value);
      case TPIU:
        return this.tpiu.writeRegister(offset, value);
      case DWT: // without TRCENA the units do not take writes. §C1.6.5
        return !this.sys.debug.tracing || this.sys.dwt.writeRegister(offset, value);
      case ITM:
        return !this.sys.debug.tracing || this.itm.writeRegister(offset, value);
      default:
        return false;
    }
  }
}
