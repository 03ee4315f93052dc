/** Files for a program under semihosting, confined to one folder. */

import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";

const READ_MODES = 4; // modes 0 … 3: r, rb, r+, r+b; 4 … 7: w; 8 … 11: a (Arm semihosting, SYS_OPEN)
const FIRST_HANDLE = 3;
/** files that a program may have open at once */
const MOST_OPEN = 64;

/** The folder, once links are followed. Fault: bad-usage. */
function folderAt(folder: string, verb: string): string {
  const what = `--semihosting-files ${folder}`;
  try {
    const real = Deno.realPathSync(folder);
    if (Deno.statSync(real).isDirectory) return real;
  } catch (e) {
    throw fault("bad-usage", { what: `${what}: ${whyNot(e)}`, verb }, { cause: e });
  }
  throw fault("bad-usage", { what: `${what}: it is no folder`, verb });
}

/**
 * Opens, reads and writes files inside `folder` only: names that leave it, absolute ones and links out of
 * it are refused with -1, as is everything when `folder` is undefined.
 */
export class SemihostFolder {
  readonly #open = new Map<number, Deno.FsFile>();
  #next = FIRST_HANDLE;
  readonly #root: string | undefined;
  /** Fault: bad-usage of `verb`, when that is no folder. */
  constructor(folder: string | undefined, verb = "gdb") {
    this.#root = folder === undefined ? undefined : folderAt(folder, verb);
  }

  /** The path inside the folder; undefined when it would leave it. */
  #inside(path: string): string | undefined {
    if (this.#root === undefined || path.startsWith("/") || path.includes("\0")) return;
    const parts = path.split(/[\\/]/).filter((p) => p !== "" && p !== ".");
    if (parts.length === 0 || parts.includes("..")) return;
    const folder = [this.#root, ...parts.slice(0, -1)].join("/");
    const full = `${folder}/${parts.at(-1)}`;
    return this.#holds(folder) && this.#mayBe(full) ? full : undefined;
  }
  /** Whether this folder is there, and inside once links are followed. */
  #holds(folder: string): boolean {
    try {
      const real = Deno.realPathSync(folder);
      return real === this.#root || real.startsWith(`${this.#root}/`);
    } catch {
      return false;
    }
  }
  /** Nothing yet, or a file inside: no link that leads out or nowhere, no pipe that would be waited for. */
  #mayBe(path: string): boolean {
    try {
      Deno.lstatSync(path);
    } catch (e) {
      return e instanceof Deno.errors.NotFound;
    }
    try {
      return Deno.realPathSync(path).startsWith(`${this.#root}/`) && Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  }
  #try(act: () => number): number {
    try {
      return act();
    } catch {
      return -1;
    }
  }

  open(path: string, mode: number): number {
    const full = this.#inside(path);
    if (full === undefined || mode > 11 || this.#open.size >= MOST_OPEN) return -1;
    return this.#try(() => {
      const update = mode % 4 >= 2;
      const kind = Math.floor(mode / READ_MODES);
      const file = Deno.openSync(full, {
        read: kind === 0 || update,
        write: kind === 0 ? update : true,
        append: kind === 2,
        create: kind !== 0,
        truncate: kind === 1,
      });
      this.#open.set(this.#next, file);
      return this.#next++;
    });
  }
  close(handle: number): number {
    const file = this.#open.get(handle);
    if (!file) return -1;
    file.close();
    this.#open.delete(handle);
    return 0;
  }
  write(handle: number, bytes: Uint8Array): number {
    const file = this.#open.get(handle);
    if (!file) return bytes.length;
    let done = 0;
    this.#try(() => {
      while (done < bytes.length) done += file.writeSync(bytes.subarray(done));
      return 0;
    });
    return bytes.length - done;
  }
  read(handle: number, length: number): Uint8Array {
    const file = this.#open.get(handle);
    const out = new Uint8Array(length);
    let got = 0;
    if (file) {
      this.#try(() => {
        while (got < length) {
          const n = file.readSync(out.subarray(got));
          if (n === null) break;
          got += n;
        }
        return 0;
      });
    }
    return out.subarray(0, got);
  }
  seek(handle: number, at: number): number {
    return this.#try(() => {
      this.#open.get(handle)?.seekSync(at, Deno.SeekMode.Start);
      return this.#open.has(handle) ? 0 : -1;
    });
  }
  length(handle: number): number {
    return this.#try(() => this.#open.get(handle)?.statSync().size ?? -1);
  }
  remove(path: string): number {
    const full = this.#inside(path);
    return full === undefined ? -1 : this.#try(() => (Deno.removeSync(full), 0));
  }
  rename(from: string, to: string): number {
    const [a, b] = [this.#inside(from), this.#inside(to)];
    return a === undefined || b === undefined ? -1 : this.#try(() => (Deno.renameSync(a, b), 0));
  }
  closeAll(): void {
    for (const handle of [...this.#open.keys()]) this.close(handle);
  }
}
