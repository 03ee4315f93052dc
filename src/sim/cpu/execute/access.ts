/** Loads and stores: plain memory at once, everything else through the system. Values are signed 32-bit. */
import type { CpuState, CpuSystem } from "../state.ts";
import { ENTRY_MASK, PAGE_BITS, PAGE_MASK } from "../fast_memory.ts";

/** A word; aligned or not. */
export function load32(s: CpuState, system: CpuSystem, at: number): number {
  const page = s.mem.reads[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS && (at & 3) === 0) return page.i32[(at & PAGE_MASK) >> 2]!;
  return slowLoad32(s, system, at);
}
/** A halfword, zero-extended. */
export function load16(s: CpuState, system: CpuSystem, at: number): number {
  const page = s.mem.reads[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS && (at & 1) === 0) return page.u16[(at & PAGE_MASK) >> 1]!;
  return slowLoad16(s, system, at);
}
/** A byte, zero-extended. */
export function load8(s: CpuState, system: CpuSystem, at: number): number {
  const page = s.mem.reads[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS) return page.u8[at & PAGE_MASK]!;
  return slowLoad8(s, system, at);
}
/** A word, which faults unless aligned: LDM, LDRD, POP, VLDR … */
export function load32Aligned(s: CpuState, system: CpuSystem, at: number): number {
  const page = s.mem.reads[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS && (at & 3) === 0) return page.i32[(at & PAGE_MASK) >> 2]!;
  if ((at & 3) === 0) return slowLoad32(s, system, at);
  return system.load32Aligned(at >>> 0) | 0;
}

function slowLoad32(s: CpuState, system: CpuSystem, at: number): number {
  const page = (at & 3) === 0 ? s.mem.reading(at) : undefined;
  if (page !== undefined) return page.i32[(at & PAGE_MASK) >> 2]!;
  const value = system.load32(at >>> 0) | 0;
  s.mem.settle();
  return value;
}
function slowLoad16(s: CpuState, system: CpuSystem, at: number): number {
  const page = (at & 1) === 0 ? s.mem.reading(at) : undefined;
  if (page !== undefined) return page.u16[(at & PAGE_MASK) >> 1]!;
  const value = system.load16(at >>> 0);
  s.mem.settle();
  return value;
}
function slowLoad8(s: CpuState, system: CpuSystem, at: number): number {
  const page = s.mem.reading(at);
  if (page !== undefined) return page.u8[at & PAGE_MASK]!;
  const value = system.load8(at >>> 0);
  s.mem.settle();
  return value;
}

/** A word; aligned or not. */
export function store32(s: CpuState, system: CpuSystem, at: number, value: number): void {
  const page = s.mem.writes[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS && (at & 3) === 0) page.i32[(at & PAGE_MASK) >> 2] = value;
  else slowStore32(s, system, at, value);
}
/** The low halfword of `value`. */
export function store16(s: CpuState, system: CpuSystem, at: number, value: number): void {
  const page = s.mem.writes[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS && (at & 1) === 0) page.u16[(at & PAGE_MASK) >> 1] = value;
  else slowStore16(s, system, at, value);
}
/** The low byte of `value`. */
export function store8(s: CpuState, system: CpuSystem, at: number, value: number): void {
  const page = s.mem.writes[(at >>> PAGE_BITS) & ENTRY_MASK]!;
  if (page.tag === at >>> PAGE_BITS) page.u8[at & PAGE_MASK] = value;
  else slowStore8(s, system, at, value);
}
/** A word, which faults unless aligned: STM, STRD, PUSH, VSTR … */
export function store32Aligned(s: CpuState, system: CpuSystem, at: number, value: number): void {
  if ((at & 3) === 0) store32(s, system, at, value);
  else system.store32Aligned(at >>> 0, value >>> 0); // which throws
}

function slowStore32(s: CpuState, system: CpuSystem, at: number, value: number): void {
  const page = (at & 3) === 0 ? s.mem.writing(at) : undefined;
  if (page !== undefined) {
    page.i32[(at & PAGE_MASK) >> 2] = value;
    if (page.code) s.mem.onCodeWritten(at >>> 0, 4);
    return;
  }
  system.store32(at >>> 0, value >>> 0);
  s.mem.wrote(at, 4);
}
function slowStore16(s: CpuState, system: CpuSystem, at: number, value: number): void {
  const page = (at & 1) === 0 ? s.mem.writing(at) : undefined;
  if (page !== undefined) {
    page.u16[(at & PAGE_MASK) >> 1] = value;
    if (page.code) s.mem.onCodeWritten(at >>> 0, 2);
    return;
  }
  system.store16(at >>> 0, value & 0xFFFF);
  s.mem.wrote(at, 2);
}
function slowStore8(s: CpuState, system: CpuSystem, at: number, value: number): void {
  const page = s.mem.writing(at);
  if (page !== undefined) {
    page.u8[at & PAGE_MASK] = value;
    if (page.code) s.mem.onCodeWritten(at >>> 0, 1);
    return;
  }
  system.store8(at >>> 0, value & 0xFF);
  s.mem.wrote(at, 1);
}
