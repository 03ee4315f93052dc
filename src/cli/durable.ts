/** Lines that are on the disk, and not only in its cache, before anything else is done. */

const NEWLINE = 10;

/** Forces a folder's list of names to the disk, where the system can. */
export function syncFolder(folder: string): void {
  try {
    using handle = Deno.openSync(folder, { read: true });
    handle.syncSync();
  } catch {
    // Windows opens no folder; the file itself is forced to the disk all the same
  }
}

/** Adds one line to a file of this user's, with its folder. Throws what the system says. */
export function appendLine(file: string, text: string): void {
  const folder = file.replace(/\/[^/]*$/, "");
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  using handle = Deno.openSync(file, { read: true, append: true, create: true, mode: 0o600 });
  const size = handle.statSync().size;
  const last = new Uint8Array(1);
  if (size > 0) {
    handle.seekSync(size - 1, Deno.SeekMode.Start);
    handle.readSync(last);
  }
  // a line that a crash cut short stays alone
  const start = size > 0 && last[0] !== NEWLINE ? "\n" : "";
  const bytes = new TextEncoder().encode(`${start}${text}\n`);
  for (let at = 0; at < bytes.length;) at += handle.writeSync(bytes.subarray(at));
  handle.syncSync();
  if (size === 0) syncFolder(folder);
}

/** Writes a whole file beside its place, forces it to the disk, and puts it there. */
export function writeDurably(file: string, data: Uint8Array | string, mode = 0o600): void {
  const folder = file.replace(/\/[^/]*$/, "");
  Deno.mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${Deno.pid}.tmp`;
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  {
    using handle = Deno.openSync(temporary, { write: true, create: true, truncate: true, mode });
    for (let at = 0; at < bytes.length;) at += handle.writeSync(bytes.subarray(at));
    handle.syncSync();
  }
  Deno.renameSync(temporary, file);
  syncFolder(folder);
}
