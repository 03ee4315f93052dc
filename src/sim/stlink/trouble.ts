/** Trouble on the debug endpoints, transfer by transfer, as a test or a seed asks for it. */
import type { Timeline, Urb } from "../contracts.ts";
import { GONE, NOTHING } from "../usb_pipes.ts";

/**
 * What is done to a transfer. `drop-out` and `drop-in` wait for the next transfer of their direction: data
 * that the host believes sent, an answer that never comes; so does `short-in`: half an answer. `stall`: the
 * endpoint halts. `late`: the device sees it 50 ms later. `kill`: the firmware hangs from here on.
 */
export type Exchange =
  | "ok"
  | "drop-out"
  | "drop-in"
  | "short-in"
  | "stall"
  | "late"
  | "unplug"
  | "kill";

/** What the meddler may do to the device. */
export interface Meddled {
  readonly time: Timeline;
  deliver(urb: Urb): void;
  takeBack(urb: Urb): boolean;
  halt(address: number): void;
  unplug(): void;
  kill(): void;
}

const LATE_NS = 50e6;

/** Stands in front of the debug endpoints. */
export class Meddler {
  #count = 0;
  #carried: Exchange | undefined;
  /** the host's transfer → what the device holds in its place, if it holds something */
  readonly #held = new Map<Urb, Urb | undefined>();
  constructor(readonly device: Meddled, readonly ask: (n: number) => Exchange) {}

  submit(urb: Urb): void {
    const { device } = this;
    switch (this.#action(urb)) {
      case "drop-out":
        return urb.done(0, NOTHING, urb.data.length);
      case "drop-in": // fetched from the device, and lost on the way
        return this.#instead(urb, () => {
          this.#held.set(urb, undefined);
        });
      case "short-in":
        return this.#instead(urb, (status, data) => {
          const half = data.subarray(0, Math.floor(data.length / 2));
          this.#held.delete(urb);
          urb.done(status, half, half.length);
        });
      case "late":
        this.#held.set(urb, undefined);
        device.time.at(device.time.now + LATE_NS, () => {
          if (this.#held.delete(urb)) device.deliver(urb);
        });
        return;
      case "stall":
        device.halt((urb.in ? 0x80 : 0) | urb.endpoint);
        break;
      case "unplug":
        device.unplug();
        break;
      case "kill":
        device.kill();
        break;
    }
    device.deliver(urb);
  }

  /** Takes a held transfer back; false when it is not held. */
  unlink(urb: Urb): boolean {
    if (!this.#held.has(urb)) return false;
    const inner = this.#held.get(urb);
    this.#held.delete(urb);
    if (inner !== undefined) this.device.takeBack(inner);
    return true;
  }
  /** The cable is pulled: what only the meddler holds ends too. */
  abandon(): void {
    const held = [...this.#held.keys()];
    this.#held.clear();
    for (const urb of held) urb.done(GONE, NOTHING, 0);
  }

  #action(urb: Urb): Exchange {
    const asked = this.ask(++this.#count);
    const action = asked === "ok" ? this.#carried ?? "ok" : asked;
    const fits = action === "drop-out" ? !urb.in : action.endsWith("-in") ? urb.in : true;
    this.#carried = fits ? undefined : action;
    return fits ? action : "ok";
  }
  #instead(urb: Urb, done: Urb["done"]): void {
    const other: Urb = {
      ...urb,
      done: (status, data, actual) => {
        if (status !== GONE) return done(status, data, actual);
        if (this.#held.delete(urb)) urb.done(GONE, NOTHING, 0);
      },
    };
    this.#held.set(urb, other);
    this.device.deliver(other);
  }
}
