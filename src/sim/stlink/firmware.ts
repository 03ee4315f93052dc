/** The firmware of an ST-LINK/V2, V2-1 or V3: sixteen bytes in, an answer out. facts/stlink.md throughout. */
import { putU16le, putU32le } from "../../base/mod.ts";
import type { Target } from "../contracts.ts";
import { Dap, type DapIds } from "../dap.ts";
import { type HostProfile, type ProbeCost, probeCost } from "../swd_cost.ts";
import { type Answer, bytesText, type Command, type CommandTable, reply } from "./command.ts";
import { CORE_COMMANDS } from "./core_commands.ts";
import { DAP_COMMANDS } from "./dap_commands.ts";
import { MEMORY_COMMANDS } from "./memory_commands.ts";
import { MODE, type Mode } from "./mode.ts";
import { PROBE_COMMANDS } from "./probe_commands.ts";
import { type Place, Series } from "./series.ts";
import { V2_DEFAULT_KHZ, V3_DEFAULT_KHZ, V3_JTAG_KHZ } from "./speeds.ts";
import { STATUS } from "./status.ts";
import { Swd } from "./swd.ts";
import { swimCommand } from "./swim.ts";
import { TraceBuffer } from "./trace_buffer.ts";
import { type FirmwareVersion, type Gate, GATES, has } from "./version.ts";

/** What the probe's measuring input tells: the truth, no reference at all, or nonsense, as on some clones. */
export type VoltageInput = "good" | "dead" | "nonsense";

/** What a probe is made of. */
export interface FirmwareOptions {
  readonly target: Target;
  readonly version: FirmwareVersion;
  readonly productId: number;
  readonly host: HostProfile;
  /** loudly: a command, a parameter, a length that the firmware does not know */
  readonly warn: (note: string) => void;
  readonly voltageInput: VoltageInput;
  /** four characters that the factory has stored; empty: none */
  readonly boardId: string;
  /** mode after the probe is plugged in */
  readonly startMode: Mode;
  /** whether it clears the port's sticky flags itself after a FAULT */
  readonly clearsFaults: boolean;
  readonly dap?: DapIds;
}

const TABLE: CommandTable = {
  ...CORE_COMMANDS,
  ...DAP_COMMANDS,
  ...MEMORY_COMMANDS,
  ...PROBE_COMMANDS,
};
/** exist, but no source has their layout, or only a V1 has them (facts/stlink.md §4) */
const NAMES: Readonly<Record<number, string>> = {
  0x01: "GETSTATUS of API v1",
  0x03: "RESETSYS of API v1",
  0x04: "READALLREGS of API v1",
  0x05: "READREG of API v1",
  0x06: "WRITEREG of API v1",
  0x0B: "SETFP of API v1",
  0x0E: "CLEARFP of API v1",
  0x0F: "WRITEDEBUGREG of API v1",
  0x10: "SETWATCHPOINT of API v1",
  0x20: "ENTER of API v1",
  0x49: "BLINK_LED",
  0x4A: "GET_DISK_NAME",
  0x55: "WRITE_DFTREG",
};
/** OpenOCD 9fce8a21c: WAIT is reported when it came more than four times in a row */
const TRIES = 5;
/** psdb stlink_v3.py: from V3J10 on fast writes survive WAIT; how long is a guess, a flash word of an H7 is 0.2 ms */
const PATIENT_TRIES = 1000;
/** OpenOCD 5c55fbb06 */
const HIGHEST_AP = 8;
/** V = 2 × measured × 1.2 V / reference; the reading of a V2-1 seen in the wild (reference/rig.md §2.2) */
const ADC_REFERENCE = 1519;

