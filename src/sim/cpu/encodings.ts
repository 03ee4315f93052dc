/**
 * The instruction set of the Cortex-M7 as bit patterns: ARMv7E-M of ARM DDI 0403E, chapters A5 and A7, and the
 * FPv5 single-precision instructions. The first row that matches an instruction is its row. Letters are the
 * operands (fields of `Op`): n, m first and second register, d destination, t transferred, a accumulator or low
 * half, e second transferred; i immediate, k shift amount, y shift type, c condition, l register list, S "sets flags".
 *
 * What the manual calls UNPREDICTABLE is an undefined instruction here (`not`, `notSp`, `notPc`, `where`, and
 * bits in parentheses): a permitted choice, and the one that a user notices.
 *
 * Cycles are a simple model (the M7's pipeline is not published): 1 an instruction; loads 2; LDM, STM, PUSH, POP
 * 1 + a register each; divisions 7, VDIV and VSQRT 14; VMLA and its kind 3; a taken branch 1 more. After ARM DDI 0439 (Cortex-M4), table 3-1.
 */
import type { Op, Row } from "./op.ts";
import * as im from "./execute/data_immediate.ts";
import * as re from "./execute/data_register.ts";
import * as sh from "./execute/data_shifted.ts";
import * as on from "./execute/shift.ts";
import * as ld from "./execute/load.ts";
import * as st from "./execute/store.ts";
import * as many from "./execute/multiple.ts";
import * as ex from "./execute/exclusive.ts";
import * as br from "./execute/branch.ts";
import * as mu from "./execute/multiply.ts";
import * as sa from "./execute/saturate.ts";
import * as dsp from "./execute/parallel.ts";
import * as sp from "./execute/special.ts";
import * as v from "./execute/vfp.ts";
import * as vm from "./execute/vfp_move.ts";
import * as p from "./execute/prepare.ts";
import * as fp from "./execute/vfp_prepare.ts";
import { AWAY, DOWN, NEAREST, UP, ZERO } from "./execute/float.ts";
import { ASR, LSL, LSR, ROR, RRX } from "./execute/alu.ts";

const it = "outside IT";
const ends = true;
const LOAD = 2;
const DIVIDE = 7;
const { s, q, sh: sHalving, u, uq, uh } = dsp.parallel;

// deno-fmt-ignore
const narrow: Row[] = [
  // ── shift (immediate), add, subtract, move, compare · A5.2.1
  { pattern: "0000 0000 00mm mddd", name: "MOV (register) T2", run: re.movRegister, flags: it, where: (o) => !o.inIt },
  { pattern: "0000 0kkk kkmm mddd", name: "LSL (immediate) T1", run: sh.movShifted, flags: it, prepare: p.shiftType(LSL) },
  { pattern: "0000 1kkk kkmm mddd", name: "LSR (immediate) T1", run: sh.movShifted, flags: it, prepare: p.shiftType(LSR) },
  { pattern: "0001 0kkk kkmm mddd", name: "ASR (immediate) T1", run: sh.movShifted, flags: it, prepare: p.shiftType(ASR) },
  { pattern: "0001 100m mmnn nddd", name: "ADD (register) T1", run: re.addRegister, flags: it },
  { pattern: "0001 101m mmnn nddd", name: "SUB (register) T1", run: re.subRegister, flags: it },
  { pattern: "0001 110i iinn nddd", name: "ADD (immediate) T1", run: im.addImmediate, flags: it },
  { pattern: "0001 111i iinn nddd", name: "SUB (immediate) T1", run: im.subImmediate, flags: it },
  { pattern: "0010 0ddd iiii iiii", name: "MOV (immediate) T1", run: im.movImmediate, flags: it },
  { pattern: "0010 1nnn iiii iiii", name: "CMP (immediate) T1", run: im.cmpImmediate },
  { pattern: "0011 0ddd iiii iiii", name: "ADD (immediate) T2", run: im.addImmediate, flags: it, prepare: p.twoAddress },
  { pattern: "0011 1ddd iiii iiii", name: "SUB (immediate) T2", run: im.subImmediate, flags: it, prepare: p.twoAddress },
  // ── data processing · A5.2.2
  { pattern: "0100 0000 00mm mddd", name: "AND (register) T1", run: re.andRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0000 01mm mddd", name: "EOR (register) T1", run: re.eorRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0000 10mm mddd", name: "LSL (register) T1", run: on.lslRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0000 11mm mddd", name: "LSR (register) T1", run: on.lsrRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0001 00mm mddd", name: "ASR (register) T1", run: on.asrRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0001 01mm mddd", name: "ADC (register) T1", run: re.adcRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0001 10mm mddd", name: "SBC (register) T1", run: re.sbcRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0001 11mm mddd", name: "ROR (register) T1", run: on.rorRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0010 00mm mnnn", name: "TST (register) T1", run: re.tstRegister },
  { pattern: "0100 0010 01nn nddd", name: "RSB (immediate) T1", run: im.rsbImmediate, flags: it, prepare: p.zero },
  { pattern: "0100 0010 10mm mnnn", name: "CMP (register) T1", run: re.cmpRegister },
  { pattern: "0100 0010 11mm mnnn", name: "CMN (register) T1", run: re.cmnRegister },
  { pattern: "0100 0011 00mm mddd", name: "ORR (register) T1", run: re.orrRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0011 01mm mddd", name: "MUL T1", run: mu.mul, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0011 10mm mddd", name: "BIC (register) T1", run: re.bicRegister, flags: it, prepare: p.twoAddress },
  { pattern: "0100 0011 11mm mddd", name: "MVN (register) T1", run: re.mvnRegister, flags: it },
  // ── special data processing, branch and exchange · A5.2.3
  { pattern: "0100 0100 1mmm m111", name: "ADD (register) T2, to PC", run: on.addHigh, ends, notPc: "m", prepare: toPc },
  { pattern: "0100 0100 dmmm mddd", name: "ADD (register) T2", run: on.addHigh, prepare: addHigh },
  { pattern: "0100 0101 nmmm mnnn", name: "CMP (register) T2", run: re.cmpRegister, notPc: "nm", where: (o) => o.n > 7 || o.m > 7 },
  { pattern: "0100 0110 1mmm m111", name: "MOV (register) T1, to PC", run: on.movHigh, ends, prepare: toPc },
  { pattern: "0100 0110 dmmm mddd", name: "MOV (register) T1", run: on.movHigh, prepare: movHigh },
  { pattern: "0100 0111 0mmm m(0)(0)(0)", name: "BX T1", run: br.branchExchange, ends },
  { pattern: "0100 0111 1mmm m(0)(0)(0)", name: "BLX (register) T1", run: br.branchLinkExchange, ends, notPc: "m" },
  // ── loads and stores · A5.2.4
  { pattern: "0100 1ttt iiii iiii", name: "LDR (literal) T1", run: ld.loadWordLiteral, cycles: LOAD, prepare: literal16 },
  { pattern: "0101 000m mmnn nttt", name: "STR (register) T1", run: st.storeWordRegister },
  { pattern: "0101 001m mmnn nttt", name: "STRH (register) T1", run: st.storeHalfRegister },
  { pattern: "0101 010m mmnn nttt", name: "STRB (register) T1", run: st.storeByteRegister },
  { pattern: "0101 011m mmnn nttt", name: "LDRSB (register) T1", run: ld.loadSignedByteRegister, cycles: LOAD },
  { pattern: "0101 100m mmnn nttt", name: "LDR (register) T1", run: ld.loadWordRegister, cycles: LOAD },
  { pattern: "0101 101m mmnn nttt", name: "LDRH (register) T1", run: ld.loadHalfRegister, cycles: LOAD },
  { pattern: "0101 110m mmnn nttt", name: "LDRB (register) T1", run: ld.loadByteRegister, cycles: LOAD },
  { pattern: "0101 111m mmnn nttt", name: "LDRSH (register) T1", run: ld.loadSignedHalfRegister, cycles: LOAD },
  { pattern: "0110 0iii iinn nttt", name: "STR (immediate) T1", run: st.storeWord, prepare: p.times(4) },
  { pattern: "0110 1iii iinn nttt", name: "LDR (immediate) T1", run: ld.loadWord, cycles: LOAD, prepare: p.times(4) },
  { pattern: "0111 0iii iinn nttt", name: "STRB (immediate) T1", run: st.storeByte },
  { pattern: "0111 1iii iinn nttt", name: "LDRB (immediate) T1", run: ld.loadByte, cycles: LOAD },
  { pattern: "1000 0iii iinn nttt", name: "STRH (immediate) T1", run: st.storeHalf, prepare: p.times(2) },
  { pattern: "1000 1iii iinn nttt", name: "LDRH (immediate) T1", run: ld.loadHalf, cycles: LOAD, prepare: p.times(2) },
  { pattern: "1001 0ttt iiii iiii", name: "STR (immediate) T2", run: st.storeWord, prepare: p.fromSp },
  { pattern: "1001 1ttt iiii iiii", name: "LDR (immediate) T2", run: ld.loadWord, cycles: LOAD, prepare: p.fromSp },
  // ── addresses · A5.2
  { pattern: "1010 0ddd iiii iiii", name: "ADR T1", run: on.adr, prepare: literal16 },
  { pattern: "1010 1ddd iiii iiii", name: "ADD (SP plus immediate) T1", run: im.addImmediate, prepare: p.fromSp },
  // ── miscellaneous 16-bit · A5.2.5
  { pattern: "1011 0000 0iii iiii", name: "ADD (SP plus immediate) T2", run: im.addImmediate, prepare: onSp },
  { pattern: "1011 0000 1iii iiii", name: "SUB (SP minus immediate) T1", run: im.subImmediate, prepare: onSp },
  { pattern: "1011 00i1 iiii innn", name: "CBZ T1", run: br.branchZero, ends, where: (o) => !o.inIt, prepare: p.forward },
  { pattern: "1011 10i1 iiii innn", name: "CBNZ T1", run: br.branchNonZero, ends, where: (o) => !o.inIt, prepare: p.forward },
  { pattern: "1011 0010 00mm mddd", name: "SXTH T1", run: on.sxth },
  { pattern: "1011 0010 01mm mddd", name: "SXTB T1", run: on.sxtb },
  { pattern: "1011 0010 10mm mddd", name: "UXTH T1", run: on.uxth },
  { pattern: "1011 0010 11mm mddd", name: "UXTB T1", run: on.uxtb },
  { pattern: "1011 010L llll llll", name: "PUSH T1", run: many.storeMultipleBefore, where: (o) => o.l + o.L !== 0, prepare: p.pushed },
  { pattern: "1011 0110 011o (0)(0)IF", name: "CPS T1", run: sp.changeProcessorState, ends, where: (o) => !o.inIt && o.I + o.F !== 0 },
  { pattern: "1011 1010 00mm mddd", name: "REV T1", run: on.rev },
  { pattern: "1011 1010 01mm mddd", name: "REV16 T1", run: on.rev16 },
  { pattern: "1011 1010 11mm mddd", name: "REVSH T1", run: on.revsh },
  { pattern: "1011 1100 llll llll", name: "POP T1, no PC", run: many.loadMultiple, where: (o) => o.l !== 0, prepare: p.popped },
  { pattern: "1011 1101 llll llll", name: "POP T1, with PC", run: many.loadMultiple, ends, prepare: (o) => { o.L = 1; p.popped(o); } },
  { pattern: "1011 1110 iiii iiii", name: "BKPT T1", run: sp.breakpoint, ends },
  { pattern: "1011 1111 0000 0000", name: "NOP T1", run: sp.nothing },
  { pattern: "1011 1111 0001 0000", name: "YIELD T1", run: sp.nothing },
  { pattern: "1011 1111 0010 0000", name: "WFE T1", run: sp.waitForEvent, ends },
  { pattern: "1011 1111 0011 0000", name: "WFI T1", run: sp.waitForInterrupt, ends },
  { pattern: "1011 1111 0100 0000", name: "SEV T1", run: sp.sendEvent, ends },
  { pattern: "1011 1111 ---- 0000", name: "hint T1, unallocated", run: sp.nothing },
  { pattern: "1011 1111 cccc llll", name: "IT T1", run: sp.ifThen, where: conditional },
  // ── multiple, conditional branch, supervisor call, branch · A5.2.6
  { pattern: "1100 0nnn llll llll", name: "STM T1", run: many.storeMultiple, where: (o) => o.l !== 0, prepare: p.storedLow },
  { pattern: "1100 1nnn llll llll", name: "LDM T1", run: many.loadMultiple, where: (o) => o.l !== 0, prepare: p.loadedLow },
  { pattern: "1101 1110 iiii iiii", name: "UDF T1", run: sp.permanentlyUndefined, ends },
  { pattern: "1101 1111 iiii iiii", name: "SVC T1", run: sp.supervisorCall, ends },
  { pattern: "1101 cccc iiii iiii", name: "B T1", run: br.branchIf, ends, where: (o) => !o.inIt, prepare: p.relative(8) },
  { pattern: "1110 0iii iiii iiii", name: "B T2", run: br.branch, ends, prepare: p.relative(11) },
];

