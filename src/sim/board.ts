/** One virtual board as a user's test holds it: power, buttons, pins, text, memory, and the probe's cable. */
import type { CoreHost, CpuCore, Target } from "./contracts.ts";
import { type BoardSpec, pinOf } from "./boards/board_spec.ts";
import { Cable, type Pluggable } from "./boards/cable.ts";
import { type Owner, restoreBoard, saveBoard } from "./boards/state_file.ts";
import { type Trouble, troubleCable, troubleChip, troubleTarget } from "./chaos.ts";
import { fault } from "./faults.ts";
import { fits, prepare, type Scenario } from "./scenarios.ts";
import { Stm32F7 } from "./silicon/chip.ts";
import type { Silicon } from "./silicon/family.ts";
import type { OptionValues } from "./silicon/flash_options.ts";

/** What the probe half is told about itself. */
export interface ProbeWish {
  readonly model: BoardSpec["probe"]["model"];
  /** as tools print it: `V2J37M26` */
  readonly firmware: string;
  readonly serial: string;
  /** looks like an ST-LINK and is none */
  readonly clone: boolean;
  readonly boardId?: string;
}
/** The two halves that are built elsewhere. */
export interface BoardParts {
  readonly makeCore: (host: CoreHost, silicon: Silicon) => CpuCore;
  readonly makeProbe: (target: Target, wish: ProbeWish) => Pluggable;
}

/** How a board is wanted. */
export interface BoardWish {
  readonly spec: BoardSpec;
  readonly scenario: Scenario;
  readonly seed?: number;
  /** instead of the scenario's or the board's */
  readonly volts?: number;
  readonly serial?: string;
  /** of the probe, instead of the scenario's or the board's */
  readonly firmware?: string;
  readonly chaos?: readonly Trouble[];
  /** a saved board; it takes the place of the scenario's flash and options */
  readonly saved?: { readonly bytes: Uint8Array; readonly file: string };
  /** where the board's supply comes from: the probe's USB (jumpers as delivered) or its own */
  readonly supply?: "usb" | "own";
  /** level of the BOOT0 pin; low when absent */
  readonly boot0?: boolean;
  /** each note once, as it happens; `at` in ms */
  readonly onWarning?: (note: string, at: number) => void;
}

/** What the core is doing. */
export type CoreState =
  | "running"
  | "halted"
  | "sleeping"
  | "locked-up"
  | "in-reset"
  | "off";

/** ms of its own life that a board has behind it when it is handed out */
const SETTLE_MS = 5;

/** A board on the virtual bench. Its time passes only by `run` and by what is done over USB. */
export class VirtualBoard {
  readonly spec: BoardSpec;
  readonly scenario: Scenario;
  readonly chip: Stm32F7;
  /** the chip as the probe's wires reach it */
  readonly target: Target;
  /** the probe, at the end of its cable */
  readonly usb: Cable;
  /** what the board did that a real one does silently or that is not modelled; empty in a clean run */
  readonly warnings: string[] = [];
  /** every reset since the board was handed out, oldest first */
  readonly resets: string[] = [];
  /** told of level changes: `PI1`, true */
  onPin: (pin: string, high: boolean) => void = () => {};
  #volts: number;
  #text = "";

