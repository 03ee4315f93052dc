/** Exact numbers of bytes from a connection, and whole messages to it in order. */
import { concat } from "../../base/mod.ts";

/** The other side has gone. */
export class HungUp extends Error {
  override readonly name = "HungUp";
}

/** What a front-end needs of a connection. */
export interface Connection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

const FIRST_SIZE = 65536;

/** See the head of the file. */
export class ByteStream {
  #held = new Uint8Array(FIRST_SIZE);
  #from = 0;
  #to = 0;
  #queue: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;
  constructor(readonly connection: Connection) {}

  /** The next `n` bytes. Throws HungUp. */
  async take(n: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#room(n);
    while (this.#to - this.#from < n) {
      const got = await this.connection.read(this.#held.subarray(this.#to)).catch(() => null);
      if (got === null) throw new HungUp("the connection was closed");
      this.#to += got;
    }
    const bytes = this.#held.slice(this.#from, this.#from + n);
    this.#from += n;
    if (this.#from === this.#to) this.#from = this.#to = 0;
    return bytes;
  }
  #room(n: number): void {
    if (this.#from + n <= this.#held.length) return;
    const rest = this.#held.subarray(this.#from, this.#to);
    const next = n <= this.#held.length ? this.#held : new Uint8Array(2 * n);
    next.set(rest);
    this.#held = next;
    this.#to -= this.#from;
    this.#from = 0;
  }

  /** Sends bytes after those that were given before. Nothing is said of a connection that is closed. */
  put(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#writing ??= this.#write();
  }
  async #write(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const all = concat(this.#queue.splice(0));
        for (let at = 0; at < all.length;) {
          const n = await this.connection.write(all.subarray(at)).catch(() => -1);
          if (n < 0) return this.close();
          at += n;
        }
      }
    } finally {
      this.#writing = undefined; // at once: what is put from here on starts anew
    }
  }
  /** Waits until all that was put is sent. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.close();
  }
}