/** See the head of the file. */
export class StlinkFirmware {
  readonly target: Target;
  readonly version: FirmwareVersion;
  readonly cost: ProbeCost;
  readonly swd: Swd;
  readonly trace = new TraceBuffer();
  readonly openAps = new Set<number>();
  readonly boardId: string;
  mode: Mode;
  /** nominal speeds */
  khz = V2_DEFAULT_KHZ;
  jtagKhz: number = V3_JTAG_KHZ[0];
  /** how the last memory command went, and where it failed */
  last: { readonly status: number; readonly at: number } = { status: STATUS.OK, at: 0 };
  /** results of RW_MISC that wait to be fetched */
  misc: Uint8Array | undefined;
  swimStatus = 0;
  /** why the last ENTER failed; 0: it did not */
  enterFailure = 0;
  /** it hangs: nothing helps but taking its supply away */
  dead = false;
  /** commands taken so far */
  commands = 0;
  /** takes what goes out on the trace endpoint */
  onTrace: (bytes: Uint8Array) => void = () => {};

  constructor(readonly options: FirmwareOptions) {
    const { target, version } = options;
    this.target = target;
    this.version = version;
    this.cost = probeCost(version.generation, options.host);
    this.boardId = options.boardId;
    const tries = has(version, GATES.patience) ? PATIENT_TRIES : TRIES;
    this.swd = new Swd(new Dap(target, options.dap), target.time, tries);
    this.mode = options.startMode;
    this.#start();
  }
  #start(): void {
    this.mode = this.options.startMode;
    this.setKhz(this.version.generation === 2 ? V2_DEFAULT_KHZ : V3_DEFAULT_KHZ);
    this.last = { status: STATUS.OK, at: 0 };
    this.misc = undefined;
    this.dead = false;
    this.enterFailure = 0;
    this.openAps.clear();
    this.trace.stop();
  }

  /** The supply goes away: the probe forgets everything and lets go of NRST. */
  losePower(): void {
    this.target.driveNrst(false);
    this.#start();
  }
  warn(note: string): void {
    this.options.warn(note);
  }
  /** The firmware hangs itself up. */
  crash(note: string): void {
    this.dead = true;
    this.warn(note);
  }
  setKhz(khz: number): void {
    this.khz = khz;
    this.swd.khz = khz;
  }
  /** EXIT: APs are closed and NRST is let go (psdb cdb.py, LeaveDebugMode). */
  leaveDebug(): void {
    this.target.driveNrst(false);
    this.openAps.clear();
    this.trace.stop();
    this.misc = undefined;
    if (this.mode === MODE.debug) this.mode = MODE.massStorage;
  }

  /** Takes one command. */
  command(packet: Uint8Array): Answer {
    if (this.dead) return undefined;
    this.commands++;
    this.target.time.advance(this.cost.commandNs);
    switch (packet[0]) {
      case 0xF1:
        return this.#version();
      case 0xFB:
        return this.#may(GATES.v3Only, packet) ? this.#versionEx() : undefined;
      case 0xF2:
        return this.#debug(packet);
      case 0xF3:
        return this.#dfu(packet);
      case 0xF4:
        return swimCommand(this, packet);
      case 0xF5:
        return Uint8Array.of(this.mode, 0);
      case 0xF7:
        return this.#may(GATES.voltage, packet) ? this.#voltage(packet) : undefined;
    }
    return this.#unknown(packet);
  }

  // ── what the commands share ──

  /** 0, or why this AP cannot be used: it was not opened, or cannot exist. */
  apObjection(ap: number): number {
    const mustOpen = has(this.version, GATES.apMustBeOpen);
    return this.apNumberObjection(ap) || (mustOpen && !this.openAps.has(ap) ? STATUS.BAD_AP : 0);
  }
  apNumberObjection(ap: number): number {
    return ap > HIGHEST_AP ? STATUS.BAD_AP : 0;
  }
  /**
   * The same for the commands that are about the core. They open AP 0 by themselves: st-flash works on
   * V2J37 and later and never sends INIT_AP, but begins with them.
   */
  coreApObjection(ap: number): number {
    if (ap === 0) this.openAps.add(0);
    return this.apObjection(ap);
  }
  /** Reads a word into `swd.data`; gives the status. */
  readWord(ap: number, at: number): number {
    let value = 0;
    const series = this.series({ ap, at, width: 4, csw: 0, increments: false });
    series.read(() => {});
    series.readLast((item) => value = item);
    const status = series.end();
    this.swd.data = value;
    return status;
  }
  writeWord(ap: number, at: number, value: number): number {
    const series = this.series({ ap, at, width: 4, csw: 0, increments: false });
    series.write(value);
    return series.end();
  }
  series(place: Place): Series {
    return new Series(this.swd, this.cost, place, this.options.clearsFaults);
  }

  // ── groups ──

  #debug(packet: Uint8Array): Answer {
    if (this.mode === MODE.dfu) {
      this.warn(`in DFU mode a debug command is not taken (${bytesText(packet)})`);
      return undefined;
    }
    const command = TABLE[packet[1]!];
    if (command === undefined || !has(this.version, command.from)) {
      return this.#unknown(packet, command);
    }
    if (command.debugOnly && this.mode !== MODE.debug) return this.#unconnected(command, packet);
    return command.run(this, packet);
  }
  /** st-info goes on after an ENTER that failed; without any ENTER the host is wrong. No source has the status. */
  #unconnected(command: Command, packet: Uint8Array): Answer {
    if (this.enterFailure === 0) this.warn(`${command.name} before ENTER (${bytesText(packet)})`);
    return this.#refusal(command, this.enterFailure || STATUS.UNKNOWN_ERROR);
  }
  #unknown(packet: Uint8Array, command?: Command): Answer {
    const debug = packet[0] === 0xF2;
    const name = command?.name ?? (debug ? NAMES[packet[1]!] : undefined);
    this.warn(
      `${this.version.text} does not know ${name ?? "the command"} (${bytesText(packet)})`,
    );
    return debug ? this.#refusal(command, STATUS.UNKNOWN_COMMAND) : undefined;
  }
  /** Two bytes where an answer begins with a status; where it is data alone, nothing. */
  #refusal(command: Command | undefined, status: number): Answer {
    if (command === undefined || command.status) return reply(status);
    this.last = { status, at: 0 };
    return undefined;
  }
  #may(gate: Gate, packet: Uint8Array): boolean {
    const may = has(this.version, gate);
    if (!may) this.#unknown(packet);
    return may;
  }
  #dfu(packet: Uint8Array): undefined {
    if (packet[1] !== 0x07) this.#unknown(packet);
    else if (this.mode === MODE.dfu) this.mode = MODE.massStorage;
  }

  // ── who it is ──

  #version(): Uint8Array {
    const { generation, jtag, massStorage, swim } = this.version;
    const out = new Uint8Array(6);
    const word = generation === 2 ? (2 << 12) | (jtag << 6) | (massStorage || swim) : 3 << 12;
    out[0] = word >>> 8;
    out[1] = word & 0xFF;
    putU16le(out, 2, 0x0483);
    putU16le(out, 4, this.options.productId);
    return out;
  }
  #versionEx(): Uint8Array {
    const { generation, jtag, massStorage, bridge, swim } = this.version;
    const out = new Uint8Array(12);
    out.set([generation, swim, jtag, massStorage, bridge]);
    putU16le(out, 8, 0x0483);
    putU16le(out, 10, this.options.productId);
    return out;
  }
  #voltage(packet: Uint8Array): Answer {
    if (this.mode === MODE.dfu) {
      this.warn(`in DFU mode the voltage is not measured (${bytesText(packet)})`);
      return undefined;
    }
    const out = new Uint8Array(8);
    const { voltageInput } = this.options;
    if (voltageInput === "dead") return out;
    putU32le(out, 0, ADC_REFERENCE);
    const measured = Math.round(this.target.volts * ADC_REFERENCE / 2.4);
    putU32le(out, 4, voltageInput === "good" ? measured : 0xFFF); // twelve bits, all ones
    return out;
  }
}
