import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Fault, type Width } from "../../src/base/mod.ts";
import { cut } from "../../src/probe/segments.ts";

const LONGEST = { 1: 64, 2: 6144, 4: 6144 } as const;
const shape = (at: number, length: number, width?: Width) =>
  cut("read", at, length, LONGEST, width).map((s) => [s.at, s.length, s.width]);

Deno.test("cut() takes words where it can and bytes at the edges", () => {
  assertEquals(shape(0x1000, 8), [[0x1000, 8, 4]]);
  assertEquals(shape(0x1001, 7), [[0x1001, 3, 1], [0x1004, 4, 4]]);
  assertEquals(shape(0x1002, 2), [[0x1002, 2, 2]]);
  assertEquals(shape(0x1002, 9), [[0x1002, 2, 2], [0x1004, 4, 4], [0x1008, 3, 1]]);
  assertEquals(shape(0x1001, 4), [[0x1001, 4, 1]], "no whole word: one command of bytes");
  assertEquals(shape(0x1000, 0), []);
});

Deno.test("cut() splits at the longest command", () => {
  assertEquals(shape(0, 6148), [[0, 6144, 4], [6144, 4, 4]]);
  assertEquals(shape(1, 65, 1), [[1, 64, 1], [65, 1, 1]]);
});

Deno.test("cut() uses bytes where the firmware has no half-words", () => {
  const parts = cut("read", 2, 2, { 1: 64, 2: 0, 4: 6144 });
  assertEquals(parts.map((s) => s.width), [1]);
});

Deno.test("cut() refuses what cannot be", () => {
  const refused: [number, number, Width?][] = [
    [1, 4, 4],
    [0, 3, 2],
    [-4, 4],
    [0.5, 4],
    [0xFFFFFFFC, 8],
  ];
  for (const [at, length, width] of refused) {
    assertEquals(
      assertThrows(() => cut("write", at, length, LONGEST, width), Fault).slug,
      "access-impossible",
    );
  }
  assertEquals(shape(0xFFFFFFFC, 4), [[0xFFFFFFFC, 4, 4]]);
});

Deno.test("cut() covers every byte once, in order, aligned and within the limits", () => {
  fc.assert(fc.property(
    fc.nat(20000),
    fc.nat(20000),
    fc.constantFrom<Width | undefined>(undefined, 1, 2, 4),
    fc.constantFrom(0, 6144),
    (at, length, width, half) => {
      const unit = width ?? 1;
      const [from, bytes] = [at - at % unit, length - length % unit];
      if (width === 2 && half === 0) return;
      const longest = { 1: 64, 2: half, 4: 6144 };
      let next = from;
      for (const s of cut("read", from, bytes, longest, width)) {
        assertEquals(s.at, next);
        assertEquals(s.offset, s.at - from);
        assertEquals([s.at % s.width, s.length % s.width], [0, 0]);
        if (s.length > longest[s.width] || s.length === 0) throw new Error(`length ${s.length}`);
        next += s.length;
      }
      assertEquals(next, from + bytes);
    },
  ));
});
