/** Memory behind an access port: by the probe's own commands, or by the port's registers. */
import {
  type Access,
  alignDown,
  and,
  bits,
  type Clock,
  Deadline,
  Fault,
  hex,
  type Memory,
  shl,
  u32,
  type Width,
} from "../base/mod.ts";
import { cut, type DapStep, type Probe, probeFault, type Segment } from "../probe/mod.ts";
import { AP_REGISTERS, CSW_CACHEABLE, CSW_DEBUG, cswFor, readAp } from "./ap.ts";

/** TAR counts up within this many bytes for certain, not beyond (ADIv5). */
const TAR_BLOCK = 1024;
const WHOLE = 2 ** 32;
const LONGEST = { 1: WHOLE, 2: WHOLE, 4: WHOLE } as const;
const [CSW] = AP_REGISTERS.CSW;
const [TAR] = AP_REGISTERS.TAR;
const [DRW] = AP_REGISTERS.DRW;

/** How accesses are marked on the bus. */
export interface MemoryWish {
  /** through the data cache of a Cortex-M7; false when absent */
  readonly cacheable?: boolean;
}

/** Segments cut at the blocks of TAR. */
function blocks(segments: readonly Segment[]): Segment[] {
  const out: Segment[] = [];
  for (const s of segments) {
    for (let done = 0; done < s.length;) {
      const at = s.at + done;
      const length = Math.min(s.length - done, alignDown(at, TAR_BLOCK) + TAR_BLOCK - at);
      out.push({ at, offset: s.offset + done, length, width: s.width });
      done += length;
    }
  }
  return out;
}

/** Memory through CSW, TAR and DRW: for probes that have no memory commands, and to check those that have. */
export class MemApMemory implements Memory {
  constructor(
    readonly probe: Probe,
    readonly ap: number,
    readonly clock: Clock,
    readonly csw: number = CSW_DEBUG,
  ) {}

  async read(at: number, length: number, width?: Width): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (const s of blocks(cut("read", at, length, LONGEST, width))) {
      const words = await this.#block("read", s, (n) => Array(n).fill(this.#step(DRW)));
      words.forEach((word, i) => {
        const from = i * s.width;
        for (let b = 0; b < s.width; b++) {
          const lane = 8 * ((s.at + from + b) % 4);
          out[s.offset + from + b] = bits(word, lane + 7, lane);
        }
      });
    }
    return out;
  }

  async write(at: number, data: Uint8Array, width?: Width): Promise<void> {
    for (const s of blocks(cut("write", at, data.length, LONGEST, width))) {
      await this.#block("write", s, (n) =>
        Array.from({ length: n }, (_, i) => {
          let word = 0;
          for (let b = 0; b < s.width; b++) {
            const byte = data[s.offset + i * s.width + b] ?? 0;
            word = u32(word + shl(byte, 8 * ((s.at + i * s.width + b) % 4)));
          }
          return this.#step(DRW, word);
        }));
    }
  }

  async batch(steps: readonly Access[]): Promise<Uint32Array> {
    const out: number[] = [];
    for (const step of steps) {
      if ("poll" in step) out.push(await this.#poll(step));
      else if ("read" in step) out.push(await this.#word(step.read));
      else {
        const s: Segment = { at: step.write, offset: 0, length: 4, width: 4 };
        await this.#block("write", s, () => [this.#step(DRW, step.value)]);
      }
    }
    return Uint32Array.from(out);
  }

  async #word(at: number): Promise<number> {
    const [word = 0] = await this.#block(
      "read",
      { at, offset: 0, length: 4, width: 4 },
      () => [this.#step(DRW)],
    );
    return word;
  }

  async #poll(poll: Extract<Access, { poll: number }>): Promise<number> {
    const deadline = new Deadline(this.clock, poll.withinMs);
    let last = await this.#word(poll.poll);
    while (and(last, poll.mask) !== poll.want) {
      if (deadline.over) {
        throw probeFault("register-never-changed", {
          where: hex(poll.poll),
          at: poll.poll,
          mask: hex(poll.mask),
          want: hex(poll.want),
          last: hex(last),
          value: last,
          ms: poll.withinMs,
        });
      }
      if (poll.everyMs) await this.clock.sleep(Math.min(poll.everyMs, deadline.leftMs));
      last = await this.#word(poll.poll);
    }
    return last;
  }

  #step(register: number, write?: number): DapStep {
    return write === undefined ? { port: this.ap, register } : { port: this.ap, register, write };
  }

  /** One block: CSW, TAR, then the data; a refusal names the address that TAR stopped at. */
  async #block(
    access: "read" | "write",
    s: Segment,
    data: (count: number) => DapStep[],
  ): Promise<Uint32Array> {
    try {
      return await this.probe.transfer([
        this.#step(CSW, cswFor(this.csw, s.width, true)),
        this.#step(TAR, s.at),
        ...data(s.length / s.width),
      ]);
    } catch (error) {
      if (!(error instanceof Fault) || error.slug !== "bus-refused") throw error;
      await this.probe.clearErrors();
      const tar = await readAp(this.probe, this.ap, "TAR");
      const at = tar >= s.at && tar < s.at + s.length ? tar : s.at;
      throw probeFault(
        "bus-refused",
        { ...error.facts, access, at, where: hex(at), length: s.length },
        { cause: error, evidence: [{ what: "TAR", value: hex(tar) }] },
      );
    }
  }
}

/**
 * Memory behind access port `ap`: the probe's own commands when it has them. Faults: bus-refused,
 * bus-busy, access-impossible, and those of the probe.
 */
export function memoryOf(probe: Probe, ap: number, clock: Clock, wish: MemoryWish = {}): Memory {
  const csw = wish.cacheable ? CSW_CACHEABLE : 0;
  return probe.fastMemory?.(ap, csw) ??
    new MemApMemory(probe, ap, clock, wish.cacheable ? CSW_CACHEABLE : CSW_DEBUG);
}
