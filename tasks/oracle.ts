/**
 * The virtual core against Unicorn (libunicorn2): `deno run -A tasks/oracle.ts --count N --seed S`.
 * `--record FILE` writes the recorded answers that isa_test.ts compares with instead.
 * Half of the instructions one by one, for every row of the table in turn, half in straight-line programs.
 */
import { Pair, programs, singles } from "../tests/sim/cpu/oracle_run.ts";
import { record } from "../tests/sim/cpu/oracle_vectors.ts";
import { Random } from "../tests/sim/cpu/oracle_generate.ts";

const option = (name: string, otherwise: number): number => {
  const i = Deno.args.indexOf(`--${name}`);
  return i < 0 ? otherwise : Number(Deno.args[i + 1]);
};
const count = option("count", 1_000_000);
const seed = option("seed", 1);
const file = Deno.args[Deno.args.indexOf("--record") + 1];
if (Deno.args.includes("--record") && file !== undefined) {
  const lines = Object.entries(record(3)).map(([name, cases]) =>
    `${JSON.stringify(name)}: [\n${cases.map((c) => `  ${JSON.stringify(c)}`).join(",\n")}\n]`
  );
  Deno.writeTextFileSync(file, `{\n${lines.join(",\n")}\n}\n`);
  Deno.exit(0);
}
const began = performance.now();
using pair = new Pair(new Random(seed));
const { report } = pair;
console.log(`Unicorn ${pair.theirs.version()}, cortex-m7; seed ${seed}`);
for (let part = 0; report.compared < count; part++) {
  const left = count - report.compared;
  (part % 2 === 0 ? singles : programs)(pair, Math.min(100_000, left));
  console.log(`${report.compared} compared, ${report.differences.length} differences`);
}
for (const d of report.differences.slice(0, 20)) {
  console.log(`${d.row} ${d.word}: ${d.what.join("; ")}`);
}
const least = [...report.rows].reduce((a, b) => b[1] < a[1] ? b : a);
console.log(`${report.rows.size} rows; fewest: ${least[1]} of ${least[0]}`);
for (const [name, n] of report.excused) console.log(`${n} times Unicorn is wrong: ${name}`);
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
if (report.differences.length > 0) Deno.exit(1);
