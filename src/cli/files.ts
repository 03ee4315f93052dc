/** Files for the rooms that may not touch them: reading, and writing that cannot leave half a file. */
import { concat, Fault } from "../base/mod.ts";
import { fault } from "./faults.ts";

/** Why a file could not be used, in words. */
export const whyNot = (e: unknown): string => {
  if (typeof e === "string") return e;
  if (e instanceof Deno.errors.NotFound) return "there is no such file";
  if (e instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (e instanceof Deno.errors.NotCapable) return `deno was started without the permission for it`;
  if (e instanceof Deno.errors.IsADirectory) return "it is a folder";
  // which of our own files it was helps nobody
  return e instanceof Error ? e.message.replace(/: \w+ '[^']*'( -> '[^']*')?$/, "") : String(e);
};

/** The fault for a file that cannot be read; `e` is what was thrown, or the reason. */
export const cannotRead = (file: string, e: unknown): Error =>
  fault("cannot-read-file", { file, why: whyNot(e) }, { cause: e });

/** longest file that is read at all: more than any microcontroller holds, in any format */
const MOST_BYTES = 256 * 1024 * 1024;

/** All of the file when it is regular; of a pipe or a device, which may never end, `most` bytes and one. */
async function bytesOf(file: string, most: number): Promise<Uint8Array> {
  using handle = await Deno.open(file, { read: true });
  const { isFile, isDirectory, size } = await handle.stat();
  if (isDirectory) throw "it is a folder";
  if (isFile && size > most) throw tooLong(most);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const part = new Uint8Array(Math.min(1024 * 1024, most + 1 - length));
    const count = await handle.read(part);
    if (count === null) return concat(parts);
    parts.push(part.subarray(0, count));
    length += count;
    if (length > most) throw tooLong(most);
  }
}
const tooLong = (most: number): string => `it has more than ${most / 1024} KiB`;

/** The file's bytes, at most `most`. Fault: cannot-read-file. */
export async function readBytes(file: string, most = MOST_BYTES): Promise<Uint8Array> {
  try {
    return await bytesOf(file, most);
  } catch (e) {
    throw cannotRead(file, e);
  }
}

/** The file's text. Fault: cannot-read-file. */
export const readText = async (file: string, most?: number): Promise<string> =>
  new TextDecoder().decode(await readBytes(file, most));

/** The file that a name leads to, through links; undefined when that is a device or a pipe. Throws for a folder. */
function placeOf(file: string): string | undefined {
  let there: Deno.FileInfo;
  try {
    there = Deno.statSync(file);
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return file;
    throw e;
  }
  if (there.isDirectory) throw "it is a folder";
  return there.isFile ? Deno.realPathSync(file) : undefined;
}

/** Who may do what with a file that is there, which stays so. Throws for one that its owner has made read-only. */
function ownMode(place: string): number | undefined {
  try {
    using file = Deno.openSync(place, { write: true });
    const { mode } = file.statSync();
    return mode === null || Deno.build.os === "windows" ? undefined : mode % PERMISSIONS;
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return undefined;
    throw e;
  }
}
/** above the nine bits of them */
const PERMISSIONS = 0o1000;

/**
 * Writes beside the file, then renames: whoever reads sees the old content or the new, never a part. A
 * device or a pipe is written to and stays what it is. Makes missing folders. Fault: cannot-write-file.
 */
export function writeFileSync(file: string, content: Uint8Array | string): void {
  let temporary = "";
  try {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const place = placeOf(file);
    if (place === undefined) return Deno.writeFileSync(file, bytes, { create: false });
    const folder = place.replace(/[^/]*$/, "");
    if (folder !== "") Deno.mkdirSync(folder, { recursive: true });
    const mode = ownMode(place);
    temporary = `${place}.${Deno.pid}.tmp`;
    Deno.writeFileSync(temporary, bytes, mode === undefined ? {} : { mode });
    // not less than it was, whatever this user's umask is
    if (mode !== undefined) Deno.chmodSync(temporary, mode);
    Deno.renameSync(temporary, place);
  } catch (e) {
    try {
      if (temporary !== "") Deno.removeSync(temporary);
    } catch {
      // it was never made
    }
    throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
  }
}

/** what must fit before the board is touched: more than a usual result */
const ROOM = 256 * 1024;

