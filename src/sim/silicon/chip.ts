/** An STM32F7 as it sits on a board: supply, NRST, SWD pins, UART, GPIO; and everything inside wired up. */
import { Bus, type Ram, ramsOf } from "../bus.ts";
import type { CoreHost, CpuCore, Master, Target, Window } from "../contracts.ts";
import { BoardTime } from "../timeline.ts";
import { BackupSram } from "./backup_sram.ts";
import { CoreRunner } from "./core_runner.ts";
import { DebugAccess } from "./debug_access.ts";
import type { Silicon } from "./family.ts";
import { Flash, type FlashHost } from "./flash.ts";
import { FlashCells } from "./flash_cells.ts";
import { FlashGuard } from "./flash_guard.ts";
import {
  AXIM_AT,
  bootLoaderBytes,
  FactoryMemory,
  type Identity,
  identityBytes,
  ITCM_AT,
  MainFlash,
  type MemoryPort,
  OptionWords,
  Otp,
} from "./flash_memory.ts";
import { OptionBytes } from "./flash_options.ts";
import { flashWindows, openWindows } from "./flash_windows.ts";
import { IrqLines } from "./irq_lines.ts";
import { type PeripheralHost, Peripherals } from "./peripherals.ts";
import { PowerModes } from "./power_modes.ts";
import { Random } from "./random.ts";
import { type ResetCause, Resets } from "./resets.ts";
import { UartLine, type UartPins } from "./uart_line.ts";

/** What a board says about its chip. */
export interface ChipConfig {
  readonly silicon: Silicon;
  readonly idcode: number;
  readonly flashKb: number;
  readonly identity: Identity;
  /** Hz at OSC_IN; 0 without */
  readonly hseHz: number;
  /** the USART behind the probe's virtual COM port */
  readonly uart: UartPins;
  readonly seed: number;
  readonly makeCore: (host: CoreHost, silicon: Silicon) => CpuCore;
  /** each note once; `at` in ns */
  readonly onWarning?: (note: string, at: number) => void;
}

/** See the head of the file. The supply is off until `setVolts`. */
export class Stm32F7 implements Target, CoreHost, FlashHost, PeripheralHost {
  readonly time: BoardTime = new BoardTime();
  readonly random: Random;
  readonly options: OptionBytes;
  readonly guard: FlashGuard;
  readonly cells: FlashCells;
  readonly otp: FlashCells;
  readonly flash: Flash;
  readonly parts: Peripherals;
  readonly backup: BackupSram;
  readonly bus: Bus;
  readonly core: CpuCore;
  readonly uart: UartLine;
  readonly modes: PowerModes;
  nrstWired = true;
  powerOns = 0;
  /** BOOT0 */
  bootPin = false;
  /** told of every level change on a pin, after the access that made it */
  onPin: (port: string, pin: number, high: boolean) => void = () => {};
  /** told of every reset */
  onReset: (cause: ResetCause | "power-on") => void = () => {};
  readonly #resets = new Resets(this);
  readonly #debug = new DebugAccess(this);
  readonly #rams: readonly Ram[];
  readonly #runner: CoreRunner;
  readonly #lines: IrqLines;
  readonly #flashWindows: readonly Window[];
  readonly #warned = new Set<string>();
  #built = false;
  #halted = false;

  constructor(readonly config: ChipConfig) {
    const { silicon, flashKb } = config;
    this.random = new Random(config.seed);
    this.options = new OptionBytes(silicon);
    this.guard = new FlashGuard(silicon, this.options, flashKb);
    this.cells = new FlashCells(flashKb * 1024, this.random);
    this.otp = new FlashCells(silicon.uidAt - silicon.otp.at, this.random);
    this.flash = new Flash(this, this.cells, this.options, this.guard);
    this.parts = new Peripherals(this, silicon.blocks, config.idcode);
    this.backup = new BackupSram(this.guard, this.parts);
    this.uart = new UartLine(config.uart, this.parts, this);
    this.modes = new PowerModes(this);
    this.#rams = ramsOf(silicon.ram);
    this.#flashWindows = flashWindows(this.cells.bytes);
    this.bus = new Bus(
      this.#ports(),
      [this.flash, this.parts.dbgmcu, ...this.parts.blocks],
      silicon.blocks,
      [...this.#rams.map((r) => r.window), ...this.#flashWindows],
      { warn: (n) => this.warn(n), whence: (m) => this.#whence(m) },
    );
    this.core = config.makeCore(this, silicon);
    this.#lines = new IrqLines(() => this.#built ? this.core : undefined);
    this.#runner = new CoreRunner(this.core, this);
    this.core.held = true;
    this.#built = true;
  }

  #ports(): readonly MemoryPort[] {
    const { systemMemory } = this.config.silicon;
    const rom = bootLoaderBytes(systemMemory.size, systemMemory.itcm);
    return [
      ...this.#rams,
      new MainFlash(this.flash, AXIM_AT),
      new MainFlash(this.flash, ITCM_AT),
      this.backup,
      new Otp(this.flash, this.otp),
      identityBytes(this.flash, this.config.identity),
      new OptionWords(this.flash),
      new FactoryMemory("system memory", systemMemory.at, rom, this.flash),
      new FactoryMemory("system memory (ITCM)", systemMemory.itcm, rom, this.flash),
    ];
  }
  #whence(master: Master): string {
    const { pc } = this.core;
    if (master === "debug" || pc === undefined) return "";
    return ` (PC 0x${(pc >>> 0).toString(16).toUpperCase().padStart(8, "0")})`;
  }

