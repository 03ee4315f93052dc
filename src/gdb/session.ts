/** One debugger's visit: packets in, replies out, and watching the core while it runs. */
import { diagnose, Fault } from "../base/mod.ts";
import { EventQueue } from "./events.ts";
import { FlashCache } from "./flash_cache.ts";
import { frame, fromLatin1, type PacketEvent } from "./packet.ts";
import { PACKETS } from "./packets/mod.ts";
import type { PacketHandler } from "./packets/packet_handler.ts";
import { type GdbRegister, registersOf } from "./registers.ts";
import type { Semihosting } from "./semihosting.ts";
import { SoftBreakpoints } from "./soft_breakpoints.ts";
import { stopReply } from "./stop_reply.ts";
import type { GdbTarget } from "./target.ts";
import { textHex } from "./text.ts";

/** ms of the board's time between two looks at a running core */
const LOOK_MS = 10;
const KEEP_ALIVE_MS = 500;

/** A connection, whatever carries it. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
/** What a session is told besides its target. */
export interface SessionOptions {
  readonly semihosting: Semihosting;
  /** one line about what happens, for the server's own terminal */
  readonly log: (line: string) => void;
  /** how the core is left when gdb detaches */
  readonly onDetach: "run" | "halt";
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The state of one visit. Packets work on it. */
export class GdbSession {
  readonly registers: readonly GdbRegister[];
  readonly cache: FlashCache;
  readonly soft: SoftBreakpoints;
  /** addresses of hardware breakpoints that gdb has set */
  readonly hard = new Set<number>();
  readonly watches = new Map<number, "watch" | "rwatch" | "awatch">();
  readonly watchLengths = new Map<number, number>();
  /** pieces gathered by vFlashWrite, ranges by vFlashErase */
  readonly pieces: { at: number; bytes: Uint8Array }[] = [];
  readonly erased: { at: number; length: number }[] = [];
  /** to say as soon as gdb takes console text */
  readonly later: string[] = [];
  /** `monitor gdb_sync`: the next step only tells where the core is */
  syncNext = false;
  noAck = false;
  extended = false;
  running = false;
  ended = false;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #last: Uint8Array = new Uint8Array();
  readonly #events: EventQueue;

  constructor(
    readonly target: GdbTarget,
    connection: Connection,
    readonly options: SessionOptions,
  ) {
    this.registers = registersOf(target.hasFpu);
    this.cache = new FlashCache(target);
    this.soft = new SoftBreakpoints(target);
    this.#writer = connection.writable.getWriter();
    this.#events = new EventQueue(connection.readable);
  }

  /** Serves until the client is gone. */
  async serve(): Promise<void> {
    const pumping = this.#events.pump();
    try {
      await this.target.halt();
      while (!this.ended && !this.#events.over) await this.#turn();
    } finally {
      await this.soft.removeAll();
      await this.#events.stop();
      await this.#writer.close().catch(() => {});
      await pumping;
    }
  }

  async #turn(): Promise<void> {
    const event = this.running ? this.#events.poll() : await this.#events.take();
    if (event) return await this.#on(event);
    if (this.running) await this.#look();
  }

  async #on(event: PacketEvent): Promise<void> {
    switch (event.kind) {
      case "packet":
        if (!this.noAck) await this.#write(Uint8Array.of(0x2B));
        return await this.#packet(event.payload);
      case "bad-checksum":
        // with acks gdb sends it again; without, the packet is lost and gdb's own time-out must do
        if (!this.noAck) await this.#write(Uint8Array.of(0x2D));
        return;
      case "too-long":
        if (!this.noAck) await this.#write(Uint8Array.of(0x2B));
        return await this.reply("E.packet longer than PacketSize");
      case "nak":
        if (!this.noAck) await this.#write(this.#last);
        return;
      case "interrupt":
        if (this.running) await this.#interrupt();
    }
  }

