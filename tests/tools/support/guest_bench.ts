/** Tools that want a kernel's USB: they run in the guest, on boards attached by USB/IP. */
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { serveUsbip } from "../../../src/sim/front/usbip_server.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { Guest, hasQemu } from "../../../tasks/rig/guest.ts";
import { attachCommand } from "../../../tasks/rig/main.ts";
import { prepare } from "../../../tasks/rig/prepare.ts";
import { gdbArgs, type GdbSaid } from "./gdb_session.ts";
import type { Place } from "./matrix.ts";
import { type Bench, Folder, type ToolRun } from "./tool.ts";

/** An exchange costs milliseconds there: the board's time is made to pass as much faster. */
const PACE = 4;
/** Until the kernel has forgotten the board that was there before; 20 s. */
const GONE = "i=0; while grep -qs 0483 /sys/bus/usb/devices/*/idVendor && [ $i -lt 200 ]; do " +
  "/run/busybox usleep 100000; i=$((i+1)); done; [ $i -lt 200 ]";
/** A flash of 64 KiB is 14 000 USB transfers of some milliseconds; on a loaded machine more. */
const COMMAND_MS = 600_000;
/** where a gdb server shall listen there: nobody else does */
export const GUEST_PORT = "3333";

const quoted = (args: readonly string[]): string =>
  args.map((a) => `'${a.replaceAll("'", `'\\''`)}'`).join(" ");

class GuestBench implements Bench {
  readonly warnings: string[] = [];
  readonly folder: Folder;
  readonly sim;
  readonly #live;
  readonly #server;
  constructor(readonly guest: Guest, selector: string, pace: number) {
    const warn = (note: string) => void this.warnings.push(note);
    this.folder = new Folder(guest.job);
    this.sim = openSim(selector, { warn });
    this.#live = new LiveTime(this.sim.boards, pace);
    this.#server = serveUsbip(this.sim.boards, 0, { warn, live: this.#live });
  }
  get board(): VirtualBoard {
    return this.sim.board;
  }
  get port(): number {
    return this.#server.port;
  }
  /** The guest's name for the folder. */
  get #home(): string {
    return `/job${this.folder.path.slice(this.guest.job.length)}`;
  }
  async run(program: string, ...args: readonly string[]): Promise<ToolRun> {
    const { code, out, err } = await this.guest.run(
      `cd ${this.#home}; ${quoted([program, ...args])}`,
      COMMAND_MS,
    );
    return { code, text: out + err, board: this.board, warnings: this.warnings };
  }
  async gdb(server: readonly string[], commands: readonly string[]): Promise<GdbSaid> {
    const gdb = quoted(["gdb-multiarch", ...gdbArgs(GUEST_PORT, commands)]);
    // as /proc/net/tcp writes a listener
    const port = Number(GUEST_PORT).toString(16).toUpperCase().padStart(4, "0");
    const { out } = await this.guest.run(
      [
        `cd ${this.#home}`,
        `${quoted(server)} >server.txt 2>&1 & server=$!`,
        `i=0; until grep -q ':${port} 00000000:0000 0A' /proc/net/tcp || [ $i -ge 900 ]; do ` +
        "/run/busybox usleep 100000; i=$((i+1)); done",
        `timeout 400 ${gdb} 2>&1`,
        "kill $server; wait $server",
      ].join("\n"),
      COMMAND_MS,
    );
    return { gdb: out, server: Deno.readTextFileSync(`${this.folder.path}/server.txt`) };
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    this.#live[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}

class GuestPlace implements Place {
  constructor(readonly guest: Guest) {}
  async bench(selector: string, pace = PACE): Promise<Bench> {
    const bench = new GuestBench(this.guest, selector, pace);
    const { code, out, err } = await this.guest.run(
      `${GONE} || exit 1\n${attachCommand(bench.port)}`,
    );
    if (code === 0) return bench;
    await bench[Symbol.asyncDispose]();
    throw new Error(`the guest has no board: ${out}${err}`);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.guest[Symbol.asyncDispose]();
  }
}

/** Whether there can be one. */
export const hasGuest = hasQemu;
/** Boots the guest; the first time it downloads a kernel. */
export const guestPlace = async (): Promise<Place> =>
  new GuestPlace(await Guest.boot(await prepare()));
