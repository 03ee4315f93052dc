/**
 * Writes what is generated from the table of actions: recipes/recipe.v1.schema.json and docs/actions.md.
 * With --check it only says whether they are fresh, and exits with 1 when not.
 * @module
 */
import { actionsPage, boardSchemaText, schemaText } from "../src/recipe/mod.ts";

/** File → its content. */
export const generated = (): Readonly<Record<string, string>> => ({
  "recipes/recipe.v1.schema.json": schemaText(),
  "recipes/board.v1.schema.json": boardSchemaText(),
  "docs/actions.md": actionsPage(),
});

async function main(args: readonly string[]): Promise<number> {
  const root = new URL("../", import.meta.url);
  let stale = 0;
  for (const [file, text] of Object.entries(generated())) {
    const at = new URL(file, root);
    if (args.includes("--check")) {
      const old = await Deno.readTextFile(at).catch(() => "");
      if (old !== text) {
        stale++;
        console.log(`${file} is not what the table of actions says: deno run -A tasks/schema.ts`);
      }
    } else {
      await Deno.mkdir(new URL(".", at), { recursive: true });
      await Deno.writeTextFile(at, text);
      console.log(`${file} written`);
    }
  }
  return stale > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
