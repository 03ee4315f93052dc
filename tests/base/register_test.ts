import { assertEquals } from "@std/assert";
import { decode, describe, getField, maskOf, setField } from "../../src/base/mod.ts";

const CR = { PG: 0, SER: 1, SNB: [7, 3], PSIZE: [9, 8], LOCK: 31 } as const;

Deno.test("register: fields go in and come out by name", () => {
  const value = setField(setField(0x8000_0000, CR.SNB, 5), CR.PSIZE, 2);
  assertEquals(value, 0x8000_0228);
  assertEquals(decode(CR, value), { PG: 0, SER: 0, SNB: 5, PSIZE: 2, LOCK: 1 });
  assertEquals([getField(value, CR.LOCK), maskOf(CR.SNB), maskOf(CR.LOCK)], [1, 0xF8, 0x8000_0000]);
});

Deno.test("describe: the value, then what is not zero", () => {
  assertEquals(
    describe("FLASH_CR", CR, 0x8000_0228),
    "FLASH_CR = 0x80000228 SNB=5 PSIZE=2 LOCK",
  );
  assertEquals(describe("FLASH_CR", CR, 0), "FLASH_CR = 0x00000000");
});
