/** What docs/recipes.md shows is what lint takes. */
import { assert, assertEquals } from "@std/assert";
import { formatRecipe, lintBoard, lintRecipe } from "../../src/recipe/mod.ts";

Deno.test("docs/recipes.md: every page that it shows is clean, and formatted", async () => {
  const text = await Deno.readTextFile("docs/recipes.md");
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  assertEquals(blocks.length, 3);
  for (const block of blocks) {
    const source = { file: "docs.yaml", text: block };
    const checked = block.startsWith("board:") ? await lintBoard(source) : await lintRecipe(source);
    assertEquals(checked.findings.map((f) => f.diagnostic.title), [], block);
    assertEquals(await formatRecipe(block, "docs.yaml"), block);
  }
  assert(text.includes("SEAL-"));
});
