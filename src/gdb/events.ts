/** Events of one connection, in order, waiting until somebody takes them. */
import { type PacketEvent, PacketReader } from "./packet.ts";

/** More events than any client has reason to send ahead: beyond that, reading waits. */
const AHEAD = 64;

/** Reads a stream into events in the background. */
export class EventQueue {
  readonly #packets = new PacketReader();
  /** what has come in, as it came, and how far it is read */
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  readonly #events: PacketEvent[] = [];
  #waiting: ((event: PacketEvent | undefined) => void) | undefined;
  #room: (() => void) | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #ended = false;
  /** the most events that waited at once */
  most = 0;
  constructor(readonly stream: ReadableStream<Uint8Array>) {}

  /** Ends the reading, whatever the client still has to say. */
  async stop(): Promise<void> {
    this.#at = this.#chunk.length;
    this.#makeRoom();
    await this.#reader?.cancel().catch(() => {});
  }

  /** Reads until the stream ends. Never rejects: a broken connection is an ended one. */
  async pump(): Promise<void> {
    const reader = this.stream.getReader();
    this.#reader = reader;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        this.#chunk = value;
        this.#at = 0;
        await this.#parse();
      }
    } catch {
      // reset by peer
    } finally {
      reader.releaseLock();
      this.#ended = true;
      this.#waiting?.(undefined);
    }
  }

  /** Back pressure: a flood waits in the socket and in its last chunk, not as events. */
  async #parse(): Promise<void> {
    while (this.#at < this.#chunk.length) {
      const event = this.#packets.byte(this.#chunk[this.#at++] ?? 0);
      if (event) this.#push(event);
      if (this.#events.length >= AHEAD) await new Promise<void>((r) => void (this.#room = r));
    }
  }
  #makeRoom(): void {
    this.#room?.();
    this.#room = undefined;
  }

  #push(event: PacketEvent): void {
    // an ack says nothing here, and what is said twice in a row is said once
    if (event.kind === "ack") return;
    const last = this.#events.at(-1)?.kind;
    if (event.kind === last && (last === "nak" || last === "interrupt")) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) return waiting(event);
    this.#events.push(event);
    this.most = Math.max(this.most, this.#events.length);
  }

  /** The next event without waiting; undefined when there is none now. */
  poll(): PacketEvent | undefined {
    const event = this.#events.shift();
    if (this.#events.length <= AHEAD / 2) this.#makeRoom();
    return event;
  }
  /** The next event; undefined when the connection has ended. */
  take(): Promise<PacketEvent | undefined> {
    const event = this.poll();
    if (event) return Promise.resolve(event);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => void (this.#waiting = resolve));
  }
  /** Whether the client has gone; events may still wait. */
  get gone(): boolean {
    return this.#ended;
  }
  /** Whether the connection has ended and all events are taken. */
  get over(): boolean {
    return this.#ended && this.#events.length === 0;
  }
}
