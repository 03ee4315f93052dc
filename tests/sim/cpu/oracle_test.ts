import { assertEquals } from "@std/assert";
import { findUnicorn } from "../../support/unicorn.ts";
import { Random } from "./oracle_generate.ts";
import { alone, Pair, programs, singles } from "./oracle_run.ts";
import { exceptions } from "./oracle_exceptions.ts";

// Where CI says so, the second witness must be there; elsewhere it is skipped by name.
const absent = findUnicorn() === undefined && Deno.env.get("CI") !== "true";

Deno.test({
  name: "20,000 instructions do the same here and in Unicorn (needs libunicorn2)",
  ignore: absent,
  fn() {
    using pair = new Pair(new Random(20_000));
    singles(pair, 12_000);
    programs(pair, 8_000);
    const { report } = pair;
    assertEquals(
      report.differences.map((d) => `${d.row} ${d.word}: ${d.what.join("; ")}`),
      [],
    );
    assertEquals(alone.filter((s) => !report.rows.has(s.row.name)).map((s) => s.row.name), []);
    for (const name of report.excused.keys()) {
      assertEquals(exceptions.filter((e) => e.name === name && e.section !== "").length, 1, name);
    }
  },
});
