/** From halfwords to operations: matching the table of encodings, and remembering what was decoded. */
import type { CpuState, CpuSystem } from "./state.ts";
import { CpuFault } from "./state.ts";
import type { FastMemory } from "./fast_memory.ts";
import {
  ENTRIES,
  ENTRY_MASK,
  MAY_EXECUTE,
  PAGE_BITS,
  PAGE_MASK,
  PAGE_SIZE,
} from "./fast_memory.ts";
import { Op, type Row } from "./op.ts";
import { encodings } from "./encodings.ts";
import type { Block } from "./compile.ts";

/** One letter's bits in an encoding, most significant first. */
interface Field {
  readonly letter: string;
  /** [lowest bit, width, shift of the piece in the operand] */
  readonly pieces: readonly (readonly [at: number, mask: number, to: number])[];
}

/** A row's pattern, compiled. */
export interface Shape {
  readonly row: Row;
  readonly width: number;
  readonly mask: number;
  readonly value: number;
  /** bits written (0) or (1): anything else is UNPREDICTABLE, taken as UNDEFINED */
  readonly should: number;
  readonly fields: readonly Field[];
}

/** Compiles the pattern of a row, which is 16 or 32 bits long (a test looks). */
export function shapeOf(row: Row): Shape {
  const bits = [...row.pattern.replace(/\s/g, "").matchAll(/\(([01])\)|([^()])/g)];
  let mask = 0;
  let value = 0;
  let should = 0;
  const letters = new Map<string, number[]>();
  bits.forEach(([, soft, hard], i) => {
    const at = bits.length - 1 - i;
    const symbol = soft ?? hard ?? "";
    if (symbol === "0" || symbol === "1") {
      mask |= 1 << at;
      if (symbol === "1") value |= 1 << at;
      if (soft !== undefined) should |= 1 << at;
    } else if (symbol !== "-") {
      letters.set(symbol, [...(letters.get(symbol) ?? []), at]);
    }
  });
  const fields = [...letters].map(([letter, ats]) => ({ letter, pieces: pieces(ats) }));
  return {
    row,
    width: bits.length,
    mask: mask >>> 0,
    value: value >>> 0,
    should: should >>> 0,
    fields,
  };
}

function pieces(ats: readonly number[]): [number, number, number][] {
  const out: [number, number, number][] = [];
  ats.forEach((at, i) => {
    const last = out.at(-1);
    const to = ats.length - 1 - i;
    if (last !== undefined && last[0] === at + 1) {
      last[0] = at;
      last[1] = (last[1] << 1) | 1;
      last[2] = to;
    } else out.push([at, 1, to]);
  });
  return out;
}

/** All rows, in the table's order: the first that matches counts. */
export const shapes: readonly Shape[] = encodings.map(shapeOf);

// A 16-bit instruction finds its row by its value; a 32-bit one among few, by bits 12 … 4 of its first half.
const narrow: (Shape | null | undefined)[] = new Array(0x10000).fill(undefined);
const wide: Shape[][] = Array.from({ length: 512 }, (_, i) => {
  const mask = 0x1FF0_0000, value = i * 0x10_0000;
  return shapes.filter((s) => s.width === 32 && ((s.value ^ value) & s.mask & mask) === 0);
});

/** Whether a first halfword begins a 32-bit instruction. ARM DDI 0403 §A5.1 */
export const isWide = (half: number): boolean => half >= 0xE800;

/** The row of an instruction; 16-bit ones are given in `half` with `second` 0. */
export function match(half: number, second: number): Shape | undefined {
  if (!isWide(half)) {
    let found = narrow[half];
    if (found === undefined) {
      found = shapes.find((s) => s.width === 16 && (half & s.mask) === s.value) ?? null;
      narrow[half] = found;
    }
    return found ?? undefined;
  }
  const word = ((half << 16) | second) >>> 0;
  for (const s of wide[(half >>> 4) & 511]!) if (((word & s.mask) >>> 0) === s.value) return s;
  return undefined;
}

function undefinedInstruction(_s: CpuState, _sys: CpuSystem, _op: Op): void {
  throw new CpuFault("UNDEFINSTR");
}
const nothingMatches: Row = {
  pattern: "",
  name: "undefined",
  run: undefinedInstruction,
  ends: true,
};

/** An operand by the letter it has in the patterns. */
type Letters = Record<string, number>;

/**
 * The operation at `at`. `inIt`: the instruction stands in an IT block, where 16-bit arithmetic leaves the
 * flags alone. Never fails: what is not an instruction becomes one that throws UNDEFINSTR.
 */
export function decode(at: number, half: number, second: number, inIt: boolean): Op {
  const size = isWide(half) ? 4 : 2;
  const word = size === 4 ? (half << 16) | second : half;
  const shape = match(half, second);
  if (shape === undefined) return new Op(nothingMatches, at, size, word, inIt);
  const op = new Op(shape.row, at, size, word, inIt);
  for (const field of shape.fields) {
    let x = 0;
    for (const [from, mask, to] of field.pieces) x |= ((word >>> from) & mask) << to;
    (op as unknown as Letters)[field.letter] = x;
  }
  const row = shape.row;
  if (row.flags === "outside IT") op.S = inIt ? 0 : 1;
  if (!predictable(row, op)) return new Op(nothingMatches, at, size, word, inIt);
  row.prepare?.(op);
  return op;
}

