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
  readonly chip: { readonly time: Timeline };
}

/** how often boards are looked after when nobody asks anything of them */
const TICK_MS = 5;
/** as much as passes at one look: a host that slept for a minute does not make the program hang */
const MOST_MS = 20;
/** the grain in which it passes */
const SLICE_MS = 0.5;

/**
 * Lets the boards' time pass as the clock's does, while nothing else moves it. What the host's commands take
 * is the emulator's business; this is only about the time in between.
 */
export class LiveTime implements Disposable {
  #last: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `ticking`: also while no host is heard of, for firmware that talks by itself. */
  constructor(
    readonly boards: readonly FrontBoard[],
    ticking = true,
    readonly clock: Pick<Clock, "now"> = systemClock,
  ) {
    this.#last = clock.now();
    if (ticking) this.#timer = setInterval(() => this.passed(), TICK_MS);
  }
  /**
   * Lets pass what has passed since the boards were last busy. A core at 216 MHz is emulated slower than it
   * runs: no more is done than fits into as long again, or host and emulator would wait for each other.
   */
  passed(): void {
    const begun = this.clock.now();
    let left = Math.min(MOST_MS, begun - this.#last);
    const until = begun + left;
    while (left > 0) {
      const slice = Math.min(SLICE_MS, left);
      for (const b of this.boards) b.chip.time.advance(slice * 1e6);
      left = Math.min(left - slice, until - this.clock.now());
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
