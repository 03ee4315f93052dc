import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SeenFlash } from "../../src/gdb/seen_flash.ts";

const FLASH = Uint8Array.from({ length: 200 }, (_, i) => i);

Deno.test("seen flash: what was read before comes from there, the rest is read once; the bytes are the flash's", async () => {
  const range = fc.tuple(fc.nat(150), fc.nat(50));
  await fc.assert(
    fc.asyncProperty(fc.array(range, { maxLength: 8 }), range, async (before, [at, length]) => {
      const looked: number[] = [];
      const seen = new SeenFlash((from, n) => {
        for (let i = from; i < from + n; i++) looked.push(i);
        return Promise.resolve(FLASH.slice(from, from + n));
      });
      for (const [from, n] of before) {
        assertEquals(await seen.read(from, n), FLASH.slice(from, from + n));
      }
      const known = new Set(looked.splice(0));
      assertEquals(await seen.whole(at, length), FLASH.slice(at, at + length));
      const missing = Array.from({ length }, (_, i) => at + i).filter((i) => !known.has(i));
      assertEquals(looked, missing);
    }),
  );
});
