/** Files that never end, are huge, or cannot be written: a clear fault, and no board is touched halfway. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runOnBoard } from "../../src/cli/mod.ts";
import { givenFrom } from "../../src/cli/verb.ts";
import { plugs } from "../../tasks/plugs.ts";
import { firmware, Folder, probekit, probekitJson, ROOT } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco?scenario=blank";
const ENDLESS = "/dev/zero";

const RECIPE = `recipe: v1
name: x
summary: s
effect: read
inputs:
  image: { type: file, optional: true }
  key: { type: secret, optional: true }
steps:
  - uses: flash.compare
    when: has(inputs.image) || has(inputs.key)
    with:
      image: \${{ inputs.image }}
      base: 0x08000000
`;

Deno.test("files that never end or are huge are refused, whatever they were to be", async () => {
  using dir = new Folder();
  Deno.mkdirSync(dir.at("recipes"));
  for (const name of ["endless.yaml", "endless.bin"]) Deno.symlinkSync(ENDLESS, dir.at(name));
  // a sparse file: large, and takes no room
  Deno.writeFileSync(dir.at("huge.yaml"), new Uint8Array());
  Deno.truncateSync(dir.at("huge.yaml"), 3 * 2 ** 30);
  Deno.writeFileSync(dir.at("huge.bin"), new Uint8Array());
  Deno.truncateSync(dir.at("huge.bin"), 3 * 2 ** 30);
  const recipe = dir.put("recipe.yaml", RECIPE);
  const uses = dir.put(
    "uses.yaml",
    "recipe: v1\nname: x\nsummary: s\neffect: read\nsteps:\n  - uses: ./endless.yaml\n",
  );
  const run = (...more: string[]) => ["run", recipe, "--probe", SIM, ...more];
  const calls: readonly (readonly [args: readonly string[], code: string])[] = [
    [["lint", dir.at("endless.yaml")], "E0201"],
    [["lint", dir.at("huge.yaml")], "E0201"],
    [["fmt", "--check", dir.at("endless.yaml")], "E0201"],
    [["lint", uses], "E0221"],
    [["run", dir.at("huge.yaml"), "--probe", SIM], "E0201"],
    [run("--board", dir.at("endless.yaml")), "E0201"],
    [run("--inputs", dir.at("huge.yaml")), "E0201"],
    [run("--set", `image=${dir.at("endless.bin")}`), "E0201"],
    [run("--set", `image=${dir.at("huge.bin")}`), "E0201"],
    [run("--set", `key=@${dir.at("endless.bin")}`), "E0201"],
    [["flash", dir.at("endless.bin"), "--base", "0x08000000", "--probe", SIM], "E0201"],
    [["lint", dir.path], "E0201"],
  ];
  for (const [args, code] of calls) {
    const { exit, out, err } = await probekit(args);
    assertEquals(exit, 2, `${args.join(" ")}\n${err}`);
    assertStringIncludes(out + err, code, args.join(" "));
  }
});

Deno.test("a recipe of more than 128 KiB is told with its place; one that is not text as well", async () => {
  using dir = new Folder();
  const long = dir.put("long.yaml", `recipe: v1\n# ${"x".repeat(200 * 1024)}\n`);
  const { exit, out } = await probekit(["lint", long]);
  assertEquals(exit, 2);
  assertStringIncludes(out, "E0266");
  assertStringIncludes(out, "long.yaml:1:1");
  const bytes = dir.put("bytes.yaml", new Uint8Array([0xFF, 0xFE, 0, 1, 2, 0x80]));
  assertStringIncludes((await probekit(["lint", bytes])).out, "save it as UTF-8");
});

Deno.test("what cannot be written is refused before the board is touched", async () => {
  using dir = new Folder();
  const app = dir.put("app.bin", firmware(3000));
  const state = `${SIM}&state=${dir.at("board.pk")}`;
  const flash = ["flash", app, "--base", "0x08000000", "--probe", state];
  // no process may make files there, root neither
  for (
    const [option, path] of [
      ["--run-folder", "/proc/self/probekit-run"],
      ["--runs", "/proc/probekit-runs"],
      ["--events", "/proc/self/probekit-events.jsonl"],
      ["--trace", "/proc/self/probekit-trace.jsonl"],
    ] as const
  ) {
    const { exit, err } = await probekit([...flash, option, path]);
    assertEquals(exit, 2, `${option}: ${err}`);
    assertStringIncludes(err, "E0202", option);
  }
  const plan = await probekit([
    "plan",
    "flash",
    "--set",
    `image=${app}`,
    "--set",
    "base=0x08000000",
    "--probe",
    state,
    "-o",
    "/proc/self/plan.json",
  ]);
  assertEquals(plan.exit, 2);
  const status = await probekit([
    "status",
    "--expect",
    app,
    "--base",
    "0x08000000",
    "--probe",
    state,
  ]);
  assertEquals(status.exit, 10, "flash was not touched");
});

/** The program as a process in which no file may grow beyond `blocks` of 512 bytes, as on a full disk. */
async function onFullDisk(
  blocks: number,
  args: readonly string[],
): Promise<{ code: number; err: string }> {
  const { code, stderr } = await new Deno.Command("sh", {
    args: [
      ...["-c", `trap "" XFSZ; ulimit -f ${blocks}; exec "$@"`, "sh"],
      ...[Deno.execPath(), "run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, ...args],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("a disk that fills up in mid-work: what is done to the board goes on, and the loss is told", async () => {
  using dir = new Folder();
  const app = dir.put("app.bin", firmware(60_000));
  const flash = ["flash", app, "--base", "0x08000000", "--probe", SIM];
  const events = dir.at("events.jsonl");
  const trace = dir.at("trace.jsonl");
  const { code, err } = await onFullDisk(8, [...flash, "--events", events, "--trace", trace]);
  assertEquals(code, 0, err);
  assertStringIncludes(err, "the file of --events is not complete");
  assertStringIncludes(err, "the file of --trace is not complete");
  for (const file of [events, trace]) assert(Deno.statSync(file).size <= 8 * 512, file);
});

Deno.test("a list of a thousand items and more is refused; lists that are gone through end", async () => {
  using dir = new Folder();
  const recipe = dir.put(
    "list.yaml",
    `recipe: v1
name: x
summary: s
effect: read
inputs:
  l: { type: list<int> }
steps:
  - require: inputs.l.all(a, inputs.l.exists(b, a == b))
`,
  );
  const run = (count: number) =>
    probekitJson(["run", recipe, "--probe", SIM, "--set", `l=${Array(count).fill(7).join()}`]);
  assertEquals((await run(1024)).outcome, "PASS");
  assertEquals((await run(1025)).error.slug, "input-wrong");
});

/** The real disk is not filled by a test: the folder of the result becomes a file when the work is over. */
async function losingItsResult(
  dir: Folder,
  args: readonly string[],
  recipe = "flash",
): Promise<{ exit: number; err: string }> {
  let err = "";
  const file = dir.at("results/result.json");
  const inputs = { image: dir.put("app.bin", firmware(3000)), base: "0x08000000" };
  const options = { probe: `${SIM}&state=${dir.at("board.pk")}`, json: file, quiet: true };
  const then = () => {
    Deno.removeSync(dir.at("results"), { recursive: true });
    dir.put("results", "");
  };
  const cli = {
    ...{ out: () => {}, err: (text: string) => void (err += text), ask: () => undefined },
    ...{ terminal: false, colour: false, signal: new AbortController().signal },
  };
  const more = Object.fromEntries(args.map((name) => [name, true]));
  const given = givenFrom([], { ...options, ...more });
  const call = { verb: "run", recipe, inputs, tool: "test", then };
  const exit = await runOnBoard(call, given, cli, plugs);
  Deno.removeSync(dir.at("results"));
  return { exit, err };
}

Deno.test("a result that is lost when the work is over: exit 20, and what the board holds", async () => {
  using dir = new Folder();
  const file = dir.at("results/result.json");
  const flashed = await losingItsResult(dir, []);
  assertEquals(flashed.exit, 20, flashed.err);
  assertStringIncludes(
    flashed.err,
    `error[E2065 result-not-written]: The result could not be written to ${file}: Not a directory`,
  );
  assertStringIncludes(flashed.err, "board: as-planned: the new image is in sector 0");
  // the board was done with
  assertEquals((await losingItsResult(dir, [], "compare")).exit, 20);
  // a plan with changes is a good end, a unit that differs is worse news
  Deno.removeSync(dir.at("board.pk"));
  assertEquals((await losingItsResult(dir, ["dryRun", "detailedExit"])).exit, 20);
  const differs = await losingItsResult(dir, [], "compare");
  assertEquals(differs.exit, 10, differs.err);
  for (const slug of ["result-not-written", "measurement-failed"]) {
    assertStringIncludes(differs.err, slug);
  }
});

Deno.test("a result for which there is no room is refused before the board is touched", async () => {
  using dir = new Folder();
  const app = dir.put("app.bin", firmware(3000));
  const probe = `${SIM}&state=${dir.at("board.pk")}`;
  const flash = ["flash", app, "--base", "0x08000000", "--probe", probe];
  const held = dir.at("held.json");
  const full = await onFullDisk(64, [...flash, "--json", held]);
  assertEquals(full.code, 2, full.err);
  assertStringIncludes(full.err, `E0202 cannot-write-file]: Cannot write ${held}: `);
  for (const file of [dir.path, dir.at("app.bin/result.json"), "/proc/self/result.json"]) {
    const { exit, err } = await probekit([...flash, "--json", file]);
    assertEquals(exit, 2, err);
    assertStringIncludes(err, `E0202 cannot-write-file]: Cannot write ${file}: `);
  }
  assertEquals(JSON.parse(Deno.readTextFileSync(held)).error.slug, "cannot-write-file");
  const names = [...Deno.readDirSync(dir.path)].map((f) => f.name).toSorted();
  assertEquals(names, ["app.bin", "board.pk", "held.json"], "no leftovers");
  const expect = ["status", "--expect", app, "--base", "0x08000000", "--probe", probe];
  assertEquals((await probekit(expect)).exit, 10, "flash was not touched");
});

Deno.test("what is no usual file is written to and stays what it is; a link leads on", async () => {
  using dir = new Folder();
  const pipe = dir.at("pipe");
  assertEquals((await new Deno.Command("mkfifo", { args: [pipe] }).output()).code, 0);
  const reader = Deno.readTextFile(pipe);
  const info = ["info", "--probe", SIM, "--quiet", "--json"];
  assertEquals((await probekit([...info, pipe])).exit, 0);
  assertStringIncludes(await reader, "STM32F74x");
  assert(!Deno.lstatSync(pipe).isFile);
  const real = dir.put("real.json", "");
  Deno.symlinkSync(real, dir.at("link.json"));
  assertEquals((await probekit([...info, dir.at("link.json")])).exit, 0);
  assert(Deno.lstatSync(dir.at("link.json")).isSymlink);
  Deno.chmodSync(real, 0o604); // who may read it stays so
  assertEquals((await probekit([...info, real])).exit, 0);
  assertEquals((Deno.statSync(real).mode ?? 0) % 0o1000, 0o604);
  assertStringIncludes(Deno.readTextFileSync(real), "STM32F74x");
});

Deno.test("a step that cannot keep what it read, after one that wrote: the station's fault, exit 20", async () => {
  using dir = new Folder();
  const app = dir.put("app.bin", firmware(3000));
  const recipe = dir.put(
    "both.yaml",
    `recipe: v1
name: x
summary: s
effect: reversible
inputs:
  to: { type: path }
steps:
  - uses: flash.ensure
    with: { image: ${app.split("/").at(-1)}, base: 0x08000000 }
  - uses: flash.read
    with: { region: 0x08000000 +1KiB, to: "\${{ inputs.to }}" }
`,
  );
  const ran = await probekitJson([
    ...["run", recipe, "--probe", SIM, "--set", "to=/proc/self/held.bin"],
  ]);
  assertEquals([ran.exit, ran.error.slug, ran.board.state], [20, "read-not-kept", "partial"]);
  assertStringIncludes(ran.err, "could not be written to /proc/self/held.bin");
});

Deno.test("a file that its owner has made read-only is not written over", async () => {
  using dir = new Folder();
  const kept = dir.put("kept.bin", "older");
  Deno.chmodSync(kept, 0o444);
  // root may write to every file, unless that is taken from it
  const powerless = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
  const args = ["read", "0x08000000", "16", "-o", kept, "--probe", SIM];
  const [program = "", ...words] = [
    ...powerless,
    ...[Deno.execPath(), "run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, ...args],
  ];
  const { code, stderr } = await new Deno.Command(program, { args: words, stdout: "null" })
    .output();
  const err = new TextDecoder().decode(stderr);
  assertEquals([code, Deno.readTextFileSync(kept)], [2, "older"], err);
  assertStringIncludes(err, `Cannot write ${kept}: permission denied`);
});
