/** Where recipes come from on this machine: files, TypeScript modules, and the ones that come with probekit. */
import { Fault } from "../base/mod.ts";
import type { CheckedRecipe, RecipeFiles, RecipeSource } from "../recipe/mod.ts";
import { emitYaml, lintRecipe, recipeFault, type WrittenRecipe } from "../recipe/mod.ts";
import { cannotRead, readText } from "./files.ts";
import { endingAtOnce } from "./interrupt.ts";
import { withoutColours } from "./style.ts";

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

/** `#`, `?` and `%` mean something in an address, and nothing in a file's name */
const fileUrl = (path: string): string =>
  `file://${path.split("/").map(encodeURIComponent).join("/")}`;

async function moduleDocument(path: string): Promise<unknown> {
  const real = await Deno.realPath(path).catch((e) => {
    throw cannotRead(path, e);
  });
  try {
    return (await endingAtOnce(() => import(fileUrl(real)))).default;
  } catch (e) {
    throw moduleFailed(path, e);
  }
}

/** What a recipe in TypeScript has thrown, or what is wrong with its text; it is the user's, and no bug of ours. */
function moduleFailed(file: string, e: unknown): Error {
  if (e instanceof Fault) return e;
  const why = withoutColours(e instanceof Error ? e.message : String(e)).split("\n")[0]?.trim();
  const at = e instanceof Error && /file:\/\/\S+:\d+:\d+/.exec(withoutColours(e.stack ?? ""))?.[0];
  const where = at ? ` (${at})` : "";
  return recipeFault("cannot-read-recipe", { file, why: `${why || "it failed"}${where}` });
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
      throw moduleFailed(which, "it does not end in: export default recipe({…}, (r) => {…})");
    }
    try {
      return { file: which, text: emitYaml(document as WrittenRecipe) };
    } catch (e) {
      throw e instanceof RangeError ? moduleFailed(which, "the document contains itself") : e;
    }
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