// deno-fmt-ignore
const multiples: Row[] = [
  // ── load/store multiple, dual, exclusive, table branch · A5.3.5, A5.3.6
  { pattern: "1110 1000 10W0 nnnn (0)lll llll llll llll", name: "STM T2", run: many.storeMultiple, notPc: "n", where: p.storable, prepare: p.list },
  { pattern: "1110 1000 10W1 nnnn 0lll llll llll llll", name: "LDM T2, no PC", run: many.loadMultiple, notPc: "n", where: p.loadable, prepare: p.list },
  { pattern: "1110 1000 10W1 nnnn 10ll llll llll llll", name: "LDM T2, with PC", run: many.loadMultiple, ends, notPc: "n", where: loadablePc, prepare: withPc },
  { pattern: "1110 1001 00W0 nnnn (0)lll llll llll llll", name: "STMDB T1", run: many.storeMultipleBefore, notPc: "n", where: p.storable, prepare: p.list },
  { pattern: "1110 1001 00W1 nnnn 0lll llll llll llll", name: "LDMDB T1, no PC", run: many.loadMultipleBefore, notPc: "n", where: p.loadable, prepare: p.list },
  { pattern: "1110 1001 00W1 nnnn 10ll llll llll llll", name: "LDMDB T1, with PC", run: many.loadMultipleBefore, ends, notPc: "n", where: loadablePc, prepare: withPc },
  { pattern: "1110 1000 0100 nnnn tttt dddd iiii iiii", name: "STREX T1", run: ex.storeExclusive, not: "dt", notPc: "n", where: apart, prepare: p.width(4, 0, 4) },
  { pattern: "1110 1000 0101 nnnn tttt (1)(1)(1)(1) iiii iiii", name: "LDREX T1", run: ex.loadExclusive, cycles: LOAD, not: "t", notPc: "n", prepare: p.width(4, 0, 4) },
  { pattern: "1110 1000 1100 nnnn tttt (1)(1)(1)(1) 0100 dddd", name: "STREXB T1", run: ex.storeExclusive, not: "dt", notPc: "n", where: apart, prepare: p.width(1) },
  { pattern: "1110 1000 1100 nnnn tttt (1)(1)(1)(1) 0101 dddd", name: "STREXH T1", run: ex.storeExclusive, not: "dt", notPc: "n", where: apart, prepare: p.width(2) },
  { pattern: "1110 1000 1101 nnnn (1)(1)(1)(1) (0)(0)(0)(0) 0000 mmmm", name: "TBB T1", run: br.tableBranchByte, ends, cycles: LOAD, notSp: "n", not: "m" },
  { pattern: "1110 1000 1101 nnnn (1)(1)(1)(1) (0)(0)(0)(0) 0001 mmmm", name: "TBH T1", run: br.tableBranchHalf, ends, cycles: LOAD, notSp: "n", not: "m" },
  { pattern: "1110 1000 1101 nnnn tttt (1)(1)(1)(1) 0100 (1)(1)(1)(1)", name: "LDREXB T1", run: ex.loadExclusive, cycles: LOAD, not: "t", notPc: "n", prepare: p.width(1) },
  { pattern: "1110 1000 1101 nnnn tttt (1)(1)(1)(1) 0101 (1)(1)(1)(1)", name: "LDREXH T1", run: ex.loadExclusive, cycles: LOAD, not: "t", notPc: "n", prepare: p.width(2) },
  { pattern: "1110 1001 U101 1111 tttt eeee iiii iiii", name: "LDRD (literal) T1, offset", run: many.loadDoubleLiteral, cycles: 3, not: "te", where: (o) => o.t !== o.e, prepare: literalDouble },
  { pattern: "1110 1001 U100 nnnn tttt eeee iiii iiii", name: "STRD (immediate) T1, offset", run: many.storeDouble, cycles: 2, not: "te", notPc: "n", prepare: p.offset(4) },
  { pattern: "1110 1001 U101 nnnn tttt eeee iiii iiii", name: "LDRD (immediate) T1, offset", run: many.loadDouble, cycles: 3, not: "te", where: (o) => o.t !== o.e, prepare: p.offset(4) },
  { pattern: "1110 1001 U110 nnnn tttt eeee iiii iiii", name: "STRD (immediate) T1, pre-indexed", run: many.storeDoublePre, cycles: 2, not: "te", notPc: "n", where: pairBack, prepare: p.offset(4) },
  { pattern: "1110 1001 U111 nnnn tttt eeee iiii iiii", name: "LDRD (immediate) T1, pre-indexed", run: many.loadDoublePre, cycles: 3, not: "te", notPc: "n", where: loadPairBack, prepare: p.offset(4) },
  { pattern: "1110 1000 U110 nnnn tttt eeee iiii iiii", name: "STRD (immediate) T1, post-indexed", run: many.storeDoublePost, cycles: 2, not: "te", notPc: "n", where: pairBack, prepare: p.offset(4) },
  { pattern: "1110 1000 U111 nnnn tttt eeee iiii iiii", name: "LDRD (immediate) T1, post-indexed", run: many.loadDoublePost, cycles: 3, not: "te", notPc: "n", where: loadPairBack, prepare: p.offset(4) },
];

