import { assert } from "@std/assert";
import fc from "fast-check";
import { Fault } from "../../src/base/mod.ts";
import { diagnosticsOf, lintRecipe, requireClean } from "../../src/recipe/mod.ts";

const SHIPPED = [...Deno.readDirSync("recipes")].filter((e) => e.name.endsWith(".yaml"))
  .map((e) => Deno.readTextFileSync(`recipes/${e.name}`));

/** Whatever the text is: findings with places, or a clean recipe; never anything else. */
async function holds(text: string): Promise<void> {
  const checked = await lintRecipe({ file: "fuzz.yaml", text });
  const all = diagnosticsOf(checked);
  const lines = text.split("\n").length;
  for (const d of all) {
    assert(d.where, `${d.code} has no place`);
    assert(d.where.file === "fuzz.yaml");
    assert(d.where.line >= 1 && d.where.line <= lines, `${d.code} line ${d.where.line}`);
    assert(d.where.column >= 1 && d.where.endColumn > d.where.column, `${d.code} column`);
    assert(d.exit === 2, `${d.code} is not the recipe's fault`);
    assert(!/\b(TypeError|undefined|\[object)/.test(d.title), d.title);
  }
  const errors = all.some((d) => d.severity === "error");
  assert(checked.ok === !errors);
  try {
    assert(requireClean(checked).recipe === "v1");
  } catch (error) {
    assert(error instanceof Fault && errors, String(error));
  }
}

const WORDS = [
  "steps:",
  "- uses: ",
  "chip.identify",
  "with: {",
  "when: ",
  "${{ ",
  "for: { each: inputs.a, as: x }\n",
  "{ type: secret, from: [file] }\n",
  ".matches('(a+)+')",
  " }}",
  "inputs.",
  "steps.before.",
  "\n  ",
  "\n",
  ": ",
  "!",
  "*",
  "&a ",
  "<<: ",
  "|",
  ">",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  "#",
  "---\n",
  "\t",
  "0x",
  "..",
  "std/",
  "./x.yaml",
  "constructor",
  "__proto__",
  "null",
  "group:",
  "retry: ",
  "measure:",
];

Deno.test("any text gives findings with places", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 400 }), holds), {
    numRuns: 300,
  });
});

Deno.test("texts of the recipe language's own words give findings with places", async () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 6 })), {
    maxLength: 60,
  }).map((parts) => `recipe: v1\nname: x\nsummary: s\neffect: read\n${parts.join("")}`);
  await fc.assert(fc.asyncProperty(text, holds), { numRuns: 500 });
});

Deno.test("shipped recipes with something cut, doubled or put in give findings with places", async () => {
  const change = fc.record({
    recipe: fc.constantFrom(...SHIPPED),
    at: fc.nat(2000),
    cut: fc.nat(60),
    put: fc.oneof(fc.constantFrom(...WORDS, ""), fc.string({ maxLength: 8 })),
    doubled: fc.boolean(),
  }).map(({ recipe, at, cut, put, doubled }) => {
    const from = at % recipe.length;
    const gone = recipe.slice(from, from + cut);
    return recipe.slice(0, from) + put + (doubled ? gone + gone : "") + recipe.slice(from + cut);
  });
  await fc.assert(fc.asyncProperty(change, holds), { numRuns: 700 });
});

Deno.test("expressions of any kind give findings with places", async () => {
  const atom = fc.constantFrom(
    "inputs.a",
    "inputs.b",
    "steps.who.uid",
    "steps.who.rdp_level",
    "steps.who.ran",
    "1",
    "'x'",
    "true",
    "[1, 2]",
    "{'a': 1}",
    "has(inputs.a)",
    "size(inputs.b)",
    "hex(1)",
    "null",
    "inputs",
    "steps",
  );
  const glue = fc.constantFrom(
    " == ",
    " && ",
    " || ",
    " + ",
    " ? ",
    " : ",
    "[",
    "]",
    "(",
    ")",
    ".",
  );
  const cel = fc.array(fc.oneof(atom, glue), { minLength: 1, maxLength: 14 })
    .map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(cel, (text) =>
      holds(`recipe: v1
name: x
summary: s
effect: read
inputs:
  a: { type: bool, optional: true }
  b: { type: list<string>, default: [] }
steps:
  - id: who
    uses: chip.identify
  - require: ${text}
outputs:
  x: "\${{ ${text.replace(/["\\]/g, "")} }}"
`)),
    { numRuns: 500 },
  );
});

Deno.test("deep, long and repeated texts are refused at once", async () => {
  for (
    const text of [
      "[".repeat(100_000),
      "a: ".repeat(20_000),
      "- ".repeat(40_000),
      "x".repeat(200_000),
      `steps: ${"{a: ".repeat(31)}1${"}".repeat(31)}`,
      "a: 1\n".repeat(20_000),
      "a: &x [*x, *x]\nb: *x\n",
      "? ".repeat(5000),
      `recipe: v1\nx-a: "${"\\u0041".repeat(10_000)}"\n`,
    ]
  ) await holds(text);
});

Deno.test("what the fuzzer has found once stays found", async () => {
  const recipe = SHIPPED.find((t) => t.includes("accept: [.ob.yaml]")) ?? "";
  assert(recipe.includes("- id: write"));
  await holds(recipe.replace("accept: [.ob.yaml]", "accept: [.- uses: ob.yaml]"));
  await holds(recipe.replace("- id: write", "- id: )write"));
  const unnamed = SHIPPED.find((t) => t.includes("{ name: flash_kib,")) ?? "";
  assert(unnamed !== "");
  await holds(unnamed.replace(/\{ name: flash_kib,.*unit:/, ""));
});