/** Register choices that the manual calls UNPREDICTABLE are undefined instructions here: loud, and allowed. */
function predictable(row: Row, op: Op): boolean {
  const letters = op as unknown as Letters;
  for (const x of row.notSp ?? "") if (letters[x] === 13) return false;
  for (const x of row.notPc ?? "") if (letters[x] === 15) return false;
  for (const x of row.not ?? "") if (letters[x] === 13 || letters[x] === 15) return false;
  return row.where === undefined || row.where(op);
}

/** Decoded instructions of one page, and the functions made of the hot ones, by halfword. */
export class CodePage {
  readonly ops: (Op | undefined)[] = new Array<Op | undefined>(PAGE_SIZE / 2).fill(undefined);
  readonly blocks: (Block | undefined)[] = new Array<Block | undefined>(PAGE_SIZE / 2).fill(
    undefined,
  );
  readonly made: Block[] = [];
  constructor(readonly tag: number) {}

  /** Forgets halfwords `first` … `end` - 1. */
  drop(first: number, end: number): void {
    for (let i = first; i < end; i++) this.ops[i] = undefined;
    for (let i = this.made.length - 1; i >= 0; i--) {
      const block = this.made[i]!;
      if (block.from >= end || block.to <= first) continue;
      this.made.splice(i, 1);
      this.blocks[block.start] = undefined;
    }
  }
}
const NO_CODE = new CodePage(-1);

/** What was decoded, by address, over the plain executable memory. Tell it about every change of memory. */
export class DecodeCache {
  /** looked up like FastMemory's tables */
  readonly pages: CodePage[] = new Array<CodePage>(ENTRIES).fill(NO_CODE);
  #byTag = new Map<number, CodePage>();
  #breakpoints = new Set<number>();
  #installed: number[] = [];

  /** how often an address is jumped to before its code is compiled; Infinity: never */
  threshold = 64;

  constructor(readonly memory: FastMemory) {
    memory.onCodeWritten = (at, length) => this.invalidate(at, length);
    memory.onRefresh = () => this.#forgetPermissions();
  }

  #forgetPermissions(): void {
    for (const i of this.#installed) this.pages[i] = NO_CODE;
    this.#installed.length = 0;
  }

  /** Addresses where the run loop stops, before the instruction, with ATTENTION_BREAKPOINT. */
  get breakpoints(): ReadonlySet<number> {
    return this.#breakpoints;
  }
  set breakpoints(addresses: ReadonlySet<number>) {
    const before = this.#breakpoints;
    this.#breakpoints = new Set([...addresses].map((a) => a >>> 0));
    for (const at of before) this.invalidate(at, 2);
    for (const at of this.#breakpoints) this.invalidate(at, 2);
  }

  /** Whether an enabled breakpoint is at `at`. */
  breaksAt(at: number): boolean {
    return this.#breakpoints.size !== 0 && this.#breakpoints.has(at >>> 0);
  }

  /** Memory changed at `at`: by a store, the debugger, the flash controller. */
  invalidate(at: number, length: number): void {
    // an instruction that begins two bytes earlier may reach in here
    const from = Math.max(0, (at >>> 0) - 2);
    const to = (at >>> 0) + length;
    if (to - from > PAGE_SIZE * this.#byTag.size) { // a reset drops everything
      for (const tag of this.#byTag.keys()) this.#drop(tag, from, to);
      return;
    }
    for (let tag = Math.floor(from / PAGE_SIZE); tag * PAGE_SIZE < to; tag++) {
      this.#drop(tag, from, to);
    }
  }
  #drop(tag: number, from: number, to: number): void {
    const page = this.#byTag.get(tag);
    const base = tag * PAGE_SIZE;
    if (page === undefined || base >= to || base + PAGE_SIZE <= from) return;
    const first = Math.max(from - base, 0) >> 1;
    const last = (Math.min(to - base, PAGE_SIZE) + 1) >> 1;
    page.drop(first, last);
    this.memory.epoch++;
  }

  /** The operation at `at`, decoded and remembered; undefined when memory there is not plain. */
  fill(at: number): Op | undefined {
    const source = this.memory.page(at, MAY_EXECUTE);
    if (source === undefined) return undefined;
    const offset = at & PAGE_MASK;
    const half = source.u16[offset >> 1]!;
    // one that crosses into the next page is not kept: stores there would go unseen
    if (isWide(half) && offset === PAGE_SIZE - 2) return undefined;
    let page = this.#byTag.get(source.tag);
    if (page === undefined) {
      page = new CodePage(source.tag);
      this.#byTag.set(source.tag, page);
      this.memory.markCode(source);
    }
    const i = source.tag & ENTRY_MASK;
    if (this.pages[i] !== page) {
      this.pages[i] = page;
      this.#installed.push(i);
    }
    const known = page.ops[offset >> 1];
    if (known !== undefined) return known;
    const second = isWide(half) ? source.u16[(offset >> 1) + 1]! : 0;
    const op = decode(at | 0, half, second, false);
    // an address with a breakpoint is not remembered, so that the run loop looks closer every time
    if (!this.breaksAt(at)) page.ops[offset >> 1] = op;
    return op;
  }
}

/** Decodes what `system.fetch16` gives, without remembering. Throws what it throws. */
export function fetchAndDecode(system: CpuSystem, at: number, inIt: boolean): Op {
  const half = system.fetch16(at >>> 0);
  const second = isWide(half) ? system.fetch16((at + 2) >>> 0) : 0;
  return decode(at | 0, half, second, inIt);
}

export { PAGE_BITS };