// deno-fmt-ignore
const shifted: Row[] = [
  // ── data processing (shifted register) · A5.3.11
  { pattern: "1110 1010 0001 nnnn (0)kkk 1111 kkyy mmmm", name: "TST (register) T2", run: sh.tstShifted, not: "nm", prepare: p.unshifted(re.tstRegister) },
  { pattern: "1110 1010 000S nnnn (0)kkk dddd kkyy mmmm", name: "AND (register) T2", run: sh.andShifted, not: "dnm", prepare: p.unshifted(re.andRegister) },
  { pattern: "1110 1010 001S nnnn (0)kkk dddd kkyy mmmm", name: "BIC (register) T2", run: sh.bicShifted, not: "dnm", prepare: p.unshifted(re.bicRegister) },
  { pattern: "1110 1010 010S 1111 (0)000 dddd 0000 mmmm", name: "MOV (register) T3", run: re.movRegister, notPc: "dm", where: movable, prepare: p.spResult },
  { pattern: "1110 1010 010S 1111 (0)kkk dddd kk00 mmmm", name: "LSL (immediate) T2", run: sh.movShifted, not: "dm", prepare: p.shiftType(LSL) },
  { pattern: "1110 1010 010S 1111 (0)kkk dddd kk01 mmmm", name: "LSR (immediate) T2", run: sh.movShifted, not: "dm", prepare: p.shiftType(LSR) },
  { pattern: "1110 1010 010S 1111 (0)kkk dddd kk10 mmmm", name: "ASR (immediate) T2", run: sh.movShifted, not: "dm", prepare: p.shiftType(ASR) },
  { pattern: "1110 1010 010S 1111 (0)000 dddd 0011 mmmm", name: "RRX T1", run: sh.movShifted, not: "dm", prepare: (o) => { o.y = RRX; o.k = 1; } },
  { pattern: "1110 1010 010S 1111 (0)kkk dddd kk11 mmmm", name: "ROR (immediate) T1", run: sh.movShifted, not: "dm", prepare: p.shiftType(ROR) },
  { pattern: "1110 1010 010S nnnn (0)kkk dddd kkyy mmmm", name: "ORR (register) T2", run: sh.orrShifted, not: "dnm", prepare: p.unshifted(re.orrRegister) },
  { pattern: "1110 1010 011S 1111 (0)kkk dddd kkyy mmmm", name: "MVN (register) T2", run: sh.mvnShifted, not: "dm", prepare: p.unshifted(re.mvnRegister) },
  { pattern: "1110 1010 011S nnnn (0)kkk dddd kkyy mmmm", name: "ORN (register) T1", run: sh.ornShifted, not: "dnm", prepare: p.unshifted(re.ornRegister) },
  { pattern: "1110 1010 1001 nnnn (0)kkk 1111 kkyy mmmm", name: "TEQ (register) T1", run: sh.teqShifted, not: "nm", prepare: p.unshifted(re.teqRegister) },
  { pattern: "1110 1010 100S nnnn (0)kkk dddd kkyy mmmm", name: "EOR (register) T2", run: sh.eorShifted, not: "dnm", prepare: p.unshifted(re.eorRegister) },
  { pattern: "1110 1010 1100 nnnn (0)kkk dddd kk00 mmmm", name: "PKHBT T1", run: dsp.pkhbt, not: "dnm" },
  { pattern: "1110 1010 1100 nnnn (0)kkk dddd kk10 mmmm", name: "PKHTB T1", run: dsp.pkhtb, not: "dnm", prepare: p.shiftType(ASR) },
  { pattern: "1110 1011 0001 nnnn (0)kkk 1111 kkyy mmmm", name: "CMN (register) T2", run: sh.cmnShifted, notPc: "n", not: "m", prepare: p.unshifted(re.cmnRegister) },
  { pattern: "1110 1011 000S 1101 (0)kkk dddd kkyy mmmm", name: "ADD (SP plus register) T3", run: sh.addShifted, notPc: "d", not: "m", where: spShift, prepare: spRegister(re.addRegister) },
  { pattern: "1110 1011 000S nnnn (0)kkk dddd kkyy mmmm", name: "ADD (register) T3", run: sh.addShifted, not: "dnm", prepare: p.unshifted(re.addRegister) },
  { pattern: "1110 1011 010S nnnn (0)kkk dddd kkyy mmmm", name: "ADC (register) T2", run: sh.adcShifted, not: "dnm", prepare: p.unshifted(re.adcRegister) },
  { pattern: "1110 1011 011S nnnn (0)kkk dddd kkyy mmmm", name: "SBC (register) T2", run: sh.sbcShifted, not: "dnm", prepare: p.unshifted(re.sbcRegister) },
  { pattern: "1110 1011 1011 nnnn (0)kkk 1111 kkyy mmmm", name: "CMP (register) T3", run: sh.cmpShifted, notPc: "n", not: "m", prepare: p.unshifted(re.cmpRegister) },
  { pattern: "1110 1011 101S 1101 (0)kkk dddd kkyy mmmm", name: "SUB (SP minus register) T1", run: sh.subShifted, notPc: "d", not: "m", where: spShift, prepare: spRegister(re.subRegister) },
  { pattern: "1110 1011 101S nnnn (0)kkk dddd kkyy mmmm", name: "SUB (register) T2", run: sh.subShifted, not: "dnm", prepare: p.unshifted(re.subRegister) },
  { pattern: "1110 1011 110S nnnn (0)kkk dddd kkyy mmmm", name: "RSB (register) T1", run: sh.rsbShifted, not: "dnm", prepare: p.unshifted(re.rsbRegister) },
];

// deno-fmt-ignore
const immediates: Row[] = [
  // ── data processing (modified immediate) · A5.3.1
  { pattern: "1111 0i00 0001 nnnn 0iii 1111 iiii iiii", name: "TST (immediate) T1", run: im.tstImmediate, not: "n", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 000S nnnn 0iii dddd iiii iiii", name: "AND (immediate) T1", run: im.andImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 001S nnnn 0iii dddd iiii iiii", name: "BIC (immediate) T1", run: im.bicImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 010S 1111 0iii dddd iiii iiii", name: "MOV (immediate) T2", run: im.movImmediate, not: "d", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 010S nnnn 0iii dddd iiii iiii", name: "ORR (immediate) T1", run: im.orrImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 011S 1111 0iii dddd iiii iiii", name: "MVN (immediate) T1", run: im.mvnImmediate, not: "d", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 011S nnnn 0iii dddd iiii iiii", name: "ORN (immediate) T1", run: im.ornImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 1001 nnnn 0iii 1111 iiii iiii", name: "TEQ (immediate) T1", run: im.teqImmediate, not: "n", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i00 100S nnnn 0iii dddd iiii iiii", name: "EOR (immediate) T1", run: im.eorImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 0001 nnnn 0iii 1111 iiii iiii", name: "CMN (immediate) T1", run: im.cmnImmediate, notPc: "n", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 000S 1101 0iii dddd iiii iiii", name: "ADD (SP plus immediate) T3", run: on.addSpImmediate, notPc: "d", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 000S nnnn 0iii dddd iiii iiii", name: "ADD (immediate) T3", run: im.addImmediate, not: "d", notPc: "n", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 010S nnnn 0iii dddd iiii iiii", name: "ADC (immediate) T1", run: im.adcImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 011S nnnn 0iii dddd iiii iiii", name: "SBC (immediate) T1", run: im.sbcImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 1011 nnnn 0iii 1111 iiii iiii", name: "CMP (immediate) T2", run: im.cmpImmediate, notPc: "n", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 101S 1101 0iii dddd iiii iiii", name: "SUB (SP minus immediate) T2", run: on.subSpImmediate, notPc: "d", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 101S nnnn 0iii dddd iiii iiii", name: "SUB (immediate) T3", run: im.subImmediate, not: "d", notPc: "n", where: p.expandable, prepare: p.modified },
  { pattern: "1111 0i01 110S nnnn 0iii dddd iiii iiii", name: "RSB (immediate) T2", run: im.rsbImmediate, not: "dn", where: p.expandable, prepare: p.modified },
  // ── data processing (plain binary immediate) · A5.3.3
  { pattern: "1111 0i10 0000 1101 0iii dddd iiii iiii", name: "ADD (SP plus immediate) T4", run: on.addSpImmediate, notPc: "d" },
  { pattern: "1111 0i10 0000 1111 0iii dddd iiii iiii", name: "ADR T3", run: on.adr, not: "d", prepare: after },
  { pattern: "1111 0i10 0000 nnnn 0iii dddd iiii iiii", name: "ADD (immediate) T4", run: im.addImmediate, not: "d" },
  { pattern: "1111 0i10 0100 jjjj 0iii dddd iiii iiii", name: "MOV (immediate) T3", run: im.movImmediate, not: "d", prepare: p.wideImmediate },
  { pattern: "1111 0i10 1010 1101 0iii dddd iiii iiii", name: "SUB (SP minus immediate) T3", run: on.subSpImmediate, notPc: "d" },
  { pattern: "1111 0i10 1010 1111 0iii dddd iiii iiii", name: "ADR T2", run: on.adr, not: "d", prepare: p.pcRelative },
  { pattern: "1111 0i10 1010 nnnn 0iii dddd iiii iiii", name: "SUB (immediate) T4", run: im.subImmediate, not: "d" },
  { pattern: "1111 0i10 1100 jjjj 0iii dddd iiii iiii", name: "MOVT T1", run: on.movt, not: "d", prepare: p.wideImmediate },
  { pattern: "1111 0(0)11 0010 nnnn 0000 dddd 00(0)(0) wwww", name: "SSAT16 T1", run: sa.ssat16, not: "dn" },
  { pattern: "1111 0(0)11 00y0 nnnn 0kkk dddd kk(0)w wwww", name: "SSAT T1", run: sa.ssat, not: "dn", where: reallyShifted },
  { pattern: "1111 0(0)11 0100 nnnn 0kkk dddd kk(0)w wwww", name: "SBFX T1", run: on.sbfx, not: "dn", where: (o) => o.k + o.w < 32 },
  { pattern: "1111 0(0)11 0110 1111 0kkk dddd kk(0)w wwww", name: "BFC T1", run: on.bfi, not: "d", where: (o) => o.w >= o.k, prepare: (o) => { o.n = 15; p.field(o); } },
  { pattern: "1111 0(0)11 0110 nnnn 0kkk dddd kk(0)w wwww", name: "BFI T1", run: on.bfi, not: "dn", where: (o) => o.w >= o.k, prepare: p.field },
  { pattern: "1111 0(0)11 1010 nnnn 0000 dddd 00(0)(0) wwww", name: "USAT16 T1", run: sa.usat16, not: "dn" },
  { pattern: "1111 0(0)11 10y0 nnnn 0kkk dddd kk(0)w wwww", name: "USAT T1", run: sa.usat, not: "dn", where: reallyShifted },
  { pattern: "1111 0(0)11 1100 nnnn 0kkk dddd kk(0)w wwww", name: "UBFX T1", run: on.ubfx, not: "dn", where: (o) => o.k + o.w < 32 },
];

