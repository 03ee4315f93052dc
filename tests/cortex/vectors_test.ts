import { assertEquals } from "@std/assert";
import { checkVectors } from "../../src/cortex/mod.ts";

const PLACES = {
  ram: [{ at: 0x2000_0000, length: 0x5_0000 }],
  flash: [{ at: 0x0800_0000, length: 0x10_0000 }, { at: 0x0020_0000, length: 0x10_0000 }],
};
const texts = (...words: number[]) => checkVectors(words, PLACES).map((p) => p.text);

Deno.test("checkVectors() accepts a table that a chip can start from", () => {
  assertEquals(texts(0x2005_0000, 0x0800_01C1), [], "the stack pointer points behind its RAM");
  assertEquals(texts(0x2000_0400, 0x0020_01C1), [], "through the other view of flash");
  assertEquals(texts(0x2000_1000, 0x2000_0101), [], "code in RAM");
});

Deno.test("checkVectors() tells a blank table", () => {
  assertEquals(checkVectors([0xFFFF_FFFF, 0xFFFF_FFFF], PLACES), [{
    vector: "both",
    text: "the vector table is blank (0xFFFFFFFF): nothing is programmed",
  }]);
  assertEquals(texts()[0]?.includes("blank"), true);
});

Deno.test("checkVectors() tells each thing that is wrong", () => {
  assertEquals(texts(0x2000_0402, 0x0800_01C1), [
    "the first stack pointer 0x20000402 is not a multiple of 4",
  ]);
  assertEquals(texts(0x2000_0000, 0x0800_01C1), [
    "the first stack pointer 0x20000000 is where RAM begins: there is nothing below it",
  ]);
  assertEquals(texts(0x2000_0400, 0x0800_01C0), [
    "the reset vector 0x080001C0 is even: a Cortex-M needs bit 0 set (Thumb)",
  ]);
  assertEquals(texts(0, 0), [
    "the first stack pointer 0x00000000 is in no RAM of this chip",
    "the reset vector 0x00000000 is even: a Cortex-M needs bit 0 set (Thumb)",
    "the reset vector 0x00000000 is in no flash or RAM of this chip",
  ]);
});
