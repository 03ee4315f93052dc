/** Arithmetic that many instructions share: flags, the barrel shifter, branching. ARM DDI 0403 §A2.2.1, §A7.4.2 */
import type { CpuState, CpuSystem } from "../state.ts";

/** N and Z of a result. */
export function setNZ(s: CpuState, result: number): void {
  s.n = result >>> 31;
  s.z = result === 0 ? 1 : 0;
}

/** a + b + carry, with N, Z, C, V. AddWithCarry() */
export function addFlags(s: CpuState, a: number, b: number, carry: number): number {
  const r = (((a + b) | 0) + carry) | 0;
  s.n = r >>> 31;
  s.z = r === 0 ? 1 : 0;
  s.c = ((a & b) | ((a | b) & ~r)) >>> 31;
  s.v = ((a ^ r) & (b ^ r)) >>> 31;
  return r;
}

/** a - b, with N, Z, C, V. */
export function subFlags(s: CpuState, a: number, b: number): number {
  const r = (a - b) | 0;
  s.n = r >>> 31;
  s.z = r === 0 ? 1 : 0;
  s.c = (a >>> 0) >= (b >>> 0) ? 1 : 0;
  s.v = ((a ^ b) & (a ^ r)) >>> 31;
  return r;
}

/** Shift types of `Op.y` after decoding. */
export const LSL = 0;
export const LSR = 1;
export const ASR = 2;
export const ROR = 3;
export const RRX = 4;

/** `x` shifted by an immediate: LSL 0…31, LSR and ASR 1…32, ROR 1…31, RRX. */
export function shift(x: number, type: number, by: number, carry: number): number {
  switch (type) {
    case LSL:
      return x << by;
    case LSR:
      return by === 32 ? 0 : (x >>> by) | 0;
    case ASR:
      return by === 32 ? x >> 31 : x >> by;
    case ROR:
      return (x >>> by) | (x << (32 - by));
    default:
      return (carry << 31) | (x >>> 1);
  }
}

/** As `shift`; the bit shifted out goes to `s.shifterCarry`. */
export function shiftC(s: CpuState, x: number, type: number, by: number): number {
  switch (type) {
    case LSL:
      s.shifterCarry = by === 0 ? s.c : (x >>> (32 - by)) & 1;
      return x << by;
    case LSR:
      s.shifterCarry = (x >>> (by - 1)) & 1;
      return by === 32 ? 0 : (x >>> by) | 0;
    case ASR:
      s.shifterCarry = (x >>> (by - 1)) & 1;
      return by === 32 ? x >> 31 : x >> by;
    case ROR:
      s.shifterCarry = (x >>> (by - 1)) & 1;
      return (x >>> by) | (x << (32 - by));
    default:
      s.shifterCarry = x & 1;
      return (s.c << 31) | (x >>> 1);
  }
}

/** `x` with `bits` bits, sign-extended to 32. */
export const signed = (x: number, bits: number): number => (x << (32 - bits)) >> (32 - bits);

/** EXC_RETURN and FNC_RETURN space; in Handler mode a jump there ends the exception. §B1.5.8 */
const EXCEPTION_RETURN = 0xF;

/** BLXWritePC: bit 0 is the instruction set. */
export function branchTo(s: CpuState, value: number): void {
  s.t = value & 1;
  s.next = value & ~1;
  s.spent += 1;
}

/** BXWritePC and LoadWritePC: also an exception return in Handler mode. */
export function branchOrReturn(s: CpuState, system: CpuSystem, value: number): void {
  if (s.ipsr !== 0 && value >>> 28 === EXCEPTION_RETURN) {
    system.exceptionReturn(value >>> 0);
    s.next = s.r[15]!;
    return;
  }
  branchTo(s, value);
}

/** Whether condition `c` (0 EQ … 14 AL) holds. §A7.3 */
export function holds(s: CpuState, c: number): boolean {
  switch (c) {
    case 0:
      return s.z !== 0;
    case 1:
      return s.z === 0;
    case 2:
      return s.c !== 0;
    case 3:
      return s.c === 0;
    case 4:
      return s.n !== 0;
    case 5:
      return s.n === 0;
    case 6:
      return s.v !== 0;
    case 7:
      return s.v === 0;
    case 8:
      return s.c !== 0 && s.z === 0;
    case 9:
      return s.c === 0 || s.z !== 0;
    case 10:
      return s.n === s.v;
    case 11:
      return s.n !== s.v;
    case 12:
      return s.z === 0 && s.n === s.v;
    case 13:
      return s.z !== 0 || s.n !== s.v;
    default:
      return true;
  }
}
