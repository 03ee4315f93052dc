/**
 * Hot code as JavaScript functions. A block is what lies between a jump and the next: instructions in a row, past
 * jumps not taken and through jumps whose target is known. It runs only when it cannot overshoot the cycles given,
 * and leaves as soon as a load or store that left plain memory wants attention or changed code.
 */
import type { CpuState, CpuSystem } from "./state.ts";
import type { FastMemory } from "./fast_memory.ts";
import { PAGE_BITS } from "./fast_memory.ts";
import { decode, type DecodeCache } from "./decode.ts";
import type { Executor, Op } from "./op.ts";
import { Emitter } from "./emit.ts";
import { pure, texts } from "./emit_table.ts";
import * as access from "./execute/access.ts";
import * as br from "./execute/branch.ts";
import { holds } from "./execute/alu.ts";
import { breakpoint, ifThen } from "./execute/special.ts";

/** Compiled instructions, from the address of the first. */
export interface Block {
  /** at most this many cycles, once through */
  readonly cycles: number;
  /** halfwords of the page: where it starts; the first and the one behind the last that it covers */
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly run: (state: CpuState, system: CpuSystem, limit: number) => void;
}

const MOST = 64;
type Maker = (
  mem: FastMemory,
  calls: typeof access,
  holding: typeof holds,
  f: readonly Executor[],
  o: readonly Op[],
) => Block["run"];

/** One block while it is made. */
class Builder {
  readonly e = new Emitter();
  readonly calls: Op[] = [];
  #seen = new Set<number>();
  low: number;
  high: number;
  constructor(readonly cache: DecodeCache, readonly start: number) {
    this.low = start;
    this.high = start;
  }

