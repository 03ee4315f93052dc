/** Sleep, Stop and Standby: what stands still, whether a debugger gets through, and clocks that are too fast. */
import type { CpuCore } from "../contracts.ts";
import type { Flash } from "./flash.ts";
import type { OptionBytes } from "./flash_options.ts";
import type { Peripherals } from "./peripherals.ts";

/** SCB_SCR and its SLEEPDEEP bit (core_cm7.h) */
const SCR = 0xE000_ED10;
const SLEEPDEEP = 4;

/** What of the chip decides. */
export interface ModeHost {
  readonly core: CpuCore;
  readonly parts: Peripherals;
  readonly options: OptionBytes;
  readonly flash: Flash;
  readonly volts: number;
  warn(note: string): void;
  systemReset(cause: "low-power"): void;
  modeChanged(): void;
}

/** The chip's power mode. */
export class PowerModes {
  #mode: "run" | "sleep" | "stop" | "standby" = "run";
  constructor(readonly host: ModeHost) {}

  get mode(): "run" | "sleep" | "stop" | "standby" {
    return this.#mode;
  }
  /** Clocks off but LSI. DBG_STOP and DBG_STANDBY keep them on. */
  get clocksStopped(): boolean {
    const { dbgmcu } = this.host.parts;
    return (this.#mode === "stop" && !dbgmcu.debugStop) ||
      (this.#mode === "standby" && !dbgmcu.debugStandby);
  }
  /** The core does not execute, not even SysTick counts. */
  get coreStopped(): boolean {
    return this.#mode === "stop" || this.#mode === "standby";
  }
  /** No clock for the access port. Plain sleep keeps the bus clock of the debug logic. */
  get debugUnreachable(): boolean {
    return this.clocksStopped;
  }
  /** IWDG_STOP = 0 and IWDG_STDBY = 0 let the independent watchdog stand still there. */
  get iwdgStopped(): boolean {
    const { OPTCR } = this.host.options.loaded;
    return (this.#mode === "stop" && (OPTCR & 0x8000_0000) === 0) ||
      (this.#mode === "standby" && (OPTCR & 0x4000_0000) === 0);
  }

  /** After the core has run or the debugger has reached in. */
  look(): void {
    if (this.#mode === "standby") return; // left by a reset only
    const { core } = this.host;
    if (!core.sleeping || core.halted) return this.#set("run");
    if (this.#mode !== "run") return;
    const deep = (core.readPpb(SCR, 4, "core") & SLEEPDEEP) !== 0;
    if (!deep) return this.#set("sleep");
    this.#enterDeep();
  }
  #enterDeep(): void {
    const { options, parts } = this.host;
    const { OPTCR } = options.loaded;
    const standby = parts.pwr.standby;
    // nRST_STOP, nRST_STDBY: 0 makes the entry a reset
    if ((OPTCR & (standby ? 0x80 : 0x40)) === 0) return this.host.systemReset("low-power");
    this.#set(standby ? "standby" : "stop");
  }
  /** An interrupt reaches the core: Stop ends, on HSI. */
  wake(): void {
    if (this.#mode === "stop") this.#set("run");
  }
  #set(mode: "run" | "sleep" | "stop" | "standby"): void {
    if (mode === this.#mode) return;
    const was = this.#mode;
    this.#mode = mode;
    if (was === "stop") this.host.parts.rcc.backToHsi();
    if (was !== "sleep" && mode !== "sleep") this.host.modeChanged();
  }
  reset(): void {
    this.#mode = "run";
  }

  /** Settings that work by luck on silicon, said aloud. */
  checkClocks(): void {
    const { rcc, pwr } = this.host.parts;
    const mhz = rcc.hclkHz / 1e6;
    const { latency } = this.host.flash;
    // one wait state per 30 MHz at 2.7–3.6 V (facts/stm32f7.md §3)
    const needed = Math.max(0, Math.ceil(mhz / 30) - 1);
    if (this.host.volts >= 2.7 && latency < needed) {
      this.host.warn(
        `FLASH_ACR.LATENCY = ${latency} at HCLK = ${mhz} MHz: ${needed} wait states are needed, reads are not reliable`,
      );
    }
    if (mhz > 216) this.host.warn(`HCLK = ${mhz} MHz: 216 MHz is the limit`);
    else if (mhz > 180 && !pwr.overDrive) {
      this.host.warn(`HCLK = ${mhz} MHz without over-drive: 180 MHz is the limit`);
    }
  }
}
