import { assertEquals } from "@std/assert";
import { hexdump } from "../../src/cli/hexdump.ts";

Deno.test("hexdump: sixteen a line, text beside, equal lines folded, last line always shown", () => {
  const bytes = new Uint8Array(70);
  bytes.set(new TextEncoder().encode("Hello, board!"), 0);
  assertEquals(
    hexdump(0x0800_0000, bytes),
    `08000000  48 65 6c 6c 6f 2c 20 62  6f 61 72 64 21 00 00 00  |Hello, board!...|
08000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
08000040  00 00 00 00 00 00                                 |......|`,
  );
});