/** longest white space before the first character of a result */
const LEAD = 64;
const JSON_ELSEWHERE = [{
  text: "--json takes the word behind it for its file: put --json last, or write --json=FILE",
}] as const;

/**
 * A file that is there already is written over by `--json` when it is such a result; what else it may hold is
 * somebody's work: `lint --json a.yaml b.yaml` names a recipe. Fault: cannot-write-file.
 */
export function requireJsonPlace(file: string): void {
  let begins: string;
  try {
    if (!Deno.statSync(file).isFile) return;
    using handle = Deno.openSync(file, { read: true });
    const bytes = new Uint8Array(LEAD);
    begins = new TextDecoder().decode(bytes.subarray(0, handle.readSync(bytes) ?? 0)).trimStart();
  } catch {
    return; // that it cannot be written is found when it is tried
  }
  if (begins === "" || begins.startsWith("{")) return;
  const why = "it is there and holds something else than JSON";
  throw fault("cannot-write-file", { file, why }, { next: JSON_ELSEWHERE });
}

/** Finds out whether a file could be written, and leaves it as it is. Fault: cannot-write-file. */
export function requireRoom(file: string): void {
  try {
    const place = placeOf(file);
    if (place === undefined) return;
    const test = `${place}.${Deno.pid}.room`;
    writeFileSync(test, new Uint8Array(ROOM));
    Deno.removeSync(test);
  } catch (e) {
    const cause = e instanceof Fault ? e.cause : e;
    throw fault("cannot-write-file", { file, why: whyNot(cause) }, { cause });
  }
}

/** As {@link writeFileSync}, for callers that wait. */
export const writeBytes = (file: string, content: Uint8Array | string): Promise<void> =>
  Promise.resolve().then(() => writeFileSync(file, content));

/** Takes the name, when it is free, and puts the other file there. */
function claim(temporary: string, file: string): boolean {
  try {
    // refuses a name that is taken, as a rename does not
    Deno.linkSync(temporary, file);
    Deno.removeSync(temporary);
    return true;
  } catch (e) {
    if (e instanceof Deno.errors.AlreadyExists) return false;
  }
  // a file system without links
  Deno.openSync(file, { write: true, createNew: true }).close();
  Deno.renameSync(temporary, file);
  return true;
}

/** Writes a file that is not there yet, whole or not at all; false when it is. Fault: cannot-write-file. */
export async function writeNew(file: string, content: Uint8Array | string): Promise<boolean> {
  const temporary = `${file}.${Deno.pid}.new`;
  await writeBytes(temporary, content);
  let done = false;
  try {
    return done = claim(temporary, file);
  } catch (e) {
    if (e instanceof Deno.errors.AlreadyExists) return false;
    throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
  } finally {
    if (!done) Deno.removeSync(temporary);
  }
}

/** Writes what a run has read of a board, in one of the ways above. Fault: read-not-kept. */
export const outputBy =
  <T>(write: (file: string, data: Uint8Array | string) => Promise<T>) =>
  (file: string, data: Uint8Array | string): Promise<T> =>
    write(file, data).catch((e) => {
      const cause = e instanceof Fault ? e.cause : e;
      throw fault("read-not-kept", { file, why: whyNot(cause) }, { cause });
    });

/** A file that grows by lines. */
export interface LineWriter {
  /** A line that cannot be written is lost, with all after it: what is done to a board goes on. */
  write(line: string): void;
  close(): void;
  /** why lines were lost */
  readonly lost: string | undefined;
}

/** Opens a file for events or a trace. Fault: cannot-write-file, while nothing has been touched yet. */
export function lineWriter(file: string): LineWriter {
  const encoder = new TextEncoder();
  let handle: Deno.FsFile;
  try {
    handle = Deno.openSync(file, { write: true, create: true, truncate: true });
  } catch (e) {
    throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
  }
  let lost: string | undefined;
  return {
    write(line) {
      if (lost !== undefined) return;
      const bytes = encoder.encode(line + "\n");
      try {
        for (let at = 0; at < bytes.length;) at += handle.writeSync(bytes.subarray(at));
      } catch (e) {
        lost = whyNot(e);
      }
    },
    close: () => handle.close(),
    get lost() {
      return lost;
    },
  };
}
