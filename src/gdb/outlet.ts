/** What goes out to one client: replies, console text, and how it takes them. */
import { frame } from "./packet.ts";
import { textHex } from "./text.ts";

/** texts that wait at most; a client that fails again and again and never listens gets the last ones */
const MOST_LATER = 32;
/** gdb begins to doubt after 2 s (facts, gdb-rsp §7) */
const ALIVE_MS = 500;
/** turns of the event loop after which a write that is not taken is stuck */
const TURNS = 10;
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** One writer. */
export class Outlet {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #last: Uint8Array = new Uint8Array();
  #writes = 0;
  #writing = false;
  /** whether a write has found that the client is not there any more */
  gone = false;
  readonly #later: string[] = [];
  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#writes++;
    this.#writing = true;
    try {
      await this.#writer.write(bytes);
    } catch {
      this.gone = true;
    } finally {
      this.#writing = false;
    }
  }
  async reply(payload: string | Uint8Array): Promise<void> {
    this.#last = frame(payload);
    await this.send(this.#last);
  }
  /** The last reply once more. */
  async again(): Promise<void> {
    if (this.#last.length) await this.send(this.#last);
  }
  async text(text: string): Promise<void> {
    await this.send(frame(`O${textHex(text)}`));
  }
  #aliveAt = -ALIVE_MS;
  /** An empty text, when the last one is some time ago: the target still works. */
  async alive(now: number): Promise<void> {
    if (now - this.#aliveAt < ALIVE_MS) return;
    this.#aliveAt = now;
    await this.text("");
  }
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  /** Texts that wait until the client takes some. */
  keep(...texts: readonly string[]): void {
    this.#later.push(...texts);
    this.#later.splice(0, this.#later.length - MOST_LATER);
  }
  takeKept(): readonly string[] {
    return this.#later.splice(0);
  }

  /** Whether it is busy with the same write for some turns, or `silent` says so all the while. */
  async stuck(silent: () => boolean): Promise<boolean> {
    const writes = this.#writes;
    for (let turn = 0; turn < TURNS; turn++) {
      await nextTurn();
      if (!silent() && !(this.#writing && this.#writes === writes)) return false;
    }
    return true;
  }
}
