/** The other side of a session: sends packets, waits for replies. */
import { GdbSession, type GdbTarget, Semihosting } from "../../../src/gdb/mod.ts";
import { frame, fromLatin1, PacketReader } from "../../../src/gdb/packet.ts";
import { fromHex } from "../../../src/gdb/text.ts";

export class Client {
  readonly #toServer = new TransformStream<Uint8Array, Uint8Array>();
  readonly #fromServer = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#toServer.writable.getWriter();
  readonly #reader = this.#fromServer.readable.getReader();
  readonly #packets = new PacketReader();
  readonly #got: string[] = [];
  readonly session: GdbSession;
  readonly served: Promise<void>;
  console = "";
  /** empty texts: "I am still here" */
  alive = 0;
  /** the server's own terminal */
  readonly log: string[] = [];
  constructor(target: GdbTarget, semihosting: Semihosting = new Semihosting(() => {})) {
    const connection = { readable: this.#toServer.readable, writable: this.#fromServer.writable };
    this.session = new GdbSession(target, connection, {
      semihosting,
      log: (line) => void this.log.push(line),
      onDetach: "run",
    });
    this.served = this.session.serve();
  }
  send(payload: string | Uint8Array): Promise<void> {
    return this.raw(frame(payload));
  }
  raw(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes);
  }
  /** The next reply; console text on the way is gathered. */
  async reply(): Promise<string> {
    for (;;) {
      const next = this.#got.shift();
      if (next === undefined) {
        const { value, done } = await this.#reader.read();
        if (done) return "(closed)";
        for (const e of this.#packets.feed(value)) {
          if (e.kind === "packet") this.#got.push(fromLatin1(e.payload));
        }
      } else if (next.startsWith("O") && next !== "OK") {
        if (next === "O") this.alive++;
        this.console += new TextDecoder().decode(fromHex(next.slice(1)));
      } else return next;
    }
  }
  async ask(payload: string | Uint8Array): Promise<string> {
    await this.send(payload);
    return await this.reply();
  }
  async monitor(line: string): Promise<readonly [reply: string, text: string]> {
    this.console = "";
    const hex = Array.from(new TextEncoder().encode(line), (b) => b.toString(16).padStart(2, "0"))
      .join("");
    return [await this.ask(`qRcmd,${hex}`), this.console];
  }
  async end(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.served;
    await this.#reader.cancel().catch(() => {});
  }
}
