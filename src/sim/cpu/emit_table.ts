/** Which executors have a text of their own (see emit.ts). What is missing here is called as it is. */
import type { Executor, Op } from "./op.ts";
import type { Emitter } from "./emit.ts";
import * as im from "./execute/data_immediate.ts";
import * as re from "./execute/data_register.ts";
import * as sh from "./execute/data_shifted.ts";
import * as on from "./execute/shift.ts";
import * as ld from "./execute/load.ts";
import * as st from "./execute/store.ts";
import * as mu from "./execute/multiply.ts";
import { nothing } from "./execute/special.ts";
import { ASR, LSL, LSR, ROR } from "./execute/alu.ts";

export type Text = (e: Emitter, op: Op) => void;
/** The second operand: its value, and its carry for logic that sets flags. */
interface Operand {
  readonly value: string;
  readonly carry: string | undefined;
}
type Form = (e: Emitter, op: Op) => Operand;

const literal = (x: number): string => x < 0 ? `(${x})` : String(x);
const immediate: Form = (_, op) => ({
  value: literal(op.i),
  carry: op.C < 0 ? undefined : String(op.C),
});
const register: Form = (e, op) => ({ value: e.reg(op.m), carry: undefined });
const shifted: Form = (e, op) => {
  const x = e.reg(op.m);
  switch (op.y) {
    case LSL:
      return {
        value: e.temp(`${x}<<${op.k}`),
        carry: op.k === 0 ? undefined : `((${x}>>>${32 - op.k})&1)`,
      };
    case LSR:
      return {
        value: e.temp(op.k === 32 ? "0" : `(${x}>>>${op.k})|0`),
        carry: `((${x}>>>${op.k - 1})&1)`,
      };
    case ASR:
      return {
        value: e.temp(`${x}>>${Math.min(op.k, 31)}`),
        carry: `((${x}>>>${op.k - 1})&1)`,
      };
    case ROR:
      return {
        value: e.temp(`(${x}>>>${op.k})|(${x}<<${32 - op.k})`),
        carry: `((${x}>>>${op.k - 1})&1)`,
      };
    default:
      return { value: e.temp(`(${e.flag("c")}<<31)|(${x}>>>1)`), carry: `(${x}&1)` };
  }
};

const logic =
  (form: Form, result: (a: string, b: string) => string, unary = false): Text => (e, op) => {
    const { value, carry } = form(e, op);
    const r = e.set(op.d, result(unary ? "" : e.reg(op.n), value));
    if (op.S === 0) return;
    e.setNZ(r);
    if (carry !== undefined) e.setFlag("c", carry);
  };
const test = (form: Form, sign: string): Text => (e, op) => {
  const { value, carry } = form(e, op);
  e.setNZ(e.temp(`${e.reg(op.n)}${sign}${value}`));
  if (carry !== undefined) e.setFlag("c", carry);
};
const plus = (form: Form): Text => (e, op) => {
  const { value } = form(e, op);
  const a = e.reg(op.n);
  const r = e.set(op.d, `(${a}+${value})|0`);
  if (op.S !== 0) e.setAdd(a, value, r);
};
const minus = (form: Form, reverse: boolean): Text => (e, op) => {
  const { value } = form(e, op);
  const n = e.reg(op.n);
  const [a, b] = reverse ? [value, n] : [n, value];
  const r = e.set(op.d, `(${a}-${b})|0`);
  if (op.S !== 0) e.setSub(a, b, r);
};
/** a + b + C; SBC adds the complement */
const withCarry = (form: Form, complement: boolean): Text => (e, op) => {
  const { value } = form(e, op);
  const a = e.reg(op.n);
  const b = complement ? e.temp(`~${value}`) : value;
  const r = e.set(op.d, `(${a}+${b}+${e.flag("c")})|0`);
  if (op.S !== 0) e.setAdd(a, b, r);
};
const compare = (form: Form): Text => (e, op) => {
  const { value } = form(e, op);
  const a = e.reg(op.n);
  e.setSub(a, value, e.temp(`(${a}-${value})|0`));
};
const compareNegative = (form: Form): Text => (e, op) => {
  const { value } = form(e, op);
  const a = e.reg(op.n);
  e.setAdd(a, value, e.temp(`(${a}+${value})|0`));
};

