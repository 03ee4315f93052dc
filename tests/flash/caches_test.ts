import { assertEquals } from "@std/assert";
import { linesOf } from "../../src/flash/caches.ts";

Deno.test("linesOf: every line of a 4 KiB, 4-way cache once, as set and way", () => {
  const lines = linesOf(0xF003_E019); // sets 32, ways 4, 32-byte lines
  assertEquals(lines.length, 128);
  assertEquals(new Set(lines).size, 128);
  assertEquals([lines[0], lines[1], lines[31], lines[32]], [0, 0x20, 0x3E0, 0x4000_0000]);
  assertEquals(lines.at(-1), 0xC000_03E0);
});

Deno.test("linesOf: a 16 KiB cache, and one with a single way", () => {
  assertEquals(linesOf(0xF00F_E019).length, 512);
  assertEquals(linesOf(0x0000_E001), Array.from({ length: 8 }, (_, i) => i * 32));
});