  // ── supply, resets, debugger: see resets.ts and debug_access.ts ──

  get volts(): number {
    return this.#resets.volts;
  }
  get powered(): boolean {
    return this.#resets.powered;
  }
  get inReset(): boolean {
    return this.#resets.inReset;
  }
  setVolts(volts: number): void {
    this.#resets.setVolts(volts);
  }
  get nrstLow(): boolean {
    return this.#resets.nrstLow;
  }
  driveNrst(low: boolean): void {
    this.#resets.driveNrst(low);
  }
  /** The board pulls NRST low: a pressed button, a short. */
  pullNrst(low: boolean): void {
    this.#resets.pullNrst(low);
  }
  get debugPortAlive(): boolean {
    return this.#debug.alive;
  }
  readyAt(at: number, write = false): number {
    return this.#debug.readyAt(at, write);
  }
  debugRead(at: number, width: 1 | 2 | 4): number {
    return this.#debug.read(at, width);
  }
  debugWrite(at: number, width: 1 | 2 | 4, value: number): void {
    this.#debug.write(at, width, value);
  }
  /** RDP level 1 remembers a debugger until the next power-on. */
  debuggerAttached(attached: boolean): void {
    if (!attached || !this.powered) return;
    this.guard.debuggerSeen = true;
    this.reopen();
  }

  /** A reset from inside: now, or after the access of the core that asked for it. */
  systemReset(cause: ResetCause): void {
    this.#resets.want(cause);
    if (this.#runner.active) this.#runner.stop();
    else this.#resets.perform();
  }
  /** AIRCR.SYSRESETREQ. The access itself ends first. */
  requestSystemReset(): void {
    this.#resets.want("SYSRESETREQ");
    if (this.#runner.active) this.#runner.stop();
  }
  bite(which: "IWDG" | "WWDG"): void {
    this.systemReset(which);
  }
  /** what the core and what hangs on it lose in any reset */
  systemResetCore(): void {
    this.modes.reset();
    this.#lines.clear();
    this.#runner.release();
    this.core.systemReset();
    this.settle();
  }
  startTime(): void {
    this.time.runner = this.#runner;
  }
  /** power-on: nobody knows what is in RAM */
  forgetRam(): void {
    for (const r of this.#rams) this.random.fill(r.bytes);
    this.random.fill(this.backup.bytes);
    this.core.invalidate(0, 0x4000_0000);
  }

  // ── what the parts ask ──

  get hseHz(): number {
    return this.config.hseHz;
  }
  /** Hz of the core */
  get hz(): number {
    const hz = this.parts.rcc.hclkHz;
    return hz >= 1 && Number.isFinite(hz) ? hz : 1;
  }
  get hardwareWwdg(): boolean {
    return (this.options.loaded.OPTCR & 0x10) === 0;
  }
  irq(line: number, high: boolean): void {
    if (!this.#built) return;
    if (high) this.modes.wake();
    this.#lines.set(line, high);
  }
  resetPeripherals(rstr: number, bits: number): void {
    this.parts.resetBits(rstr, bits);
  }
  clocksChange(): void {
    this.time.clockChanges();
  }
  clocksChanged(): void {
    this.time.clockChanged();
    if (!this.#built) return;
    this.modeChanged();
    this.modes.checkClocks();
  }
  latencyChanged(): void {
    this.modes.checkClocks();
  }
  debugChanged(): void {
    this.modeChanged();
  }
  pinChanged(port: string, pin: number, high: boolean): void {
    if (!this.#built) return;
    this.parts.pinEdge(port, pin, high);
    this.time.at(this.time.now, () => this.onPin(port, pin, high));
  }
  sent(usart: string, byte: number): void {
    this.uart.sent(usart, byte);
  }
  flashChanged(offset: number, length: number): void {
    this.core.invalidate(AXIM_AT + offset, length);
    this.core.invalidate(ITCM_AT + offset, length);
  }
  reopen(): void {
    if (this.#built) openWindows(this.#flashWindows, this.flash);
  }
  waitUntil(ns: number): void {
    this.time.advance(ns - this.time.now);
  }
  wipeBackup(): void {
    this.backup.bytes.fill(0);
  }
  warn(note: string): void {
    if (this.#warned.has(note)) return;
    this.#warned.add(note);
    this.config.onWarning?.(note, this.time.now);
  }

  // ── what goes on ──

  /** the core's own clock stands still: Stop, Standby */
  get stopped(): boolean {
    return this.modes.coreStopped;
  }
  ran(): void {
    this.settle();
  }
  /** After a slice, a debug access, a reset: is the core halted, asleep; does something want a reset? */
  settle(): void {
    if (!this.#built) return;
    this.#lines.poll();
    this.modes.look();
    if (this.core.halted !== this.#halted) {
      this.#halted = this.core.halted;
      this.modeChanged();
    }
    this.#resets.perform();
  }
  /** What stands still has changed. */
  modeChanged(): void {
    if (!this.#built) return;
    this.parts.settle({
      halted: this.core.halted,
      stopped: this.modes.clocksStopped,
      iwdg: this.modes.iwdgStopped,
    });
  }
}
