/** The loop that executes instructions. Exceptions, sleep and debug are the caller's: it leaves when they are due. */
import { ATTENTION_BREAKPOINT, CpuFault, type CpuState, type CpuSystem } from "./state.ts";
import { ENTRY_MASK, PAGE_BITS, PAGE_MASK } from "./fast_memory.ts";
import { type CodePage, type DecodeCache, fetchAndDecode } from "./decode.ts";
import { advanced, compile, conditional } from "./compile.ts";
import type { Op } from "./op.ts";
import { holds } from "./execute/alu.ts";

/**
 * Executes until `state.attention` is not zero or `maxCycles` are used (at most one instruction more).
 * The clock is `state.cycles`. Throws CpuFault with r[15] at the instruction at fault, all else unchanged.
 */
export function runInstructions(
  s: CpuState,
  system: CpuSystem,
  cache: DecodeCache,
  maxCycles: number,
): void {
  beginRun(s);
  const pages = cache.pages;
  const r = s.r;
  let jumped = true;
  while (s.attention === 0 && s.spent < maxCycles) {
    const at = r[15]!;
    const page = pages[(at >>> PAGE_BITS) & ENTRY_MASK]!;
    const i = (at & PAGE_MASK) >> 1;
    const op = page.tag === at >>> PAGE_BITS ? page.ops[i] : undefined;
    if (op === undefined || (s.it | (s.t ^ 1)) !== 0) {
      if (cache.breaksAt(at)) s.attention |= ATTENTION_BREAKPOINT;
      else execute(s, system, cache);
      jumped = true;
      continue;
    }
    const block = page.blocks[i];
    if (block !== undefined) {
      if (s.spent + block.cycles <= maxCycles) {
        block.run(s, system, maxCycles);
        jumped = true;
        continue;
      }
    } else if (jumped && ++op.heat > cache.threshold) heated(cache, page, at, i, op);
    s.next = op.after;
    op.run(s, system, op);
    r[15] = s.next;
    s.spent += op.cycles;
    jumped = op.ends;
  }
}

/** Compiles the code at `at`, once. */
function heated(cache: DecodeCache, page: CodePage, at: number, i: number, op: Op): void {
  op.heat = -Infinity;
  const block = compile(cache, at);
  if (block === undefined) return;
  page.blocks[i] = block;
  page.made.push(block);
}

/** Executes one instruction, whatever `attention` says and without looking at breakpoints. Throws as above. */
export function stepOne(s: CpuState, system: CpuSystem, cache: DecodeCache): void {
  beginRun(s);
  execute(s, system, cache);
}

function beginRun(s: CpuState): void {
  s.earlier += s.spent;
  s.spent = 0;
}

/** One instruction, the careful way: any address, IT blocks, INVSTATE, breakpoints passed over. */
function execute(s: CpuState, system: CpuSystem, cache: DecodeCache): void {
  if (s.t === 0) throw new CpuFault("INVSTATE");
  const at = s.r[15]!;
  const known = cache.fill(at);
  if (s.it !== 0) return executeInIt(s, system, inIt(system, at, known));
  const op = known ?? fetchAndDecode(system, at, false);
  s.next = op.after;
  op.run(s, system, op);
  s.r[15] = s.next;
  s.spent += op.cycles;
}

/** The instruction as it is in an IT block. */
function inIt(system: CpuSystem, at: number, known: Op | undefined): Op {
  return known === undefined ? fetchAndDecode(system, at, true) : conditional(known);
}

function executeInIt(s: CpuState, system: CpuSystem, op: Op): void {
  const it = s.it;
  s.next = op.after;
  // BKPT is not conditional. ARM DDI 0403 §A7.7.17
  if (!holds(s, it >> 4) && op.row.name !== "BKPT T1") {
    s.it = advanced(it);
    s.r[15] = s.next;
    s.spent += 1;
    return;
  }
  // first, because an exception return brings its own IT state
  s.it = advanced(it);
  try {
    op.run(s, system, op);
  } catch (error) {
    s.it = it;
    throw error;
  }
  if (s.next === op.at && op.row.name === "BKPT T1") s.it = it;
  s.r[15] = s.next;
  s.spent += op.cycles;
}
