/** Files for the rooms that may not touch them: reading, and writing that cannot leave half a file. */
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

/** The file's bytes. Fault: cannot-read-file. */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(file);
  } catch (e) {
    throw cannotRead(file, e);
  }
}

/** The file's text. Fault: cannot-read-file. */
export const readText = async (file: string): Promise<string> =>
  new TextDecoder().decode(await readBytes(file));

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

/** A file that grows by lines, for events and traces. Fault: cannot-write-file. */
export function lineWriter(file: string): { write(line: string): void; close(): void } {
  const encoder = new TextEncoder();
  let handle: Deno.FsFile;
  try {
    handle = Deno.openSync(file, { write: true, create: true, truncate: true });
  } catch (e) {
    throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
  }
  return {
    write(line) {
      const bytes = encoder.encode(line + "\n");
      for (let at = 0; at < bytes.length;) at += handle.writeSync(bytes.subarray(at));
    },
    close: () => handle.close(),
  };
}
