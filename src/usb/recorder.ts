/** A source that also writes down every byte, one JSON line an event. */
import { type Fact, Fault, hexBytes } from "../base/mod.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "./pipe.ts";
import { TraceClock } from "./trace_clock.ts";

/** The first line of a trace. */
export interface TraceHeader {
  readonly type: "probekit.trace";
  readonly version: 1;
  readonly source: string;
  readonly devices: readonly UsbDevice[];
  /** ms on the bus's clock when the recording began; 0 when absent */
  readonly at?: number;
}
/** A line of a trace after the first. `at` is ms on the bus's clock when the act ended. */
export type TraceLine = TraceAct & {
  /** facts of the fault, so that a replay throws the same one */
  readonly facts?: Readonly<Record<string, Fact>>;
};
type TraceAct =
  | {
    readonly type: "open";
    readonly at: number;
    readonly place: string;
    readonly ends: UsbEndpoints;
    readonly fault?: string;
  }
  | { readonly type: "out"; readonly at: number; readonly data: string; readonly fault?: string }
  | {
    readonly type: "in";
    readonly at: number;
    readonly want: number;
    readonly data?: string;
    readonly fault?: string;
  }
  | {
    readonly type: "clear-halt";
    readonly at: number;
    readonly end: "in" | "out";
    readonly fault?: string;
  }
  | { readonly type: "reset"; readonly at: number; readonly fault?: string }
  | { readonly type: "close"; readonly at: number };

/** What stands for the data of a transfer that may hold a secret; such a trace cannot be replayed. */
export const MASKED = "▒▒";

const failed = (e: unknown): Pick<TraceLine, "facts"> & { fault: string } =>
  e instanceof Fault ? { fault: e.slug, facts: e.facts } : { fault: "usb-failed" };

class RecordingPipe implements UsbPipe {
  constructor(
    readonly inner: UsbPipe,
    readonly now: () => number,
    readonly write: (line: TraceLine) => void,
    readonly masked: () => boolean,
  ) {}
  #text(data: Uint8Array): string {
    return this.masked() ? MASKED : hexBytes(data);
  }
  get device(): UsbDevice {
    return this.inner.device;
  }
  async #tell<T>(act: () => Promise<T>, line: (at: number, got?: T) => TraceLine): Promise<T> {
    try {
      const got = await act();
      this.write(line(this.now(), got));
      return got;
    } catch (e) {
      this.write({ ...line(this.now()), ...failed(e) } as TraceLine);
      throw e;
    }
  }
  send(data: Uint8Array, withinMs: number): Promise<void> {
    const text = this.#text(data);
    return this.#tell(
      () => this.inner.send(data, withinMs),
      (at) => ({ type: "out", at, data: text }),
    );
  }
  receive(length: number, withinMs: number): Promise<Uint8Array> {
    return this.#tell(
      () => this.inner.receive(length, withinMs),
      (at, got) => ({ type: "in", at, want: length, ...(got ? { data: this.#text(got) } : {}) }),
    );
  }
  clearHalt(end: "in" | "out"): Promise<void> {
    return this.#tell(() => this.inner.clearHalt(end), (at) => ({ type: "clear-halt", at, end }));
  }
  reset(): Promise<void> {
    return this.#tell(() => this.inner.reset(), (at) => ({ type: "reset", at }));
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner[Symbol.asyncDispose]();
    this.write({ type: "close", at: this.now() });
  }
}

/**
 * `inner`, with every transfer written to `line` as JSON. The header comes with the first list. While
 * `masked` is true, what the transfers hold is left out.
 */
export function recordingSource(
  inner: UsbSource,
  line: (text: string) => void,
  masked: () => boolean = () => false,
): UsbSource {
  const clock = new TraceClock(inner.clock.now(), inner.clock);
  const begin = clock.now();
  const now = () => {
    clock.reach(inner.clock.now());
    return clock.now();
  };
  const write = (l: TraceLine) => line(JSON.stringify(l));
  let begun = false;
  const list = async (): Promise<readonly UsbDevice[]> => {
    const devices = await inner.list();
    const header: TraceHeader = {
      type: "probekit.trace",
      version: 1,
      source: inner.kind,
      devices,
      at: begin,
    };
    if (!begun) line(JSON.stringify(header));
    begun = true;
    return devices;
  };
  return {
    kind: inner.kind,
    clock,
    list,
    async open(device, ends) {
      if (!begun) await list();
      const line = () => ({ type: "open" as const, at: now(), place: device.place, ends });
      const pipe = await inner.open(device, ends).catch((e) => {
        write({ ...line(), ...failed(e) });
        throw e;
      });
      write(line());
      return new RecordingPipe(pipe, now, write, masked);
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}
