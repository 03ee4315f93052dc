/** A recipe in TypeScript that is wrong is the user's, with its place, and no bug of probekit. */
import { assertEquals, assertMatch } from "@std/assert";
import { Folder, probekit } from "./support/program.ts";

const CASES: readonly (readonly [string, string, RegExp])[] = [
  ["throws", 'throw new Error("boom");', /boom \(file:.*throws\.ts:1:7\)/],
  ["syntax", "export default { recipe: 1", /SyntaxError: .*\(file:.*syntax\.ts:1:\d+\)/],
  ["missing", 'import x from "./none.ts"; export default x;', /Module not found .*none\.ts/],
  [
    "cyclic",
    `const a = { recipe: "v1", name: "x", summary: "s", effect: "read", steps: [{}] };
a.steps.push(a); export default a;`,
    /the document contains itself/,
  ],
];

for (const [name, text, why] of CASES) {
  Deno.test(`a recipe in TypeScript: ${name}`, async () => {
    using dir = new Folder();
    const file = dir.put(`${name}.ts`, text);
    const { exit, err } = await probekit(["lint", file]);
    const [title = ""] = err.split("\n");
    assertEquals([exit, title.includes("\u001b")], [2, false], err);
    assertMatch(title, /^error\[E0221 cannot-read-recipe\]: cannot read /);
    assertMatch(title, why);
  });
}