  async #packet(payload: Uint8Array): Promise<void> {
    const text = fromLatin1(payload);
    const packet = PACKETS.find((p) => text.startsWith(p.prefix));
    if (!packet) return await this.reply("");
    if (this.running && !packet.whileRunning) return; // gdb does not ask; garbage may
    this.console = packet.console ?? false;
    const answer = await this.#answer(packet, text, payload);
    this.console = this.running;
    if (answer !== undefined) await this.reply(answer);
  }

  /** What the packet gives; a Fault becomes console text where gdb takes some, and an error. */
  async #answer(packet: PacketHandler, text: string, payload: Uint8Array) {
    try {
      return await packet.handle(this, text.slice(packet.prefix.length), payload);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      await this.say(await this.#words(e));
      return "E01";
    }
  }

  /** A fault as lines for gdb's console. */
  async #words(e: Fault): Promise<string> {
    const d = diagnose(await this.target.explain(e));
    const lines = [
      ...d.evidence.map((v) => `seen:  ${v.what} ${v.value}`),
      ...d.causes.map((c) => `cause: ${c.text} (${c.likelihood})`),
      ...d.next.map((n) => `next:  ${[n.text, n.command ?? ""].join(" ").trim()}`),
    ];
    return [`probekit: ${d.code} ${d.slug}: ${d.title}`, ...lines.map((l) => `  ${l}`), ""].join(
      "\n",
    );
  }

  /** Sends a reply packet. */
  async reply(payload: string | Uint8Array): Promise<void> {
    this.#last = frame(payload);
    await this.#write(this.#last);
  }
  /** Text on gdb's console: only while a monitor command or the core runs does gdb listen. */
  async say(text: string): Promise<void> {
    this.options.log(text.trimEnd());
    if (this.console && text !== "") await this.#write(frame(`O${textHex(text)}`));
  }
  /** whether gdb takes `O` packets now */
  console = false;

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.write(bytes);
    } catch {
      this.ended = true; // gone; what was going on is finished, then the session ends
    }
  }

  /** Takes all comparators back that gdb has set. */
  async clearComparators(): Promise<void> {
    for (const at of this.hard) await this.target.breakpoint(at, false);
    for (const [at, kind] of this.watches) {
      const what = ({ watch: "write", rwatch: "read", awatch: "access" } as const)[kind];
      await this.target.watchpoint(at, this.watchLengths.get(at) ?? 4, what, false);
    }
    this.hard.clear();
    this.watches.clear();
  }

  /** Lets the core go; the stop is reported when it comes. */
  resume(how: "continue" | "step"): Promise<void> {
    return how === "step" ? this.#step() : this.#continue();
  }
  async #step(): Promise<void> {
    this.cache.stepping();
    if (!this.syncNext) await this.target.step();
    this.syncNext = false;
    await this.reportStop();
  }
  async #continue(): Promise<void> {
    this.cache.clear();
    await this.target.resume();
    this.running = true;
    this.console = true;
    this.#aliveAt = this.target.clock.now();
    for (const text of this.later.splice(0)) await this.say(text);
  }
  #aliveAt = 0;

  async #look(): Promise<void> {
    const state = await this.target.state();
    if (state === "halted" || state === "locked-up") {
      return await this.#stopped(state === "locked-up");
    }
    await this.target.clock.sleep(LOOK_MS);
    await pause();
    const now = this.target.clock.now();
    if (now - this.#aliveAt < KEEP_ALIVE_MS) return;
    this.#aliveAt = now;
    await this.#write(frame("O"));
  }

  async #stopped(lockedUp: boolean): Promise<void> {
    if (lockedUp) await this.target.halt();
    const done = lockedUp ? "not-semihosting" : await this.options.semihosting.serve(this.target);
    if (done === "served") return await this.target.resume();
    await this.reportStop();
  }

  async #interrupt(): Promise<void> {
    await this.target.halt();
    await this.reportStop("02");
  }

  /** Tells gdb that the core has stopped, and what a fault register has to say about it. */
  async reportStop(signal?: string): Promise<void> {
    const banner = await this.target.faultBanner();
    this.console = true;
    if (banner.length) await this.say(banner.join("\n") + "\n");
    this.running = false;
    this.console = false;
    await this.reply(await stopReply(this, signal));
  }
}
