/** The probe's modes: out of whatever it is in, into SWD (facts §5). */
import { Fault } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import {
  debugExit,
  dfuExit,
  driveNrst,
  enterSwd,
  getComFrequencies,
  getCurrentMode,
  MODE,
  readIdcodes,
  setComFrequency,
  stopTrace,
  swdSetFrequency,
  swimExit,
} from "./commands.ts";
import type { Link } from "./link.ts";
import { OK, statusOf } from "./status.ts";
import { chooseKilohertz, speedText, V2_DIVISORS } from "./speeds.ts";

/** One try at the debug port. */
export interface Try {
  readonly hertz: number;
  readonly dpidr?: number;
  /** why not; the name of the status */
  readonly failed?: string;
}

/** SWD bits of one word, and twice that for turn-arounds and WAITs (performance §3.2). */
const BITS_A_WORD = 2 * 46;

/** Which mode the probe is in, as far as this session has made it. */
export class Mode {
  /** the session has entered SWD, or found the probe there */
  debugging = false;
  /** NRST is driven low by us */
  held = false;
  #offered: number[] | undefined;
  #kilohertz: number | undefined;
  constructor(readonly link: Link) {}

  /** Leaves DFU, SWIM, or the debug mode of a program that was killed. Fault: probe-in-loader. */
  async leaveOld(mode: number, probe: string): Promise<void> {
    const { wire, can } = this.link;
    if (mode === MODE.loader) throw fault("probe-in-loader", { probe });
    if (mode === MODE.swim) await wire.exchange(swimExit());
    if (mode === MODE.debug && can.reenters) {
      // entering again is safer than leaving, but trace must stop first (psdb cdb.py, SWDConnect)
      await wire.tryOnce(stopTrace());
      await wire.tryOnce(driveNrst("release"));
      this.debugging = true;
    } else if (mode === MODE.debug) await wire.exchange(debugExit());
    if (mode !== MODE.dfu) return;
    await wire.exchange(dfuExit());
    const { value: now } = await wire.tryOnce(getCurrentMode());
    if (now === MODE.dfu || now === MODE.loader) throw fault("probe-in-loader", { probe });
  }

  /**
   * Sets the SWD clock to the nearest not above `hertz`; before entering, because the probe looks for
   * chips at this speed. Gives the Hz chosen. Fault: probe-speed-too-low.
   */
  async setSpeed(hertz: number): Promise<number> {
    const { wire, can } = this.link;
    const offered = await this.#offers();
    const top = can.topKhz ?? Infinity;
    const khz = chooseKilohertz(offered, Math.min(hertz / 1000, top));
    if (khz === undefined) {
      throw fault("probe-speed-too-low", {
        wanted: speedText(hertz),
        slowest: speedText(Math.min(...offered) * 1000),
      });
    }
    if (khz !== this.#kilohertz) await this.#applySpeed(khz);
    this.#kilohertz = khz;
    wire.swdMs = Math.ceil(wire.limits.writeChunk / 4 * BITS_A_WORD / khz);
    return khz * 1000;
  }

  async #applySpeed(khz: number): Promise<void> {
    if (this.link.can.speedsInKhz) await this.link.run(setComFrequency(khz));
    else await this.link.run(swdSetFrequency(V2_DIVISORS.find(([k]) => k === khz)?.[1] ?? 1));
  }

  async #offers(): Promise<readonly number[]> {
    if (!this.link.can.speedsInKhz) return V2_DIVISORS.map(([khz]) => khz);
    this.#offered ??= await this.link.run(getComFrequencies());
    return this.#offered;
  }

  /**
   * Enters SWD and reads DPIDR; a chip that does not answer is in `failed`, not thrown. Under reset NRST
   * is pulled before, and again after: before entering the firmware may not know which pin it is.
   */
  async enter(hertz: number, underReset: boolean): Promise<Try> {
    const { wire } = this.link;
    if (this.debugging && !this.link.can.reenters) await this.leave();
    const chosen = await this.setSpeed(hertz);
    this.link.forgetAps();
    if (underReset) {
      await wire.tryOnce(driveNrst("low"));
      this.held = true;
    }
    const entered = await this.#attempt(() => wire.run(enterSwd()));
    if (entered !== undefined) return { hertz: chosen, failed: entered };
    this.debugging = true;
    if (underReset) await this.link.run(driveNrst("low"));
    else if (this.held) await this.link.run(driveNrst("release"));
    this.held = underReset;
    const { status, value } = await wire.tryOnce(readIdcodes());
    if (status !== OK) return { hertz: chosen, failed: statusOf(status).name };
    const empty = value === 0 || value === 0xFFFF_FFFF;
    return empty ? { hertz: chosen, failed: "an empty IDCODE" } : { hertz: chosen, dpidr: value };
  }

  /** The name of the status when the chip does not answer; undefined when it does. */
  async #attempt(go: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await go();
      return undefined;
    } catch (error) {
      const about = error instanceof Fault ? error : undefined;
      const chip = ["link-lost", "bus-refused", "bus-busy"].includes(about?.slug ?? "");
      // ENTER may also say plainly that it failed, without a reason
      if (about && (chip || about.slug === "probe-status")) return String(about.facts["status"]);
      throw error;
    }
  }

  /** Leaves debug mode. NRST is let go by it, and access ports are closed. */
  async leave(): Promise<void> {
    if (this.debugging) await this.link.wire.exchange(debugExit());
    // SWD was never entered, so leaving it would not release NRST
    else if (this.held) await this.link.wire.tryOnce(driveNrst("release"));
    this.debugging = false;
    this.held = false;
    this.#kilohertz = undefined; // whether the speed outlives debug mode is not documented
    this.link.forgetAps();
  }

  /** Drives NRST. */
  async holdReset(held: boolean): Promise<void> {
    await this.link.run(driveNrst(held ? "low" : "release"));
    this.held = held;
  }
}
