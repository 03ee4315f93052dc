/** `--json` has its object also when a call fails before a run has begun, and it is the only one. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Folder, probekit, probekitJson } from "./support/program.ts";

const SIM = ["--probe", "sim:stm32f746g-disco"];

Deno.test("--json: a call that fails before its run says so as JSON", async () => {
  using dir = new Folder();
  const junk = dir.put("plan.json", "{}");
  const calls: readonly (readonly [readonly string[], number, string])[] = [
    [["run", dir.at("nothing.yaml"), ...SIM], 2, "cannot-read-file"],
    [["run", "flash", "--set", "image", ...SIM], 2, "bad-usage"],
    [["apply", dir.at("nothing.json"), ...SIM], 2, "cannot-read-file"],
    [["apply", junk, ...SIM], 31, "plan-unreadable"],
    [["plan", "flash", "--probe", "sim:nothing"], 2, "sim-unknown-board"],
    [["info", "--probe", "sim:nothing"], 2, "sim-unknown-board"],
    [["run", "flash", "--each", dir.at("nothing.csv")], 2, "cannot-read-file"],
  ];
  for (const [args, exit, slug] of calls) {
    const said = await probekitJson(args);
    assertEquals([said.outcome, said.exit, said.error.slug], ["ERROR", exit, slug], args.join(" "));
  }
});

Deno.test("--json FILE, and beside --events -: the same, once", async () => {
  using dir = new Folder();
  const args = ["run", dir.at("nothing.yaml"), ...SIM];
  const file = dir.at("out.json");
  const ran = await probekit([...args, "--json", file]);
  assertEquals([ran.exit, ran.out], [2, ""]);
  assertEquals(JSON.parse(Deno.readTextFileSync(file)).error.slug, "cannot-read-file");
  const lines = (await probekit([...args, "--json", "--events", "-"])).out.trimEnd().split("\n");
  assertEquals(lines.length, 1);
  assertEquals(JSON.parse(lines[0]!).error.code, "E0201");
  const failing = await probekit(["run", "flash", "--set", "image=none.hex", ...SIM, "--json"]);
  assertEquals(JSON.parse(failing.out).error.slug, "cannot-read-file");
});

Deno.test("--json in front of the words of a call does not write over the file that it takes for its own", async () => {
  using dir = new Folder();
  const recipe = "recipe: v1\nname: x\nsummary: s\neffect: read\nsteps:\n  - uses: chip.identify\n";
  const [a, b] = [dir.put("a.yaml", recipe), dir.put("b.yaml", recipe)];
  const calls: readonly (readonly string[])[] = [
    ["lint", "--json", a, b],
    ["fmt", "--check", "--json", a, b],
    ["run", "--json", a, b, ...SIM],
    ["info", ...SIM, "--json", a],
    ["run", dir.at("nothing.yaml"), ...SIM, "--json", a],
  ];
  for (const args of calls) {
    const { exit, err } = await probekit(args);
    assertEquals([exit, Deno.readTextFileSync(a)], [2, recipe], err);
  }
  const { err } = await probekit(["lint", "--json", a, b]);
  assertStringIncludes(err, "put --json last, or write --json=FILE");
  const alone = await probekit(["lint", "--json", a]);
  assertEquals([alone.exit, Deno.readTextFileSync(a)], [2, recipe]);
  assertStringIncludes(alone.err, "--json took ");
  const results = dir.at("results.json");
  for (const ok of [b, b]) assertEquals((await probekit(["lint", ok, "--json", results])).exit, 0);
  assertEquals(JSON.parse(Deno.readTextFileSync(results)).recipes[0].ok, true);
});
