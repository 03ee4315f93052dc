/** Data watchpoint and trace unit: four comparators, CYCCNT, PCSR. ARM DDI 0403 §C1.8 */

const COMPARATORS = 4;
/** NUMCOMP 4, all counters there: rig.md §2.3 */
const FIXED = 0x4000_0000;
const CYCCNTENA = 1;
const WRITABLE = 0x007F_1FFF;
const MATCHED = 1 << 24;
const DATAVMATCH = 1 << 8;
const CYCMATCH = 1 << 7;
const FUNCTION_BITS = 0x000F_FDAF;
const PC_MATCH = 4;

/** What the DWT asks of the core around it. */
export interface DwtOwner {
  readonly cycles: number;
  /** DEMCR.TRCENA */
  readonly tracing: boolean;
  /** the PC while running, 0xFFFF_FFFF while halted */
  readonly sample: number;
  /** a comparator with a watchpoint function has matched */
  onWatchpoint(): void;
  /** what is watched has changed */
  onChange(): void;
  warn(note: string): void;
}

/** See the head of the file. Not reset by a system reset. */
export class Dwt {
  #control = 0;
  #count = 0;
  /** the cycle that `#count` belongs to */
  #at = 0;
  readonly comp: Uint32Array = new Uint32Array(COMPARATORS);
  readonly mask: Uint32Array = new Uint32Array(COMPARATORS);
  readonly function: Uint32Array = new Uint32Array(COMPARATORS);

  constructor(readonly owner: DwtOwner) {}

  powerOnReset(): void {
    this.#control = this.#count = 0;
    this.#at = this.owner.cycles;
    this.comp.fill(0);
    this.mask.fill(0);
    this.function.fill(0);
    this.owner.onChange();
  }

