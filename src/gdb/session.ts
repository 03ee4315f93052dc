/** One debugger's visit: packets in, replies out, and watching the core while it runs. */
import { Fault } from "../base/mod.ts";
import type { Layout } from "../chip/mod.ts";
import { EventQueue } from "./events.ts";
import { faultText, oneLine } from "./fault_text.ts";
import { FlashCache } from "./flash_cache.ts";
import { Load } from "./load.ts";
import { Outlet } from "./outlet.ts";
import { fromLatin1, type PacketEvent } from "./packet.ts";
import { PACKETS } from "./packets/mod.ts";
import type { PacketHandler } from "./packets/packet_handler.ts";
import { HaltedRegisters } from "./halted_registers.ts";
import { HardBreakpoints } from "./hard_breakpoints.ts";
import { RamCache } from "./ram_cache.ts";
import { type GdbRegister, registersOf } from "./registers.ts";
import { Running, type StepRange } from "./running.ts";
import type { Semihosting } from "./semihosting.ts";
import { SoftBreakpoints } from "./soft_breakpoints.ts";
import { SIGINT, tellStop } from "./stop_reply.ts";
import type { GdbTarget } from "./target.ts";
import { Watches } from "./watches.ts";

/** A connection, whatever carries it. */
export interface Connection {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
/** What a session is told besides its target. */
export interface SessionOptions {
  readonly semihosting: Semihosting;
  /** one line about what happens, for the server's own terminal; `shown`: gdb shows it as well */
  readonly log: (line: string, shown?: boolean) => void;
  /** how the core is left when gdb detaches */
  readonly onDetach: "run" | "halt";
}

/** a probe that is gone: nothing can be served any more */
const isGone = (e: Fault): boolean => e.code.startsWith("E200") || e.slug === "probe-lost";

/** The state of one visit. Packets work on it. */
export class GdbSession {
  readonly described: readonly GdbRegister[];
  readonly registers: HaltedRegisters;
  readonly cache: FlashCache;
  readonly ram: RamCache;
  readonly soft: SoftBreakpoints;
  readonly hard: HardBreakpoints;
  readonly watches: Watches;
  readonly load: Load;
  /** sectors that gdb was told of */
  #layout: Layout | undefined;
  /** `monitor gdb_sync`: the next step only tells where the core is */
  syncNext = false;
  /** exception whose fault gdb was told of since the core last ran */
  toldFault = 0;
  noAck = false;
  /** what gdb has said in qSupported that it takes: `hwbreak` … */
  takes: ReadonlySet<string> = new Set();
  extended = false;
  /** gdb has let the core go for good, and is still connected */
  detached = false;
  running = false;
  ended = false;
  /** Ctrl-C came while the core stood still: gdb may be about to let it go, or between two steps of `next` */
  #early = false;
  /** a packet has come in; before that the board is not touched */
  #spoken = false;
  readonly #out: Outlet;
  readonly #events: EventQueue;
  readonly #running: Running;

  constructor(
    readonly target: GdbTarget,
    connection: Connection,
    readonly options: SessionOptions,
  ) {
    this.described = registersOf(target.hasFpu);
    this.registers = new HaltedRegisters(target);
    this.ram = new RamCache(target, this.registers);
    this.hard = new HardBreakpoints(target);
    this.#running = new Running(this);
    this.cache = new FlashCache(target);
    this.watches = new Watches(target);
    this.load = new Load(target.board.layout.size);
    const read = (at: number, length: number) => this.readMemory(at, length);
    this.soft = new SoftBreakpoints(target, this.hard, read);
    this.#out = new Outlet(connection.writable);
    this.#events = new EventQueue(connection.readable);
  }

  /** Serves until the client is gone. Throws only when the probe is gone too. */
  async serve(): Promise<void> {
    const pumping = this.#events.pump();
    try {
      while (!this.ended && !this.#out.gone && !this.#events.over) await this.#turn();
      if (this.#spoken && !this.ended && !this.detached) this.#cutOff();
      if (this.#spoken) await this.#tidy();
    } finally {
      await this.#events.stop();
      await this.#out.close();
      await pumping;
    }
  }

  get gone(): boolean {
    return this.ended || this.#out.gone || this.#events.gone;
  }
  get spoken(): boolean {
    return this.#spoken;
  }
  /** Whether gdb's sectors are no longer those of the chip: option bytes have changed them since. */
  get mapStale(): boolean {
    return this.#layout !== this.target.board.layout;
  }
  /** Whether it has detached, or for a while says nothing at all, or does not take what it is told. */
  async idle(): Promise<boolean> {
    if (this.detached) return !this.gone;
    return await this.#out.stuck(() => !this.#spoken && !this.gone) && !this.gone;
  }

  /** The first packet is there: it is a debugger, and no port scanner. */
  async #begin(): Promise<void> {
    this.#spoken = true;
    this.#layout = this.target.board.layout;
    try {
      await this.target.halt();
      await this.target.catchHardFaults(true);
      this.#out.keep(...(await this.target.notes()).map((n) => `probekit: ${n}\n`));
    } catch (e) {
      if (!(e instanceof Fault) || isGone(e)) throw e;
      this.options.log(await this.#words(e));
      this.ended = true;
    }
  }

  /** The client went without a word: what it leaves behind is said. */
  #cutOff(): void {
    const load = this.load.cutOff();
    if (load !== undefined) this.options.log(load);
    const core = this.running ? "runs" : "stays halted";
    this.options.log(`gdb went without detaching: the core ${core}`);
  }

  /** No breakpoint outlives its debugger. */
  async #tidy(): Promise<void> {
    try {
      this.#running.removeTemporary();
      await this.soft.removeAll();
      await this.clearComparators();
      await this.target.catchHardFaults(false);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      this.options.log(await this.#words(e));
      if (isGone(e)) throw e;
    }
  }

  async #turn(): Promise<void> {
    const event = this.running ? this.#events.poll() : await this.#events.take();
    if (event) return await this.#on(event);
    if (!this.running) return;
    await this.#guarded(() => this.#running.look());
  }

  /** A fault while the core runs is a stop with a reason on the console. */
  async #guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (e) {
      if (!(e instanceof Fault) || isGone(e)) throw e;
      this.console = true;
      await this.say(await this.#words(e));
      this.running = false;
      this.console = false;
      this.forget();
      await this.reply("T05thread:1;");
    }
  }

