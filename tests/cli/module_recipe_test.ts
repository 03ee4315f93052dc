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
  ["nothing", "export const x = 1;", /it does not end in: export default recipe\(/],
  ["number", "export default 5;", /it does not end in: export default recipe\(/],
];

Deno.test("a recipe in TypeScript: whatever its file is called", async () => {
  using dir = new Folder();
  const text = 'export default { recipe: "v1", name: "x", summary: "s", effect: "read", ' +
    'steps: [{ id: "a", uses: "chip.identify" }] };';
  for (const name of ["a#b.ts", "a?b.ts", "50%25.ts", "100%.ts", "two words.ts", "ä.ts"]) {
    const { exit, err } = await probekit(["lint", dir.put(name, text)]);
    assertEquals([exit, err], [0, ""], name);
  }
});

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
