import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  alignDown,
  alignUp,
  allBytes,
  bytesToWords,
  chunks,
  concat,
  equal,
  firstDifference,
  hexBytes,
  putU16le,
  putU32le,
  u16be,
  u16le,
  u32be,
  u32le,
  wordsToBytes,
} from "../../src/base/mod.ts";

const bytes = fc.uint8Array({ maxLength: 300 });

Deno.test("words: little-endian both ways, also in a view that starts in the middle", () => {
  fc.assert(fc.property(fc.array(fc.nat({ max: 0xFFFF_FFFF })), (words) => {
    const shifted = concat([new Uint8Array(3), wordsToBytes(words)]).subarray(3);
    assertEquals([...bytesToWords(shifted)], words);
  }));
  const b = new Uint8Array(6);
  putU32le(b, 1, 0x8765_4321);
  putU16le(b, 4, 0xBEEF);
  assertEquals(hexBytes(b, " "), "00 21 43 65 ef be");
  assertEquals([u32le(b, 1), u16le(b, 4), u16be(b, 4), u32be(b, 1)], [
    0xEF65_4321,
    0xBEEF,
    0xEFBE,
    0x2143_65EF,
  ]);
  assertThrows(() => u32le(b, 3), RangeError);
});

Deno.test("chunks: joined again they are the whole", () => {
  fc.assert(fc.property(bytes, fc.integer({ min: 1, max: 70 }), (b, size) => {
    const parts = [...chunks(b, size)];
    assertEquals(concat(parts.map(([, p]) => p)), b);
    for (const [at, p] of parts) assertEquals(at % size === 0 && p.length <= size, true);
  }));
});

Deno.test("firstDifference: finds the changed byte, or the shorter end", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 99 }), fc.nat(), (b, n) => {
    const other = b.slice();
    const at = n % b.length;
    other[at] = (b[at] ?? 0) ^ 1;
    assertEquals(firstDifference(b, other), at);
    assertEquals(firstDifference(b, b.slice(0, at)), at);
    assertEquals(equal(b, b.slice()), true);
  }));
  assertEquals(allBytes(new Uint8Array(4).fill(255), 255), true);
  assertEquals(allBytes(new Uint8Array([255, 254]), 255), false);
});

Deno.test("align: down and up to a multiple", () => {
  assertEquals([alignDown(0x0800_0005, 4), alignUp(0x0800_0005, 4), alignUp(8, 4)], [
    0x0800_0004,
    0x0800_0008,
    8,
  ]);
});
