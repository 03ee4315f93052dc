/** What lint proposes, for mistakes that come from other languages, other tools and other editors. */
import { assertEquals } from "@std/assert";
import { diagnosticsOf, lintRecipe } from "../../src/recipe/mod.ts";

const HEAD = "recipe: v1\nname: x\nsummary: s\neffect: read\n";
const WHO = "steps:\n  - id: who\n    uses: chip.identify\n";
const requires = (cel: string) => `${HEAD}${WHO}  - require: ${cel}\n`;
const uses = (name: string) => `${HEAD}steps:\n  - uses: ${name}\n`;
const builtin = (name: string) =>
  Promise.resolve(name === "compare" ? { file: "compare.yaml", text: HEAD + WHO } : undefined);

/** The first finding: its title, and what comes next. */
async function first(text: string): Promise<readonly string[]> {
  const files = { text: () => Promise.reject(new Error("no such file")), builtin };
  const [found] = diagnosticsOf(await lintRecipe({ file: "x.yaml", text }, { files }));
  const { title, next } = found!;
  return [title, next[0]!.text];
}

const OTHER_NEXT = "Correct that place, and see whether there is more: probekit lint FILE";
const CASES: readonly (readonly [string, string, string])[] = [
  [requires("steps.who.ran and true"), "unexpected: `and`", "write &&"],
  [requires("steps.who.ran or true"), "unexpected: `or`", "write ||"],
  [requires("not steps.who.ran"), "unexpected: `steps`", "write ! instead of not"],
  [requires("steps.who.ran == yes"), "Unknown variable: yes", "write true"],
  [requires("steps.who.ran == False"), "Unknown variable: False", "write false"],
  [requires("steps.who.uid == “a”"), "unexpected character: “ (U+201C)", "quotes are ' or \""],
  [
    requires("steps.who.ran\u00a0== true"),
    "unexpected character: \u00a0 (U+00A0)",
    "a blank is U+0020",
  ],
  [
    requires("steps.who.rdp-level == 0"),
    "No such key: rdp",
    "did you mean `rdp_level`?",
  ],
  [
    requires("steps.who"),
    "this must be a bool, it is a mapping",
    "compare it with something; nothing is true just because it is not empty",
  ],
  [
    requires("size(steps.who) > 0"),
    "found no matching overload for 'size(steps.who)'",
    OTHER_NEXT,
  ],
  [uses("compare"), "`compare` is no action", "did you mean `std/compare`?"],
  [
    uses("std/compare.yaml"),
    "there is no built-in recipe `std/compare.yaml`",
    "did you mean `std/compare`?",
  ],
  [
    uses("https://example.org/x.yaml"),
    "a recipe from elsewhere (`https://example.org/x.yaml`) is known, and this version of probekit does not do it",
    OTHER_NEXT,
  ],
  [
    `${HEAD}steps:\n\t- uses: chip.identify\n`,
    "this is no YAML: Tabs are not allowed as indentation",
    "indent with spaces",
  ],
  [
    requires("'a' == steps.who.uid"),
    "this is no YAML: Unexpected scalar at node end",
    "put the whole text in quotes of the other kind",
  ],
  [
    `${HEAD}${WHO}`.replaceAll("\n", "\r"),
    "this is no YAML: a line ends in CR alone; save it with LF",
    OTHER_NEXT,
  ],
  ["\ufffd\ufffdr\0e\0c\0", "this is no YAML: it is UTF-16; save it as UTF-8", OTHER_NEXT],
  ["\ufffd\u0000\u0001\u0002", "this is no YAML: this is no UTF-8", OTHER_NEXT],
  [`# f\ufffdr\n${HEAD}${WHO}`, "this is no YAML: this is no UTF-8", OTHER_NEXT],
];

for (const [text, title, next] of CASES) {
  Deno.test(`hint: ${title}`, async () => {
    const [said, then] = await first(text);
    assertEquals([said, then], [title, next]);
  });
}
