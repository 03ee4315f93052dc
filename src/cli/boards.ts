/** Boards by name: boards/NAME.yaml says which probe and chip a board has, and what is safe for it. */
import {
  boardInputs,
  type CheckedBoard,
  type CheckedRecipe,
  type GivenInputs,
  lintBoard,
  readInputs,
  requireCleanBoard,
} from "../recipe/mod.ts";
import { fault } from "./faults.ts";
import { readText } from "./files.ts";
import { MOST_TEXT, recipeFiles } from "./recipes.ts";
import type { Given, OptionSpec } from "./verb.ts";

const FOLDER = "boards";
const NAME = /^[a-z][a-z0-9-]*$/;

/** The option that gives inputs from a file. */
export const INPUTS_OPTION: OptionSpec = {
  flags: "--inputs <file>",
  summary: "inputs of the recipe from a YAML file; --set goes before it",
};

/** The file that `--on` or `--board` names; undefined without either. Fault: bad-usage. */
export function boardFile(given: Given): string | undefined {
  const [name, file] = [given.text("on"), given.text("board")];
  if (name === undefined) return file;
  const bad = (what: string) => fault("bad-usage", { what, verb: "run" });
  if (file !== undefined) throw bad("--on and --board name a board each: one is enough");
  if (!NAME.test(name)) throw bad(`"${name}" is no name of a board: --board takes a file`);
  return `${Deno.env.get("PROBEKIT_BOARDS") || FOLDER}/${name}.yaml`;
}

/** The board of the call. Faults: bad-usage, cannot-read-file, and what is wrong with the file. */
export async function boardOf(given: Given): Promise<CheckedBoard | undefined> {
  const file = boardFile(given);
  if (file === undefined) return undefined;
  const text = await readText(file, MOST_TEXT);
  return requireCleanBoard(await lintBoard({ file, text }, { files: recipeFiles }));
}

/** Inputs below those of the command line: of `--inputs`, then of the board. */
export async function lowerInputs(
  given: Given,
  board: CheckedBoard | undefined,
  checked: CheckedRecipe,
): Promise<GivenInputs> {
  const file = given.text("inputs");
  return {
    ...(board ? boardInputs(board, checked.document) : {}),
    ...(file === undefined
      ? {}
      : await readInputs({ file, text: await readText(file, MOST_TEXT) })),
  };
}
