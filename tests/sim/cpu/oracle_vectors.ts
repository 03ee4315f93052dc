/**
 * Recorded answers of Unicorn, for machines that have none: `isa_vectors.json`, by row, made by
 * `deno run -A tasks/oracle.ts --record tests/sim/cpu/isa_vectors.json`. A case is a word, a seed from which all
 * registers and memory follow, and what changed.
 */
import { decode, type Shape } from "../../../src/sim/cpu/decode.ts";
import type { Op } from "../../../src/sim/cpu/op.ts";
import { newRegisters, type Registers } from "../../support/unicorn.ts";
import { CODE, type Machine, RAM_SIZE } from "./oracle_machine.ts";
import { halvesOf, instance, Random, registersFor } from "./oracle_generate.ts";
import { alone, CLREX_BYTES, copy, Pair } from "./oracle_run.ts";
import { mayDiffer } from "./oracle_exceptions.ts";

/** word, seed, changes */
export type Case = readonly [word: number, seed: number, changes: readonly string[]];
export type Vectors = Readonly<Record<string, readonly Case[]>>;

const AT = CODE + 0x4000;
const hex = (x: number): string => (x >>> 0).toString(16).padStart(8, "0");

/** Memory and registers of a case in `machine`, which is about to execute it. */
export function arrange(machine: Machine, shape: Shape, word: number, seed: number): Registers {
  const random = new Random(seed);
  const words = new Uint32Array(machine.ram.buffer);
  for (let i = 0; i < words.length; i++) words[i] = random.word();
  const code = new Uint32Array(machine.code.buffer);
  for (let i = 0; i < code.length; i++) code[i] = random.word();
  machine.code.set(CLREX_BYTES);
  machine.cache.invalidate(CODE, machine.code.length);
  machine.put(AT, halvesOf(shape, word));
  const before = newRegisters();
  registersFor(shape, decodeAt(shape, word), before, random);
  before.r[15] = AT;
  machine.set(before);
  machine.state.r[15] = AT;
  machine.system.exclusive = undefined;
  return before;
}
const decodeAt = (shape: Shape, word: number): Op => {
  const [half, second = 0] = halvesOf(shape, word);
  return decode(AT, half!, second, false);
};

/** What is different after the instruction, as text. */
export function changes(
  before: Registers,
  after: Registers,
  ramBefore: Uint8Array,
  ramAfter: Uint8Array,
): string[] {
  const out: string[] = [];
  after.r.forEach((x, i) => x !== before.r[i] && out.push(`r${i} ${hex(x)}`));
  after.s.forEach((x, i) => x !== before.s[i] && out.push(`s${i} ${hex(x)}`));
  if (after.apsr !== before.apsr) out.push(`apsr ${hex(after.apsr)}`);
  if (after.fpscr !== before.fpscr) out.push(`fpscr ${hex(after.fpscr)}`);
  for (let i = 0; i < RAM_SIZE; i++) {
    if (ramBefore[i] !== ramAfter[i]) {
      out.push(`ram+${i.toString(16)} ${hex(ramAfter[i]!).slice(6)}`);
    }
  }
  return out;
}

/** Asks Unicorn for `each` cases of every row. */
export function record(each: number): Vectors {
  const random = new Random(0x5EED);
  using pair = new Pair(random);
  const { ours, theirs, before, expected } = pair;
  const vectors: Record<string, Case[]> = {};
  for (const shape of alone) {
    const cases: Case[] = [];
    for (let tries = 0; cases.length < each && tries < 200; tries++) {
      const op = instance(shape, AT, random, false, false);
      if (op === undefined) continue;
      const seed = random.word();
      copy(arrange(ours, shape, op.word >>> 0, seed), before);
      const start = ours.ram.slice();
      if (mayDiffer(op, before) || ours.step() !== undefined || ours.state.t === 0) continue;
      ours.ram.set(start);
      pair.resync();
      pair.publish();
      theirs.set(before);
      const code = theirs.run(AT, 0, 1);
      theirs.get(expected);
      if (code !== 0 && expected.r[15] === AT) continue;
      cases.push([op.word >>> 0, seed, changes(before, expected, start, pair.ram)]);
    }
    vectors[shape.row.name] = cases;
  }
  return vectors;
}
