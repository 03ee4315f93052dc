import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  add,
  and,
  bit,
  bits,
  clear,
  has,
  hex,
  not,
  or,
  popcount,
  shl,
  shr,
  withBits,
  xor,
} from "../../src/base/mod.ts";

const word = fc.nat({ max: 0xFFFF_FFFF });
const M = 0xFFFF_FFFFn;
const range = fc.tuple(fc.nat({ max: 31 }), fc.nat({ max: 31 })).map(([a, b]) =>
  [Math.max(a, b), Math.min(a, b)] as const
);

Deno.test("u32: every operator agrees with BigInt and is never negative", () => {
  fc.assert(fc.property(word, word, fc.nat({ max: 31 }), (a, b, n) => {
    const [A, B, N] = [BigInt(a), BigInt(b), BigInt(n)];
    const same = (got: number, want: bigint) => assertEquals(BigInt(got), want & M);
    same(and(a, b), A & B);
    same(or(a, b), A | B);
    same(xor(a, b), A ^ B);
    same(not(a), ~A);
    same(shl(a, n), A << N);
    same(shr(a, n), A >> N);
    same(add(a, b), A + B);
    same(clear(a, b), A & ~B);
    same(bit(n), 1n << N);
    assertEquals(has(a, b), (A & B) !== 0n);
    assertEquals(popcount(a), A.toString(2).replaceAll("0", "").length);
  }));
});

Deno.test("bits and withBits: a field goes in and comes out, its neighbours stay", () => {
  fc.assert(fc.property(word, word, range, (value, field, [hi, lo]) => {
    const width = BigInt(hi - lo + 1);
    const mask = ((1n << width) - 1n) << BigInt(lo);
    const got = withBits(value, hi, lo, field);
    assertEquals(BigInt(bits(got, hi, lo)), BigInt(field) & ((1n << width) - 1n));
    assertEquals(BigInt(got) & ~mask & M, BigInt(value) & ~mask & M);
  }));
});

Deno.test("hex: eight upper-case digits unless told", () => {
  assertEquals(hex(0xC0FFAAFD), "0xC0FFAAFD");
  assertEquals(hex(0x449, 3), "0x449");
  assertEquals(hex(0), "0x00000000");
});
