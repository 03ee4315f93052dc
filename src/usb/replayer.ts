/** A source that answers from a trace and stops at the first thing the trace did not hold. */
import type { Clock } from "../base/mod.ts";
import { hexBytes } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "./pipe.ts";
import type { TraceHeader, TraceLine } from "./recorder.ts";

type Slug = Parameters<typeof fault>[0];

/** Reads a trace's text. Fault: bad-trace. */
export function parseTrace(
  text: string,
  file: string,
): { header: TraceHeader; lines: TraceLine[] } {
  const rows = text.split("\n").filter((l) => l.trim() !== "");
  const parsed = rows.map((row, i) => {
    try {
      return JSON.parse(row) as TraceHeader | TraceLine;
    } catch (e) {
      throw fault("bad-trace", { file, why: `line ${i + 1} is no JSON` }, { cause: e });
    }
  });
  const [header, ...lines] = parsed;
  if (header?.type !== "probekit.trace" || header.version !== 1 || !Array.isArray(header.devices)) {
    throw fault("bad-trace", { file, why: "its first line is no header of version 1" });
  }
  return { header, lines: lines as TraceLine[] };
}

/** Time as the trace tells it; sleeping is allowed and takes no time of its own. */
class TraceClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.time += ms;
    return Promise.resolve();
  }
}

class Script {
  next = 0;
  constructor(readonly lines: readonly TraceLine[], readonly clock: TraceClock) {}

  /** The next line, which must be what `is` describes. */
  take<T extends TraceLine["type"]>(
    type: T,
    is: string,
    same: (l: Extract<TraceLine, { type: T }>) => boolean,
  ) {
    const line = this.lines[this.next];
    const at = this.next + 2; // 1-based, after the header
    if (line === undefined) {
      throw fault("trace-differs", { line: at, why: `it ends; the run wants ${is}` });
    }
    if (line.type !== type || !same(line as Extract<TraceLine, { type: T }>)) {
      const held = "data" in line ? `${line.type} ${line.data}` : line.type;
      throw fault("trace-differs", { line: at, why: `it holds ${held}; the run wants ${is}` });
    }
    this.next++;
    this.clock.time = Math.max(this.clock.time, line.at);
    const failed = "fault" in line ? line.fault : undefined;
    if (failed !== undefined) {
      throw fault(failed as Slug, {
        what: `replayed, line ${at}`,
        withinMs: 0,
        error: "replayed",
        place: "replay",
      });
    }
    return line as Extract<TraceLine, { type: T }>;
  }
}

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (h) => parseInt(h, 16));

class ReplayPipe implements UsbPipe {
  constructor(readonly device: UsbDevice, readonly script: Script) {}
  send(data: Uint8Array): Promise<void> {
    const text = hexBytes(data);
    return this.#run(() => void this.script.take("out", `out ${text}`, (l) => l.data === text));
  }
  receive(length: number): Promise<Uint8Array> {
    return this.#run(() =>
      bytes(this.script.take("in", `in of ${length} bytes`, (l) => l.want === length).data ?? "")
    );
  }
  clearHalt(end: "in" | "out"): Promise<void> {
    return this.#run(() =>
      void this.script.take("clear-halt", `clear-halt ${end}`, (l) => l.end === end)
    );
  }
  reset(): Promise<void> {
    return this.#run(() => void this.script.take("reset", "reset", () => true));
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#run(() => void this.script.take("close", "close", () => true));
  }
  #run<T>(act: () => T): Promise<T> {
    return new Promise((resolve) => resolve(act()));
  }
}

/** A source that plays the trace in `text`. Faults: bad-trace; trace-differs while it runs. */
export function replaySource(text: string, file: string): UsbSource {
  const { header, lines } = parseTrace(text, file);
  const clock = new TraceClock();
  const script = new Script(lines, clock);
  return {
    kind: "replay",
    clock,
    list: () => Promise.resolve(header.devices),
    open(device: UsbDevice, ends: UsbEndpoints) {
      return new Promise((resolve) => {
        script.take(
          "open",
          `open ${device.place}`,
          (l) => l.place === device.place && l.ends.out === ends.out && l.ends.in === ends.in,
        );
        resolve(new ReplayPipe(device, script));
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
