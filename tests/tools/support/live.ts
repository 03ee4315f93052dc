/** A column of the matrix as tests: each of its cells is run, and must be what matrix.md says it is. */
import { assertEquals } from "@std/assert";
import { readRecord, ROWS } from "../../../tasks/matrix_page.ts";
import { type Column, OPERATIONS, runCell } from "./matrix.ts";
import { toolTest } from "./tool.ts";

/** One test for each cell that is a run. */
export function liveColumn(column: Column): void {
  const recorded = readRecord().find((r) => r.title === column.title);
  for (const operation of ROWS.filter((o) => typeof column.cells[o] === "function")) {
    const program = column.program.includes("/") ? "deno" : column.program;
    toolTest(program, `matrix: ${column.title}: ${OPERATIONS[operation]}`, async () => {
      const { mark, line } = await runCell(column, operation);
      assertEquals(mark, "pass", line);
      assertEquals(recorded?.results[operation].mark, mark, "matrix.md is of another time");
    });
  }
}
