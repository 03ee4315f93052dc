/** Finishing a decoded instruction's operands, once. */
import type { Executor, Op } from "../op.ts";
import { thenAlignSp } from "./shift.ts";
import { LSL, ROR, RRX } from "./alu.ts";

/** ThumbExpandImm_C: `op.i` from 12 bits to 32; `op.C` its carry, -1 when C stays. ARM DDI 0403 §A5.3.2 */
export function modified(op: Op): void {
  const x = op.i & 255;
  switch (op.i >> 8) {
    case 0:
      op.i = x;
      return;
    case 1:
      op.i = (x << 16) | x;
      return;
    case 2:
      op.i = (x << 24) | (x << 8);
      return;
    case 3:
      op.i = (x << 24) | (x << 16) | (x << 8) | x;
      return;
    default: {
      const unrotated = 0x80 | (op.i & 0x7F);
      const by = op.i >> 7;
      op.i = (unrotated >>> by) | (unrotated << (32 - by));
      op.C = op.i >>> 31;
    }
  }
}
/** A replicated byte of zero is UNPREDICTABLE. */
export const expandable = (op: Op): boolean =>
  !(op.i >> 8 >= 1 && op.i >> 8 <= 3 && (op.i & 255) === 0);

/** DecodeImmShift: LSR and ASR by 0 mean 32, ROR by 0 means RRX. */
export function immediateShift(op: Op): void {
  if (op.k !== 0 || op.y === LSL) return;
  if (op.y === ROR) {
    op.y = RRX;
    op.k = 1;
  } else op.k = 32;
}
/** As `immediateShift`; LSL by 0 has an executor of its own. */
export const unshifted = (plain: Executor) => (op: Op): void => {
  immediateShift(op);
  if (op.y === LSL && op.k === 0) op.run = plain;
};
/** Shift type fixed by the row. */
export const shiftType = (type: number, plain?: Executor) => (op: Op): void => {
  op.y = type;
  immediateShift(op);
  if (plain !== undefined && op.y === LSL && op.k === 0) op.run = plain;
};

/** Rd is the first operand too. */
export function twoAddress(op: Op): void {
  op.n = op.d;
}
/** An immediate 0. */
export function zero(op: Op): void {
  op.i = 0;
}
export const times = (scale: number) => (op: Op): void => {
  op.i *= scale;
};
/** From SP, by words. */
export function fromSp(op: Op): void {
  op.n = 13;
  op.i *= 4;
}
/** Rd may be SP. */
export function spResult(op: Op): void {
  if (op.d === 13) toSp(op);
}
/** `op` writes SP: the two low bits stay clear. */
export function toSp(op: Op): void {
  op.inner = op.run;
  op.run = thenAlignSp;
}

/** Align(PC, 4) + or - `op.i`: literals and ADR. */
export function pcRelative(op: Op): void {
  const base = (op.at + 4) & ~3;
  op.i = (op.U !== 0 ? base + op.i : base - op.i) | 0;
}
/** The target of a direct branch: `op.at` + 4 + `offset`. */
const target = (op: Op, offset: number): void => {
  op.i = (op.at + 4 + offset) | 0;
};
/** `bits` bits of `op.i`, halfwords, signed. */
export const relative = (bits: number) => (op: Op): void =>
  target(op, (op.i << (32 - bits)) >> (31 - bits));
/** CBZ: forwards only */
export const forward = (op: Op): void => target(op, op.i * 2);
/** B T3: S:J2:J1:imm6:imm11 */
export const relative20 = (op: Op): void =>
  target(op, (((op.s << 19) | (op.q << 18) | (op.p << 17) | op.i) << 12) >> 11);
/** B T4, BL: S:I1:I2:imm10:imm11 with I = NOT(J EOR S) */
export const relative24 = (op: Op): void => {
  const i1 = 1 ^ op.p ^ op.s;
  const i2 = 1 ^ op.q ^ op.s;
  target(op, (((op.s << 23) | (i1 << 22) | (i2 << 21) | op.i) << 8) >> 7);
};

/** The registers of `op.l`, lowest first. */
export function list(op: Op): void {
  op.list = [...Array(16).keys()].filter((i) => (op.l >> i) & 1);
  op.cycles = 1 + op.list.length;
}
export function pushed(op: Op): void {
  op.n = 13;
  op.W = 1;
  op.l |= op.L << 14;
  list(op);
}
export function popped(op: Op): void {
  op.n = 13;
  op.W = 1;
  op.l |= op.L << 15;
  list(op);
}
/** LDM T1: the base is written unless it is loaded. */
export function loadedLow(op: Op): void {
  op.W = (op.l >> op.n) & 1 ? 0 : 1;
  list(op);
}
export function storedLow(op: Op): void {
  op.W = 1;
  list(op);
}
export const count = (x: number): number => {
  let n = 0;
  for (; x !== 0; x &= x - 1) n++;
  return n;
};
/** What LDM T2 and LDMDB may load: two or more, no SP, not both LR and PC, no base that is written back. */
export const loadable = (op: Op): boolean =>
  count(op.l) >= 2 && (op.l & 0x2000) === 0 && (op.l & 0xC000) !== 0xC000 &&
  !(op.W !== 0 && (op.l >> op.n) & 1);
/** What STM T2 and STMDB may store: two or more, no SP, no PC, no base that is written back. */
export const storable = (op: Op): boolean =>
  count(op.l) >= 2 && (op.l & 0xA000) === 0 && !(op.W !== 0 && (op.l >> op.n) & 1);

/** Offset with its sign in U, in units of `scale`. */
export const offset = (scale = 1) => (op: Op): void => {
  op.i = (op.U !== 0 ? op.i : -op.i) * scale;
};
export function negative(op: Op): void {
  op.i = -op.i;
}
/** `prepare`, then what must happen when SP or PC is written by a load. */
export const loading = (prepare: (op: Op) => void, toPc?: Executor) => (op: Op): void => {
  prepare(op);
  if (op.t === 15 && toPc !== undefined) op.run = toPc;
  else if (op.t === 13) toSp(op);
};
/** As `loading` with a base that is written. */
export const loadingBack = (prepare: (op: Op) => void, toPc?: Executor) => (op: Op): void => {
  prepare(op);
  if (op.t === 15 && toPc !== undefined) op.run = toPc;
  else if (op.t === 13 || op.n === 13) toSp(op);
};
/** `prepare` for a store whose base is written. */
export const storingBack = (prepare: (op: Op) => void) => (op: Op): void => {
  prepare(op);
  if (op.n === 13) toSp(op);
};
export const asIs = (_: Op): void => {};
/** Width in bytes of LDRT and exclusives; `sign`: extend. */
export const width = (bytes: number, sign = 0, scale = 1) => (op: Op): void => {
  op.w = bytes;
  op.S = sign;
  op.i *= scale;
  if (op.t === 13) toSp(op);
};
export const writesBase = (op: Op): boolean => op.n !== op.t;

/** Rotation in bytes to bits. */
export function rotation(op: Op): void {
  op.k = op.r * 8;
}
/** MOVW, MOVT: imm4 belongs above i:imm3:imm8 */
export function wideImmediate(op: Op): void {
  op.i |= op.j << 12;
}
/** BFI, BFC: `op.i` becomes the mask */
export function field(op: Op): void {
  op.i = ((2 ** (op.w - op.k + 1) - 1) << op.k) | 0;
}
