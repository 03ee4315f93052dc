/** LDM, STM, PUSH, POP, LDRD, STRD. `op.list` holds the registers, lowest address first. */
import type { CpuState, CpuSystem } from "../state.ts";
import type { Op } from "../op.ts";
import { branchOrReturn } from "./alu.ts";
import { load32Aligned, store32Aligned } from "./access.ts";

/** what has been loaded so far; registers change only when nothing can fault any more */
const loaded = new Int32Array(16);

/** Loads the list from `at`, then sets the base, then the registers; a PC in the list branches last. */
function loadList(s: CpuState, system: CpuSystem, op: Op, at: number, base: number): void {
  const list = op.list;
  for (let i = 0; i < list.length; i++) loaded[i] = load32Aligned(s, system, (at + 4 * i) | 0);
  if (op.W !== 0) s.r[op.n] = op.n === 13 ? base & ~3 : base;
  for (let i = 0; i < list.length; i++) {
    const n = list[i]!;
    if (n === 15) branchOrReturn(s, system, loaded[i]!);
    else s.r[n] = loaded[i]!;
  }
}
/** LDM, POP: increment after */
export function loadMultiple(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  loadList(s, system, op, at, (at + 4 * op.list.length) | 0);
}
/** LDMDB: decrement before */
export function loadMultipleBefore(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! - 4 * op.list.length) | 0;
  loadList(s, system, op, at, at);
}

/** Stores the list from `at`; the base changes when all is written. */
function storeList(s: CpuState, system: CpuSystem, op: Op, at: number): void {
  const list = op.list;
  for (let i = 0; i < list.length; i++) {
    store32Aligned(s, system, (at + 4 * i) | 0, s.r[list[i]!]!);
  }
}
/** STM: increment after */
export function storeMultiple(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  storeList(s, system, op, at);
  if (op.W !== 0) s.r[op.n] = (at + 4 * op.list.length) | 0;
}
/** STMDB, PUSH: decrement before */
export function storeMultipleBefore(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! - 4 * op.list.length) | 0;
  storeList(s, system, op, at);
  if (op.W !== 0) s.r[op.n] = at;
}

/** LDRD (immediate), offset */
export function loadDouble(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const first = load32Aligned(s, system, at);
  s.r[op.e] = load32Aligned(s, system, (at + 4) | 0);
  s.r[op.t] = first;
}
/** LDRD (literal) */
export function loadDoubleLiteral(s: CpuState, system: CpuSystem, op: Op): void {
  const first = load32Aligned(s, system, op.i);
  s.r[op.e] = load32Aligned(s, system, (op.i + 4) | 0);
  s.r[op.t] = first;
}
/** LDRD (immediate), pre-indexed */
export function loadDoublePre(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  const first = load32Aligned(s, system, at);
  s.r[op.e] = load32Aligned(s, system, (at + 4) | 0);
  s.r[op.t] = first;
  s.r[op.n] = at;
}
/** LDRD (immediate), post-indexed */
export function loadDoublePost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  const first = load32Aligned(s, system, at);
  s.r[op.e] = load32Aligned(s, system, (at + 4) | 0);
  s.r[op.t] = first;
  s.r[op.n] = (at + op.i) | 0;
}
/** STRD (immediate), offset */
export function storeDouble(s: CpuState, system: CpuSystem, op: Op): void {
  const at = (s.r[op.n]! + op.i) | 0;
  store32Aligned(s, system, at, s.r[op.t]!);
  store32Aligned(s, system, (at + 4) | 0, s.r[op.e]!);
}
/** STRD (immediate), pre-indexed */
export function storeDoublePre(s: CpuState, system: CpuSystem, op: Op): void {
  storeDouble(s, system, op);
  s.r[op.n] = (s.r[op.n]! + op.i) | 0;
}
/** STRD (immediate), post-indexed */
export function storeDoublePost(s: CpuState, system: CpuSystem, op: Op): void {
  const at = s.r[op.n]!;
  store32Aligned(s, system, at, s.r[op.t]!);
  store32Aligned(s, system, (at + 4) | 0, s.r[op.e]!);
  s.r[op.n] = (at + op.i) | 0;
}
