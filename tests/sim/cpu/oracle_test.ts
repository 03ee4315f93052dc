import { assert, assertEquals } from "@std/assert";
import { findUnicorn, newRegisters, Unicorn } from "../../support/unicorn.ts";
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

Deno.test({
  name: "double precision is undefined on a single-precision FPU, in Unicorn's Cortex-M33 too",
  ignore: absent,
  fn() {
    const code = new Uint8Array(0x1000);
    code.set([0x30, 0xEE, 0x01, 0x0B]); // VADD.F64 d0, d0, d1
    code.set([0x30, 0xEE, 0x20, 0x0A], 4); // VADD.F32 s0, s0, s1
    using m33 = new Unicorn("cortex-m33"); // the library's M7 has a double-precision FPU, the F746 has not
    m33.map(0x0800_0000, code);
    const after = newRegisters();
    assert(m33.run(0x0800_0000, 0, 1) !== 0);
    assertEquals(m33.run(0x0800_0004, 0, 1), 0);
    m33.get(after);
    assertEquals(after.r[15], 0x0800_0008);
  },
});
