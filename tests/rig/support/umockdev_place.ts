/** Under umockdev: the program is a process of this machine, started as users start it, and libusb is the real one. */
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { type Umockdev, withUmockdev } from "../../../src/sim/front/umockdev.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { Bench, type Place, type Ran, ROOT, type Shell } from "./place.ts";
import { Relay, relayBoard } from "./relay.ts";

/** A program of this machine. */
export async function process(
  folder: string,
  env: Readonly<Record<string, string>>,
  program: string,
  ...args: readonly string[]
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    // bin/probekit: with the permissions that users give it
    env: { ...env, NO_COLOR: "1", DENO: Deno.execPath(), HOME: folder, DENO_DIR: denoFolder() },
    cwd: folder,
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}
/** Where Deno keeps what it has downloaded, whatever HOME is. */
export function denoFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? ""}/.cache`;
  return Deno.env.get("DENO_DIR") ?? `${cache}/deno`;
}
export const PROGRAM = `${ROOT}/bin/probekit`;
export const newFolder = (): string => Deno.makeTempDirSync({ dir: "/tmp", prefix: "pk-bench-" });

class UmockdevBench extends Bench {
  readonly live: LiveTime;
  readonly front: Umockdev;
  constructor(boards: readonly VirtualBoard[], warnings: string[]) {
    super(boards, newFolder(), warnings);
    const warn = (note: string) => void warnings.push(note);
    this.live = new LiveTime(boards);
    this.front = withUmockdev(boards, { warn, live: this.live });
  }
  override cli(...args: readonly string[]): Promise<Ran> {
    return process(this.folder, this.front.env, PROGRAM, ...args);
  }
  override replug(): Promise<void> {
    this.board.replug();
    this.front.refresh();
    return Promise.resolve();
  }
  override async [Symbol.asyncDispose](): Promise<void> {
    await this.front.close();
    this.live[Symbol.dispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function remote(port: number): Promise<Shell> {
  const folder = newFolder();
  const relay = await Relay.to(port);
  const front = withUmockdev([relayBoard(relay)]);
  return {
    folder,
    cli: (...args) => process(folder, front.env, PROGRAM, ...args),
    async [Symbol.asyncDispose]() {
      await front.close();
      relay[Symbol.dispose]();
      Deno.removeSync(folder, { recursive: true });
    },
  };
}

export const UMOCKDEV: Place = {
  remote,
  name: "libusb under umockdev",
  bench(selector) {
    const warnings: string[] = [];
    const { boards } = openSim(selector, { warn: (note) => void warnings.push(note) });
    return Promise.resolve(new UmockdevBench(boards, warnings));
  },
};