const one = (result: (x: string, op: Op) => string): Text => (e, op) => {
  e.set(op.d, result(e.reg(op.m), op));
};
const turned = (x: string, op: Op): string =>
  op.k === 0 ? x : `((${x}>>>${op.k})|(${x}<<${32 - op.k}))`;

type Address = (e: Emitter, op: Op) => string;
const offset: Address = (e, op) =>
  op.i === 0 ? e.reg(op.n) : e.temp(`(${e.reg(op.n)}+${literal(op.i)})|0`);
const indexed: Address = (e, op) =>
  e.temp(`(${e.reg(op.n)}+${op.k === 0 ? e.reg(op.m) : `(${e.reg(op.m)}<<${op.k})`})|0`);
const absolute: Address = (e, op) => e.temp(String(op.i));

const loads = (width: number, address: Address, signedBits = 0): Text => (e, op) => {
  const at = address(e, op);
  const extend = (v: string) => signedBits === 0 ? v : `(${v}<<${signedBits})>>${signedBits}`;
  const value = e.load(op, width, at, (v) => `r[${op.t}]=${extend(v)};`);
  if (signedBits === 0) e.setTo(op.t, value);
  else e.set(op.t, extend(value));
};
const loadsBack = (width: number, post: boolean): Text => (e, op) => {
  const base = e.reg(op.n);
  const moved = e.temp(`(${base}+${literal(op.i)})|0`);
  const value = e.load(
    op,
    width,
    post ? base : moved,
    (v) => `r[${op.n}]=${moved};r[${op.t}]=${v};`,
  );
  e.setTo(op.n, moved);
  e.setTo(op.t, value);
};
const stores = (width: number, address: Address): Text => (e, op) => {
  e.store(op, width, address(e, op), e.reg(op.t), "");
};
const storesBack = (width: number, post: boolean): Text => (e, op) => {
  const base = e.reg(op.n);
  const moved = e.temp(`(${base}+${literal(op.i)})|0`);
  e.store(op, width, post ? base : moved, e.reg(op.t), `r[${op.n}]=${moved};`);
  e.setTo(op.n, moved);
};

const forms: Form[] = [immediate, register, shifted];
const modules = [im, re, sh];
const names = ["Immediate", "Register", "Shifted"];

