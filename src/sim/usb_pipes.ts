/** Endpoints at packet level. */
import type { Urb } from "./contracts.ts";

/** Linux errno of a transfer's end. */
export const STALLED = -32;
export const OVERFLOWED = -75;
export const GONE = -108;
/** EPROTO: nobody answers at this endpoint */
export const SILENT = -71;
export const NOTHING = new Uint8Array(0);

interface Waiting {
  readonly urb: Urb;
  readonly buffer: Uint8Array;
  got: number;
}

/** A bulk or interrupt IN endpoint: packets wait for transfers, transfers for packets. */
export class InPipe {
  halted = false;
  /** bytes that found `limit` reached */
  lost = 0;
  #packets: Uint8Array[] = [];
  #waiting: Waiting[] = [];

  /** `stream`: small messages are joined to packets; at most `limit` bytes wait for a reader. */
  constructor(readonly packetSize: number, readonly stream = false, readonly limit = Infinity) {}

  /** bytes that no transfer has fetched yet */
  get waiting(): number {
    return this.#packets.reduce((n, p) => n + p.length, 0);
  }

  /** Puts a message out, cut in packets. One that fills its last packet is not followed by an empty one. */
  send(message: Uint8Array): void {
    let bytes = message;
    if (this.stream) {
      const room = this.limit - this.waiting;
      if (bytes.length > room) {
        this.lost += bytes.length - room;
        bytes = bytes.subarray(0, room);
      }
      bytes = this.#join(bytes);
    }
    for (let at = 0; at < bytes.length; at += this.packetSize) {
      this.#packets.push(bytes.slice(at, at + this.packetSize));
    }
    this.#pump();
  }
  #join(bytes: Uint8Array): Uint8Array {
    const last = this.#packets.at(-1);
    if (last === undefined || last.length === this.packetSize) return bytes;
    this.#packets.pop();
    const joined = new Uint8Array(last.length + bytes.length);
    joined.set(last);
    joined.set(bytes, last.length);
    return joined;
  }

  submit(urb: Urb): void {
    if (this.halted) return urb.done(STALLED, NOTHING, 0);
    this.#waiting.push({ urb, buffer: new Uint8Array(urb.length), got: 0 });
    this.#pump();
  }
  unlink(urb: Urb): boolean {
    const i = this.#waiting.findIndex((w) => w.urb === urb);
    if (i >= 0) this.#waiting.splice(i, 1);
    return i >= 0;
  }

  #pump(): void {
    for (let w = this.#waiting[0]; w !== undefined; w = this.#waiting[0]) {
      const packet = this.#packets.shift();
      if (packet === undefined) return;
      const room = w.buffer.length - w.got;
      w.buffer.set(packet.subarray(0, room), w.got);
      w.got += Math.min(room, packet.length);
      const over = packet.length > room;
      // a short packet or a full buffer ends a transfer
      if (!over && packet.length === this.packetSize && w.got < w.buffer.length) continue;
      this.#waiting.shift();
      w.urb.done(over ? OVERFLOWED : 0, w.buffer.subarray(0, w.got), w.got);
    }
  }

  /** The host or the device halts it, or clears that. What waits to be read keeps waiting. */
  halt(halted: boolean): void {
    this.halted = halted;
    if (halted) this.end(STALLED);
  }
  /** Drops what waits to be read. */
  drop(): void {
    this.#packets = [];
  }
  /** Ends every waiting transfer. */
  end(status: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const w of waiting) w.urb.done(status, w.buffer.subarray(0, w.got), w.got);
  }
}
