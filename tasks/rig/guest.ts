/** A Linux guest with a real kernel's USB, in QEMU without hardware help; one boot, many commands. */
import type { Prepared } from "./prepare.ts";

/** How a command in the guest ended. */
export interface GuestRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const QEMU = "qemu-system-x86_64";
/** a boot takes 3 s on quiet processors, 15 s on busy ones */
const BOOT_MS = 120_000;
const COMMAND_MS = 120_000;
/** pid 1 of the guest: network to the host, then commands by number from the second serial port. */
const START = `
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb NO_COLOR=1
b=/run/busybox
mkdir -p /dev/pts /dev/shm; $b mount -t devpts devpts /dev/pts; $b mount -t tmpfs tmpfs /dev/shm
$b hostname guest
$b ip link set lo up; $b ip addr add 10.0.2.15/24 dev eth0; $b ip link set eth0 up
$b ip route add default via 10.0.2.2
$b stty -F /dev/ttyS1 raw -echo
exec 3<>/dev/ttyS1
echo "ready 0" >&3
while read id <&3; do
  case $id in poweroff) sync; $b poweroff -f;; esac
  ( cd "$($b mktemp -d)"; $b setsid /bin/sh /job/$id.cmd </dev/null >/job/$id.out 2>/job/$id.err 3>&-; echo "$id $?" >&3 ) &
done
$b poweroff -f
`;

/** where programs of the host keep what they have downloaded; the guest reads it there */
const KEPT = ["HOME", "XDG_CACHE_HOME", "DENO_DIR", "NPM_CONFIG_REGISTRY"];
const environment = (): string =>
  KEPT.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `export ${name}='${value}'\n`).join("");

/** reference/rig.md §6.2 */
function qemu({ kernel, initrd }: Prepared, job: string): string[] {
  const share = (id: string, path: string, more: string) => [
    ...["-fsdev", `local,id=${id},path=${path},security_model=none${more}`],
    ...["-device", `virtio-9p-pci,fsdev=${id},mount_tag=${id}`],
  ];
  return [
    ...["-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-kernel", kernel, "-initrd", initrd, "-append"],
    "console=ttyS0 quiet loglevel=3 panic=-1 mitigations=off nokaslr audit=0",
    ...["-serial", `file:${job}/console`],
    ...[
      "-chardev",
      `socket,id=ctl,path=${job}/ctl.sock,server=on,wait=on`,
      "-serial",
      "chardev:ctl",
    ],
    ...share("host", "/", ",readonly=on,multidevs=remap"),
    ...share("job", job, ""),
    ...["-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0,romfile="],
  ];
}

/** A promise that rejects when `ms` are over. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A booted guest. The host is 10.0.2.2 to it; its files are the host's, and what it writes is forgotten. */
export class Guest implements AsyncDisposable {
  #count = 0;
  readonly #waiting = new Map<string, (code: number) => void>();
  private constructor(
    readonly process: Deno.ChildProcess,
    readonly control: Deno.UnixConn,
    /** shared with the guest as /job */
    readonly job: string,
  ) {}

  static async boot(prepared: Prepared): Promise<Guest> {
    const job = Deno.makeTempDirSync({ dir: "/tmp", prefix: "pk-guest-" });
    await Deno.writeTextFile(`${job}/start`, environment() + START);
    const process = new Deno.Command(QEMU, {
      args: qemu(prepared, job),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const connect = async (): Promise<Deno.UnixConn> => {
      for (const end = performance.now() + BOOT_MS;;) {
        try {
          return await Deno.connect({ transport: "unix", path: `${job}/ctl.sock` });
        } catch (e) {
          if (performance.now() > end) throw e;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const guest = new Guest(process, await connect(), job);
    const ready = guest.#answer("ready");
    guest.#listen();
    try {
      await within(BOOT_MS, "booting the guest", ready);
    } catch (e) {
      await guest[Symbol.asyncDispose]();
      throw e;
    }
    return guest;
  }
  #answer(id: string): Promise<number> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
  /** Lines `ID STATUS` from the second serial port. */
  async #listen(): Promise<void> {
    let text = "";
    const part = new Uint8Array(256);
    for (;;) {
      const n = await this.control.read(part).catch(() => null);
      if (n === null) break;
      text += new TextDecoder().decode(part.subarray(0, n));
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const [id = "", code] of lines.map((l) => l.trim().split(" "))) {
        this.#waiting.get(id)?.(Number(code));
        this.#waiting.delete(id);
      }
    }
  }

  /**
   * Runs a shell command in the guest, as root, in a folder of its own. Commands may run side by side. An error
   * when it takes more than `withinMs`.
   */
  async run(command: string, withinMs = COMMAND_MS): Promise<GuestRun> {
    const id = `c${this.#count++}`;
    const file = `${this.job}/${id}`;
    await Deno.writeTextFile(`${file}.cmd`, `${command}\n`);
    const ended = this.#answer(id);
    await this.control.write(new TextEncoder().encode(`${id}\n`));
    const code = await within(withinMs, command, ended);
    const [out, err] = await Promise.all([
      Deno.readTextFile(`${file}.out`),
      Deno.readTextFile(`${file}.err`),
    ]);
    return { code, out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.control.write(new TextEncoder().encode("poweroff\n")).catch(() => 0);
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
    await this.process.status;
    clearTimeout(timer);
    this.control.close();
    await Deno.remove(this.job, { recursive: true });
  }
}

/** Whether QEMU is installed. */
export const hasQemu = (): boolean =>
  (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${QEMU}`).isFile;
    } catch {
      return false;
    }
  });
