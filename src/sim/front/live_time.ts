/** Boards that live by a real clock: while a host thinks or waits, their time passes too. */
import { type Clock, systemClock } from "../../base/mod.ts";
import type { Timeline, VirtualUsbDevice } from "../contracts.ts";

/** What a front-end says of its own accord, and the time it shares with others on the same boards. */
export interface FrontIo {
  /** a call or message that is not known: loudly */
  readonly warn?: (note: string) => void;
  readonly live?: LiveTime;
}
/** What a front-end shows of a board: its probe on USB, and its time. */
export interface FrontBoard {
  readonly usb: VirtualUsbDevice;
  readonly chip: { readonly time: Timeline; readonly core: { readonly cycles: number } };
}

/** how often boards are looked after when nobody asks anything of them */
const TICK_MS = 5;
/** as much as passes at one look: a host that slept for a minute does not make the program hang */
const MOST_MS = 100;
/** the grain in which it passes */
const SLICE_MS = 0.5;
/** a core that is emulated slower than it runs gets no more of a millisecond: 32 MHz */
const CYCLES_PER_MS = 32_000;

/**
 * Lets the boards' time pass as the clock's does, while nothing else moves it. What the host's commands take
 * is the emulator's business; this is only about the time in between.
 */
export class LiveTime implements Disposable {
  #last: number;
  readonly #timer: ReturnType<typeof setInterval>;

  /** `pace`: so many times as fast as the clock, for what a host waits long and does little. */
  constructor(
    readonly boards: readonly FrontBoard[],
    readonly pace = 1,
    readonly clock: Pick<Clock, "now"> = systemClock,
  ) {
    this.#last = clock.now();
    // also while no host is heard of, for firmware that talks by itself
    this.#timer = setInterval(() => this.passed(), TICK_MS);
  }
  /**
   * Lets pass what has passed since the boards were last busy. A core at 216 MHz is emulated slower than it
   * runs: it gets a part of the time, or host and emulator would wait for each other ever longer.
   */
  passed(): void {
    const ms = Math.min(MOST_MS, this.clock.now() - this.#last);
    for (const { chip } of this.boards) {
      const most = chip.core.cycles + ms * CYCLES_PER_MS;
      for (let left = ms; left > 0 && chip.core.cycles < most; left -= SLICE_MS) {
        chip.time.advance(Math.min(SLICE_MS, left) * this.pace * 1e6);
      }
    }
    this.#last = this.clock.now();
  }
  /** Does what a host asks for, at the time it is. What it takes in the emulator is not counted twice. */
  act<T>(what: () => T): T {
    this.passed();
    try {
      return what();
    } finally {
      this.#last = this.clock.now();
    }
  }
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** The time that a front-end was given, or one of its own, with what ends it. */
export function liveOf(boards: readonly FrontBoard[], io: FrontIo): [LiveTime, end: () => void] {
  if (io.live !== undefined) return [io.live, () => {}];
  const live = new LiveTime(boards);
  return [live, () => live[Symbol.dispose]()];
}
/** Calls `act` when the device is unplugged, after whoever asked before. */
export function whenUnplugged(device: VirtualUsbDevice, act: () => void): void {
  const before = device.onUnplug;
  device.onUnplug = () => {
    before?.();
    act();
  };
}
