/** A project of somebody else's that imports probekit: through an import map, with compiler options of its own. */
import { assertEquals, assertMatch } from "@std/assert";
import { Folder, ROOT } from "./support/program.ts";

const PROGRAM = `
import { input, listProbes, openBench, recipe } from "probekit";
import { openSim } from "probekit/sim";

const sim = openSim("sim:stm32f746g-disco");
await using bench = await openBench({ source: sim.source, attach: "attach" });
const [probe] = await listProbes(sim.source);
const mine = recipe(
  { name: "mine", summary: "Compare.", effect: "read", inputs: { image: input.file({}) } },
  (r, { image }) => ({ n: r.step("c", "flash.compare", { image }).differing_bytes }),
);
console.log(bench.chip.uid, probe?.serial, mine.steps.length);
`;

async function deno(dir: Folder, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: dir.path,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  return { code, out: out ?? "", err: err ?? "" };
}

Deno.test("in a project of one's own: types fit Deno's usual options and stricter ones, and it runs", async () => {
  using dir = new Folder();
  dir.put("main.ts", PROGRAM);
  const options = [
    {},
    { noUncheckedIndexedAccess: true, noImplicitOverride: true, noUnusedLocals: true },
  ];
  for (const compilerOptions of options) {
    const imports = { probekit: `${ROOT}/mod.ts`, "probekit/sim": `${ROOT}/src/sim/mod.ts` };
    dir.put("deno.json", JSON.stringify({ imports, compilerOptions }));
    const checked = await deno(dir, "check", "main.ts");
    assertEquals(checked.code, 0, `${JSON.stringify(compilerOptions)}: ${checked.err}`);
  }
  const ran = await deno(dir, "run", "--no-check", "-A", "main.ts");
  assertEquals(ran.code, 0, ran.err);
  assertMatch(ran.out, /^003200413136510635343237 0670FF485550755187121723 1$/m);
});
