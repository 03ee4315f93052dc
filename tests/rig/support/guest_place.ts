/** In a guest: the kernel there has the board on its USB, by USB/IP; the program runs there, over libusb and usbfs. */
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { serveUsbip } from "../../../src/sim/front/usbip_server.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { Guest, type GuestRun, within } from "../../../tasks/rig/guest.ts";
import { prepare } from "../../../tasks/rig/prepare.ts";
import { archives, GUEST_DENO, standingCommand } from "./guest_files.ts";
import { Bench, type Place, type Ran, ROOT, type Shell } from "./place.ts";
import type { Answer, Order } from "./standing.ts";

/** longer than anything takes; a run that hangs fails */
const ORDER_MS = 300_000;

/** The program in the guest, at the other end of a connection. */
class Standing {
  #answered: (answer: Answer) => void = () => {};
  #last: Promise<unknown> = Promise.resolve();
  constructor(readonly connection: Deno.TcpConn) {
    this.#listen();
  }
  async #listen(): Promise<void> {
    let text = "";
    try {
      for await (const part of this.connection.readable.pipeThrough(new TextDecoderStream())) {
        const lines = (text + part).split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) this.#answered(JSON.parse(line));
      }
    } catch {
      // closed by us, or gone with the guest
    }
    this.#answered({ code: -1, out: "", err: "the program in the guest has ended" });
  }
  /** Orders are obeyed one after another. */
  async do(order: Order): Promise<Answer> {
    const turn = this.#last;
    let done = () => {};
    this.#last = new Promise<void>((resolve) => done = resolve);
    await turn;
    try {
      const answer = new Promise<Answer>((resolve) => this.#answered = resolve);
      const writer = this.connection.writable.getWriter();
      await writer.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
      writer.releaseLock();
      return await within(ORDER_MS, JSON.stringify(order), answer);
    } finally {
      done();
    }
  }
  /** The same; an order that could not be obeyed is an error here. */
  async good(order: Order): Promise<string> {
    const { code, out, err } = await this.do(order);
    if (code !== 0) throw new Error(`in the guest: ${err}`);
    return out;
  }
}

/** A board in the guest. */
export class GuestBench extends Bench {
  readonly live: LiveTime;
  readonly server: ReturnType<typeof serveUsbip>;
  /** where the guest sees the folder */
  readonly inGuest: string;
  constructor(
    readonly place: GuestPlace,
    boards: readonly VirtualBoard[],
    warnings: string[],
  ) {
    const folder = Deno.makeTempDirSync({ dir: place.guest.job, prefix: "bench-" });
    super(boards, folder, warnings);
    Deno.chmodSync(folder, 0o777); // for nobody
    this.inGuest = folder.replace(place.guest.job, "/job");
    this.live = new LiveTime(boards);
    const warn = (note: string) => void warnings.push(note);
    this.server = serveUsbip(boards, 0, { warn, live: this.live });
  }
  /** Gives the boards to the guest's kernel. */
  async attach(): Promise<void> {
    for (const [i] of this.boards.entries()) {
      await this.place.attach(this.server.port, `1-${i + 1}`);
    }
  }
  override cli(...args: readonly string[]): Promise<Ran> {
    return this.place.standing.do({ do: "cli", folder: this.inGuest, args });
  }
  /** A program in the guest, in the bench's folder. */
  run(command: string): Promise<GuestRun> {
    return this.place.guest.run(`cd ${this.inGuest}\n${command}`, ORDER_MS);
  }
  /** Waits until a program in the guest has made this file. */
  async appears(name: string): Promise<void> {
    for (const end = performance.now() + ORDER_MS; !this.has(name);) {
      if (performance.now() > end) throw new Error(`nobody made ${name}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  /** probekit as a process of its own, with the permissions that users give it. */
  process(before: string, ...args: readonly string[]): Promise<GuestRun> {
    // a home of its own, which whoever runs it may write
    const home = "HOME=$(mktemp -d)\nexport HOME\nchmod a+rwx $HOME";
    const env = `export DENO_DIR=${GUEST_DENO} DENO=${Deno.execPath()}`;
    return this.run(`${home}\n${env}\n${before} ${ROOT}/bin/probekit ${args.join(" ")}`);
  }
  override async replug(): Promise<void> {
    await this.place.standing.good({ do: "empty" });
    this.board.replug();
    await this.attach();
  }
  override async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    this.live[Symbol.dispose]();
    await this.place.standing.good({ do: "empty" });
  }
}

/** A booted guest with the program standing by. */
export class GuestPlace implements Place, AsyncDisposable {
  readonly name = "a guest's kernel";
  private constructor(readonly guest: Guest, readonly standing: Standing) {}

  static async boot(): Promise<GuestPlace> {
    const guest = await Guest.boot(await prepare());
    try {
      const laid = await guest.run(await archives(guest.job), ORDER_MS);
      if (laid.code !== 0) throw new Error(`the guest has no files: ${laid.err}`);
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      await guest.run(standingCommand(listener.addr.port));
      const connection = await within(ORDER_MS, "starting the program", listener.accept());
      return new GuestPlace(guest, new Standing(connection));
    } catch (e) {
      await guest[Symbol.asyncDispose]();
      throw e;
    }
  }
  attach(port: number, busid: string): Promise<string> {
    return this.standing.good({ do: "attach", port, busid });
  }
  async bench(selector: string): Promise<GuestBench> {
    const warnings: string[] = [];
    const { boards } = openSim(selector, { warn: (note) => void warnings.push(note) });
    const bench = new GuestBench(this, boards, warnings);
    await bench.attach();
    return bench;
  }
  async remote(port: number): Promise<Shell> {
    const folder = Deno.makeTempDirSync({ dir: this.guest.job, prefix: "remote-" });
    const inGuest = folder.replace(this.guest.job, "/job");
    await this.attach(port, "1-1");
    return {
      folder,
      cli: (...args) => this.standing.do({ do: "cli", folder: inGuest, args }),
      [Symbol.asyncDispose]: async () => void await this.standing.good({ do: "empty" }),
    };
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.standing.connection.close();
    await this.guest[Symbol.asyncDispose]();
  }
}