// deno-fmt-ignore
const control: Row[] = [
  // ── branches and miscellaneous control · A5.3.4
  { pattern: "1111 0011 100(0) nnnn 10(0)0 bb(0)(0) iiii iiii", name: "MSR T1", run: sp.writeSpecial, ends, not: "n", where: (o) => o.b !== 0 },
  { pattern: "1111 0011 111(0) (1)(1)(1)(1) 10(0)0 dddd iiii iiii", name: "MRS T1", run: sp.readSpecial, not: "d" },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 0000 0000", name: "NOP T2", run: sp.nothing },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 0000 0001", name: "YIELD T2", run: sp.nothing },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 0000 0010", name: "WFE T2", run: sp.waitForEvent, ends },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 0000 0011", name: "WFI T2", run: sp.waitForInterrupt, ends },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 0000 0100", name: "SEV T2", run: sp.sendEvent, ends },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 1111 ----", name: "DBG T1", run: sp.nothing },
  { pattern: "1111 0011 1010 (1)(1)(1)(1) 10(0)0 (0)000 ---- ----", name: "hint T2, unallocated", run: sp.nothing },
  { pattern: "1111 0011 1011 (1)(1)(1)(1) 10(0)0 (1)(1)(1)(1) 0010 (1)(1)(1)(1)", name: "CLREX T1", run: ex.clearExclusive },
  { pattern: "1111 0011 1011 (1)(1)(1)(1) 10(0)0 (1)(1)(1)(1) 0100 ----", name: "DSB T1", run: sp.nothing },
  { pattern: "1111 0011 1011 (1)(1)(1)(1) 10(0)0 (1)(1)(1)(1) 0101 ----", name: "DMB T1", run: sp.nothing },
  { pattern: "1111 0011 1011 (1)(1)(1)(1) 10(0)0 (1)(1)(1)(1) 0110 ----", name: "ISB T1", run: sp.nothing, ends },
  { pattern: "1111 0111 1111 iiii 1010 iiii iiii iiii", name: "UDF T2", run: sp.permanentlyUndefined, ends },
  { pattern: "1111 0scc ccii iiii 10p0 qiii iiii iiii", name: "B T3", run: br.branchIf, ends, where: (o) => o.c < 14 && !o.inIt, prepare: p.relative20 },
  { pattern: "1111 0sii iiii iiii 10p1 qiii iiii iiii", name: "B T4", run: br.branch, ends, prepare: p.relative24 },
  { pattern: "1111 0sii iiii iiii 11p1 qiii iiii iiii", name: "BL T1", run: br.branchLink, ends, prepare: p.relative24 },
];

// deno-fmt-ignore
const stores: Row[] = [
  // ── store single data item · A5.3.10
  { pattern: "1111 1000 0000 nnnn tttt 0000 00kk mmmm", name: "STRB (register) T2", run: st.storeByteRegister, notPc: "n", not: "tm" },
  { pattern: "1111 1000 0000 nnnn tttt 1100 iiii iiii", name: "STRB (immediate) T3, negative offset", run: st.storeByte, notPc: "n", not: "t", prepare: p.negative },
  { pattern: "1111 1000 0000 nnnn tttt 1110 iiii iiii", name: "STRBT T1", run: st.storeUnprivileged, notPc: "n", not: "t", prepare: p.width(1) },
  { pattern: "1111 1000 0000 nnnn tttt 10U1 iiii iiii", name: "STRB (immediate) T3, post-indexed", run: st.storeBytePost, notPc: "n", not: "t", where: p.writesBase, prepare: p.storingBack(p.offset()) },
  { pattern: "1111 1000 0000 nnnn tttt 11U1 iiii iiii", name: "STRB (immediate) T3, pre-indexed", run: st.storeBytePre, notPc: "n", not: "t", where: p.writesBase, prepare: p.storingBack(p.offset()) },
  { pattern: "1111 1000 1000 nnnn tttt iiii iiii iiii", name: "STRB (immediate) T2", run: st.storeByte, notPc: "n", not: "t" },
  { pattern: "1111 1000 0010 nnnn tttt 0000 00kk mmmm", name: "STRH (register) T2", run: st.storeHalfRegister, notPc: "n", not: "tm" },
  { pattern: "1111 1000 0010 nnnn tttt 1100 iiii iiii", name: "STRH (immediate) T3, negative offset", run: st.storeHalf, notPc: "n", not: "t", prepare: p.negative },
  { pattern: "1111 1000 0010 nnnn tttt 1110 iiii iiii", name: "STRHT T1", run: st.storeUnprivileged, notPc: "n", not: "t", prepare: p.width(2) },
  { pattern: "1111 1000 0010 nnnn tttt 10U1 iiii iiii", name: "STRH (immediate) T3, post-indexed", run: st.storeHalfPost, notPc: "n", not: "t", where: p.writesBase, prepare: p.storingBack(p.offset()) },
  { pattern: "1111 1000 0010 nnnn tttt 11U1 iiii iiii", name: "STRH (immediate) T3, pre-indexed", run: st.storeHalfPre, notPc: "n", not: "t", where: p.writesBase, prepare: p.storingBack(p.offset()) },
  { pattern: "1111 1000 1010 nnnn tttt iiii iiii iiii", name: "STRH (immediate) T2", run: st.storeHalf, notPc: "n", not: "t" },
  { pattern: "1111 1000 0100 nnnn tttt 0000 00kk mmmm", name: "STR (register) T2", run: st.storeWordRegister, notPc: "nt", not: "m" },
  { pattern: "1111 1000 0100 nnnn tttt 1100 iiii iiii", name: "STR (immediate) T4, negative offset", run: st.storeWord, notPc: "nt", prepare: p.negative },
  { pattern: "1111 1000 0100 nnnn tttt 1110 iiii iiii", name: "STRT T1", run: st.storeUnprivileged, notPc: "n", not: "t", prepare: p.width(4) },
  { pattern: "1111 1000 0100 nnnn tttt 10U1 iiii iiii", name: "STR (immediate) T4, post-indexed", run: st.storeWordPost, notPc: "nt", where: p.writesBase, prepare: p.storingBack(p.offset()) },
  { pattern: "1111 1000 0100 nnnn tttt 11U1 iiii iiii", name: "STR (immediate) T4, pre-indexed", run: st.storeWordPre, notPc: "nt", where: p.writesBase, prepare: p.storingBack(p.offset()) },
  { pattern: "1111 1000 1100 nnnn tttt iiii iiii iiii", name: "STR (immediate) T3", run: st.storeWord, notPc: "nt" },
];

// deno-fmt-ignore
const hints: Row[] = [
  // ── memory hints: Rt 15 in loads of bytes and halfwords · A5.3.8, A5.3.9
  { pattern: "1111 1000 -001 1111 1111 ---- ---- ----", name: "PLD (literal) T1", run: sp.nothing },
  { pattern: "1111 1000 1001 ---- 1111 ---- ---- ----", name: "PLD (immediate) T1", run: sp.nothing },
  { pattern: "1111 1000 0001 ---- 1111 1100 ---- ----", name: "PLD (immediate) T2", run: sp.nothing },
  { pattern: "1111 1000 0001 ---- 1111 0000 00-- mmmm", name: "PLD (register) T1", run: sp.nothing, not: "m" },
  { pattern: "1111 1001 -001 1111 1111 ---- ---- ----", name: "PLI (literal) T3", run: sp.nothing },
  { pattern: "1111 1001 1001 ---- 1111 ---- ---- ----", name: "PLI (immediate) T1", run: sp.nothing },
  { pattern: "1111 1001 0001 ---- 1111 1100 ---- ----", name: "PLI (immediate) T2", run: sp.nothing },
  { pattern: "1111 1001 0001 ---- 1111 0000 00-- mmmm", name: "PLI (register) T1", run: sp.nothing, not: "m" },
  { pattern: "1111 100- -011 1111 1111 ---- ---- ----", name: "memory hint, unallocated, literal", run: sp.nothing },
  { pattern: "1111 100- 1011 ---- 1111 ---- ---- ----", name: "memory hint, unallocated, immediate", run: sp.nothing },
  { pattern: "1111 100- 0011 ---- 1111 1100 ---- ----", name: "memory hint, unallocated, negative immediate", run: sp.nothing },
  { pattern: "1111 100- 0011 ---- 1111 0000 00-- mmmm", name: "memory hint, unallocated, register", run: sp.nothing, not: "m" },
];

