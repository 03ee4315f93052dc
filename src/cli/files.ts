/** Files for the rooms that may not touch them: reading, and writing that cannot leave half a file. */
import { concat } from "../base/mod.ts";
import { fault } from "./faults.ts";

/** Why a file could not be used, in words. */
export const whyNot = (e: unknown): string => {
  if (typeof e === "string") return e;
  if (e instanceof Deno.errors.NotFound) return "there is no such file";
  if (e instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (e instanceof Deno.errors.NotCapable) return `deno was started without the permission for it`;
  if (e instanceof Deno.errors.IsADirectory) return "it is a folder";
  return e instanceof Error ? e.message : String(e);
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

/**
 * Writes beside the file, then renames: whoever reads sees the old content or the new, never a part.
 * Makes missing folders. Fault: cannot-write-file.
 */
export function writeFileSync(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.${Deno.pid}.tmp`;
  try {
    const folder = file.replace(/[^/]*$/, "");
    if (folder !== "") Deno.mkdirSync(folder, { recursive: true });
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(temporary, bytes);
    Deno.renameSync(temporary, file);
  } catch (e) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // it was never made
    }
    throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
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
