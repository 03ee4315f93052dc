/** `--on NAME` and `--board FILE`: the probe, the checks and the inputs of a board file, for every verb. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { firmware, Folder, probekit, probekitJson, withEnv } from "./support/program.ts";

const RECIPE = `recipe: v1
name: put
summary: s
effect: reversible
target: { attach: halt, leave: board-safe }
inputs:
  image: { type: file }
  base: { type: address, default: 0x08000000 }
  note: { type: string, default: from the recipe }
steps:
  - id: put
    uses: flash.ensure
    with:
      image: \${{ inputs.image }}
      base: \${{ inputs.base }}
outputs:
  note: "note \${{ inputs.note }}"
`;

function bench(): Folder {
  const dir = new Folder();
  Deno.mkdirSync(dir.at("boards"));
  dir.put("app.bin", firmware(3000));
  dir.put("put.yaml", RECIPE);
  dir.put(
    "boards/alpha.yaml",
    `board: v1
name: alpha
probe: sim:stm32f746g-disco?scenario=factory&state=${dir.at("board.pk")}
chip: stm32f746*
halt: forbidden
inputs:
  image: ../app.bin
  note: from the board
safe_state: { leave: running }
`,
  );
  dir.put("inputs.yaml", "note: from the file\n");
  return dir;
}

Deno.test("--on: probe, inputs and safe state come from the board's file; what is nearer goes before", async () => {
  using dir = bench();
  const { probekit, probekitJson } = withEnv({ PROBEKIT_BOARDS: dir.at("boards") });
  const put = ["run", dir.at("put.yaml"), "--on", "alpha"];
  const plain = await probekitJson(put);
  assertEquals([plain.outcome, plain.left], ["PASS", "running"], plain.err);
  assertEquals(plain.outputs, { note: "note from the board" });
  assertEquals(plain.plan.target.board.name, "alpha");
  const file = await probekitJson([...put, "--inputs", dir.at("inputs.yaml")]);
  assertEquals(file.outputs, { note: "note from the file" });
  const line = await probekitJson([
    ...[...put, "--inputs", dir.at("inputs.yaml")],
    ...["--set", "note=from the line"],
  ]);
  assertEquals(line.outputs, { note: "note from the line" });
  const kept = dir.at("plan.json");
  assertEquals((await probekit(["plan", ...put.slice(1), "-o", kept])).exit, 0);
  const applied = await probekitJson(["apply", kept]);
  assertEquals([applied.outcome, applied.left], ["PASS", "running"], applied.err);
  const info = await probekitJson(["info", "--on", "alpha"]);
  assertEquals(info.exit, 0, info.err);
  const halted = await probekit([...put, "--set-target", "leave=halted"]);
  assertEquals(halted.exit, 11);
  assertStringIncludes(halted.err, "alpha must not be left halted");
  const wrong = await probekit([...put, "--probe", "sim:nucleo-f767zi"]);
  assertEquals(wrong.exit, 11, wrong.err);
  assertStringIncludes(wrong.err, "alpha has a stm32f746*");
  const nobody = await probekit(["run", dir.at("put.yaml"), "--on", "beta"]);
  assertEquals(nobody.exit, 2);
  assertStringIncludes(nobody.err, "boards/beta.yaml");
  for (const args of [["--on", "../alpha"], ["--on", "alpha", "--board", "x.yaml"]]) {
    assertEquals((await probekit(["run", dir.at("put.yaml"), ...args])).exit, 2);
  }
});

Deno.test("--board FILE; a wrong file is told with its place, and lint knows board files", async () => {
  using dir = bench();
  const file = dir.at("boards/alpha.yaml");
  const good = await probekitJson(["run", dir.at("put.yaml"), "--board", file]);
  assertEquals(good.outcome, "PASS", good.err);
  const lint = await probekit(["lint", file]);
  assertEquals([lint.exit, lint.out.trim()], [0, `${file}: ok; effect read`]);
  const bad = dir.put("boards/bad.yaml", "board: v1\nname: bad\nhalt: no\n");
  const run = await probekit(["run", dir.at("put.yaml"), "--board", bad]);
  assertEquals(run.exit, 2);
  assertStringIncludes(run.err, "bad.yaml:3:7");
  const linted = await probekit(["lint", bad]);
  assertEquals(linted.exit, 2);
  assert(linted.out.includes("E0224"));
  const inputs = dir.put("bad-inputs.yaml", "- a\n");
  const list = await probekit(["run", dir.at("put.yaml"), "--board", file, "--inputs", inputs]);
  assertEquals(list.exit, 2);
  const other = dir.put("more.yaml", "nothing: 1\n");
  const unknown = await probekit(["run", dir.at("put.yaml"), "--board", file, "--inputs", other]);
  assertStringIncludes(unknown.err, "no input `nothing`");
});