  /** The operation at `at`, unless a breakpoint, a page's end or something not plain is in the way. */
  #op(at: number): Op | undefined {
    if (at >>> PAGE_BITS !== this.start >>> PAGE_BITS || this.cache.breaksAt(at)) return undefined;
    const op = this.cache.fill(at);
    if (op !== undefined) {
      this.low = Math.min(this.low, at);
      this.high = Math.max(this.high, at + op.size);
    }
    return op;
  }

  build(): void {
    let at: number | undefined = this.start;
    for (let i = 0; at !== undefined; i++) {
      const op: Op | undefined = i < MOST && !this.#seen.has(at) ? this.#op(at) : undefined;
      if (op === undefined) {
        this.e.add(this.e.leave(at, 0));
        return;
      }
      this.#seen.add(at);
      at = this.#one(op);
    }
  }

  /** Text of one instruction. Gives the address to go on at. */
  #one(op: Op): number | undefined {
    const e = this.e;
    if (op.run === ifThen) return this.#ifThen(op);
    if (op.row.ends === true) return this.#jump(op);
    const text = texts.get(op.run);
    if (text === undefined) this.#call(op);
    else text(e, op);
    e.cycles += op.cycles;
    return op.after;
  }

  #name(op: Op): number {
    this.calls.push(op);
    return this.calls.length - 1;
  }

  /** An instruction without a text: its executor, with everything in place. */
  #call(op: Op): void {
    const i = this.#name(op);
    this.e.forget();
    this.e.add(this.e.slow(op, `f${i}(s,sys,o${i});`, ""));
  }

  #jump(op: Op): number | undefined {
    const e = this.e;
    switch (op.run) {
      case br.branch:
        return this.#goTo(op);
      case br.branchLink:
        e.set(14, String(op.after | 1));
        return this.#goTo(op);
      case br.branchIf:
        return this.#branchWhen(op, e.condition(op.c), e.condition(op.c ^ 1));
      case br.branchZero:
        return this.#branchWhen(op, `${e.reg(op.n)}===0`, `${e.reg(op.n)}!==0`);
      case br.branchNonZero:
        return this.#branchWhen(op, `${e.reg(op.n)}!==0`, `${e.reg(op.n)}===0`);
      case br.branchExchange:
        if (op.m === 15) break;
        // the common case here, an exception return below
        e.reg(op.m);
        e.add(
          `if(s.ipsr===0){${e.spill()}s.t=${e.reg(op.m)}&1;r[15]=${e.reg(op.m)}&-2;` +
            `s.spent+=${e.cycles + op.cycles + 1};return;}`,
        );
    }
    const i = this.#name(op);
    e.forget();
    e.add(
      `r[15]=${op.at};s.spent+=${e.cycles};s.next=${op.after};f${i}(s,sys,o${i});` +
        `r[15]=s.next;s.spent+=${op.cycles};return;`,
    );
    e.cycles += op.cycles + 1;
    return undefined;
  }

  #goTo(op: Op): number | undefined {
    const e = this.e;
    if (op.i === this.start) {
      e.add(this.#again(op));
      e.cycles += op.cycles + 1;
      return undefined;
    }
    e.cycles += op.cycles + 1;
    return op.i;
  }

  /** Back to the start, or out when the cycles might not last for another round. */
  #again(op: Op): string {
    const e = this.e;
    return `${e.spill()}s.spent+=${e.cycles + op.cycles + 1};` +
      `if(s.spent+MAX<=limit)continue;r[15]=${this.start};return;`;
  }

  #branchWhen(op: Op, when: string, unless: string): number | undefined {
    const e = this.e;
    if (op.i === this.start) {
      e.add(`if(${when}){${this.#again(op)}}`);
      e.cycles += op.cycles;
      this.extra = Math.max(this.extra, 1);
      return op.after;
    }
    if (op.i < op.at) {
      // backwards: most often taken
      e.add(`if(${unless}){${e.leave(op.after, op.cycles)}}`);
      e.cycles += op.cycles + 1;
      return op.i;
    }
    e.add(`if(${when}){${e.leave(op.i, op.cycles + 1)}}`);
    e.cycles += op.cycles;
    return op.after;
  }

  /** An IT block: its instructions are called, each when its condition holds. */
  #ifThen(op: Op): number | undefined {
    const e = this.e;
    const members: Op[] = [];
    let at = op.after;
    for (let it = (op.c << 4) | op.l; it !== 0; it = advanced(it)) {
      const plain = this.#op(at);
      if (plain === undefined) break;
      const inside = conditional(plain);
      if (inside.run === breakpoint) break;
      members.push(inside);
      at = inside.after;
    }
    let it = (op.c << 4) | op.l;
    if (this.#select(op, members)) return at;
    e.forget();
    if (members.length < 4 - trailingZeros(op.l)) {
      e.add(`s.it=${it};r[15]=${op.after};s.spent+=${e.cycles + op.cycles};return;`);
      e.cycles += op.cycles;
      return undefined;
    }
    e.cycles += op.cycles;
    for (const member of members) {
      const i = this.#name(member);
      const next = advanced(it);
      const call = `f${i}(s,sys,o${i});`;
      const act = member.row.ends === true
        ? `r[15]=${member.at};s.spent+=${e.cycles};s.it=${it};s.next=${member.after};` +
          // the instruction may set IT itself, by an exception return
          `try{s.it=${next};${call}}catch(x){s.it=${it};throw x;}` +
          `r[15]=s.next;s.spent+=${member.cycles};return;`
        : `s.it=${it};` + e.slow(member, call, `s.it=${next};`) + `s.it=${next};`;
      const extra = member.cycles - 1;
      const more = member.row.ends !== true && extra > 0 ? `s.spent+=${extra};` : "";
      e.add(`if(holds(s,${it >> 4})){${act}${more}}`);
      e.cycles += 1;
      this.extra += member.cycles;
      it = next;
    }
    e.add("s.it=0;");
    return at;
  }
  extra = 0;

  /** An IT block that only calculates: everything is calculated, and chosen from by the condition. */
  #select(op: Op, members: readonly Op[]): boolean {
    const e = this.e;
    const all = members.length === 4 - trailingZeros(op.l);
    if (!all || !members.every((m) => pure.has(m.run) && m.S === 0 && m.cycles === 1)) return false;
    const condition = e.temp(e.condition(op.c));
    e.cycles += op.cycles;
    let it = (op.c << 4) | op.l;
    for (const member of members) {
      const before = e.reg(member.d);
      texts.get(member.run)!(e, member);
      const not = ((it >> 4) & 1) !== (op.c & 1);
      const [yes, no] = not ? [before, e.reg(member.d)] : [e.reg(member.d), before];
      e.set(member.d, `${condition}?${yes}:${no}`);
      e.cycles += 1;
      it = advanced(it);
    }
    return true;
  }

  finish(): Block | undefined {
    const worst = this.e.cycles + this.extra;
    const body = this.e.lines.join("\n").replaceAll("MAX", String(worst));
    const names = this.calls.map((_, i) => `const f${i}=f[${i}],o${i}=o[${i}];`).join("");
    const source = `"use strict";const{reads,writes}=mem;` +
      `const{load8,load16,load32,store8,store16,store32}=calls;${names}` +
      `return function(s,sys,limit){const r=s.r;for(;;){\n${body}\n}}`;
    const make = new Function("mem", "calls", "holds", "f", "o", source) as Maker;
    const run = make(this.cache.memory, access, holds, this.calls.map((o) => o.run), this.calls);
    const base = (this.start >>> PAGE_BITS) << PAGE_BITS;
    return {
      cycles: worst,
      start: (this.start - base) >> 1,
      from: (this.low - base) >> 1,
      to: (this.high - base) >> 1,
      run,
    };
  }
}

/** ITAdvance() */
export const advanced = (it: number): number =>
  (it & 7) === 0 ? 0 : (it & 0xE0) | ((it << 1) & 0x1F);
const trailingZeros = (x: number): number => 31 - Math.clz32(x & -x);

/** The operation as part of an IT block. */
export function conditional(op: Op): Op {
  op.conditional ??= op.size === 2
    ? decode(op.at, op.word, 0, true)
    : decode(op.at, op.word >>> 16, op.word & 0xFFFF, true);
  return op.conditional;
}

/** The block that starts at `at`; undefined where functions cannot be made from text. */
export function compile(cache: DecodeCache, at: number): Block | undefined {
  const builder = new Builder(cache, at);
  builder.build();
  try {
    return builder.finish();
  } catch (error) {
    // a page that forbids eval: interpret
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
