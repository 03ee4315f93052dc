/** The conversation: one command at a time over the pipe, repeated while the chip says WAIT. */
import { type Clock, Deadline, Fault, hexBytes } from "../../base/mod.ts";
import type { UsbPipe } from "../../usb/mod.ts";
import { fault } from "../faults.ts";
import type { Counters } from "../probe.ts";
import type { Command } from "./commands.ts";
import { AP_FAULT, type Doing, isWait, OK, statusFault } from "./status.ts";

/** Time limits, in ms. */
export interface Limits {
  /** of one USB transfer, beyond what the SWD clock needs for it */
  readonly usbMs: number;
  /** how long a chip may say WAIT before it is a fault */
  readonly waitMs: number;
  /** longest write of one memory command, in bytes */
  readonly writeChunk: number;
}

/** what draining and asking again may mend */
const OUT_OF_STEP = [
  "usb-timeout",
  "usb-stall",
  "usb-overflow",
  "usb-failed",
  "probe-unknown-reply",
];
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 64;
/** stale packets that a killed program may have left; more is a device that talks by itself */
const STALE_PACKETS = 64;

const slugOf = (error: unknown): string | undefined =>
  error instanceof Fault ? error.slug : undefined;

/** Pauses of 1, 2, 4 … 64 ms until the time is over. */
export class Patience {
  #pause = FIRST_PAUSE_MS;
  readonly #deadline: Deadline;
  constructor(readonly clock: Clock, readonly withinMs: number) {
    this.#deadline = new Deadline(clock, withinMs);
  }
  get over(): boolean {
    return this.#deadline.over;
  }
  get waitedMs(): number {
    return this.withinMs - this.#deadline.leftMs;
  }
  async pause(): Promise<void> {
    await this.clock.sleep(Math.min(this.#pause, Math.max(1, this.#deadline.leftMs)));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }
}

/** One probe's pipe, with its counters. */
export class Wire {
  readonly counters: Counters = { exchanges: 0, bytesOut: 0, bytesIn: 0 };
  /** ms that the longest command spends on SWD at the present speed */
  swdMs = 0;
  constructor(readonly pipe: UsbPipe, readonly clock: Clock, readonly limits: Limits) {}

  /** Throws away what is left in the IN endpoint; true when something was. */
  async drain(): Promise<boolean> {
    for (let n = 0; n < STALE_PACKETS; n++) {
      try {
        await this.pipe.receive(512, 1);
      } catch (error) {
        if (slugOf(error) === "usb-timeout") return n > 0;
        if (slugOf(error) !== "usb-stall") throw error;
        await this.pipe.clearHalt("in");
      }
    }
    return true;
  }

  /** One exchange; a pure read whose answer is lost or short is repeated once. */
  async exchange<T>(command: Command<T>): Promise<Uint8Array> {
    try {
      return await this.#once(command);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (!OUT_OF_STEP.includes(error.slug)) throw this.#lost(command, error);
      await this.#resynchronise(command, error);
      if (!command.pure) throw this.#lost(command, error);
    }
    try {
      return await this.#once(command);
    } catch (error) {
      throw this.#lost(command, error);
    }
  }

  async #once<T>(command: Command<T>): Promise<Uint8Array> {
    const withinMs = this.limits.usbMs + this.swdMs;
    this.counters.exchanges++;
    this.counters.bytesOut += command.packet.length + (command.data?.length ?? 0);
    await this.pipe.send(command.packet, withinMs);
    if (command.data) await this.pipe.send(command.data, withinMs);
    if (command.reply === 0) return new Uint8Array();
    const reply = await this.pipe.receive(command.reply, withinMs);
    this.counters.bytesIn += reply.length;
    if (reply.length >= command.reply) return reply;
    throw fault("probe-unknown-reply", {
      command: command.name,
      got: `${reply.length} bytes`,
      wanted: `${command.reply} bytes`,
    }, { evidence: [{ what: "answer", value: hexBytes(reply.subarray(0, 16), " ") || "empty" }] });
  }

  async #resynchronise<T>(command: Command<T>, error: Fault): Promise<void> {
    try {
      if (error.slug === "usb-stall") await this.pipe.clearHalt("out");
      await this.drain();
    } catch (error) {
      throw this.#lost(command, error);
    }
  }

  /** The fault for a broken conversation; what is no trouble of USB (a trace that differs) stays. */
  #lost<T>(command: Command<T>, cause: unknown): unknown {
    const slug = slugOf(cause) ?? "";
    const board = command.pure
      ? { state: "untouched", text: "it was only read" } as const
      : { state: "unknown", text: `${command.name} may or may not have been done` } as const;
    if (cause instanceof Fault && slug === "probe-unknown-reply") return cause.within({ board });
    if (!slug.startsWith("usb-")) return cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    return fault("probe-lost", { command: command.name, why }, { cause, board });
  }

  /** The answer without judging its status byte; undefined for a command without one. */
  async tryOnce<T>(command: Command<T>): Promise<{ status: number; value: T }> {
    const reply = await this.exchange(command);
    const status = command.status ? reply[0] ?? 0 : OK;
    return { status, value: status === OK ? command.parse(reply) : undefined as T };
  }

  /** Sends it until the chip no longer says WAIT. A status other than OK throws. */
  async run<T>(command: Command<T>, doing?: Omit<Doing, "command">): Promise<T> {
    return await this.patiently({ command: command.name, ...doing }, () => this.tryOnce(command));
  }

  /**
   * Repeats `go` while its status is WAIT. A FAULT that follows directly on a WAIT counts as one: a
   * V3 reports a busy access port so (Black Magic, stlinkv2.c).
   */
  async patiently<T>(
    doing: Doing,
    go: () => Promise<{ status: number; value: T; at?: number | undefined }>,
  ): Promise<T> {
    const patience = new Patience(this.clock, this.limits.waitMs);
    let waited = false;
    for (;;) {
      const { status, value, at = doing.at } = await go();
      if (status === OK) return value;
      const again = isWait(status) || (waited && status === AP_FAULT);
      if (!again || patience.over) {
        throw statusFault(status, {
          ...doing,
          ...(at === undefined ? {} : { at }),
          waitedMs: patience.waitedMs,
        });
      }
      waited = isWait(status);
      await patience.pause();
    }
  }
}
