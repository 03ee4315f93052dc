/** The driver of ST-LINK/V2, V2-1, V3 and V3PWR. */
import { type Clock, Fault, hex, type Memory } from "../../base/mod.ts";
import type { UsbPipe } from "../../usb/mod.ts";
import { fault } from "../faults.ts";
import type {
  Connected,
  ConnectWish,
  Counters,
  DapStep,
  FastCore,
  Probe,
  ProbeId,
} from "../probe.ts";
import {
  DP,
  getCurrentMode,
  getTargetVoltage,
  getVersion,
  getVersionEx,
  readAllRegisters,
  readDapRegister,
  writeDapRegister,
} from "./commands.ts";
import { Link } from "./link.ts";
import { StlinkMemory, WRITE_CHUNK, WRITE_CHUNK_MOST } from "./memory.ts";
import { Mode } from "./mode.ts";
import { investigate } from "./no_answer.ts";
import { modelOf } from "./usb_ids.ts";
import { abilitiesOf, type Firmware, firmwareOf, lacksOf, refusal } from "./versions.ts";
import { type Limits, Wire } from "./wire.ts";

/** Options of {@link openStlink}; what is left out has the value named. */
export interface StlinkOptions {
  /**
   * ms for one USB transfer, beyond what the SWD clock needs: 5000, because a chip that is a USB device
   * itself and stands halted may stall the bus for that long (OpenOCD)
   */
  readonly usbMs?: number;
  /** ms that a chip may say WAIT: 1000, as Black Magic */
  readonly waitMs?: number;
  /** bytes of one write command, a multiple of 4 up to 32768: 6144, see WRITE_CHUNK */
  readonly writeChunk?: number;
}

/** DP RDBUFF: reading it waits for the last AP write and shows its error. */
const RDBUFF = 0x0C;
/** DP registers from here on are in another bank */
const BANK = 0x10;
/** a USB probe is fed 5 V: more at the target is a reading of nothing */
const MOST_VOLTS = 5.6;
/** after a USB reset the firmware starts again (OpenOCD waits as long) */
const RESET_MS = 1000;

function limitsOf(options: StlinkOptions): Limits {
  const { usbMs = 5000, waitMs = 1000, writeChunk = WRITE_CHUNK } = options;
  if (writeChunk % 4 !== 0 || writeChunk < 4 || writeChunk > WRITE_CHUNK_MOST) {
    throw fault("access-impossible", {
      access: `write ${writeChunk} bytes in one command`,
      why: `it takes multiples of 4 from 4 to ${WRITE_CHUNK_MOST}`,
    });
  }
  return { usbMs, waitMs, writeChunk };
}

/** An opened ST-LINK. */
class Stlink implements Probe {
  readonly id: ProbeId;
  readonly lacks: readonly string[];
  readonly fastCore: FastCore;
  readonly #link: Link;
  readonly #mode: Mode;
  #keep = false;
  constructor(readonly wire: Wire, name: string, firmware: Firmware) {
    this.id = {
      name,
      serial: wire.pipe.device.serial,
      firmware: firmware.text,
      place: wire.pipe.device.place,
    };
    this.lacks = lacksOf(firmware);
    this.#link = new Link(wire, firmware, abilitiesOf(firmware));
    this.#mode = new Mode(this.#link);
    this.fastCore = { readAll: () => this.#link.run(readAllRegisters()) };
  }

  get counters(): Counters {
    return this.wire.counters;
  }

  get #title(): string {
    return `${this.id.name} ${this.id.serial} ${this.id.firmware}`;
  }

  /** Leaves the mode that it was found in. */
  async settle(mode: number): Promise<void> {
    await this.#mode.leaveOld(mode, this.#title);
  }

  async voltage(): Promise<number | undefined> {
    const { reference, measured } = await this.#link.run(getTargetVoltage());
    if (reference === 0) return undefined;
    // facts §3; in whole mV, which is finer than its ADC, so that no limit is missed by a remainder
    const volts = Math.round(2 * measured * 1.2 / reference * 1000) / 1000;
    return volts <= MOST_VOLTS ? volts : undefined;
  }

