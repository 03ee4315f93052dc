/** Every row of every room of the program, those that only it brings included. */
import { allRows, type CatalogueRow } from "../src/cli/mod.ts";

/** All rows, by room. */
export async function everyRow(): Promise<readonly CatalogueRow[]> {
  const [{ gdbFault }, { simFault }] = await Promise.all([
    import("../mod.ts"),
    import("../src/sim/mod.ts"),
  ]);
  return allRows({ gdb: gdbFault, sim: simFault });
}
