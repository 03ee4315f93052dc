/**
 * The cells of the matrix that are not tests already: debugging, option bytes, protection, by OpenOCD; and that
 * matrix.md is about the rows and columns there are.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { OPENOCD_HLA, ST_FLASH } from "./support/columns_native.ts";
import { type Column, intelHex, type Operation, OPERATIONS, runCell } from "./support/matrix.ts";
import { toolTest } from "./support/tool.ts";

const cells = (column: Column, ...operations: readonly Operation[]): void => {
  for (const operation of operations) {
    toolTest(column.program, `${column.title}: ${OPERATIONS[operation]}`, async () => {
      const { mark, line } = await runCell(column, operation);
      assertEquals(mark, "pass", line);
    });
  }
};
cells(OPENOCD_HLA, "identify", "registers", "breakpoint", "verify", "read", "optionsRead");
cells(OPENOCD_HLA, "optionsWrite", "protect", "reset", "load", "semihosting");
cells(ST_FLASH, "hex", "reset");

Deno.test("matrix.md has the rows that there are, and no failing cell", async () => {
  const page = await Deno.readTextFile(new URL("./matrix.md", import.meta.url));
  const rows = page.split("\n").filter((l) => /^\| /.test(l)).map((l) => l.split("|")[1]?.trim());
  for (const title of Object.values(OPERATIONS)) assertEquals(rows.includes(title), true, title);
  assertStringIncludes(page, "deno task matrix");
  assertEquals(page.includes("FAIL"), false);
});
Deno.test("Intel HEX of the cells: a known record, an end", () => {
  assertEquals(intelHex(Uint8Array.of(0x02, 0x33, 0x7A)).split("\n"), [
    ":020000040800F2",
    ":0300000002337A4E",
    ":00000001FF",
    "",
  ]);
});
