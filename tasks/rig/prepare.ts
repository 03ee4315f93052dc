/**
 * The guest's kernel and initial RAM file system, made once in a cache folder; nothing is installed. As a program it
 * only does that.
 */
import { initramfs } from "./initramfs.ts";

/** What QEMU boots. */
export interface Prepared {
  readonly kernel: string;
  readonly initrd: string;
}

const MODULES = [
  ...["virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_net"],
  ...["vhci-hcd", "cdc-acm", "usb-storage", "sd_mod"],
];
/** Host's files read-only over 9p, a RAM overlay above them, the job's folder shared; then /job/start. */
const INIT = `#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
while read m; do $bb insmod /modules/$m.ko || echo "insmod $m failed"; done </modules/order
$bb mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /host || $bb poweroff -f
$bb mount -t tmpfs -o size=512m tmpfs /ov
$bb mkdir /ov/u /ov/w
$bb mount -t overlay -o lowerdir=/host,upperdir=/ov/u,workdir=/ov/w,metacopy=off overlay /newroot || $bb poweroff -f
$bb mount -t tmpfs -o mode=1777 tmpfs /newroot/run
$bb mkdir -p /newroot/job
$bb cp /bin/busybox /newroot/run/busybox
$bb mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=none job /newroot/job || $bb poweroff -f
for d in proc sys dev; do $bb mount --move /$d /newroot/$d; done
exec $bb switch_root /newroot /run/busybox sh /job/start
`;

/** There is no kernel to be had here and now: nothing that a change of this program could mend. */
export class NoKernel extends Error {
  override readonly name = "NoKernel";
}

async function run(cwd: string, program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd })
    .output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}
/** What comes out of `program` when these bytes go in. */
async function through(program: string, args: readonly string[], bytes: Uint8Array<ArrayBuffer>) {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const feeding = new Blob([bytes]).stream().pipeTo(child.stdin).catch(() => {});
  const { stdout } = await child.output();
  await feeding;
  return stdout;
}

/** By the first bytes: xz, zstd, gzip. */
const UNPACK: readonly (readonly [string, string])[] = [
  ["fd377a58", "xz"],
  ["28b52ffd", "zstd"],
  ["1f8b0800", "gzip"],
];
/** The ELF kernel in a bzImage: QEMU enters it without unpacking in the guest. Documentation/arch/x86/boot.rst */
export async function unpackedKernel(image: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const view = new DataView(image.buffer);
  const from = ((image[0x1F1] || 4) + 1) * 512 + view.getUint32(0x248, true);
  const payload = image.slice(from, from + view.getUint32(0x24C, true));
  const magic = Array.from(payload.slice(0, 4), (b) => b.toString(16).padStart(2, "0")).join("");
  const program = UNPACK.find(([m]) => m === magic)?.[1];
  if (program === undefined) throw new Error(`a kernel packed as ${magic}`);
  return await through(program, ["-dc"], payload);
}

const only = (folder: string, pattern: RegExp): string => {
  const found = [...Deno.readDirSync(folder)].find((e) => pattern.test(e.name));
  if (found === undefined) throw new Error(`${folder} has no ${pattern}`);
  return `${folder}/${found.name}`;
};
const exists = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

/** Where the guest is kept: outside of the repository. */
export function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${base}/probekit/guest`;
}

/** Changes when what goes into the initial RAM file system does. */
async function edition(): Promise<string> {
  const text = new TextEncoder().encode(INIT + MODULES.join());
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return Array.from(hash.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join("");
}
/** What apt says; an error is NoKernel. */
const apt = (cwd: string, program: string, ...args: readonly string[]): Promise<string> =>
  run(cwd, program, ...args).catch((e) => {
    throw new NoKernel(e instanceof Error ? e.message : String(e), { cause: e });
  });
/** The name of the kernel package that Debian's meta package stands for now. */
async function kernelPackage(): Promise<string> {
  const depends = await apt("/", "apt-cache", "depends", "linux-image-amd64");
  const name = /Depends: (\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new NoKernel("apt knows no kernel: apt-get update");
  return name;
}
/** Downloads and unpacks `name` in `work`; gives the files that QEMU boots, there. */
async function make(work: string, name: string): Promise<Prepared> {
  await apt(work, "apt-get", "download", name, "busybox-static");
  for (const deb of [only(work, /^linux-image.*\.deb$/), only(work, /^busybox.*\.deb$/)]) {
    await run(work, "dpkg-deb", "-x", deb, `${work}/unpacked`);
  }
  const image = await Deno.readFile(only(`${work}/unpacked/boot`, /^vmlinuz/));
  const modules = { root: only(`${work}/unpacked/lib/modules`, /./), wanted: MODULES };
  const busybox = await Deno.readFile(only(`${work}/unpacked/bin`, /^busybox$/));
  const made = { kernel: `${work}/elf`, initrd: `${work}/initrd` };
  await Deno.writeFile(made.initrd, await initramfs(busybox, INIT, modules));
  await Deno.writeFile(made.kernel, await unpackedKernel(image));
  return made;
}

/**
 * Downloads Debian's kernel and busybox and makes what QEMU boots; does nothing when that is there. Throws NoKernel when
 * they cannot be downloaded.
 */
export async function prepare(cache: string = cacheFolder()): Promise<Prepared> {
  const name = await kernelPackage();
  const prepared = {
    kernel: `${cache}/${name}.elf`,
    initrd: `${cache}/${name}-${await edition()}.initrd`,
  };
  if (exists(prepared.kernel) && exists(prepared.initrd)) return prepared;
  Deno.mkdirSync(cache, { recursive: true });
  const work = Deno.makeTempDirSync({ dir: cache });
  try {
    const made = await make(work, name);
    // renamed when they are whole: another process may be looking for them
    await Deno.rename(made.initrd, prepared.initrd);
    await Deno.rename(made.kernel, prepared.kernel);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return prepared;
}

/** as sysexits.h says it: not now */
const EX_TEMPFAIL = 75;

if (import.meta.main) {
  try {
    const { kernel, initrd } = await prepare();
    console.log(`the guest's kernel and its first files: ${kernel}, ${initrd}`);
  } catch (e) {
    if (!(e instanceof NoKernel)) throw e;
    console.error(`no kernel for the guest: ${e.message}`);
    Deno.exit(EX_TEMPFAIL);
  }
}