  async #on(event: PacketEvent): Promise<void> {
    switch (event.kind) {
      case "packet":
        if (!this.#spoken) await this.#begin();
        if (this.ended) return;
        if (!this.noAck) await this.#out.send(Uint8Array.of(0x2B));
        return await this.#packet(event.payload);
      case "bad-checksum":
        // with acks gdb sends it again; without, the packet is lost and gdb's own time-out must do
        if (!this.noAck) await this.#out.send(Uint8Array.of(0x2D));
        return;
      case "too-long":
        if (!this.noAck) await this.#out.send(Uint8Array.of(0x2B));
        return await this.reply("E.packet longer than PacketSize");
      case "nak":
        if (!this.noAck) await this.#out.again();
        return;
      case "interrupt":
        if (this.running) await this.#guarded(() => this.#interrupt());
        else this.#early = true;
    }
  }

  async #packet(payload: Uint8Array): Promise<void> {
    const text = fromLatin1(payload);
    const packet = PACKETS.find((p) =>
      text.startsWith(p.prefix) && (p.shape?.test(text.slice(p.prefix.length)) ?? true)
    );
    if (!packet) return await this.reply("");
    if (this.running && !packet.whileRunning) return; // gdb does not ask; garbage may
    this.load.outcome = undefined;
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
      if (!(e instanceof Fault) || isGone(e)) throw e;
      this.running = false;
      if (packet.mayFail) return "E01"; // gdb looks at many an address that is none
      const words = await this.#words(e);
      await this.say(words);
      if (!packet.console) this.#out.keep(words);
      return packet.tells ? `E.${e.code} ${oneLine(e.message)}` : "E01";
    }
  }

  async #words(e: Fault): Promise<string> {
    return faultText(await this.target.explain(e));
  }

  /** Sends a reply packet. */
  async reply(payload: string | Uint8Array): Promise<void> {
    await this.#out.reply(payload);
  }
  /** Text on gdb's console: only while a monitor command or the core runs does gdb listen. */
  async say(text: string): Promise<void> {
    this.options.log(text.trimEnd(), this.console);
    if (this.console && text !== "") await this.#out.text(text);
  }
  /** whether gdb takes `O` packets now */
  console = false;

  /** The core moves, or something may have written to it: what was read of it no longer counts. */
  forget(): void {
    this.registers.forget();
    this.ram.forget();
  }
  /** Memory as it is while the core stands still. */
  async readMemory(at: number, length: number): Promise<Uint8Array> {
    if (this.cache.covers(at)) return await this.cache.read(at, length);
    return await this.ram.read(at, length) ?? await this.ram.elsewhere(at, length);
  }

  /** Text for when gdb takes some. */
  tellLater(...texts: readonly string[]): void {
    this.#out.keep(...texts);
  }
  /** Text that had to wait until gdb takes some. */
  async sayLater(): Promise<void> {
    for (const text of this.#out.takeKept()) await this.say(text);
  }
  /** What a long command says while it works; gdb hears only that it does. */
  readonly working = (text: string): void => {
    if (text !== "") this.options.log(text);
    if (this.console) void this.#out.alive(this.target.clock.now());
  };

  /** Takes all comparators back that gdb has set. */
  async clearComparators(): Promise<void> {
    await this.hard.removeAll();
    await this.watches.removeAll();
  }

  /** Lets the core go; the stop is reported when it comes. */
  async resume(how: "continue" | "step", range?: StepRange): Promise<void> {
    if (this.#early) {
      this.#early = false;
      return await tellStop(this, SIGINT);
    }
    if (how === "step" && this.syncNext) {
      this.syncNext = false;
      return await tellStop(this);
    }
    this.console = true;
    await this.sayLater();
    await this.#running.go(how, range);
  }

  async #interrupt(): Promise<void> {
    await this.target.halt();
    this.#running.removeTemporary();
    this.forget();
    await tellStop(this, SIGINT);
  }
}