  async connect(wish: ConnectWish): Promise<Connected> {
    const first = await this.#mode.enter(wish.hertz, wish.underReset);
    if (first.dpidr === undefined) {
      const volts = await this.voltage();
      throw await investigate(this.#mode, first, wish.underReset, this.#title, volts);
    }
    await this.#openFirst(wish.underReset);
    return { hertz: first.hertz, dpidr: first.dpidr };
  }

  /** Some chips' access ports are dead while NRST is low: then the port is opened at its first use. */
  async #openFirst(underReset: boolean): Promise<void> {
    try {
      await this.#link.openAp(0);
    } catch (error) {
      if (!underReset || !(error instanceof Fault) || error.slug === "probe-lost") throw error;
    }
  }

  async disconnect(how?: { readonly keepReset: boolean }): Promise<void> {
    this.#keep = how?.keepReset ?? false;
    if (!this.#keep) await this.#mode.leave();
  }

  async holdReset(held: boolean): Promise<void> {
    await this.#mode.holdReset(held);
  }

  async transfer(steps: readonly DapStep[]): Promise<Uint32Array> {
    const out: number[] = [];
    for (const step of steps) await this.#step(step, out);
    const last = steps.at(-1);
    // an AP write is posted: its error shows at the next access (OpenOCD, stlink_dap_run)
    if (last && last.port !== "dp" && last.write !== undefined) {
      const where = `access port ${last.port}`;
      await this.#link.run(readDapRegister(DP, RDBUFF), { access: "write", where });
    }
    return Uint32Array.from(out);
  }

  async #step(step: DapStep, out: number[]): Promise<void> {
    const { port, register, write } = step;
    if (port === "dp" && register >= BANK && !this.#link.can.csw) throw this.#link.tooOld("csw");
    if (port !== "dp") await this.#link.openAp(port);
    const number = port === "dp" ? DP : port;
    const where = `register ${hex(register, 2)} of ` +
      (port === "dp" ? "the debug port" : `access port ${port}`);
    if (write === undefined) {
      const doing = { access: "read", where } as const;
      out.push(await this.#link.run(readDapRegister(number, register), doing));
    } else {
      const doing = { access: "write", where } as const;
      await this.#link.run(writeDapRegister(number, register, write), doing);
    }
  }

  async clearErrors(): Promise<void> {
    await this.#link.clearErrors();
  }

  get tripItems(): number {
    return this.#link.can.miscItems;
  }

  fastMemory(ap: number, csw = 0): Memory {
    return new StlinkMemory(this.#link, ap, csw);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#keep) await this.#mode.leave();
    } catch (error) {
      if (!(error instanceof Fault)) throw error; // it is gone: nothing is left to leave
    } finally {
      await this.wire.pipe[Symbol.asyncDispose]();
    }
  }
}

/** The first question; a probe that is stuck gets one USB reset (OpenOCD and probe-rs do so). */
async function firstAnswer(
  wire: Wire,
): Promise<ReturnType<ReturnType<typeof getVersion>["parse"]>> {
  try {
    return await wire.run(getVersion());
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const cause = error.cause instanceof Fault ? error.cause.slug : "";
    if (cause === "usb-gone") throw error;
  }
  await wire.pipe.reset();
  await wire.clock.sleep(RESET_MS);
  await wire.drain();
  return await wire.run(getVersion());
}

/**
 * Opens the ST-LINK behind `pipe`: finds out what it is and leaves whatever mode it was in. The chip is
 * not touched; see {@link Probe.connect}. On a fault the pipe is closed.
 *
 * Faults: probe-firmware-too-old, probe-unsupported, probe-in-loader, probe-unknown-reply, probe-lost.
 */
export async function openStlink(
  pipe: UsbPipe,
  clock: Clock,
  options: StlinkOptions = {},
): Promise<Probe> {
  try {
    const model = modelOf(pipe.device) ??
      { name: "ST-LINK", generation: 2, out: 2, massStorage: false } as const;
    const title = `${model.name} ${pipe.device.serial}`.trim();
    if (model.unusable === "probe-in-loader") throw fault("probe-in-loader", { probe: title });
    if (model.unusable) {
      throw fault(model.unusable, { probe: title, why: "it speaks the protocol of ST-LINK/V1" });
    }
    const wire = new Wire(pipe, clock, limitsOf(options));
    await wire.drain();
    const version = await firstAnswer(wire);
    const ex = version.major >= 3 ? await wire.run(getVersionEx()) : undefined;
    const firmware = firmwareOf(model, version, ex);
    const refused = refusal(firmware, title);
    if (refused) throw refused;
    const probe = new Stlink(wire, model.name, firmware);
    await probe.settle(await wire.run(getCurrentMode()));
    return probe;
  } catch (error) {
    await pipe[Symbol.asyncDispose]();
    throw error;
  }
}