/** Those that only calculate: what they write is Rd, and flags when S is set. */
const calculations: [Executor, Text][] = [
  ...forms.flatMap((form, i) => {
    const of = (name: string) =>
      (modules[i] as unknown as Record<string, Executor>)[name + names[i]]!;
    return [
      [of("and"), logic(form, (a, b) => `${a}&${b}`)],
      [of("bic"), logic(form, (a, b) => `${a}&~${b}`)],
      [of("orr"), logic(form, (a, b) => `${a}|${b}`)],
      [of("orn"), logic(form, (a, b) => `${a}|~${b}`)],
      [of("eor"), logic(form, (a, b) => `${a}^${b}`)],
      [of("mov"), logic(form, (_, b) => b, true)],
      [of("mvn"), logic(form, (_, b) => `~${b}`, true)],
      [of("add"), plus(form)],
      [of("sub"), minus(form, false)],
      [of("rsb"), minus(form, true)],
      [of("adc"), withCarry(form, false)],
      [of("sbc"), withCarry(form, true)],
    ] as [Executor, Text][];
  }),
  [on.adr, (e, op) => e.set(op.d, String(op.i))],
  [on.movt, (e, op) => e.set(op.d, `(${e.reg(op.d)}&65535)|${literal(op.i << 16)}`)],
  [on.clz, one((x) => `Math.clz32(${x})`)],
  [on.uxtb, one((x, op) => `${turned(x, op)}&255`)],
  [on.uxth, one((x, op) => `${turned(x, op)}&65535`)],
  [on.sxtb, one((x, op) => `(${turned(x, op)}<<24)>>24`)],
  [on.sxth, one((x, op) => `(${turned(x, op)}<<16)>>16`)],
  [on.ubfx, (e, op) => e.set(op.d, `(${e.reg(op.n)}<<${31 - op.w - op.k})>>>${31 - op.w}|0`)],
  [on.sbfx, (e, op) => e.set(op.d, `(${e.reg(op.n)}<<${31 - op.w - op.k})>>${31 - op.w}`)],
  [mu.mul, (e, op) => {
    const r = e.set(op.d, `Math.imul(${e.reg(op.n)},${e.reg(op.m)})`);
    if (op.S !== 0) e.setNZ(r);
  }],
  [
    mu.mla,
    (e, op) => e.set(op.d, `(${e.reg(op.a)}+Math.imul(${e.reg(op.n)},${e.reg(op.m)}))|0`),
  ],
  [
    mu.mls,
    (e, op) => e.set(op.d, `(${e.reg(op.a)}-Math.imul(${e.reg(op.n)},${e.reg(op.m)}))|0`),
  ],
];

/** Executors whose text may be evaluated though the result is not wanted. */
export const pure: ReadonlySet<Executor> = new Set(calculations.map(([run]) => run));

/** Executor to text. */
export const texts: ReadonlyMap<Executor, Text> = new Map<Executor, Text>([
  ...calculations,
  ...forms.flatMap((form, i) => {
    const of = (name: string) =>
      (modules[i] as unknown as Record<string, Executor>)[name + names[i]]!;
    return [
      [of("tst"), test(form, "&")],
      [of("teq"), test(form, "^")],
      [of("cmp"), compare(form)],
      [of("cmn"), compareNegative(form)],
    ] as [Executor, Text][];
  }),
  [nothing, () => {}],
  [ld.loadWord, loads(4, offset)],
  [ld.loadHalf, loads(2, offset)],
  [ld.loadByte, loads(1, offset)],
  [ld.loadSignedHalf, loads(2, offset, 16)],
  [ld.loadSignedByte, loads(1, offset, 24)],
  [ld.loadWordLiteral, loads(4, absolute)],
  [ld.loadWordRegister, loads(4, indexed)],
  [ld.loadHalfRegister, loads(2, indexed)],
  [ld.loadByteRegister, loads(1, indexed)],
  [ld.loadSignedHalfRegister, loads(2, indexed, 16)],
  [ld.loadSignedByteRegister, loads(1, indexed, 24)],
  [ld.loadWordPre, loadsBack(4, false)],
  [ld.loadHalfPre, loadsBack(2, false)],
  [ld.loadBytePre, loadsBack(1, false)],
  [ld.loadWordPost, loadsBack(4, true)],
  [ld.loadHalfPost, loadsBack(2, true)],
  [ld.loadBytePost, loadsBack(1, true)],
  [st.storeWord, stores(4, offset)],
  [st.storeHalf, stores(2, offset)],
  [st.storeByte, stores(1, offset)],
  [st.storeWordRegister, stores(4, indexed)],
  [st.storeHalfRegister, stores(2, indexed)],
  [st.storeByteRegister, stores(1, indexed)],
  [st.storeWordPre, storesBack(4, false)],
  [st.storeHalfPre, storesBack(2, false)],
  [st.storeBytePre, storesBack(1, false)],
  [st.storeWordPost, storesBack(4, true)],
  [st.storeHalfPost, storesBack(2, true)],
  [st.storeBytePost, storesBack(1, true)],
]);
