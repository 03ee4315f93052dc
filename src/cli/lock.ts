/**
 * One user of a probe at a time: a lock of the operating system on a file of the probe's name. The system
 * lets go of it when its process ends, however that happens, so there are no stale locks; the file stays
 * and says who held it last.
 */
import type { UsbDevice, UsbEndpoints, UsbPipe, UsbSource } from "../usb/mod.ts";
import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";

const LOOK_AGAIN_MS = 50;
const LONGEST_NAME = 100;
const LONGEST_NOTE = 400;

/** Where the lock files of this user are; PROBEKIT_LOCKS names another folder. */
export function lockFolder(): string {
  const named = Deno.env.get("PROBEKIT_LOCKS");
  if (named) return named;
  const home = Deno.env.get("HOME");
  const state = Deno.env.get("XDG_STATE_HOME") || Deno.env.get("LOCALAPPDATA") ||
    (home ? `${home}/.local/state` : "/tmp");
  return `${state}/probekit/locks`;
}

/** A file name for any text: what it cannot hold becomes `_`, and the end of it is what tells it apart. */
export const lockName = (text: string): string =>
  `${text.replace(/[^\w.-]+/g, "_").slice(-LONGEST_NAME)}.lock`;

/** A lock that is held. */
export type Held = Disposable;

interface Holder {
  readonly pid: number;
  readonly command: string;
  readonly since: string;
}

function note(file: Deno.FsFile): void {
  const [verb = ""] = Deno.args;
  const holder: Holder = {
    pid: Deno.pid,
    command: `probekit ${verb}`.trim(),
    since: new Date().toISOString(),
  };
  file.truncateSync(0);
  file.writeSync(new TextEncoder().encode(`${JSON.stringify(holder)}\n`));
}

/** Who holds it, in words. A lock says nothing of its holder; the note in the file does. */
function holderOf(path: string): string {
  try {
    const { pid, command, since }: Partial<Holder> = JSON.parse(
      Deno.readTextFileSync(path).slice(0, LONGEST_NOTE),
    );
    const time = String(since).slice(11, 19);
    return `process ${Number(pid)} (${String(command)}, since ${time} UTC)`;
  } catch {
    return "another process";
  }
}

/**
 * What stands at the path, if anything. A link is refused: what it leads to would be locked and written over,
 * and in a folder that others may write to anybody could lay one.
 */
function standing(path: string): Deno.FileInfo | undefined {
  try {
    const found = Deno.lstatSync(path);
    if (found.isSymlink) throw "it is a link, which a lock must not be";
    return found;
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return undefined;
    throw e;
  }
}

// a container's user has no home to write to
const ELSEWHERE = [{
  text:
    "It is the lock of this probe: PROBEKIT_LOCKS names another folder, the same for all who use the probe",
}] as const;

/** A lock that is open, and whether its holder can be noted in it. */
interface OpenLock {
  readonly file: Deno.FsFile;
  readonly notes: boolean;
}

/** Another user's lock may be for reading only, which is enough to hold it. */
function openStanding(path: string): OpenLock {
  try {
    return { file: Deno.openSync(path, { read: true, write: true }), notes: true };
  } catch (e) {
    if (!(e instanceof Deno.errors.PermissionDenied)) throw e;
    return { file: Deno.openSync(path, { read: true }), notes: false };
  }
}

function openLock(path: string): OpenLock {
  let file: Deno.FsFile | undefined;
  try {
    Deno.mkdirSync(path.replace(/[^/]*$/, ""), { recursive: true });
    const lock = standing(path)
      ? openStanding(path)
      : { file: Deno.openSync(path, { read: true, write: true, create: true }), notes: true };
    file = lock.file;
    // laid between the look and the opening: nothing was written yet
    const [opened, there] = [file.statSync(), standing(path)];
    if (opened.ino !== there?.ino || opened.dev !== there.dev) throw "it was replaced meanwhile";
    return lock;
  } catch (e) {
    file?.close();
    throw fault("cannot-write-file", { file: path, why: whyNot(e) }, { cause: e, next: ELSEWHERE });
  }
}

/** Time as a lock needs it. */
export interface Waiting {
  /** ms to wait at most */
  readonly withinMs: number;
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly signal?: AbortSignal;
}

const sleepReal = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Takes the lock of that name. Faults: busy, naming the holder; cannot-write-file; interrupted waiting. */
export async function takeLock(
  what: string,
  waiting: Waiting,
  folder: string = lockFolder(),
): Promise<Held> {
  const { withinMs, now = () => performance.now(), sleep = sleepReal, signal } = waiting;
  const path = `${folder}/${lockName(what)}`;
  const { file, notes } = openLock(path);
  const end = now() + withinMs;
  try {
    while (!file.tryLockSync(true)) {
      signal?.throwIfAborted();
      if (now() >= end) throw fault("busy", { what, holder: holderOf(path), lock: path });
      await sleep(LOOK_AGAIN_MS);
    }
    if (notes) note(file);
  } catch (e) {
    file.close();
    throw e;
  }
  return {
    [Symbol.dispose]() {
      // who holds it next may not be able to write a note over this one
      if (notes) file.truncateSync(0);
      file.close();
    },
  };
}

/** What a probe is called, wherever it is plugged in. */
const nameOf = (device: UsbDevice): string => `probe ${device.serial || `at ${device.place}`}`;

/** The same devices; each is locked from its opening to its closing. */
export function lockingSource(
  source: UsbSource,
  waiting: Waiting,
  folder?: string,
): UsbSource {
  return {
    kind: source.kind,
    clock: source.clock,
    list: () => source.list(),
    async open(device: UsbDevice, ends: UsbEndpoints): Promise<UsbPipe> {
      const held = await takeLock(nameOf(device), waiting, folder);
      try {
        const pipe = await source.open(device, ends);
        return {
          device: pipe.device,
          send: (data, withinMs) => pipe.send(data, withinMs),
          receive: (length, withinMs) => pipe.receive(length, withinMs),
          clearHalt: (end) => pipe.clearHalt(end),
          reset: () => pipe.reset(),
          async [Symbol.asyncDispose]() {
            try {
              await pipe[Symbol.asyncDispose]();
            } finally {
              held[Symbol.dispose]();
            }
          },
        };
      } catch (e) {
        held[Symbol.dispose]();
        throw e;
      }
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}
