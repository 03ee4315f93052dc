/** Supply, NRST and everything else that resets the chip. */
import { bootOf } from "./boot.ts";
import { RESET_FLAGS } from "./rcc.ts";
import type { Stm32F7 } from "./chip.ts";

/** why a system reset happens */
export type ResetCause = "NRST" | "SYSRESETREQ" | "IWDG" | "WWDG" | "low-power";

/** RCC_CSR after each cause: every internal reset pulls NRST too (RM0385 "Reset", recalled) */
const FLAGS: Readonly<Record<ResetCause | "power-on", number>> = {
  NRST: RESET_FLAGS.PINRSTF,
  SYSRESETREQ: RESET_FLAGS.SFTRSTF | RESET_FLAGS.PINRSTF,
  IWDG: RESET_FLAGS.IWDGRSTF | RESET_FLAGS.PINRSTF,
  WWDG: RESET_FLAGS.WWDGRSTF | RESET_FLAGS.PINRSTF,
  "low-power": RESET_FLAGS.LPWRRSTF | RESET_FLAGS.PINRSTF,
  "power-on": RESET_FLAGS.BORRSTF | RESET_FLAGS.PORRSTF | RESET_FLAGS.PINRSTF,
};
/** volts below which the chip is in reset, by BOR_LEV; 3 is BOR off: POR/PDR alone (facts/stm32f7.md §4) */
const RESET_BELOW = [2.7, 2.4, 2.1, 1.7] as const;
const POWER_ON_AT = RESET_BELOW[3];

/** The reset controller. */
export class Resets {
  #volts = 0;
  #powered = false;
  #probeLow = false;
  #boardLow = false;
  #inReset = true;
  #wanted: ResetCause | undefined;
  constructor(readonly chip: Stm32F7) {}

  get volts(): number {
    return this.#volts;
  }
  get powered(): boolean {
    return this.#powered;
  }
  /** held in reset: by NRST, or without supply */
  get inReset(): boolean {
    return this.#inReset;
  }
  get #borVolts(): number {
    return RESET_BELOW[((this.chip.options.loaded.OPTCR >>> 2) & 3) as 0 | 1 | 2 | 3];
  }

  /** The supply changes. Below the reset threshold everything but flash is lost. */
  setVolts(volts: number): void {
    this.#volts = volts;
    if (this.#powered && volts < this.#borVolts) this.#powerOff();
    else if (!this.#powered && volts >= POWER_ON_AT) this.#powerOn();
  }
  #powerOff(): void {
    const { chip } = this;
    chip.flash.operations.abort();
    this.#powered = false;
    this.#inReset = true;
    this.#wanted = undefined;
    chip.core.held = true;
    chip.parts.reset(); // nothing counts any more
    chip.parts.dbgmcu.powerOn();
    chip.time.runner = undefined;
  }
  #powerOn(): void {
    const { chip } = this;
    chip.options.load();
    if (this.#volts < this.#borVolts) return; // the brown-out reset that the options ask for holds it
    chip.forgetRam();
    chip.guard.debuggerSeen = false;
    chip.parts.dbgmcu.powerOn();
    chip.parts.rcc.powerOn();
    this.#powered = true;
    chip.powerOns++;
    chip.core.powerOnReset();
    this.#enter("power-on");
    chip.startTime();
    this.#leave();
  }

  /** What the probe sees on the NRST pin; without the wire, its own output. */
  get nrstLow(): boolean {
    if (!this.chip.nrstWired) return this.#probeLow;
    return !this.#powered || this.#pinLow;
  }
  get #pinLow(): boolean {
    return this.#boardLow || (this.#probeLow && this.chip.nrstWired);
  }
  driveNrst(low: boolean): void {
    this.#probeLow = low;
    this.#nrst();
  }
  /** The board pulls NRST low: a pressed button, a short. */
  pullNrst(low: boolean): void {
    this.#boardLow = low;
    this.#nrst();
  }
  #nrst(): void {
    if (!this.#powered) return;
    if (this.#pinLow && !this.#inReset) this.#enter("NRST");
    else if (!this.#pinLow && this.#inReset) this.#leave();
  }

  #enter(cause: ResetCause | "power-on"): void {
    const { chip } = this;
    this.#inReset = true;
    this.#wanted = undefined;
    chip.core.held = true;
    chip.flash.reset();
    // the options just loaded may ask for more volts than there are
    if (this.#volts < this.#borVolts) return this.#powerOff();
    chip.parts.reset();
    chip.parts.rcc.flag(FLAGS[cause]);
    chip.systemResetCore();
    chip.onReset(cause);
  }
  #leave(): void {
    if (this.#pinLow || !this.#powered) return;
    this.#inReset = false;
    const { chip } = this;
    const { silicon, flashKb } = chip.config;
    const boot = bootOf(silicon, chip.options, flashKb, chip.bootPin);
    if (boot.note !== undefined) chip.warn(boot.note);
    chip.guard.bootedFromFlash = boot.fromFlash;
    chip.core.bootAddress = boot.address;
    const { OPTCR } = chip.options.loaded;
    if ((OPTCR & 0x10) === 0) chip.parts.wwdg.start(); // WWDG_SW
    if ((OPTCR & 0x20) === 0) chip.parts.iwdg.start(); // IWDG_SW
    chip.reopen();
    chip.core.held = false;
    chip.settle();
  }

  /** A reset from inside is due; see `perform`. */
  want(cause: ResetCause): void {
    this.#wanted ??= cause;
  }
  /** Resets now if something has asked for it. Not while the core executes. */
  perform(): void {
    const cause = this.#wanted;
    if (cause === undefined || !this.#powered) return;
    this.#wanted = undefined;
    if (this.#inReset) return; // NRST is low anyway
    this.#enter(cause);
    this.#leave();
  }
}
