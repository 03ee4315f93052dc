/** What a run with secrets needs of this machine: environment variables, and the key of its digests. */
import type { RunEnv } from "../recipe/mod.ts";
import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";
import { journalFolder } from "./journal.ts";
import type { OpenedSource } from "./sources.ts";
import type { Given } from "./verb.ts";

const KEY_BYTES = 32;

/**
 * The station's key, made when there is none. Whoever has it can test guesses against digests, so only its
 * owner may read it. Fault: cannot-write-file.
 */
export function stationKey(folder: string): Uint8Array {
  const file = `${folder.replace(/\/+$/, "")}/digest.key`;
  try {
    return read(file) ?? make(folder, file);
  } catch (e) {
    throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
  }
}

function read(file: string): Uint8Array | undefined {
  let key: Uint8Array;
  try {
    key = Deno.readFileSync(file);
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return undefined;
    throw e;
  }
  if (key.length !== KEY_BYTES) throw `it has ${key.length} bytes, not ${KEY_BYTES}: take it away`;
  return key;
}

/** Two processes that make one at a time get the same: a hard link is made once. */
function make(folder: string, file: string): Uint8Array {
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const mine = `${file}.${crypto.randomUUID()}.tmp`;
  Deno.writeFileSync(mine, key, { mode: 0o600, createNew: true });
  try {
    Deno.linkSync(mine, file);
    return key;
  } catch (e) {
    const theirs = e instanceof Deno.errors.AlreadyExists ? read(file) : undefined;
    if (!theirs) throw e;
    return theirs;
  } finally {
    Deno.removeSync(mine);
  }
}

/** See the file's comment. The key stands beside the journal, and is this station's for every board. */
export function secretEnv(
  given: Given,
  opened: OpenedSource,
): Pick<RunEnv, "variable" | "digestKey" | "conceal"> {
  const { journal: _boards, ...station } = opened;
  const folder = journalFolder(given, station) ?? ".";
  return {
    variable: (name) => Deno.env.get(name),
    digestKey: () => Promise.resolve().then(() => stationKey(folder)),
    conceal: () => opened.conceal(),
  };
}
