/** Over the network: the program is a process of this machine and its own USB/IP client; no libusb, no kernel. */
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { serveUsbip } from "../../../src/sim/front/usbip_server.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { Bench, type Place, type Ran } from "./place.ts";
import { newFolder, process, PROGRAM } from "./umockdev_place.ts";

class UsbipBench extends Bench {
  readonly live: LiveTime;
  readonly server: ReturnType<typeof serveUsbip>;
  constructor(boards: readonly VirtualBoard[], warnings: string[]) {
    super(boards, newFolder(), warnings);
    const warn = (note: string) => void warnings.push(note);
    this.live = new LiveTime(boards);
    this.server = serveUsbip(boards, 0, { warn, live: this.live });
  }
  /** The server is named in front of whatever probe is named. */
  override cli(...args: readonly string[]): Promise<Ran> {
    const at = args.indexOf("--probe");
    const host = `usbip://127.0.0.1:${this.server.port}`;
    const named = at < 0
      ? [...args, "--probe", host]
      : args.with(at + 1, `${host}/${this.#busid(args[at + 1] ?? "")}`);
    return process(this.folder, {}, PROGRAM, ...named);
  }
  #busid(serial: string): string {
    const n = this.boards.findIndex(({ usb }) => usb.serial === serial);
    return n < 0 ? serial : `1-${n + 1}`;
  }
  override replug(): Promise<void> {
    this.board.replug();
    return Promise.resolve();
  }
  override async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    this.live[Symbol.dispose]();
    Deno.removeSync(this.folder, { recursive: true });
  }
}

export const USBIP: Place = {
  remote(port) {
    const folder = newFolder();
    const probe = ["--probe", `usbip://127.0.0.1:${port}`];
    return Promise.resolve({
      folder,
      cli: (...args) => process(folder, {}, PROGRAM, ...args, ...probe),
      async [Symbol.asyncDispose]() {
        await Deno.remove(folder, { recursive: true });
      },
    });
  },
  name: "USB/IP",
  bench(selector) {
    const warnings: string[] = [];
    const { boards } = openSim(selector, { warn: (note) => void warnings.push(note) });
    return Promise.resolve(new UsbipBench(boards, warnings));
  },
};
