/** Files that are given with the hash they must have: `app.hex#sha256:77ab…`. */
import type { RecipeDocument } from "./document.ts";
import { fault } from "./faults.ts";
import type { GivenInputs, InputValues } from "./inputs.ts";

/** A file's name, and its hash if one was given. */
export interface HashedFile {
  readonly path: string;
  readonly sha256?: string;
}

/** Takes a name apart; a name without a hash is all name. */
export function splitHash(text: string): HashedFile {
  const [, path, sha256] = /^(.*)#sha256:([0-9a-f]{64})$/is.exec(text) ?? [];
  return path === undefined || sha256 === undefined
    ? { path: text }
    : { path, sha256: sha256.toLowerCase() };
}

/** What was read, and what must have been. */
export interface ReadFiles {
  readonly document: RecipeDocument;
  readonly given: GivenInputs;
  readonly inputs: InputValues;
  /** file → sha256 of what was read */
  readonly files: ReadonlyMap<string, string>;
  /** file → sha256, of a plan that is applied: it has said which files it means */
  readonly planned?: Readonly<Record<string, string>> | undefined;
}

/** Fault: input-wrong, when a hash is wanted and none was given, or the file has another. */
export function requireHashes({ document, given, inputs, files, planned }: ReadFiles): void {
  for (const [name, rule] of Object.entries(document.inputs ?? {})) {
    const path = inputs[name];
    if (rule.type !== "file" || typeof path !== "string") continue;
    const text = given[name];
    const wanted = typeof text === "string" ? splitHash(text).sha256 : undefined;
    const is = files.get(path);
    const wrong = (how: string) =>
      fault("input-wrong", { input: name, text: path.slice(0, 80), wanted: how });
    if (wanted !== undefined && is !== undefined && is !== wanted) {
      throw wrong(`the file whose sha256 is ${wanted}; this one has ${is}`);
    }
    // a file that has changed since its plan makes the plan stale, which says more
    const said = wanted ?? planned?.[path];
    if (rule.sha256 === "required" && said === undefined) {
      throw wrong(`a file with the hash it must have, like ${path}#sha256:${is ?? "…"}`);
    }
  }
}
