/** Probe + chip + core + flash: opened once, closed always. */
import { type Clock, Deadline, Fault } from "../base/mod.ts";
import { type Chip, FAMILIES, identify } from "../chip/mod.ts";
import { memoryOf } from "../coresight/mod.ts";
import {
  attach,
  type Attached,
  type AttachMode,
  type Core,
  type LeaveMode,
} from "../cortex/mod.ts";
import { type OpenedFlash, openFlash, requireStaysOpen } from "../flash/mod.ts";
import { listProbes, openProbe, type Probe, type StlinkOptions } from "../probe/mod.ts";
import { findDevice, type UsbDevice, type UsbSource } from "../usb/mod.ts";

/** SWD clock when nobody asks for another: what most boards' wires carry, as ST's tools have it. */
export const USUAL_HERTZ = 4_000_000;
/** how long a probe may be away while an operator switches its board off and on */
const AWAY_MS = 30_000;
const LOOK_AGAIN_MS = 250;

/** Which board, and how to get hold of it. */
export interface BenchWish {
  readonly source: UsbSource;
  /** the probe's device; absent: the one that `wanted` names, or the only one */
  readonly device?: UsbDevice;
  /** serial, or place: `1-4.2` */
  readonly wanted?: string | undefined;
  /** SWD clock; absent: {@link USUAL_HERTZ} */
  readonly hertz?: number | undefined;
  readonly attach: AttachMode;
  /** what is done with the bench may reset the chip, though attaching to it does not */
  readonly resets?: boolean;
  /** instead of what the chip's size register says */
  readonly flashKiB?: number;
  /** more debug registers that leaving as found puts back */
  readonly restores?: readonly number[];
  readonly stlink?: StlinkOptions;
}

/** How the board was found. */
export interface Found {
  readonly mode: AttachMode;
  readonly hertz: number;
  readonly dpidr: number;
  /** what the core was doing */
  readonly was: string;
  readonly notes: readonly string[];
}

/**
 * A board under the debugger. Disposing it leaves the board as found, when it was not left before; whatever
 * asks the board something afterwards ends with `probe-lost`.
 */
export interface Bench extends AsyncDisposable {
  readonly probe: {
    readonly id: Probe["id"];
    readonly counters: Probe["counters"];
    readonly lacks: readonly string[];
  };
  readonly clock: Clock;
  readonly found: Found;
  readonly core: Core;
  readonly chip: Chip;
  readonly flash: OpenedFlash;
  /** measured at attaching; undefined when the probe cannot */
  readonly volts: number | undefined;
  /**
   * Resets the chip with the catch armed and attaches anew: new option bytes are in force, and flash is
   * laid out as they say. A probe that is gone is waited for.
   */
  reattach(): Promise<void>;
  /** The debug port is being closed for ever: from here on, a chip that does not answer is no fault. */
  mayClose(): void;
  /** what the chip did not answer with, once it is closed for ever: nothing of it can be reached */
  readonly closed: Fault | undefined;
  /** V, measured now; undefined when the probe cannot. Needs no answer of the chip. */
  supply(): Promise<number | undefined>;
  /** Leaves the chip and debug mode. */
  leave(how: LeaveMode): Promise<void>;
}

/** Watchdogs of all families, to freeze before it is known which chip answers. */
const FREEZE = FAMILIES.flatMap((f) => f.debug.freeze.map(({ at, set }) => ({ at, set })));

const gone = (error: unknown): error is Fault =>
  error instanceof Fault && (error.code.startsWith("E200") || error.slug === "probe-lost");

/** What a chip without a debug port looks like from outside. */
const silent = (error: unknown): error is Fault =>
  error instanceof Fault && error.code.startsWith("E21");

interface Parts {
  readonly attached: Attached;
  readonly chip: Chip;
  readonly flash: OpenedFlash;
  readonly volts: number | undefined;
}

class OpenBench implements Bench {
  #probe: Probe;
  #parts: Parts;
  /** leaving puts back what the first attach found */
  readonly #first: Attached;
  #left = false;
  #over = false;
  #mayClose = false;
  closed: Fault | undefined;
  constructor(readonly wish: BenchWish, probe: Probe, readonly device: UsbDevice, parts: Parts) {
    this.#probe = probe;
    this.#parts = parts;
    this.#first = parts.attached;
    const { mode, hertz, dpidr, was, notes } = parts.attached.report;
    this.found = { mode, hertz, dpidr, was, notes };
  }
  readonly found: Found;

  get probe(): Probe {
    return this.#probe;
  }
  get clock(): Clock {
    return this.wish.source.clock;
  }
  get core(): Core {
    return this.#parts.attached.core;
  }
  get chip(): Chip {
    return this.#parts.chip;
  }
  get flash(): OpenedFlash {
    return this.#parts.flash;
  }
  get volts(): number | undefined {
    return this.#parts.volts;
  }

