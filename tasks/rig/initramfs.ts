/** An initial RAM file system without cpio, kmod or depmod: busybox, /init, and the modules that are asked for. */

/** A kernel's modules, unpacked. */
export interface Modules {
  /** `…/lib/modules/6.1.0-…` */
  readonly root: string;
  /** what the guest needs, without what that needs */
  readonly wanted: readonly string[];
}
interface Module {
  readonly name: string;
  readonly data: Uint8Array;
}

const plain = (name: string): string => name.replaceAll("-", "_");

function* files(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* files(path);
    else yield path;
  }
}
/** What a module says it needs: text in its .modinfo section. */
function depends(module: Uint8Array): readonly string[] {
  const text = new TextDecoder("latin1").decode(module);
  return (/\0depends=([^\0]*)/.exec(text)?.[1] ?? "").split(",").filter((n) => n !== "");
}

/** The modules in the order in which they can be loaded. */
export function inOrder({ root, wanted }: Modules): readonly Module[] {
  const paths = new Map<string, string>();
  for (const path of files(`${root}/kernel`)) {
    const name = /([^/]+)\.ko$/.exec(path)?.[1];
    if (name !== undefined) paths.set(plain(name), path);
  }
  const builtin = Deno.readTextFileSync(`${root}/modules.builtin`).match(/[^/\n]+(?=\.ko)/g) ?? [];
  const seen = new Set(builtin.map(plain));
  const order: Module[] = [];
  const add = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const path = paths.get(name);
    if (path === undefined) throw new Error(`this kernel has no module ${name}`);
    const data = Deno.readFileSync(path);
    for (const needed of depends(data)) add(plain(needed));
    order.push({ name, data });
  };
  for (const name of wanted) add(plain(name));
  return order;
}

/** Entries of a cpio archive in the "newc" format: Documentation/driver-api/early-userspace/buffer-format.rst */
class Cpio {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;
  #inode = 1;
  #put(bytes: Uint8Array): void {
    const padded = new Uint8Array(Math.ceil((this.#length + bytes.length) / 4) * 4 - this.#length);
    padded.set(bytes);
    this.#parts.push(padded);
    this.#length += padded.length;
  }
  add(
    name: string,
    mode: number,
    data = new Uint8Array(0),
    device: readonly number[] = [0, 0],
  ): void {
    const numbers = [
      this.#inode++,
      mode,
      0,
      0,
      1,
      0,
      data.length,
      0,
      0,
      ...device,
      name.length + 1,
      0,
    ];
    const head = numbers.map((n) => n.toString(16).padStart(8, "0")).join("");
    this.#put(new TextEncoder().encode(`070701${head}${name}\0`));
    this.#put(data);
  }
  async bytes(): Promise<Uint8Array> {
    this.add("TRAILER!!!", 0);
    return new Uint8Array(await new Blob(this.#parts).arrayBuffer());
  }
}

const FOLDER = 0o40755;
const PROGRAM = 0o100755;
const TEXT = 0o100644;
const CONSOLE = 0o20600;

/** The archive. */
export async function initramfs(busybox: Uint8Array<ArrayBuffer>, init: string, modules: Modules) {
  const cpio = new Cpio();
  const text = (s: string) => new TextEncoder().encode(s);
  for (const name of ["bin", "dev", "proc", "sys", "modules", "host", "ov", "newroot"]) {
    cpio.add(name, FOLDER);
  }
  cpio.add("dev/console", CONSOLE, new Uint8Array(0), [5, 1]);
  cpio.add("bin/busybox", PROGRAM, busybox);
  cpio.add("init", PROGRAM, text(init));
  const order = inOrder(modules);
  for (const m of order) cpio.add(`modules/${m.name}.ko`, TEXT, new Uint8Array(m.data));
  cpio.add("modules/order", TEXT, text(order.map((m) => `${m.name}\n`).join("")));
  return await cpio.bytes();
}
