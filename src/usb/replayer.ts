/** A source that answers from a trace and stops at the first thing the trace did not hold. */
import { Fault, hexBytes } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "./pipe.ts";
import { MASKED, type TraceHeader, type TraceLine } from "./recorder.ts";
import { TraceClock } from "./trace_clock.ts";

type Slug = Parameters<typeof fault>[0];

/** what a line of each type must hold beside its type and time */
const FIELDS: Readonly<Record<TraceLine["type"], (l: Record<string, unknown>) => boolean>> = {
  open: (l) => typeof l["place"] === "string" && typeof l["ends"] === "object" && !!l["ends"],
  out: (l) => isHex(l["data"]),
  in: (l) => typeof l["want"] === "number" && (isHex(l["data"]) || l["fault"] !== undefined),
  "clear-halt": (l) => l["end"] === "in" || l["end"] === "out",
  reset: () => true,
  close: () => true,
};
const isHex = (x: unknown): boolean => typeof x === "string" && /^([0-9a-f]{2})*$/.test(x);

function isLine(x: unknown): x is TraceLine {
  if (typeof x !== "object" || x === null) return false;
  const l = x as Record<string, unknown>;
  const holds = Object.entries(FIELDS).find(([type]) => type === l["type"])?.[1];
  const failed = l["fault"] === undefined || typeof l["fault"] === "string";
  return typeof l["at"] === "number" && failed && holds?.(l) === true;
}
const isDevice = (x: unknown): boolean =>
  typeof x === "object" && x !== null &&
  ["place", "serial"].every((k) => typeof (x as Record<string, unknown>)[k] === "string");

const SHOWN = 64;
/** Hexadecimal digits from a little before the first difference to `other`, at most 64 of them. */
function around(data: string, other: string): string {
  let same = 0;
  while (same < data.length && data[same] === other[same]) same++;
  const from = data.length <= SHOWN ? 0 : Math.max(0, same - same % 2 - 16);
  const part = data.slice(from, from + SHOWN);
  return `${from > 0 ? "…" : ""}${part}${from + SHOWN < data.length ? "…" : ""}`;
}

/** Reads a trace's text. Fault: bad-trace. */
export function parseTrace(
  text: string,
  file: string,
): { header: TraceHeader; lines: TraceLine[] } {
  const rows = text.split("\n").filter((l) => l.trim() !== "");
  const parsed = rows.map((row, i): unknown => {
    try {
      return JSON.parse(row);
    } catch (e) {
      throw fault("bad-trace", { file, why: `line ${i + 1} is no JSON` }, { cause: e });
    }
  });
  const [first, ...lines] = parsed;
  const header = (typeof first === "object" ? first : undefined) as TraceHeader | undefined;
  if (
    header?.type !== "probekit.trace" || header.version !== 1 ||
    !Array.isArray(header.devices) || !header.devices.every(isDevice)
  ) {
    throw fault("bad-trace", { file, why: "its first line is no header of version 1" });
  }
  const masked = lines.findIndex((l) => (l as { data?: unknown } | null)?.data === MASKED);
  if (masked >= 0) {
    const why = `from line ${masked + 2} on its data is masked, because its run had a secret`;
    throw fault("bad-trace", { file, why });
  }
  const good = lines.filter(isLine);
  const wrong = lines.findIndex((l) => !isLine(l));
  if (wrong >= 0) {
    throw fault("bad-trace", { file, why: `line ${wrong + 2} is no event of a trace` });
  }
  return { header, lines: good };
}

class Script {
  next = 0;
  #moved = 0;
  #differs: Fault | undefined;
  constructor(readonly lines: readonly TraceLine[], readonly clock: TraceClock) {}

  /** The next line, which must be what `is` describes. */
  take<T extends TraceLine["type"]>(
    type: T,
    is: string,
    same: (l: Extract<TraceLine, { type: T }>) => boolean,
  ) {
    const line = this.lines[this.next];
    const at = this.next + 2; // 1-based, after the header
    if (this.#differs) throw this.#differs;
    if (line?.type !== type || !same(line as Extract<TraceLine, { type: T }>)) {
      throw this.#differs = this.#difference(line, at, is);
    }
    this.next++;
    if (type === "out" || type === "in") this.#moved++;
    this.clock.reach(line.at);
    const failed = "fault" in line ? line.fault : undefined;
    if (failed !== undefined) throw replayed(failed, line, at);
    return line as Extract<TraceLine, { type: T }>;
  }

  #difference(line: TraceLine | undefined, at: number, is: string): Fault {
    const exchange = this.#moved + 1;
    if (!line) {
      return fault("trace-differs", { line: at, exchange, why: `it ends; the run wants ${is}` });
    }
    const [, wanted = ""] = is.match(/^out (.*)/) ?? [];
    const data = "data" in line ? line.data ?? "" : "";
    const held = line.type === "in"
      ? `in of ${line.want} bytes`
      : `${line.type} ${around(data, wanted)}`.trimEnd();
    const run = wanted === "" ? is : `out ${around(wanted, data)}`;
    return fault("trace-differs", {
      line: at,
      exchange,
      why: `it holds ${held}; the run wants ${run}`,
    }, {
      evidence: [{ what: "in the trace", value: held }, { what: "in this run", value: run }],
    });
  }
}

/** The fault that was recorded; one of another room comes back as a failed transfer that names it. */
function replayed(slug: string, line: TraceLine, at: number): Fault {
  const facts = { what: `replayed, line ${at}`, withinMs: 0, error: slug, place: "replay" };
  return fault(slug in fault.rows ? slug as Slug : "usb-failed", { ...facts, ...line.facts });
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
  /** Never throws: a run that ended early closes too, and its own fault is the one to be seen. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#run(() => void this.script.take("close", "close", () => true));
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
    }
  }
  #run<T>(act: () => T): Promise<T> {
    return new Promise((resolve) => resolve(act()));
  }
}

/** A source that plays the trace in `text`. Faults: bad-trace; trace-differs while it runs. */
export function replaySource(text: string, file: string): UsbSource {
  const { header, lines } = parseTrace(text, file);
  const clock = new TraceClock(header.at ?? 0);
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