  constructor(readonly wish: BoardWish, parts: BoardParts) {
    const { spec, scenario } = this.wish;
    this.spec = spec;
    this.scenario = scenario;
    this.#volts = wish.volts ?? scenario.volts ?? spec.volts;
    this.chip = new Stm32F7({
      ...spec.chip,
      seed: wish.seed ?? 1,
      makeCore: parts.makeCore,
      onWarning: (note, at) => {
        this.warnings.push(note);
        wish.onWarning?.(note, at / 1e6);
      },
    });
    if (!fits(scenario, this.chip)) {
      throw fault("sim-bad-option", {
        what: `Scenario ${scenario.name} does not fit ${spec.title}`,
        allowed: scenario.needs === "pcrop"
          ? "It needs a chip with PCROP: sim:nucleo-f722ze"
          : "It needs a chip with two banks: sim:nucleo-f767zi",
      });
    }
    const troubles = wish.chaos ?? [];
    this.target = troubleTarget(this.chip, troubles);
    this.usb = new Cable(parts.makeProbe(this.target, this.#probe()), (in_) => this.#plug(in_));
    this.chip.uart.onByte = (byte) => this.#text += String.fromCharCode(byte);
    this.chip.onPin = (port, pin, high) => this.onPin(`P${port}${pin}`, high);
    this.#begin();
    this.chip.onReset = (cause) => this.resets.push(cause);
    troubleCable(this.usb, troubles, this.chip.time);
    troubleChip(this.chip, troubles);
  }

  #probe(): ProbeWish {
    const { probe } = this.spec;
    return {
      model: probe.model,
      firmware: this.wish.firmware ?? this.scenario.probe?.firmware ?? probe.firmware,
      serial: this.wish.serial ?? probe.serial,
      clone: this.scenario.probe?.clone ?? false,
      ...(probe.boardId === undefined ? {} : { boardId: probe.boardId }),
    };
  }
  #begin(): void {
    const { chip, scenario } = this;
    chip.nrstWired = scenario.nrst !== "unwired";
    chip.bootPin = this.wish.boot0 ?? false;
    if (scenario.nrst === "held") chip.pullNrst(true);
    chip.parts.ports.get(pinOf(this.spec.button)!.port)!.drive(pinOf(this.spec.button)!.pin, false);
    const { saved } = this.wish;
    if (saved !== undefined) restoreBoard(chip, saved.bytes, saved.file, this.#volts);
    else {
      prepare(scenario, chip);
      chip.setVolts(this.#volts);
    }
    this.run(SETTLE_MS);
    if (saved === undefined) scenario.then?.(chip);
  }
  #plug(plugged: boolean): void {
    if (this.wish.supply !== "own") this.chip.setVolts(plugged ? this.#volts : 0);
  }

  /** ms of the board's time since it was made */
  get ms(): number {
    return this.chip.time.now / 1e6;
  }
  /** Lets time pass. */
  run(ms: number): void {
    this.chip.time.advance(ms * 1e6);
  }

  /** volts at VDD */
  get volts(): number {
    return this.chip.volts;
  }
  set volts(volts: number) {
    this.#volts = volts;
    this.chip.setVolts(volts);
  }
  /** Takes the supply away for so long: the only way out of what a reset does not clear. */
  powerCycle(offMs = 100): void {
    this.chip.setVolts(0);
    this.run(offMs);
    this.chip.setVolts(this.#volts);
  }
  /** The black button. */
  pressReset(ms = 10): void {
    this.chip.pullNrst(true);
    this.run(ms);
    this.chip.pullNrst(this.scenario.nrst === "held");
  }
  /** The blue button, for so long. */
  pressButton(ms = 50): void {
    this.drive(this.spec.button, true);
    this.run(ms);
    this.drive(this.spec.button, false);
  }
  /** BOOT0 */
  set boot0(high: boolean) {
    this.chip.bootPin = high;
  }

  /** The level on a pin: `PI1`. Faults: sim-bad-option when the chip has no such pin. */
  pin(name: string): boolean {
    const { port, pin } = this.#pinOf(name);
    return port.level(pin);
  }
  /** Drives a pin from outside; undefined lets go. */
  drive(name: string, high: boolean | undefined): void {
    const { port, pin } = this.#pinOf(name);
    port.drive(pin, high);
  }
  #pinOf(name: string) {
    const at = pinOf(name);
    const port = at && this.chip.parts.ports.get(at.port);
    if (port !== undefined) return { port, pin: at!.pin };
    const last = [...this.chip.parts.ports.keys()].at(-1);
    throw fault("sim-bad-option", { what: `No pin ${name}`, allowed: `Pins are PA0 … P${last}15` });
  }
  /** whether LD1 is lit */
  get led(): boolean {
    return this.pin(this.spec.led);
  }

  /** what the firmware has sent on the board's UART so far */
  get text(): string {
    return this.#text;
  }
  /** Types on the UART. */
  send(text: string): void {
    this.chip.uart.feed(new TextEncoder().encode(text));
  }

  /** a copy of the whole flash, whoever may read it */
  get flash(): Uint8Array {
    return this.chip.cells.bytes.slice();
  }
  /** Puts bytes into flash as if they had always been there: `at` as the core sees it, 0x0800_0000 and up. */
  putFlash(at: number, bytes: Uint8Array): void {
    this.chip.cells.bytes.set(bytes, at - 0x0800_0000);
    this.chip.flashChanged(at - 0x0800_0000, bytes.length);
  }
  /** the option registers: in force since the last reset, and as written since */
  get options(): {
    readonly loaded: OptionValues;
    readonly written: OptionValues;
    readonly level: 0 | 1 | 2;
  } {
    const { loaded, shadow, level } = this.chip.options;
    return { loaded, written: shadow, level };
  }
  /** A word of memory as the debugger would read it; undefined where the bus refuses. */
  peek(at: number): number | undefined {
    try {
      return this.chip.debugRead(at, 4);
    } catch {
      return undefined;
    }
  }
  get core(): CoreState {
    const { chip } = this;
    if (!chip.powered) return "off";
    if (chip.inReset) return "in-reset";
    if (chip.core.halted) return "halted";
    if (chip.core.lockedUp) return "locked-up";
    return chip.core.sleeping ? "sleeping" : "running";
  }

  /** Pulls the USB cable; without an own supply the board goes dark. */
  unplug(): void {
    this.usb.unplug();
  }
  /** Plugs it in again. */
  replug(): void {
    this.usb.replug();
  }

  /** whose board a saved file is */
  get owner(): Owner {
    return { board: this.spec.name, scenario: this.scenario.name };
  }
  /** The board as the content of a file. What flash is doing is brought to its end first. */
  save(): Uint8Array {
    this.finish();
    return saveBoard(this.chip, this.owner);
  }
  /** Lets an operation of the flash come to its end, as it would on a bench. */
  finish(): void {
    const until = this.chip.flash.operations.busyUntil;
    if (until > this.chip.time.now) this.chip.time.advance(until - this.chip.time.now);
  }
}
