/** Where Unicorn and the manual disagree: the core follows the manual. ARM DDI 0403E. */
import {
  addHigh,
  addSpImmediate,
  movHigh,
  subSpImmediate,
  thenAlignSp,
} from "../../../src/sim/cpu/execute/shift.ts";
import { loadPcPost, loadPcPre } from "../../../src/sim/cpu/execute/load.ts";
import type { Executor, Op } from "../../../src/sim/cpu/op.ts";
import type { Registers } from "../../support/unicorn.ts";

const ANY_RESULT = new Set<Executor>([addHigh, movHigh, addSpImmediate, subSpImmediate]);
const PC_WRITE_BACK = new Set<Executor>([loadPcPre, loadPcPost]);

export interface Exception {
  readonly name: string;
  /** what the manual says, and where */
  readonly section: string;
  readonly applies: (op: Op, what: readonly string[], before: Registers) => boolean;
  /** whether a program should do without the instruction, lest the difference spread */
  readonly mayShow: (op: Op, before: Registers) => boolean;
}

const only = (what: readonly string[], pattern: RegExp): boolean =>
  what.every((w) => pattern.test(w));

export const exceptions: readonly Exception[] = [
  {
    name: "SP keeps bits 1:0",
    section: "§A5.1.3: R13[1:0] are SBZP and read as zero; §B1.4.7, R[] = of 13, clears them",
    applies: (_, what) =>
      only(what, /^r13 |^(instruction|after) |^stopped: /) && what.some((w) => {
        const [ours, theirs] = [...w.matchAll(/[0-9a-f]{8}/g)].map((m) => parseInt(m[0], 16));
        return ours !== undefined && theirs !== undefined && ours === ((theirs & ~3) >>> 0);
      }),
    mayShow: (op) =>
      op.run === thenAlignSp ||
      (op.d === 13 && ANY_RESULT.has(op.run)) || (op.n === 13 && PC_WRITE_BACK.has(op.run)),
  },
  {
    name: "fixed point to float uses RMode",
    section:
      "§A7.7, VCVT (between floating-point and fixed-point): to nearest; so ARM DUI 0553A §3.11.5",
    applies: (op, what, before) =>
      op.row.name === "VCVT T1, from fixed point" && ((before.fpscr >>> 22) & 3) !== 0 &&
      only(what, /^s\d+ |^fpscr |^(instruction|after) /),
    mayShow: (op, before) =>
      op.row.name === "VCVT T1, from fixed point" && ((before.fpscr >>> 22) & 3) !== 0,
  },
];

/** The name of the exception that explains a difference. */
export function excused(op: Op, what: readonly string[], before: Registers): string | undefined {
  return exceptions.find((e) => e.applies(op, what, before))?.name;
}

/** Whether an exception may show when `op` is executed. */
export const mayDiffer = (op: Op, before: Registers): boolean =>
  exceptions.some((e) => e.mayShow(op, before));
