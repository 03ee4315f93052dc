/** The memory protection unit and the default memory map. ARM DDI 0403 §B3.1, §B3.5 */
import { MAY_EXECUTE, MAY_READ, MAY_WRITE } from "../fast_memory.ts";

const REGIONS = 8;
const CTRL_ENABLE = 1;
const CTRL_HFNMIENA = 2;
const CTRL_PRIVDEFENA = 4;
const XN = 1 << 28;

/**
 * What AP allows: [privileged, unprivileged]. Table B3-15. AP 0b100 is reserved; it allows nothing here.
 */
const AP: readonly (readonly [privileged: number, unprivileged: number])[] = [
  [0, 0],
  [MAY_READ | MAY_WRITE, 0],
  [MAY_READ | MAY_WRITE, MAY_READ],
  [MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE],
  [0, 0],
  [MAY_READ, 0],
  [MAY_READ, MAY_READ],
  [MAY_READ, MAY_READ],
];
const EVERYTHING = MAY_READ | MAY_WRITE | MAY_EXECUTE;

/** The private peripheral bus, which no region covers. */
export const isPpb = (at: number): boolean => (at >>> 20) === 0xE00;

/** Whether the default map lets code run there. Table B3-1 */
export const defaultExecutable = (at: number): boolean =>
  at < 0x4000_0000 || (at >= 0x6000_0000 && at < 0xA000_0000);

/** Device or Strongly-ordered by the default map: accesses must be aligned. Table B3-1, §A3.2.1 */
export const defaultDevice = (at: number): boolean =>
  at >= 0xA000_0000 || (at >= 0x4000_0000 && at < 0x6000_0000);

/** A region as its registers say. */
interface Region {
  readonly from: number;
  /** last byte */
  readonly to: number;
  readonly rights: readonly [number, number];
  /** Device or Strongly-ordered */
  readonly device: boolean;
  /** disabled eighths */
  readonly srd: number;
}

/** TEX, C and B of Device and Strongly-ordered memory. Table B3-13 */
function isDevice(rasr: number): boolean {
  const tex = (rasr >>> 19) & 7;
  const cb = (rasr >>> 16) & 3;
  return (tex === 0 && cb < 2) || (tex === 2 && cb === 0);
}

function regionOf(rbar: number, rasr: number): Region | undefined {
  const size = (rasr >>> 1) & 31;
  if ((rasr & 1) === 0 || size < 4) return undefined;
  const length = 2 ** (size + 1);
  const from = Math.floor((rbar & ~0x1F) >>> 0) - ((rbar & ~0x1F) >>> 0) % length;
  const [privileged, unprivileged] = AP[(rasr >>> 24) & 7]!;
  const code = (r: number) => (rasr & XN) === 0 && (r & MAY_READ) !== 0 ? r | MAY_EXECUTE : r;
  return {
    from,
    to: from + length - 1,
    rights: [code(privileged), code(unprivileged)],
    device: isDevice(rasr),
    srd: length >= 256 ? (rasr >>> 8) & 0xFF : 0, // subregions need 256 bytes. §B3.5.1
  };
}

/** See the head of the file. Regions with a higher number win. */
export class Mpu {
  ctrl = 0;
  rnr = 0;
  readonly rbar: Uint32Array = new Uint32Array(REGIONS);
  readonly rasr: Uint32Array = new Uint32Array(REGIONS);
  /** enabled regions, the winning one first */
  #regions: Region[] = [];

  /** told when rights may have changed */
  constructor(readonly onChange: () => void) {}

  reset(): void {
    this.ctrl = this.rnr = 0;
    this.rbar.fill(0);
    this.rasr.fill(0);
    this.#changed();
  }

  /** MPU_TYPE: 8 regions, unified */
  get type(): number {
    return REGIONS << 8;
  }

  /** Whether it is on for code at an execution priority. §B3.5.3: HFNMIENA */
  inEffect(executionPriority: number): boolean {
    if ((this.ctrl & CTRL_ENABLE) === 0) return false;
    return executionPriority >= 0 || (this.ctrl & CTRL_HFNMIENA) !== 0;
  }

  #changed(): void {
    this.#regions = [];
    for (let i = REGIONS - 1; i >= 0; i--) {
      const region = regionOf(this.rbar[i]!, this.rasr[i]!);
      if (region !== undefined) this.#regions.push(region);
    }
    this.onChange();
  }

  #regionAt(at: number): Region | undefined {
    for (const r of this.#regions) {
      if (at < r.from || at > r.to) continue;
      const eighth = Math.floor(((at - r.from) * 8) / (r.to - r.from + 1));
      if ((r.srd & (1 << eighth)) === 0) return r;
    }
    return undefined;
  }

  /** MAY_READ | MAY_WRITE | MAY_EXECUTE at an address while in effect. §B3.5.2 */
  rights(at: number, privileged: boolean): number {
    const r = isPpb(at) ? undefined : this.#regionAt(at);
    if (r === undefined) {
      const background = isPpb(at) || (privileged && (this.ctrl & CTRL_PRIVDEFENA) !== 0);
      if (!background) return 0;
      return defaultExecutable(at) ? EVERYTHING : MAY_READ | MAY_WRITE;
    }
    const rights = r.rights[privileged ? 0 : 1];
    // the system region stays XN whatever a region says. §B3.1
    return at >= 0xE000_0000 ? rights & ~MAY_EXECUTE : rights;
  }

  /** Rights that hold on all of `length` bytes; `length` is a power of two of at least 32. */
  rightsOfAll(at: number, length: number, privileged: boolean): number {
    let rights = this.rights(at, privileged);
    for (let edge = this.#nextEdge(at); edge < at + length; edge = this.#nextEdge(edge)) {
      rights &= this.rights(edge, privileged);
    }
    return rights;
  }

  /** The next address where another region or subregion begins. */
  #nextEdge(at: number): number {
    let next = 2 ** 32;
    for (const r of this.#regions) {
      const step = r.srd === 0 ? r.to - r.from + 1 : (r.to - r.from + 1) / 8;
      let edge = r.from;
      if (at >= r.from) edge = r.from + (Math.floor((at - r.from) / step) + 1) * step;
      if (edge > at && edge <= r.to + 1 && edge < next) next = edge;
    }
    return next;
  }

  /** Whether accesses there must be aligned. */
  device(at: number, inEffect: boolean): boolean {
    const r = inEffect && !isPpb(at) ? this.#regionAt(at) : undefined;
    return r === undefined ? defaultDevice(at) : r.device;
  }

  readRegister(offset: number): number {
    switch (offset) {
      case 0x90:
        return this.type;
      case 0x94:
        return this.ctrl;
      case 0x98:
        return this.rnr;
    }
    const n = this.rnr & 7;
    if ((offset & 4) !== 0) return ((this.rbar[n]! & ~0x1F) | n) >>> 0; // 9C, A4, AC, B4
    return this.rasr[n]!;
  }

  writeRegister(offset: number, value: number): void {
    if (offset === 0x90) return;
    if (offset === 0x94) this.ctrl = value & 7;
    else if (offset === 0x98) this.rnr = value & 7;
    else if ((offset & 4) !== 0) {
      if ((value & 0x10) !== 0) this.rnr = value & 7; // VALID: also selects. §B3.5.8
      this.rbar[this.rnr] = value & ~0x1F;
    } else this.rasr[this.rnr] = value & 0x173F_FF3F;
    this.#changed();
  }
}