  #cycles(i: number): boolean {
    return i === 0 && (this.function[0]! & CYCMATCH) !== 0;
  }

  /** Comparator `i` looks at data addresses: functions 5, 6, 7 (watchpoint) and 9, 10, 11 (match only). */
  #data(i: number): boolean {
    const f = this.function[i]!;
    const kind = f & 15;
    return this.owner.tracing && (f & DATAVMATCH) === 0 && !this.#cycles(i) &&
      ((kind > PC_MATCH && kind < 8) || (kind > 8 && kind < 12));
  }

  /** whether any comparator watches data */
  get watchesData(): boolean {
    return [0, 1, 2, 3].some((i) => this.#data(i) || this.#value(i));
  }
  /** whether any comparator watches the PC or the cycle counter: one instruction at a time, then */
  get watchesSteps(): boolean {
    return this.owner.tracing &&
      [0, 1, 2, 3].some((i) => this.#pc(i) || this.#cycles(i));
  }

  #pc(i: number): boolean {
    const f = this.function[i]!;
    return ((f & 15) === PC_MATCH || (f & 15) === 8) && (f & DATAVMATCH) === 0 && !this.#cycles(i);
  }

  /** Comparator `i` compares values instead of addresses: only number 1 can. */
  #value(i: number): boolean {
    return i === 1 && this.owner.tracing && (this.function[i]! & DATAVMATCH) !== 0 &&
      (this.function[i]! & 15) !== 0;
  }

  #covers(i: number, at: number, length: number): boolean {
    const size = 2 ** this.mask[i]!;
    const from = this.comp[i]! - this.comp[i]! % size;
    return at < from + size && at + length > from;
  }

  /** Whether any byte of the range is watched. */
  watches(at: number, length: number): boolean {
    for (let i = 0; i < COMPARATORS; i++) {
      if (this.#value(i)) return true;
      if (this.#data(i) && this.#covers(i, at, length)) return true;
    }
    return false;
  }

  #direction(i: number, write: boolean): boolean {
    const f = this.function[i]! & 3; // 5, 9 reads; 6, 10 writes; 7, 11 both
    return write ? (f & 2) !== 0 : (f & 1) !== 0;
  }

  #matched(i: number): void {
    this.function[i]! |= MATCHED;
    if ((this.function[i]! & 12) === 4) this.owner.onWatchpoint();
  }

  /** A data access of the core. */
  onAccess(at: number, width: number, write: boolean, value: number): void {
    for (let i = 0; i < COMPARATORS; i++) {
      if (this.#value(i)) {
        if (this.#direction(i, write) && this.#valueMatches(i, at, width, value)) this.#matched(i);
      } else if (this.#data(i) && this.#direction(i, write) && this.#covers(i, at, width)) {
        this.#matched(i);
      }
    }
  }

  /** DATAVSIZE, and the linked comparators' addresses. §C1.8.17 */
  #valueMatches(i: number, at: number, width: number, value: number): boolean {
    const f = this.function[i]!;
    const size = 1 << ((f >>> 10) & 3);
    if (size > width) return false;
    const mask = size === 4 ? 0xFFFF_FFFF : 2 ** (8 * size) - 1;
    if (((value ^ this.comp[i]!) & mask) !== 0) return false;
    const links = [(f >>> 12) & 15, (f >>> 16) & 15].filter((n) => n !== i && n < COMPARATORS);
    if (links.length === 0) return true;
    return links.some((n) => this.#covers(n, at, width));
  }

  /** An instruction at `pc` was executed. */
  onInstruction(pc: number, cyclesBefore: number): void {
    for (let i = 0; i < COMPARATORS; i++) {
      if (this.#pc(i) && this.#covers(i, pc, 2)) this.#matched(i);
    }
    if (this.#cycles(0) && (this.function[0]! & 15) !== 0) {
      const before = this.#countAt(cyclesBefore);
      const now = this.#countAt(this.owner.cycles);
      const target = this.comp[0]!;
      if (((target - before - 1) >>> 0) < ((now - before) >>> 0)) this.#matched(0);
    }
  }

  get #counting(): boolean {
    return (this.#control & CYCCNTENA) !== 0 && this.owner.tracing;
  }
  #countAt(cycle: number): number {
    return this.#counting ? (this.#count + cycle - this.#at) % 2 ** 32 : this.#count;
  }
  /** Before what changes the counting: TRCENA, CYCCNTENA. */
  sync(): void {
    this.#count = this.#countAt(this.owner.cycles);
    this.#at = this.owner.cycles;
  }

  /** undefined: no such register */
  readRegister(offset: number): number | undefined {
    switch (offset) {
      case 0:
        return FIXED | this.#control;
      case 4:
        return this.#countAt(this.owner.cycles) >>> 0;
      case 0x1C:
        return this.owner.sample;
      case 8: // CPICNT, EXCCNT, SLEEPCNT, LSUCNT, FOLDCNT: profiling, not counted here
      case 0xC:
      case 0x10:
      case 0x14:
      case 0x18:
        return 0;
    }
    const i = (offset - 0x20) >> 4;
    if (i < 0 || i >= COMPARATORS) return undefined;
    switch (offset & 15) {
      case 0:
        return this.comp[i]!;
      case 4:
        return this.mask[i]!;
      case 8: {
        const value = this.function[i]!;
        this.function[i] = value & ~MATCHED; // cleared by reading. §C1.8.17
        return value;
      }
      default:
        return undefined;
    }
  }

  /** false: no such register */
  writeRegister(offset: number, value: number): boolean {
    const i = (offset - 0x20) >> 4;
    if (offset === 0) {
      this.sync();
      this.#control = value & WRITABLE;
    } else if (offset === 4) {
      this.#count = value >>> 0;
      this.#at = this.owner.cycles;
    } else if (offset < 0x20) return offset <= 0x1C;
    else if (i >= COMPARATORS || (offset & 15) === 12) return false;
    else if ((offset & 15) === 0) this.comp[i] = value;
    else if ((offset & 15) === 4) this.mask[i] = Math.min(value & 31, 15); // up to 32 KiB
    else this.#writeFunction(i, value);
    this.owner.onChange();
    return true;
  }

  #writeFunction(i: number, value: number): void {
    this.function[i] = value & FUNCTION_BITS;
    const f = value & 15;
    if ((f > 0 && f < 4) || f > 11) {
      this.owner.warn(`DWT_FUNCTION${i} = ${f}: trace packets are not simulated`);
    }
  }
}
