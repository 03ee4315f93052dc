/** Where recipes come from on this machine: files, TypeScript modules, and the ones that come with probekit. */
import { Fault } from "../base/mod.ts";
import type { CheckedRecipe, RecipeFiles, RecipeSource } from "../recipe/mod.ts";
import { emitYaml, lintRecipe, type WrittenRecipe } from "../recipe/mod.ts";
import { cannotRead, readText } from "./files.ts";

const BUILT_IN = new URL("../../recipes/", import.meta.url);
const NAME = /^[a-z][a-z0-9-]*$/;
/** most of a recipe, a board or inputs that is read; lint says more of what is longer than a recipe is */
export const MOST_TEXT = 1024 * 1024;

const builtInFile = (name: string): string | undefined => {
  if (!NAME.test(name)) return undefined;
  const url = new URL(`${name}.yaml`, BUILT_IN);
  try {
    return Deno.statSync(url).isFile ? decodeURIComponent(url.pathname) : undefined;
  } catch {
    return undefined;
  }
};

async function moduleDocument(path: string): Promise<unknown> {
  const real = await Deno.realPath(path).catch((e) => {
    throw cannotRead(path, e);
  });
  const loaded = await import(`file://${real}`);
  return loaded.default;
}

/** Recipes from files, as the rest of the house asks for them. */
export const recipeFiles: RecipeFiles = {
  text: (path) => readText(path, MOST_TEXT),
  module: moduleDocument,
  async builtin(name) {
    const file = builtInFile(name);
    return file === undefined ? undefined : { file, text: await readText(file, MOST_TEXT) };
  },
};

/** The recipe that a name or a path means. Fault: cannot-read-file. */
async function recipeSource(which: string): Promise<RecipeSource> {
  if (which.endsWith(".ts")) {
    const document = await moduleDocument(which);
    if (document === null || typeof document !== "object") {
      throw cannotRead(which, "its default export is no recipe({…})");
    }
    return { file: which, text: emitYaml(document as WrittenRecipe) };
  }
  const file = builtInFile(which) ?? which;
  try {
    return { file, text: await readText(file, MOST_TEXT) };
  } catch (e) {
    if (!NAME.test(which) || !(e instanceof Fault)) throw e;
    const names = [...Deno.readDirSync(BUILT_IN)].flatMap(({ name }) =>
      name.endsWith(".yaml") ? [name.replace(/\.yaml$/, "")] : []
    );
    throw e.within({
      next: [{ text: `Recipes that come with it: ${names.toSorted().join(", ")}` }],
    });
  }
}

/** Finds, reads and lints a recipe. */
export const checkedRecipe = async (which: string): Promise<CheckedRecipe> =>
  await lintRecipe(await recipeSource(which), { files: recipeFiles });