// deno-fmt-ignore
const loads: Row[] = [
  // ── load byte · A5.3.9
  { pattern: "1111 1000 U001 1111 tttt iiii iiii iiii", name: "LDRB (literal) T1", run: ld.loadByteLiteral, cycles: LOAD, not: "t", prepare: p.pcRelative },
  { pattern: "1111 1000 0001 nnnn tttt 0000 00kk mmmm", name: "LDRB (register) T2", run: ld.loadByteRegister, cycles: LOAD, not: "tm" },
  { pattern: "1111 1000 0001 nnnn tttt 1100 iiii iiii", name: "LDRB (immediate) T3, negative offset", run: ld.loadByte, cycles: LOAD, not: "t", prepare: p.negative },
  { pattern: "1111 1000 0001 nnnn tttt 1110 iiii iiii", name: "LDRBT T1", run: ld.loadUnprivileged, cycles: LOAD, not: "t", prepare: p.width(1) },
  { pattern: "1111 1000 0001 nnnn tttt 10U1 iiii iiii", name: "LDRB (immediate) T3, post-indexed", run: ld.loadBytePost, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1000 0001 nnnn tttt 11U1 iiii iiii", name: "LDRB (immediate) T3, pre-indexed", run: ld.loadBytePre, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1000 1001 nnnn tttt iiii iiii iiii", name: "LDRB (immediate) T2", run: ld.loadByte, cycles: LOAD, not: "t" },
  { pattern: "1111 1001 U001 1111 tttt iiii iiii iiii", name: "LDRSB (literal) T1", run: ld.loadSignedByteLiteral, cycles: LOAD, not: "t", prepare: p.pcRelative },
  { pattern: "1111 1001 0001 nnnn tttt 0000 00kk mmmm", name: "LDRSB (register) T2", run: ld.loadSignedByteRegister, cycles: LOAD, not: "tm" },
  { pattern: "1111 1001 0001 nnnn tttt 1100 iiii iiii", name: "LDRSB (immediate) T2, negative offset", run: ld.loadSignedByte, cycles: LOAD, not: "t", prepare: p.negative },
  { pattern: "1111 1001 0001 nnnn tttt 1110 iiii iiii", name: "LDRSBT T1", run: ld.loadUnprivileged, cycles: LOAD, not: "t", prepare: p.width(1, 1) },
  { pattern: "1111 1001 0001 nnnn tttt 10U1 iiii iiii", name: "LDRSB (immediate) T2, post-indexed", run: ld.loadSignedBytePost, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1001 0001 nnnn tttt 11U1 iiii iiii", name: "LDRSB (immediate) T2, pre-indexed", run: ld.loadSignedBytePre, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1001 1001 nnnn tttt iiii iiii iiii", name: "LDRSB (immediate) T1", run: ld.loadSignedByte, cycles: LOAD, not: "t" },
  // ── load halfword · A5.3.8
  { pattern: "1111 1000 U011 1111 tttt iiii iiii iiii", name: "LDRH (literal) T1", run: ld.loadHalfLiteral, cycles: LOAD, not: "t", prepare: p.pcRelative },
  { pattern: "1111 1000 0011 nnnn tttt 0000 00kk mmmm", name: "LDRH (register) T2", run: ld.loadHalfRegister, cycles: LOAD, not: "tm" },
  { pattern: "1111 1000 0011 nnnn tttt 1100 iiii iiii", name: "LDRH (immediate) T3, negative offset", run: ld.loadHalf, cycles: LOAD, not: "t", prepare: p.negative },
  { pattern: "1111 1000 0011 nnnn tttt 1110 iiii iiii", name: "LDRHT T1", run: ld.loadUnprivileged, cycles: LOAD, not: "t", prepare: p.width(2) },
  { pattern: "1111 1000 0011 nnnn tttt 10U1 iiii iiii", name: "LDRH (immediate) T3, post-indexed", run: ld.loadHalfPost, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1000 0011 nnnn tttt 11U1 iiii iiii", name: "LDRH (immediate) T3, pre-indexed", run: ld.loadHalfPre, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1000 1011 nnnn tttt iiii iiii iiii", name: "LDRH (immediate) T2", run: ld.loadHalf, cycles: LOAD, not: "t" },
  { pattern: "1111 1001 U011 1111 tttt iiii iiii iiii", name: "LDRSH (literal) T1", run: ld.loadSignedHalfLiteral, cycles: LOAD, not: "t", prepare: p.pcRelative },
  { pattern: "1111 1001 0011 nnnn tttt 0000 00kk mmmm", name: "LDRSH (register) T2", run: ld.loadSignedHalfRegister, cycles: LOAD, not: "tm" },
  { pattern: "1111 1001 0011 nnnn tttt 1100 iiii iiii", name: "LDRSH (immediate) T2, negative offset", run: ld.loadSignedHalf, cycles: LOAD, not: "t", prepare: p.negative },
  { pattern: "1111 1001 0011 nnnn tttt 1110 iiii iiii", name: "LDRSHT T1", run: ld.loadUnprivileged, cycles: LOAD, not: "t", prepare: p.width(2, 1) },
  { pattern: "1111 1001 0011 nnnn tttt 10U1 iiii iiii", name: "LDRSH (immediate) T2, post-indexed", run: ld.loadSignedHalfPost, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1001 0011 nnnn tttt 11U1 iiii iiii", name: "LDRSH (immediate) T2, pre-indexed", run: ld.loadSignedHalfPre, cycles: LOAD, not: "t", where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1001 1011 nnnn tttt iiii iiii iiii", name: "LDRSH (immediate) T1", run: ld.loadSignedHalf, cycles: LOAD, not: "t" },
  // ── load word · A5.3.7
  { pattern: "1111 1000 U101 1111 1111 iiii iiii iiii", name: "LDR (literal) T2, to PC", run: ld.loadPcLiteral, cycles: LOAD, ends, prepare: p.pcRelative },
  { pattern: "1111 1000 U101 1111 tttt iiii iiii iiii", name: "LDR (literal) T2", run: ld.loadWordLiteral, cycles: LOAD, prepare: p.loading(p.pcRelative) },
  { pattern: "1111 1000 0101 nnnn 1111 0000 00kk mmmm", name: "LDR (register) T2, to PC", run: ld.loadPcRegister, cycles: LOAD, ends, not: "m" },
  { pattern: "1111 1000 0101 nnnn tttt 0000 00kk mmmm", name: "LDR (register) T2", run: ld.loadWordRegister, cycles: LOAD, not: "m", prepare: p.loading(p.asIs) },
  { pattern: "1111 1000 0101 nnnn 1111 1100 iiii iiii", name: "LDR (immediate) T4, negative offset, to PC", run: ld.loadPc, cycles: LOAD, ends, prepare: p.negative },
  { pattern: "1111 1000 0101 nnnn tttt 1100 iiii iiii", name: "LDR (immediate) T4, negative offset", run: ld.loadWord, cycles: LOAD, prepare: p.loading(p.negative) },
  { pattern: "1111 1000 0101 nnnn tttt 1110 iiii iiii", name: "LDRT T1", run: ld.loadUnprivileged, cycles: LOAD, not: "t", prepare: p.width(4) },
  { pattern: "1111 1000 0101 nnnn 1111 10U1 iiii iiii", name: "LDR (immediate) T4, post-indexed, to PC", run: ld.loadPcPost, cycles: LOAD, ends, prepare: p.offset() },
  { pattern: "1111 1000 0101 nnnn tttt 10U1 iiii iiii", name: "LDR (immediate) T4, post-indexed", run: ld.loadWordPost, cycles: LOAD, where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1000 0101 nnnn 1111 11U1 iiii iiii", name: "LDR (immediate) T4, pre-indexed, to PC", run: ld.loadPcPre, cycles: LOAD, ends, prepare: p.offset() },
  { pattern: "1111 1000 0101 nnnn tttt 11U1 iiii iiii", name: "LDR (immediate) T4, pre-indexed", run: ld.loadWordPre, cycles: LOAD, where: p.writesBase, prepare: p.loadingBack(p.offset()) },
  { pattern: "1111 1000 1101 nnnn 1111 iiii iiii iiii", name: "LDR (immediate) T3, to PC", run: ld.loadPc, cycles: LOAD, ends },
  { pattern: "1111 1000 1101 nnnn tttt iiii iiii iiii", name: "LDR (immediate) T3", run: ld.loadWord, cycles: LOAD, prepare: p.loading(p.asIs) },
];

// deno-fmt-ignore
const registers: Row[] = [
  // ── data processing (register) · A5.3.12
  { pattern: "1111 1010 000S nnnn 1111 dddd 0000 mmmm", name: "LSL (register) T2", run: on.lslRegister, not: "dnm" },
  { pattern: "1111 1010 001S nnnn 1111 dddd 0000 mmmm", name: "LSR (register) T2", run: on.lsrRegister, not: "dnm" },
  { pattern: "1111 1010 010S nnnn 1111 dddd 0000 mmmm", name: "ASR (register) T2", run: on.asrRegister, not: "dnm" },
  { pattern: "1111 1010 011S nnnn 1111 dddd 0000 mmmm", name: "ROR (register) T2", run: on.rorRegister, not: "dnm" },
  { pattern: "1111 1010 0000 1111 1111 dddd 1(0)rr mmmm", name: "SXTH T2", run: on.sxth, not: "dm", prepare: p.rotation },
  { pattern: "1111 1010 0000 nnnn 1111 dddd 1(0)rr mmmm", name: "SXTAH T1", run: dsp.sxtah, not: "dnm", prepare: p.rotation },
  { pattern: "1111 1010 0001 1111 1111 dddd 1(0)rr mmmm", name: "UXTH T2", run: on.uxth, not: "dm", prepare: p.rotation },
  { pattern: "1111 1010 0001 nnnn 1111 dddd 1(0)rr mmmm", name: "UXTAH T1", run: dsp.uxtah, not: "dnm", prepare: p.rotation },
  { pattern: "1111 1010 0010 1111 1111 dddd 1(0)rr mmmm", name: "SXTB16 T1", run: dsp.sxtab16, not: "dm", prepare: noAddend },
  { pattern: "1111 1010 0010 nnnn 1111 dddd 1(0)rr mmmm", name: "SXTAB16 T1", run: dsp.sxtab16, not: "dnm", prepare: p.rotation },
  { pattern: "1111 1010 0011 1111 1111 dddd 1(0)rr mmmm", name: "UXTB16 T1", run: dsp.uxtab16, not: "dm", prepare: noAddend },
  { pattern: "1111 1010 0011 nnnn 1111 dddd 1(0)rr mmmm", name: "UXTAB16 T1", run: dsp.uxtab16, not: "dnm", prepare: p.rotation },
  { pattern: "1111 1010 0100 1111 1111 dddd 1(0)rr mmmm", name: "SXTB T2", run: on.sxtb, not: "dm", prepare: p.rotation },
  { pattern: "1111 1010 0100 nnnn 1111 dddd 1(0)rr mmmm", name: "SXTAB T1", run: dsp.sxtab, not: "dnm", prepare: p.rotation },
  { pattern: "1111 1010 0101 1111 1111 dddd 1(0)rr mmmm", name: "UXTB T2", run: on.uxtb, not: "dm", prepare: p.rotation },
  { pattern: "1111 1010 0101 nnnn 1111 dddd 1(0)rr mmmm", name: "UXTAB T1", run: dsp.uxtab, not: "dnm", prepare: p.rotation },
  // ── parallel addition and subtraction · A5.3.13, A5.3.14
  { pattern: "1111 1010 1001 nnnn 1111 dddd 0000 mmmm", name: "SADD16 T1", run: s.add16, not: "dnm" },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 0000 mmmm", name: "SASX T1", run: s.asx, not: "dnm" },
  { pattern: "1111 1010 1110 nnnn 1111 dddd 0000 mmmm", name: "SSAX T1", run: s.sax, not: "dnm" },
  { pattern: "1111 1010 1101 nnnn 1111 dddd 0000 mmmm", name: "SSUB16 T1", run: s.sub16, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 0000 mmmm", name: "SADD8 T1", run: s.add8, not: "dnm" },
  { pattern: "1111 1010 1100 nnnn 1111 dddd 0000 mmmm", name: "SSUB8 T1", run: s.sub8, not: "dnm" },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 0001 mmmm", name: "QADD16 T1", run: q.add16, not: "dnm" },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 0001 mmmm", name: "QASX T1", run: q.asx, not: "dnm" },
  { pattern: "1111 1010 1110 nnnn 1111 dddd 0001 mmmm", name: "QSAX T1", run: q.sax, not: "dnm" },
  { pattern: "1111 1010 1101 nnnn 1111 dddd 0001 mmmm", name: "QSUB16 T1", run: q.sub16, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 0001 mmmm", name: "QADD8 T1", run: q.add8, not: "dnm" },
  { pattern: "1111 1010 1100 nnnn 1111 dddd 0001 mmmm", name: "QSUB8 T1", run: q.sub8, not: "dnm" },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 0010 mmmm", name: "SHADD16 T1", run: sHalving.add16, not: "dnm" },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 0010 mmmm", name: "SHASX T1", run: sHalving.asx, not: "dnm" },
  { pattern: "1111 1010 1110 nnnn 1111 dddd 0010 mmmm", name: "SHSAX T1", run: sHalving.sax, not: "dnm" },
  { pattern: "1111 1010 1101 nnnn 1111 dddd 0010 mmmm", name: "SHSUB16 T1", run: sHalving.sub16, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 0010 mmmm", name: "SHADD8 T1", run: sHalving.add8, not: "dnm" },
  { pattern: "1111 1010 1100 nnnn 1111 dddd 0010 mmmm", name: "SHSUB8 T1", run: sHalving.sub8, not: "dnm" },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 0100 mmmm", name: "UADD16 T1", run: u.add16, not: "dnm" },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 0100 mmmm", name: "UASX T1", run: u.asx, not: "dnm" },
  { pattern: "1111 1010 1110 nnnn 1111 dddd 0100 mmmm", name: "USAX T1", run: u.sax, not: "dnm" },
  { pattern: "1111 1010 1101 nnnn 1111 dddd 0100 mmmm", name: "USUB16 T1", run: u.sub16, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 0100 mmmm", name: "UADD8 T1", run: u.add8, not: "dnm" },
  { pattern: "1111 1010 1100 nnnn 1111 dddd 0100 mmmm", name: "USUB8 T1", run: u.sub8, not: "dnm" },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 0101 mmmm", name: "UQADD16 T1", run: uq.add16, not: "dnm" },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 0101 mmmm", name: "UQASX T1", run: uq.asx, not: "dnm" },
  { pattern: "1111 1010 1110 nnnn 1111 dddd 0101 mmmm", name: "UQSAX T1", run: uq.sax, not: "dnm" },
  { pattern: "1111 1010 1101 nnnn 1111 dddd 0101 mmmm", name: "UQSUB16 T1", run: uq.sub16, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 0101 mmmm", name: "UQADD8 T1", run: uq.add8, not: "dnm" },
  { pattern: "1111 1010 1100 nnnn 1111 dddd 0101 mmmm", name: "UQSUB8 T1", run: uq.sub8, not: "dnm" },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 0110 mmmm", name: "UHADD16 T1", run: uh.add16, not: "dnm" },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 0110 mmmm", name: "UHASX T1", run: uh.asx, not: "dnm" },
  { pattern: "1111 1010 1110 nnnn 1111 dddd 0110 mmmm", name: "UHSAX T1", run: uh.sax, not: "dnm" },
  { pattern: "1111 1010 1101 nnnn 1111 dddd 0110 mmmm", name: "UHSUB16 T1", run: uh.sub16, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 0110 mmmm", name: "UHADD8 T1", run: uh.add8, not: "dnm" },
  { pattern: "1111 1010 1100 nnnn 1111 dddd 0110 mmmm", name: "UHSUB8 T1", run: uh.sub8, not: "dnm" },
  // ── miscellaneous operations · A5.3.15
  { pattern: "1111 1010 1000 nnnn 1111 dddd 1000 mmmm", name: "QADD T1", run: sa.qadd, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 1001 mmmm", name: "QDADD T1", run: sa.qdadd, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 1010 mmmm", name: "QSUB T1", run: sa.qsub, not: "dnm" },
  { pattern: "1111 1010 1000 nnnn 1111 dddd 1011 mmmm", name: "QDSUB T1", run: sa.qdsub, not: "dnm" },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 1000 mmmm", name: "REV T2", run: on.rev, not: "dm", where: twice },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 1001 mmmm", name: "REV16 T2", run: on.rev16, not: "dm", where: twice },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 1010 mmmm", name: "RBIT T1", run: on.rbit, not: "dm", where: twice },
  { pattern: "1111 1010 1001 nnnn 1111 dddd 1011 mmmm", name: "REVSH T2", run: on.revsh, not: "dm", where: twice },
  { pattern: "1111 1010 1010 nnnn 1111 dddd 1000 mmmm", name: "SEL T1", run: dsp.sel, not: "dnm" },
  { pattern: "1111 1010 1011 nnnn 1111 dddd 1000 mmmm", name: "CLZ T1", run: on.clz, not: "dm", where: twice },
];

// deno-fmt-ignore
const multiplies: Row[] = [
  // ── multiply, multiply accumulate, absolute difference · A5.3.16
  { pattern: "1111 1011 0000 nnnn 1111 dddd 0000 mmmm", name: "MUL T2", run: mu.mul, not: "dnm" },
  { pattern: "1111 1011 0000 nnnn aaaa dddd 0000 mmmm", name: "MLA T1", run: mu.mla, not: "dnma" },
  { pattern: "1111 1011 0000 nnnn aaaa dddd 0001 mmmm", name: "MLS T1", run: mu.mls, not: "dnma" },
  { pattern: "1111 1011 0001 nnnn aaaa dddd 00xz mmmm", name: "SMLAxy, SMULxy T1", run: mu.smlaxy, not: "dnm", notSp: "a" },
  { pattern: "1111 1011 0010 nnnn aaaa dddd 000x mmmm", name: "SMLAD, SMUAD T1", run: mu.smlad, not: "dnm", notSp: "a" },
  { pattern: "1111 1011 0011 nnnn aaaa dddd 000z mmmm", name: "SMLAWy, SMULWy T1", run: mu.smlawy, not: "dnm", notSp: "a" },
  { pattern: "1111 1011 0100 nnnn aaaa dddd 000x mmmm", name: "SMLSD, SMUSD T1", run: mu.smlsd, not: "dnm", notSp: "a" },
  { pattern: "1111 1011 0101 nnnn aaaa dddd 000r mmmm", name: "SMMLA, SMMUL T1", run: mu.smmla, not: "dnm", notSp: "a" },
  { pattern: "1111 1011 0110 nnnn aaaa dddd 000r mmmm", name: "SMMLS T1", run: mu.smmls, not: "dnma" },
  { pattern: "1111 1011 0111 nnnn aaaa dddd 0000 mmmm", name: "USADA8, USAD8 T1", run: dsp.usada8, not: "dnm", notSp: "a" },
  // ── long multiply, long multiply accumulate, divide · A5.3.17
  { pattern: "1111 1011 1000 nnnn aaaa dddd 0000 mmmm", name: "SMULL T1", run: mu.smull, not: "dnma", where: longResult },
  { pattern: "1111 1011 1001 nnnn (1)(1)(1)(1) dddd 1111 mmmm", name: "SDIV T1", run: mu.sdiv, cycles: DIVIDE, not: "dnm" },
  { pattern: "1111 1011 1010 nnnn aaaa dddd 0000 mmmm", name: "UMULL T1", run: mu.umull, not: "dnma", where: longResult },
  { pattern: "1111 1011 1011 nnnn (1)(1)(1)(1) dddd 1111 mmmm", name: "UDIV T1", run: mu.udiv, cycles: DIVIDE, not: "dnm" },
  { pattern: "1111 1011 1100 nnnn aaaa dddd 0000 mmmm", name: "SMLAL T1", run: mu.smlal, not: "dnma", where: longResult },
  { pattern: "1111 1011 1100 nnnn aaaa dddd 10xz mmmm", name: "SMLALxy T1", run: mu.smlalxy, not: "dnma", where: longResult },
  { pattern: "1111 1011 1100 nnnn aaaa dddd 110x mmmm", name: "SMLALD T1", run: mu.smlald, not: "dnma", where: longResult },
  { pattern: "1111 1011 1101 nnnn aaaa dddd 110x mmmm", name: "SMLSLD T1", run: mu.smlsld, not: "dnma", where: longResult },
  { pattern: "1111 1011 1110 nnnn aaaa dddd 0000 mmmm", name: "UMLAL T1", run: mu.umlal, not: "dnma", where: longResult },
  { pattern: "1111 1011 1110 nnnn aaaa dddd 0110 mmmm", name: "UMAAL T1", run: mu.umaal, not: "dnma", where: longResult },
];

// deno-fmt-ignore
const floats: Row[] = [
  // ── floating-point load and store · A6.5
  { pattern: "1110 1100 1DW0 nnnn dddd 1010 iiii iiii", name: "VSTM T2", run: vm.vstm, notPc: "n", where: fp.singles, prepare: fp.singleList },
  { pattern: "1110 1101 0D10 nnnn dddd 1010 iiii iiii", name: "VSTMDB T2, VPUSH", run: vm.vstmdb, notPc: "n", where: fp.singles, prepare: fp.singleList },
  { pattern: "1110 1100 1DW1 nnnn dddd 1010 iiii iiii", name: "VLDM T2, VPOP", run: vm.vldm, notPc: "n", where: fp.singles, prepare: fp.singleList },
  { pattern: "1110 1101 0D11 nnnn dddd 1010 iiii iiii", name: "VLDMDB T2", run: vm.vldmdb, notPc: "n", where: fp.singles, prepare: fp.singleList },
  { pattern: "1110 1100 1DW0 nnnn dddd 1011 iiii iiii", name: "VSTM T1", run: vm.vstm, notPc: "n", where: fp.doubles, prepare: fp.doubleList },
  { pattern: "1110 1101 0D10 nnnn dddd 1011 iiii iiii", name: "VSTMDB T1, VPUSH", run: vm.vstmdb, notPc: "n", where: fp.doubles, prepare: fp.doubleList },
  { pattern: "1110 1100 1DW1 nnnn dddd 1011 iiii iiii", name: "VLDM T1, VPOP", run: vm.vldm, notPc: "n", where: fp.doubles, prepare: fp.doubleList },
  { pattern: "1110 1101 0D11 nnnn dddd 1011 iiii iiii", name: "VLDMDB T1", run: vm.vldmdb, notPc: "n", where: fp.doubles, prepare: fp.doubleList },
  { pattern: "1110 1101 UD00 nnnn dddd 1010 iiii iiii", name: "VSTR T2", run: vm.vstr, notPc: "n", prepare: fp.singleWord },
  { pattern: "1110 1101 UD01 1111 dddd 1010 iiii iiii", name: "VLDR T2, literal", run: vm.vldrLiteral, cycles: LOAD, prepare: fp.singleLiteral },
  { pattern: "1110 1101 UD01 nnnn dddd 1010 iiii iiii", name: "VLDR T2", run: vm.vldr, cycles: LOAD, prepare: fp.singleWord },
  { pattern: "1110 1101 U000 nnnn dddd 1011 iiii iiii", name: "VSTR T1", run: vm.vstr, cycles: 2, notPc: "n", prepare: fp.doubleWord },
  { pattern: "1110 1101 U001 1111 dddd 1011 iiii iiii", name: "VLDR T1, literal", run: vm.vldrLiteral, cycles: 3, prepare: fp.doubleLiteral },
  { pattern: "1110 1101 U001 nnnn dddd 1011 iiii iiii", name: "VLDR T1", run: vm.vldr, cycles: 3, prepare: fp.doubleWord },
  // ── transfers between core and floating-point registers · A6.6, A6.7
  { pattern: "1110 1110 0000 nnnn tttt 1010 N(0)(0)1 (0)(0)(0)(0)", name: "VMOV (core register to single)", run: vm.vmovFromCore, not: "t", prepare: fp.singleN },
  { pattern: "1110 1110 0001 nnnn tttt 1010 N(0)(0)1 (0)(0)(0)(0)", name: "VMOV (single to core register)", run: vm.vmovToCore, not: "t", prepare: fp.singleN },
  { pattern: "1110 1110 00x0 nnnn tttt 1011 0(0)(0)1 (0)(0)(0)(0)", name: "VMOV (core register to scalar)", run: vm.vmovFromCore, not: "t", prepare: fp.scalar },
  { pattern: "1110 1110 00x1 nnnn tttt 1011 0(0)(0)1 (0)(0)(0)(0)", name: "VMOV (scalar to core register)", run: vm.vmovToCore, not: "t", prepare: fp.scalar },
  { pattern: "1110 1110 1110 0001 tttt 1010 (0)(0)(0)1 (0)(0)(0)(0)", name: "VMSR T1", run: vm.vmsr, not: "t" },
  { pattern: "1110 1110 1111 0001 tttt 1010 (0)(0)(0)1 (0)(0)(0)(0)", name: "VMRS T1", run: vm.vmrs, notSp: "t" },
  { pattern: "1110 1100 0100 eeee tttt 1010 00M1 mmmm", name: "VMOV (two core registers to two singles)", run: vm.vmovPairFromCore, not: "te", where: fp.pair, prepare: fp.singleM },
  { pattern: "1110 1100 0101 eeee tttt 1010 00M1 mmmm", name: "VMOV (two singles to two core registers)", run: vm.vmovPairToCore, not: "te", where: fp.pairToCore, prepare: fp.singleM },
  { pattern: "1110 1100 0100 eeee tttt 1011 0001 mmmm", name: "VMOV (two core registers to a double)", run: vm.vmovPairFromCore, not: "te", prepare: fp.doubleM },
  { pattern: "1110 1100 0101 eeee tttt 1011 0001 mmmm", name: "VMOV (double to two core registers)", run: vm.vmovPairToCore, not: "te", where: (o) => o.t !== o.e, prepare: fp.doubleM },
  // ── floating-point data processing, single precision · A6.4
  { pattern: "1110 1110 0D00 nnnn dddd 1010 N0M0 mmmm", name: "VMLA T2", run: v.vmla, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 0D00 nnnn dddd 1010 N1M0 mmmm", name: "VMLS T2", run: v.vmls, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 0D01 nnnn dddd 1010 N1M0 mmmm", name: "VNMLA T1", run: v.vnmla, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 0D01 nnnn dddd 1010 N0M0 mmmm", name: "VNMLS T1", run: v.vnmls, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 0D10 nnnn dddd 1010 N0M0 mmmm", name: "VMUL T2", run: v.vmul, prepare: fp.three },
  { pattern: "1110 1110 0D10 nnnn dddd 1010 N1M0 mmmm", name: "VNMUL T2", run: v.vnmul, prepare: fp.three },
  { pattern: "1110 1110 0D11 nnnn dddd 1010 N0M0 mmmm", name: "VADD T2", run: v.vadd, prepare: fp.three },
  { pattern: "1110 1110 0D11 nnnn dddd 1010 N1M0 mmmm", name: "VSUB T2", run: v.vsub, prepare: fp.three },
  { pattern: "1110 1110 1D00 nnnn dddd 1010 N0M0 mmmm", name: "VDIV T1", run: v.vdiv, cycles: 14, prepare: fp.three },
  { pattern: "1110 1110 1D01 nnnn dddd 1010 N1M0 mmmm", name: "VFNMA T1", run: v.vfnma, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 1D01 nnnn dddd 1010 N0M0 mmmm", name: "VFNMS T1", run: v.vfnms, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 1D10 nnnn dddd 1010 N0M0 mmmm", name: "VFMA T2", run: v.vfma, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 1D10 nnnn dddd 1010 N1M0 mmmm", name: "VFMS T2", run: v.vfms, cycles: 3, prepare: fp.three },
  { pattern: "1110 1110 1D11 iiii dddd 1010 (0)0(0)0 jjjj", name: "VMOV (immediate) T2", run: vm.vmovImmediate, prepare: fp.immediate },
  { pattern: "1110 1110 1D11 0000 dddd 1010 01M0 mmmm", name: "VMOV (register) T2", run: vm.vmov, prepare: fp.two },
  { pattern: "1110 1110 1D11 0000 dddd 1010 11M0 mmmm", name: "VABS T2", run: v.vabs, prepare: fp.two },
  { pattern: "1110 1110 1D11 0001 dddd 1010 01M0 mmmm", name: "VNEG T2", run: v.vneg, prepare: fp.two },
  { pattern: "1110 1110 1D11 0001 dddd 1010 11M0 mmmm", name: "VSQRT T1", run: v.vsqrt, cycles: 14, prepare: fp.two },
  { pattern: "1110 1110 1D11 0010 dddd 1010 T1M0 mmmm", name: "VCVTB, VCVTT T1, from half", run: v.vcvtFromHalf, prepare: fp.two },
  { pattern: "1110 1110 1D11 0011 dddd 1010 T1M0 mmmm", name: "VCVTB, VCVTT T1, to half", run: v.vcvtToHalf, prepare: fp.two },
  { pattern: "1110 1110 1D11 0100 dddd 1010 q1M0 mmmm", name: "VCMP, VCMPE T1", run: v.vcmp, prepare: fp.two },
  { pattern: "1110 1110 1D11 0101 dddd 1010 q1(0)0 (0)(0)(0)(0)", name: "VCMP, VCMPE T2, zero", run: v.vcmpZero, prepare: fp.two },
  { pattern: "1110 1110 1D11 0110 dddd 1010 01M0 mmmm", name: "VRINTR T1", run: v.vrintr, prepare: fp.two },
  { pattern: "1110 1110 1D11 0110 dddd 1010 11M0 mmmm", name: "VRINTZ T1", run: v.vrint, prepare: fp.rounding(ZERO) },
  { pattern: "1110 1110 1D11 0111 dddd 1010 01M0 mmmm", name: "VRINTX T1", run: v.vrintx, prepare: fp.two },
  { pattern: "1110 1110 1D11 1000 dddd 1010 01M0 mmmm", name: "VCVT T1, from unsigned", run: v.vcvtFromInteger, prepare: fp.unsigned },
  { pattern: "1110 1110 1D11 1000 dddd 1010 11M0 mmmm", name: "VCVT T1, from signed", run: v.vcvtFromInteger, prepare: fp.two },
  { pattern: "1110 1110 1D11 1100 dddd 1010 01M0 mmmm", name: "VCVTR T1, to unsigned", run: v.vcvtrToInteger, prepare: fp.unsigned },
  { pattern: "1110 1110 1D11 1101 dddd 1010 01M0 mmmm", name: "VCVTR T1, to signed", run: v.vcvtrToInteger, prepare: fp.two },
  { pattern: "1110 1110 1D11 1100 dddd 1010 11M0 mmmm", name: "VCVT T1, to unsigned", run: v.vcvtToInteger, prepare: fp.unsignedRounding(ZERO) },
  { pattern: "1110 1110 1D11 1101 dddd 1010 11M0 mmmm", name: "VCVT T1, to signed", run: v.vcvtToInteger, prepare: fp.rounding(ZERO) },
  { pattern: "1110 1110 1D11 101U dddd 1010 x1j0 iiii", name: "VCVT T1, from fixed point", run: v.vcvtFromFixed, where: fp.fraction, prepare: fp.fixed },
  { pattern: "1110 1110 1D11 111U dddd 1010 x1j0 iiii", name: "VCVT T1, to fixed point", run: v.vcvtToFixed, where: fp.fraction, prepare: fp.fixed },
  // ── FPv5 · A6.4, encodings with bit 28 set
  { pattern: "1111 1110 0Dcc nnnn dddd 1010 N0M0 mmmm", name: "VSEL T1", run: v.vsel, prepare: fp.select },
  { pattern: "1111 1110 1D00 nnnn dddd 1010 N0M0 mmmm", name: "VMAXNM T1", run: v.vmaxnm, prepare: fp.three },
  { pattern: "1111 1110 1D00 nnnn dddd 1010 N1M0 mmmm", name: "VMINNM T1", run: v.vminnm, prepare: fp.three },
  { pattern: "1111 1110 1D11 1000 dddd 1010 01M0 mmmm", name: "VRINTA T1", run: v.vrint, prepare: fp.rounding(AWAY) },
  { pattern: "1111 1110 1D11 1001 dddd 1010 01M0 mmmm", name: "VRINTN T1", run: v.vrint, prepare: fp.rounding(NEAREST) },
  { pattern: "1111 1110 1D11 1010 dddd 1010 01M0 mmmm", name: "VRINTP T1", run: v.vrint, prepare: fp.rounding(UP) },
  { pattern: "1111 1110 1D11 1011 dddd 1010 01M0 mmmm", name: "VRINTM T1", run: v.vrint, prepare: fp.rounding(DOWN) },
  { pattern: "1111 1110 1D11 1100 dddd 1010 01M0 mmmm", name: "VCVTA T1, to unsigned", run: v.vcvtToInteger, prepare: fp.unsignedRounding(AWAY) },
  { pattern: "1111 1110 1D11 1100 dddd 1010 11M0 mmmm", name: "VCVTA T1, to signed", run: v.vcvtToInteger, prepare: fp.rounding(AWAY) },
  { pattern: "1111 1110 1D11 1101 dddd 1010 01M0 mmmm", name: "VCVTN T1, to unsigned", run: v.vcvtToInteger, prepare: fp.unsignedRounding(NEAREST) },
  { pattern: "1111 1110 1D11 1101 dddd 1010 11M0 mmmm", name: "VCVTN T1, to signed", run: v.vcvtToInteger, prepare: fp.rounding(NEAREST) },
  { pattern: "1111 1110 1D11 1110 dddd 1010 01M0 mmmm", name: "VCVTP T1, to unsigned", run: v.vcvtToInteger, prepare: fp.unsignedRounding(UP) },
  { pattern: "1111 1110 1D11 1110 dddd 1010 11M0 mmmm", name: "VCVTP T1, to signed", run: v.vcvtToInteger, prepare: fp.rounding(UP) },
  { pattern: "1111 1110 1D11 1111 dddd 1010 01M0 mmmm", name: "VCVTM T1, to unsigned", run: v.vcvtToInteger, prepare: fp.unsignedRounding(DOWN) },
  { pattern: "1111 1110 1D11 1111 dddd 1010 11M0 mmmm", name: "VCVTM T1, to signed", run: v.vcvtToInteger, prepare: fp.rounding(DOWN) },
];

// deno-fmt-ignore
const coprocessors: Row[] = [
  // ── coprocessors that are not there, and what is left of 10 and 11 (the FPU) · A5.3.18
  { pattern: "111- 110- ---- ---- ---- 101- ---- ----", name: "floating-point load or store, undefined", run: sp.undefinedFloat, ends },
  { pattern: "111- 1110 ---- ---- ---- 101- ---- ----", name: "floating-point operation, undefined", run: sp.undefinedFloat, ends },
  { pattern: "111- 110- ---- ---- ---- ---- ---- ----", name: "coprocessor load, store or move", run: sp.noCoprocessor, ends },
  { pattern: "111- 1110 ---- ---- ---- ---- ---- ----", name: "coprocessor operation", run: sp.noCoprocessor, ends },
];

/** The table. */
export const encodings: readonly Row[] = [
  ...narrow,
  ...multiples,
  ...shifted,
  ...immediates,
  ...control,
  ...stores,
  ...hints,
  ...loads,
  ...registers,
  ...multiplies,
  ...floats,
  ...coprocessors,
];

// Conditions and operands that only one or two rows have.

function literal16(op: Op): void {
  op.i *= 4;
  after(op);
}
function literalDouble(op: Op): void {
  op.i *= 4;
  p.pcRelative(op);
}
/** Align(PC, 4) + imm */
function after(op: Op): void {
  op.U = 1;
  p.pcRelative(op);
}
/** ADD SP, SP, #imm7 * 4 */
function onSp(op: Op): void {
  p.fromSp(op);
  op.d = 13;
}
function toPc(op: Op): void {
  op.d = 15;
}
function addHigh(op: Op): void {
  op.n = op.d;
  if (op.d !== 13 && op.m !== 15) op.run = re.addRegister;
}
function movHigh(op: Op): void {
  if (op.d !== 13 && op.m !== 15) op.run = re.movRegister;
}
function withPc(op: Op): void {
  op.l |= 0x8000;
  p.list(op);
}
function loadablePc(op: Op): boolean {
  return op.l !== 0 && (op.l & 0x6000) === 0 && !(op.W !== 0 && (op.l >> op.n) & 1);
}
/** IT: AL may only have THEN; condition 15 is none */
function conditional(op: Op): boolean {
  return !op.inIt && op.c !== 15 && (op.c !== 14 || (op.l & (op.l - 1)) === 0);
}
function apart(op: Op): boolean {
  return op.d !== op.n && op.d !== op.t;
}
function pairBack(op: Op): boolean {
  return op.n !== op.t && op.n !== op.e;
}
function loadPairBack(op: Op): boolean {
  return pairBack(op) && op.t !== op.e;
}
function movable(op: Op): boolean {
  return op.S !== 0 ? op.d !== 13 && op.m !== 13 : op.d !== 13 || op.m !== 13;
}
/** A result in SP allows LSL by 0 … 3 only. */
function spShift(op: Op): boolean {
  return op.d !== 13 || (op.y === 0 && op.k < 4);
}
function spRegister(plain: Row["run"]): (op: Op) => void {
  const prepare = p.unshifted(plain);
  return (op) => {
    op.n = 13;
    prepare(op);
    p.spResult(op);
  };
}
function noAddend(op: Op): void {
  op.n = 15;
  p.rotation(op);
}
/** SSAT, USAT with ASR by 0 are other instructions. */
function reallyShifted(op: Op): boolean {
  return op.y === 0 || op.k !== 0;
}
/** Rm is encoded twice. */
function twice(op: Op): boolean {
  return op.n === op.m;
}
function longResult(op: Op): boolean {
  return op.a !== op.d;
}
