/** What lint says to other programs, and fmt. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatRecipe } from "../../src/recipe/mod.ts";
import { githubLine, sarif } from "../../src/cli/lint_formats.ts";
import type { Diagnostic } from "../../src/base/mod.ts";
import { Folder, probekit, ROOT } from "./support/program.ts";

const WRONG = `recipe: v1
name: demo
effect: read
steps:
  - id: look
    uses: chip.identify
    wen: true
  - id: all
    uses: flash.erase
    with: { sectors: all }
`;
const diagnostic = (part: Partial<Diagnostic>): Diagnostic => ({
  code: "E0210",
  slug: "unknown-key",
  severity: "error",
  class: "recipe",
  title: "No key",
  evidence: [],
  causes: [],
  next: [],
  retryable: false,
  exit: 2,
  chain: [],
  ...part,
});

Deno.test("lint --format json: the same findings as for people, exit 2", async () => {
  using dir = new Folder();
  const file = dir.put("wrong.yaml", WRONG);
  const { exit, out } = await probekit(["lint", file, "--format", "json"]);
  assertEquals(exit, 2);
  const [{ ok, diagnostics }] = JSON.parse(out).recipes;
  assertEquals(ok, false);
  const human = await probekit(["lint", file]);
  assert(diagnostics.length >= 2);
  for (const d of diagnostics) assertStringIncludes(human.out, `[${d.code} ${d.slug}]`);
});

Deno.test("lint --format sarif: a log with rules, places and levels", async () => {
  using dir = new Folder();
  const file = dir.put("wrong.yaml", WRONG);
  const { exit, out } = await probekit(["lint", file, "--format", "sarif"]);
  assertEquals(exit, 2);
  const log = JSON.parse(out);
  assertEquals(log.version, "2.1.0");
  const [{ tool: { driver }, results, columnKind }] = log.runs;
  assertEquals([driver.name, columnKind], ["probekit", "utf16CodeUnits"]);
  for (const r of results) {
    assertEquals(driver.rules[r.ruleIndex].id, r.ruleId);
    assert(["error", "warning", "note"].includes(r.level));
    assert(r.message.text.length > 0);
    const { region, artifactLocation } = r.locations[0].physicalLocation;
    assertStringIncludes(artifactLocation.uri, "wrong.yaml");
    assert(region.startLine >= 1 && region.endColumn > region.startColumn);
  }
  const key = results.find((
    r: { locations: { physicalLocation: { region: { startLine: number } } }[] },
  ) => r.locations[0]?.physicalLocation.region.startLine === 7);
  assertEquals(key.locations[0].physicalLocation.region.startColumn, 5);
  assertStringIncludes(key.locations[0].physicalLocation.contextRegion.snippet.text, "wen: true");
});

Deno.test("lint --format sarif: paths below here are relative to the root of the sources", () => {
  const where = { line: 1, column: 2, endColumn: 2, snippet: "" };
  const uri = (file: string) => {
    // deno-lint-ignore no-explicit-any -- the log's type is an object
    const log: any = sarif([diagnostic({ where: { ...where, file } })], "1");
    return log.runs[0].results[0].locations[0].physicalLocation;
  };
  assertEquals(uri(`${Deno.cwd()}/a b/r.yaml`).artifactLocation, {
    uri: "a%20b/r.yaml",
    uriBaseId: "%SRCROOT%",
  });
  assertEquals(uri("/elsewhere/r.yaml").artifactLocation, { uri: "/elsewhere/r.yaml" });
  assertEquals(uri("r.yaml").region, { startLine: 1, startColumn: 2, endColumn: 3 });
});

Deno.test("lint --format github: one command a finding, with its text escaped", () => {
  const line = githubLine(diagnostic({
    severity: "note",
    title: "100%\nsure",
    where: { file: "a,b:c.yaml", line: 3, column: 5, endColumn: 9, snippet: "" },
    next: [{ text: "Try", command: "probekit explain E0210" }],
  }));
  assertEquals(
    line,
    "::notice file=a%2Cb%3Ac.yaml,line=3,col=5,endColumn=8,title=E0210 unknown-key" +
      "::100%25%0Asure. Try probekit explain E0210",
  );
});

Deno.test("lint --format github: good recipes say nothing, exit 0", async () => {
  assertEquals(await probekit(["lint", "flash", "--format", "github"]), {
    exit: 0,
    out: "",
    err: "",
  });
  using dir = new Folder();
  const { exit, out } = await probekit(["lint", dir.put("w.yaml", WRONG), "--format", "github"]);
  assertEquals(exit, 2);
  for (const l of out.trim().split("\n")) assertMatch(l, /^::error file=[^:]+,line=\d+,col=\d+,/);
});

Deno.test("fmt: padding, quotes, indents; comments, values and traps stay", async () => {
  const text = [
    "# head",
    "recipe:   v1",
    "name: demo   # beside",
    "target:",
    "    chips: [ stm32f7*,   'stm32f4*' ] ",
    "    # above",
    "    supply: {min: 2.1V, max: 3.6V}",
    "inputs: # under",
    "    serial: { type: string, default: 0012345 }",
    "steps:",
    "- id: one",
    "  uses: chip.identify",
    "",
    "- id: two",
    "  when: '!steps.one.ran'",
    "  uses: core.reset",
    "",
    "",
  ].join("\r\n");
  const formatted = await formatRecipe(text, "demo.yaml");
  assertEquals(
    formatted,
    [
      "# head",
      "recipe: v1",
      "name: demo # beside",
      "target:",
      '  chips: [stm32f7*, "stm32f4*"]',
      "  # above",
      "  supply: { min: 2.1V, max: 3.6V }",
      "inputs: # under",
      "  serial: { type: string, default: 0012345 }",
      "steps:",
      "  - id: one",
      "    uses: chip.identify",
      "",
      "  - id: two",
      '    when: "!steps.one.ran"',
      "    uses: core.reset",
      "",
    ].join("\n"),
  );
  assertEquals(await formatRecipe(formatted, "demo.yaml"), formatted);
});

Deno.test("fmt: the shipped recipes say the same afterwards, and formatting twice is formatting once", async () => {
  let comments = 0;
  for (const { name } of Deno.readDirSync(`${ROOT}/recipes`)) {
    if (!name.endsWith(".yaml")) continue;
    const text = Deno.readTextFileSync(`${ROOT}/recipes/${name}`);
    const once = await formatRecipe(text, name);
    assertEquals(await formatRecipe(once, name), once);
    const count = (t: string) => t.match(/(^|\s)#/gm)?.length ?? 0;
    assertEquals(count(once), count(text), name);
    comments += count(text);
  }
  assert(comments > 10);
});

Deno.test("fmt --check writes nothing and says which; fmt writes; what is no YAML is refused", async () => {
  using dir = new Folder();
  const file = dir.put("r.yaml", "recipe:  v1\n");
  const check = await probekit(["fmt", "--check", file]);
  assertEquals([check.exit, check.out], [2, `${file}: not formatted\n`]);
  assertEquals(Deno.readTextFileSync(file), "recipe:  v1\n");
  assertEquals((await probekit(["fmt", file])).exit, 0);
  assertEquals(Deno.readTextFileSync(file), "recipe: v1\n");
  assertEquals((await probekit(["fmt", "--check", file])).exit, 0);
  const broken = dir.put("b.yaml", "a: [1\n");
  const { exit, err } = await probekit(["fmt", broken]);
  assertEquals(exit, 2);
  assertStringIncludes(err, "E0268 not-a-recipe");
  assertEquals(Deno.readTextFileSync(broken), "a: [1\n");
  assertEquals((await probekit(["fmt", "flash"])).exit, 2);
});

Deno.test("fmt: a file that is no UTF-8 is refused and stays as it is, byte for byte", async () => {
  using dir = new Folder();
  const text =
    "recipe:   v1\nname: x\nsummary: für\neffect: read\nsteps:\n  - uses: chip.identify\n";
  const latin1 = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const utf16 = new Uint8Array([0xFF, 0xFE, ...[...text].flatMap((c) => [c.charCodeAt(0), 0])]);
  for (const bytes of [latin1, utf16]) {
    const file = dir.put("x.yaml", bytes);
    const { exit, err } = await probekit(["fmt", file]);
    assertEquals(exit, 2, err);
    assertStringIncludes(err, "UTF-8");
    assertEquals(Deno.readFileSync(file), bytes);
  }
  // the same text as it should be is put in order
  const good = dir.put("x.yaml", text);
  assertEquals((await probekit(["fmt", good])).exit, 0);
  assertStringIncludes(Deno.readTextFileSync(good), "recipe: v1\nname: x\nsummary: für\n");
});

Deno.test("lint: a file that cannot be read is one finding beside those of the others", async () => {
  using dir = new Folder();
  const [wrong, none] = [dir.put("wrong.yaml", WRONG), dir.at("none.yaml")];
  const human = await probekit(["lint", none, wrong]);
  assertEquals(human.exit, 2);
  assertStringIncludes(human.out, `error[E0201 cannot-read-file]: Cannot read ${none}`);
  assertStringIncludes(human.out, "E0210");
  const log = JSON.parse((await probekit(["lint", "--format", "sarif", none, wrong])).out);
  const ids = log.runs[0].results.map((r: { ruleId: string }) => r.ruleId);
  assert(ids.includes("E0201") && ids.includes("E0210"), ids.join());
  const alone = await probekit(["lint", "--format", "json", none]);
  assertEquals([alone.exit, JSON.parse(alone.out).recipes[0].diagnostics[0].code], [2, "E0201"]);
});