  async reattach(): Promise<void> {
    try {
      this.#parts = await attachTo(this.#probe, this.wish, "under-reset");
      this.closed = undefined;
    } catch (error) {
      if (this.#mayClose && silent(error)) this.closed = error;
      else if (gone(error) && !this.#over) await this.#reopen(error);
      else throw error;
    }
  }

  mayClose(): void {
    this.#mayClose = true;
  }

  supply(): Promise<number | undefined> {
    return this.#probe.voltage();
  }

  /** The probe was unplugged, with its board: it comes back under the same serial number. */
  async #reopen(cause: Fault): Promise<void> {
    const { source } = this.wish;
    const before = this.#probe.counters;
    await this.#probe[Symbol.asyncDispose]();
    const deadline = new Deadline(source.clock, AWAY_MS);
    while (!deadline.over) {
      const back = (await listProbes(source)).find((p) =>
        p.serial === this.#probe.id.serial && p.problem === undefined
      );
      if (back) {
        const probe = await openProbe(source, back.device, this.wish.stlink);
        probe.counters.exchanges += before.exchanges;
        probe.counters.bytesIn += before.bytesIn;
        probe.counters.bytesOut += before.bytesOut;
        this.#probe = probe;
        this.#parts = await attachTo(probe, this.wish, "under-reset");
        return;
      }
      await source.clock.sleep(LOOK_AGAIN_MS);
    }
    throw cause;
  }

  async leave(how: LeaveMode): Promise<void> {
    this.#left = true;
    if (this.closed) return; // it runs, and nobody can stop it
    const same = this.#first.core.probe === this.#probe;
    await (same ? this.#first : this.#parts.attached).leave(how);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    try {
      if (!this.#left) await this.leave("as-found");
    } catch (error) {
      if (!(error instanceof Fault)) throw error; // gone: there is nothing to be put back
    } finally {
      await this.#probe[Symbol.asyncDispose]();
    }
  }
}

async function attachTo(probe: Probe, wish: BenchWish, mode: AttachMode): Promise<Parts> {
  const { source, hertz = USUAL_HERTZ, flashKiB } = wish;
  const restores = (wish.restores ?? []).filter((at) => !FREEZE.some((f) => f.at === at));
  const freeze = [...FREEZE, ...restores.map((at) => ({ at, set: 0 }))];
  const attached = await attach(probe, source.clock, { mode, hertz, freeze });
  const volts = await probe.voltage();
  const how = flashKiB === undefined ? {} : { flashKiB };
  const chip = await identify(attached.core.uncached, how);
  const flash = await openFlash(attached.core, chip, { volts, mayReset: mode === "under-reset" });
  return { attached, chip, flash, volts };
}

/**
 * Before a chip is attached to under reset it is looked at without one, if it answers so: RDP level 2 that
 * waits for a reset would close it for ever. Fault: options-close-at-reset.
 */
async function lookFirst(probe: Probe, { source, hertz = USUAL_HERTZ }: BenchWish): Promise<void> {
  try {
    await probe.connect({ hertz, underReset: false });
    await requireStaysOpen(memoryOf(probe, 0, source.clock), 2);
  } catch (error) {
    // a chip that does not answer may do so under reset; a probe that is gone says so at its next command
    if (!(error instanceof Fault) || error.slug === "options-close-at-reset") throw error;
  }
}

async function attachFirst(probe: Probe, wish: BenchWish): Promise<Parts> {
  if (wish.attach === "under-reset") await lookFirst(probe, wish);
  const parts = await attachTo(probe, wish, wish.attach);
  if (wish.attach !== "under-reset" && wish.resets) {
    try {
      await requireStaysOpen(parts.attached.core.uncached, 1);
    } catch (error) {
      await parts.attached.leave("as-found");
      throw error;
    }
  }
  return parts;
}

/**
 * Opens the probe, attaches to the chip and identifies it. On a fault everything is closed again.
 * Faults: no-probe, probe-not-found, probe-ambiguous, options-close-at-reset, options-close-flash-at-reset,
 * and those of probe/, cortex/, chip/ and flash/.
 */
export async function openBench(wish: BenchWish): Promise<Bench> {
  const { source } = wish;
  const device = wish.device ??
    findDevice((await listProbes(source)).map((p) => p.device), wish.wanted);
  const probe = await openProbe(source, device, wish.stlink);
  try {
    return new OpenBench(wish, probe, device, await attachFirst(probe, wish));
  } catch (error) {
    await probe[Symbol.asyncDispose]();
    throw error;
  }
}
