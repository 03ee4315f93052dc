/** A decoded instruction, and what a row of the table of encodings is made of. */
import type { CpuState, CpuSystem } from "./state.ts";

/** Executes one instruction. Branches write `state.next`. Throws CpuFault with all registers unchanged. */
export type Executor = (state: CpuState, system: CpuSystem, op: Op) => void;

/** One encoding. Letters of the pattern are fields of `Op`; "(0)" and "(1)" are "should be" bits; "-" is any. */
export interface Row {
  /** bits, most significant first; letters name operands, whose bits are joined in the order they appear */
  readonly pattern: string;
  /** the manual's name and encoding number */
  readonly name: string;
  readonly run: Executor;
  /** operands that may be neither SP nor PC, not SP, not PC; else UNPREDICTABLE */
  readonly not?: string;
  readonly notSp?: string;
  readonly notPc?: string;
  /** must hold, else UNDEFINED or UNPREDICTABLE */
  readonly where?: (op: Op) => boolean;
  /** finishes the operands: expands immediates, picks a faster executor */
  readonly prepare?: (op: Op) => void;
  /** 16-bit arithmetic: S is 1 outside an IT block */
  readonly flags?: "outside IT";
  /** the next instruction may be elsewhere, or the system may want to look */
  readonly ends?: true;
  /** cycles when not 1; a taken branch adds its own */
  readonly cycles?: number;
}

/** Operands, by the letters of the patterns. */
export class Op {
  run: Executor;
  /** what `run` wraps when the result may go to SP */
  inner: Executor;
  /** address of the next instruction in memory */
  readonly after: number;
  /** cycles without those of a taken branch */
  cycles: number;
  /** how often it was jumped to */
  heat = 0;
  /** the next instruction may be elsewhere */
  readonly ends: boolean;
  /** the same instruction as part of an IT block, once it was needed */
  conditional: Op | undefined = undefined;
  // registers
  d = 0;
  n = 0;
  m = 0;
  t = 0;
  a = 0;
  e = 0;
  // immediate and its second piece; shift amount and type; width, rotation, condition, list, option
  i = 0;
  j = 0;
  k = 0;
  y = 0;
  w = 0;
  r = 0;
  c = 0;
  l = 0;
  o = 0;
  b = 0;
  s = 0;
  p = 0;
  q = 0;
  x = 0;
  z = 0;
  // single bits
  C = -1;
  D = 0;
  F = 0;
  I = 0;
  L = 0;
  M = 0;
  N = 0;
  P = 0;
  S = 0;
  T = 0;
  U = 0;
  W = 0;
  /** registers of a list, in the order of memory */
  list: readonly number[] = noList;

  constructor(
    readonly row: Row,
    /** its address, signed like r[15] */
    readonly at: number,
    readonly size: 2 | 4,
    /** the encoding: 16 bits, or both halfwords with the first on top */
    readonly word: number,
    readonly inIt: boolean,
  ) {
    this.ends = row.ends === true;
    this.run = row.run;
    this.inner = row.run;
    this.after = (at + size) | 0;
    this.cycles = row.cycles ?? 1;
  }
}
const noList: readonly number[] = [];
