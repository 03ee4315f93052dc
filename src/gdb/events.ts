/** Events of one connection, in order, waiting until somebody takes them. */
import { type PacketEvent, PacketReader } from "./packet.ts";

/** More events than any client has reason to send ahead: beyond that, reading waits. */
const AHEAD = 64;

/** Reads a stream into events in the background. */
export class EventQueue {
  readonly #events: PacketEvent[] = [];
  #waiting: ((event: PacketEvent | undefined) => void) | undefined;
  #room: (() => void) | undefined;
  #ended = false;
  constructor(readonly stream: ReadableStream<Uint8Array>) {}

  /** Ends the reading, whatever the client still has to say. */
  async stop(): Promise<void> {
    this.#room?.();
    await this.#reader?.cancel().catch(() => {});
  }
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  /** Reads until the stream ends. Never rejects: a broken connection is an ended one. */
  async pump(): Promise<void> {
    const packets = new PacketReader();
    const reader = this.stream.getReader();
    this.#reader = reader;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        for (const event of packets.feed(value)) this.#push(event);
        // back pressure: a flood waits in the socket, not in memory
        if (this.#events.length > AHEAD) await new Promise<void>((r) => void (this.#room = r));
      }
    } catch {
      // reset by peer
    } finally {
      reader.releaseLock();
      this.#ended = true;
      this.#waiting?.(undefined);
    }
  }

  #push(event: PacketEvent): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(event);
    else this.#events.push(event);
  }

  /** The next event without waiting; undefined when there is none now. */
  poll(): PacketEvent | undefined {
    const event = this.#events.shift();
    if (this.#events.length <= AHEAD / 2) {
      this.#room?.();
      this.#room = undefined;
    }
    return event;
  }
  /** The next event; undefined when the connection has ended. */
  take(): Promise<PacketEvent | undefined> {
    const event = this.poll();
    if (event) return Promise.resolve(event);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => void (this.#waiting = resolve));
  }
  /** Whether the connection has ended and all events are taken. */
  get over(): boolean {
    return this.#ended && this.#events.length === 0;
  }
}
