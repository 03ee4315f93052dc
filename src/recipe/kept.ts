/** Files that a run writes: content that stands there under the same name is never lost. */
import { equal } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { RunEnv } from "./run.ts";

/** What a file of a run was written as. */
export interface Kept {
  readonly file: string;
  /** where what had this name before is now */
  readonly older?: string;
}

/** as many of one name and kind as a folder is searched for */
const NAMES = 1000;

const encoded = (data: Uint8Array | string): Uint8Array =>
  typeof data === "string" ? new TextEncoder().encode(data) : data;

/** Deno's name of it, and that of the Web's file systems */
const MISSING: readonly string[] = ["NotFound", "NotFoundError"];

/** Says of a failed read that there is no such file; Node has a code for it. */
const isMissing = (e: unknown): boolean =>
  e instanceof Error &&
  (MISSING.includes(e.name) || ("code" in e && e.code === "ENOENT") || isMissing(e.cause));

/** What the file holds; undefined when there is none. Throws what reading throws. */
async function contentOf(env: RunEnv, file: string): Promise<Uint8Array | undefined> {
  try {
    return await env.files.bytes(file);
  } catch (e) {
    if (isMissing(e)) return undefined;
    throw e;
  }
}

/** `x.bin` → `x-2.bin`, `x.ob.yaml` → `x-2.ob.yaml` */
function numbered(path: string, n: number): string {
  if (n === 1) return path;
  const [ending = ""] = /(\.ob)?\.[^./\\]*$/.exec(path) ?? [];
  return `${path.slice(0, path.length - ending.length)}-${n}${ending}`;
}

/** Writes under the first name from `first` on that is free; what is there already is not written again. */
async function writeFree(
  env: RunEnv,
  path: string,
  data: Uint8Array | string,
  first: number,
): Promise<string> {
  const bytes = encoded(data);
  for (let n = first; n < first + NAMES; n++) {
    const name = numbered(path, n);
    // what cannot be read is other content
    const there = await contentOf(env, name).catch(() => new Uint8Array());
    if (there !== undefined) {
      if (equal(there, bytes)) return name;
    } else if (env.writeNew) {
      if (await env.writeNew(name, data)) return name;
    } else {
      await env.write?.(name, data);
      return name;
    }
  }
  throw fault("no-free-name", { file: path, count: NAMES });
}

async function keepFile(
  env: RunEnv,
  path: string,
  data: Uint8Array | string,
  chosen: boolean,
): Promise<Kept> {
  if (!chosen) return { file: await writeFree(env, path, data, 1) };
  const there = await contentOf(env, path);
  if (there === undefined) {
    await env.write?.(path, data);
    return { file: path };
  }
  if (equal(there, encoded(data))) return { file: path };
  // who has chosen a name reads the newest content under it
  const older = await writeFree(env, path, there, 2);
  await env.write?.(path, data);
  return { file: path, older };
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Writes a file of a run. A name that nobody has chosen stays with the older content, and this one gets
 * a number; under a chosen name stands what is new, and the older content gets the number. Faults:
 * no-free-name, and those of the files.
 */
export function keep(
  env: RunEnv,
  path: string,
  data: Uint8Array | string,
  chosen: boolean,
): Promise<Kept> {
  // one after another: several units of a panel may name one file
  const mine = last.then(() => keepFile(env, path, data, chosen));
  last = mine.catch(() => {});
  return mine;
}

/** Whether something has this name already. */
export const isThere = (env: RunEnv, path: string): Promise<boolean> =>
  contentOf(env, path).then((bytes) => bytes !== undefined, () => true);
