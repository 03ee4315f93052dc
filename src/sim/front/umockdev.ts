/**
 * Virtual boards for unmodified programs on this machine: libumockdev-preload sends a process's usbfs calls
 * over a socket, and this answers them. Messages are three native 64-bit numbers: reference/rig.md §3.2.
 */
import { concat } from "../../base/mod.ts";
import type { VirtualUsbDevice } from "../contracts.ts";
import { fault } from "../faults.ts";
import { ByteStream, type Connection, HungUp } from "./byte_stream.ts";
import {
  type FrontBoard,
  type FrontIo,
  liveOf,
  type LiveTime,
  whenUnplugged,
} from "./live_time.ts";
import { type TreeDevice, writeDevice, writeHub } from "./umockdev_tree.ts";
import { type Claims, type Ended, UsbfsHandle } from "./usbfs.ts";

/** A bench that processes can be started on. */
export interface Umockdev extends AsyncDisposable {
  /** for the environment of a program that shall see the boards */
  readonly env: Readonly<Record<string, string>>;
  readonly dir: string;
  /** Looks which boards are plugged in; call it after `replug`. */
  refresh(): void;
  close(): Promise<void>;
}

const PRELOAD = "libumockdev-preload.so.0";
/** where Debian, Fedora and others have it */
const FOLDERS = [`/usr/lib/${Deno.build.arch}-linux-gnu`, "/usr/lib64", "/usr/lib"];

/** Where the library is that is loaded in front of a program; undefined when it is not installed. */
export function umockdevLibrary(folders: readonly string[] = FOLDERS): string | undefined {
  const isThere = (path: string): boolean => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  };
  return folders.map((f) => `${f}/${PRELOAD}`).find(isThere);
}

const MESSAGE = 24;
const FROM_CLIENT = { ioctl: 1n, read: 7n, write: 8n } as const;
const TO_CLIENT = { done: 3n, sendMemory: 5n, storeMemory: 6n } as const;
/** the result that makes the library use the plain file */
const NOT_MINE: Ended = { result: -100, errno: 0 };

const message = (kind: bigint, a: bigint, b: bigint): Uint8Array =>
  new Uint8Array(BigInt64Array.of(kind, a, b).buffer);

class Port {
  readonly #claims: Claims = new Map();
  readonly #streams = new Set<ByteStream>();
  #tree: TreeDevice | undefined;
  #listener: Deno.Listener | undefined;
  #accepting: Promise<void> = Promise.resolve();
  constructor(
    readonly dir: string,
    readonly number: number,
    readonly device: VirtualUsbDevice,
    readonly live: LiveTime,
    readonly warn: (note: string) => void,
  ) {
    whenUnplugged(device, () => this.refresh());
  }

  /** Makes the tree say whether it is plugged in. */
  refresh(): void {
    if (this.device.plugged && this.#tree === undefined) {
      this.#tree = writeDevice(this.dir, this.number, this.device);
      this.#listener ??= this.#listen(this.#tree.socket);
    } else if (!this.device.plugged) {
      this.#tree?.remove();
      this.#tree = undefined;
    }
  }
  #listen(path: string): Deno.Listener {
    const listener = Deno.listen({ transport: "unix", path });
    this.#accepting = this.#accept(listener);
    return listener;
  }
  async #accept(listener: Deno.Listener): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) serving.push(this.#serve(connection));
    await Promise.all(serving);
  }

  async #serve(connection: Connection): Promise<void> {
    const stream = new ByteStream(connection);
    this.#streams.add(stream);
    const memory = {
      read: async (at: bigint, length: number) => {
        if (length <= 0) return new Uint8Array(0);
        stream.put(message(TO_CLIENT.sendMemory, at, BigInt(length)));
        return await stream.take(length);
      },
      write: (at: bigint, bytes: Uint8Array) => {
        if (bytes.length === 0) return;
        stream.put(concat([message(TO_CLIENT.storeMemory, at, BigInt(bytes.length)), bytes]));
      },
    };
    const handle = new UsbfsHandle(this.device, memory, this.#claims, this.live, this.warn);
    try {
      for (;;) {
        const { result, errno } = await this.#call(await stream.take(MESSAGE), handle);
        stream.put(message(TO_CLIENT.done, BigInt(result), BigInt(errno)));
      }
    } catch (e) {
      if (!(e instanceof HungUp)) throw e;
    } finally {
      handle.close();
      stream.close();
      this.#streams.delete(stream);
    }
  }
  #call(raw: Uint8Array<ArrayBuffer>, handle: UsbfsHandle): Promise<Ended> {
    const view = new DataView(raw.buffer);
    const kind = view.getBigInt64(0, true);
    if (kind === FROM_CLIENT.ioctl) {
      return handle.ioctl(view.getUint32(8, true), view.getBigInt64(16, true));
    }
    if (kind !== FROM_CLIENT.read && kind !== FROM_CLIENT.write) {
      this.warn(`umockdev: a message of kind ${kind}`);
    }
    return Promise.resolve(NOT_MINE);
  }

  async close(): Promise<void> {
    this.#listener?.close();
    for (const stream of this.#streams) stream.close();
    await this.#accepting;
  }
}

/**
 * Shows these boards to every program that is started with `env`. The folder is made under /tmp, because a
 * socket's path ends at 108 bytes, and removed by `close`. Faults: sim-needs-umockdev.
 */
export function withUmockdev(
  boards: readonly FrontBoard[],
  io: FrontIo & { readonly folders?: readonly string[] } = {},
): Umockdev {
  const library = umockdevLibrary(io.folders);
  if (library === undefined) throw fault("sim-needs-umockdev", { file: PRELOAD });
  const dir = Deno.makeTempDirSync({ dir: "/tmp", prefix: "pk-" });
  const [live, endLive] = liveOf(boards, io);
  writeHub(dir);
  const ports = boards.map((b, i) => new Port(dir, i + 1, b.usb, live, io.warn ?? (() => {})));
  const refresh = () => {
    for (const port of ports) port.refresh();
  };
  refresh();
  const close = async () => {
    endLive();
    await Promise.all(ports.map((p) => p.close()));
    Deno.removeSync(dir, { recursive: true });
  };
  return {
    env: { LD_PRELOAD: library, UMOCKDEV_DIR: dir },
    dir,
    refresh,
    close,
    [Symbol.asyncDispose]: close,
  };
}
