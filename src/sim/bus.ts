/** The address map outside the core: which address answers, and what happens where nothing does. */
import { BusError, type Master, type SystemBus, type Window } from "./contracts.ts";
import type { Block } from "./silicon/block.ts";
import type { BlockSpan, Region } from "./silicon/family.ts";
import type { MemoryPort } from "./silicon/flash_memory.ts";

type Width = 1 | 2 | 4;

/** RAM: a window, and a port for those who come over the bus. */
export class Ram implements MemoryPort {
  readonly window: Window;
  readonly #view: DataView;
  constructor(readonly name: string, readonly at: number, readonly bytes: Uint8Array) {
    this.window = { at, bytes, writable: true, executable: true, open: true };
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get size(): number {
    return this.bytes.length;
  }
  read(offset: number, width: Width): number {
    return width === 4
      ? this.#view.getUint32(offset, true)
      : width === 2
      ? this.#view.getUint16(offset, true)
      : this.bytes[offset]!;
  }
  write(offset: number, width: Width, value: number): void {
    if (width === 4) this.#view.setUint32(offset, value, true);
    else if (width === 2) this.#view.setUint16(offset, value, true);
    else this.bytes[offset] = value;
  }
}

/** One RAM for several regions that follow each other, so that an access may cross from one to the next. */
export function ramsOf(regions: readonly Region[]): readonly Ram[] {
  const rams: Ram[] = [];
  for (const r of regions) {
    const last = rams.at(-1);
    if (last && last.at + last.size === r.at) {
      rams[rams.length - 1] = new Ram(
        `${last.name}+${r.name}`,
        last.at,
        new Uint8Array(last.size + r.size),
      );
    } else rams.push(new Ram(r.name, r.at, new Uint8Array(r.size)));
  }
  return rams;
}

/** What the bus reports. */
export interface BusReporter {
  /** each note once */
  warn(note: string): void;
  /** where the core is, as text, when it is the core's access */
  whence(master: Master): string;
}

const hex = (n: number): string => "0x" + (n >>> 0).toString(16).toUpperCase().padStart(8, "0");

/** See {@link SystemBus}. */
export class Bus implements SystemBus {
  readonly #ports: readonly MemoryPort[];
  readonly #blocks = new Map<number, Block>();
  #last: MemoryPort | undefined;

  constructor(
    ports: readonly MemoryPort[],
    blocks: readonly Block[],
    /** all blocks that exist, modelled or not */
    readonly spans: readonly BlockSpan[],
    readonly windows: readonly Window[],
    readonly report: BusReporter,
  ) {
    this.#ports = ports;
    for (const b of blocks) {
      for (let at = b.at; at < b.at + b.size; at += 0x400) this.#blocks.set(at >>> 10, b);
    }
  }

  read(at: number, width: Width, master: Master): number {
    const port = this.#portAt(at, width);
    if (port !== undefined) return port.read(at - port.at, width, master);
    const block = this.#blockAt(at, width, master);
    const shift = (at & 3) * 8;
    return ((this.#readWord(block, at, master) >>> shift) & mask(width)) >>> 0;
  }

  write(at: number, width: Width, value: number, master: Master): void {
    const port = this.#portAt(at, width);
    if (port !== undefined) return port.write(at - port.at, width, value >>> 0, master);
    const block = this.#blockAt(at, width, master);
    const offset = (at & ~3) >>> 0;
    if (block instanceof Unmodelled || !block.clocked()) {
      return this.#lost(block, at, master, "write");
    }
    const shift = (at & 3) * 8;
    const lanes = (mask(width) << shift) >>> 0;
    if (!block.write(offset - block.at, (value << shift) >>> 0, lanes, master)) {
      this.#unknown(block, at, master, "write");
    }
  }

  #portAt(at: number, width: number): MemoryPort | undefined {
    // peripherals, where code waits in tight loops: no memory is there but the backup SRAM
    if (at >>> 29 === 2 && this.#blocks.has(at >>> 10)) return undefined;
    const last = this.#last;
    if (last !== undefined && at >= last.at && at + width <= last.at + last.size) return last;
    for (const p of this.#ports) {
      if (at >= p.at && at + width <= p.at + p.size) return this.#last = p;
    }
    return undefined;
  }

  #blockAt(at: number, width: Width, master: Master): Block | Unmodelled {
    const block = this.#blocks.get(at >>> 10);
    const there = block ?? this.#unmodelledAt(at);
    if (there === undefined) throw new BusError(at, `nothing answers at ${hex(at)}`);
    if (master === "fetch") throw new BusError(at, `${there.name} holds no instructions`);
    if (at % width !== 0) throw new BusError(at, `unaligned access to ${there.name}`);
    return there;
  }

  #unmodelledAt(at: number): Unmodelled | undefined {
    const span = this.spans.find((s) => at >= s.at && at < s.at + s.size);
    return span === undefined ? undefined : new Unmodelled(span.name, span.at);
  }

  #readWord(block: Block | Unmodelled, at: number, master: Master): number {
    if (block instanceof Unmodelled || !block.clocked()) {
      this.#lost(block, at, master, "read");
      return 0;
    }
    const value = block.read(((at & ~3) >>> 0) - block.at, master);
    if (value !== undefined) return value >>> 0;
    this.#unknown(block, at, master, "read");
    return 0;
  }

  #lost(block: Block | Unmodelled, at: number, master: Master, what: string): void {
    if (block instanceof Unmodelled) return this.#unknown(block, at, master, what);
    // the silicon says nothing here; a debugger that looks at a sleeping peripheral is no mistake
    if (master !== "debug") {
      this.report.warn(
        `${what} of ${block.name} at ${hex(at)} while its clock is off in RCC${
          this.report.whence(master)
        }`,
      );
    }
  }

  #unknown(block: { name: string }, at: number, master: Master, what: string): void {
    const then = what === "read" ? "reads 0" : "the write is lost";
    this.report.warn(
      `${what} of ${block.name} at ${hex(at)}: this register is not modelled, ${then}` +
        this.report.whence(master),
    );
  }
}

/** A block that the chip has and the simulator does not. */
class Unmodelled {
  constructor(readonly name: string, readonly at: number) {}
}

const mask = (width: Width): number => width === 4 ? 0xFFFF_FFFF : width === 2 ? 0xFFFF : 0xFF;
