/** A debugger on a real socket, well-behaved or not; and a server of a fake target to visit. */
import { listenGdb, Semihosting, serveGdb } from "../../../src/gdb/mod.ts";
import { frame, fromLatin1, PacketReader } from "../../../src/gdb/packet.ts";
import { FakeTarget } from "./fake_target.ts";

/** no answer within this is a hang */
const PATIENCE_MS = 20_000;

/** What a test of the server works with. */
export interface TcpServer {
  readonly port: number;
  readonly target: FakeTarget;
  readonly log: string[];
  connect(): Promise<TcpClient>;
}

/** One connection. */
export class TcpClient {
  readonly #packets = new PacketReader();
  readonly #got: string[] = [];
  constructor(readonly conn: Deno.TcpConn) {}

  async raw(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.conn.write(bytes.subarray(at));
  }
  /** As much as the server takes, until it closes: true when all went out. */
  async tryRaw(bytes: Uint8Array): Promise<boolean> {
    try {
      await this.raw(bytes);
      return true;
    } catch {
      return false;
    }
  }
  async send(payload: string | Uint8Array): Promise<void> {
    await this.raw(frame(payload));
  }
  /** The next packet, console text included; undefined when the server has closed. */
  async next(): Promise<string | undefined> {
    const buffer = new Uint8Array(0x1_0000);
    while (this.#got.length === 0) {
      const n = await this.conn.read(buffer).catch(() => null);
      if (n === null) return undefined;
      for (const e of this.#packets.feed(buffer.subarray(0, n))) {
        if (e.kind === "packet") this.#got.push(fromLatin1(e.payload));
      }
    }
    return this.#got.shift();
  }
  async ask(payload: string | Uint8Array): Promise<string | undefined> {
    await this.send(payload);
    for (;;) {
      const reply = await this.next();
      if (!reply?.startsWith("O") || reply === "OK") return reply;
    }
  }
  /** Does what gdb does first; true when it is answered as it must be. */
  async greets(): Promise<boolean> {
    const features = await this.ask("qSupported:vContSupported+");
    if (features === undefined) return false;
    return features.startsWith("PacketSize=") && await this.ask("QStartNoAckMode") === "OK" &&
      await this.ask("?") === "T05thread:1;" && (await this.ask("g"))?.length === 19 * 8;
  }
  close(): void {
    try {
      this.conn.close();
    } catch {
      // the server was quicker
    }
  }
}

/** Serves a fake target on a free port while `act` runs; a hang is an error. */
export async function tcpServer(
  act: (s: TcpServer) => Promise<void>,
  how: { readonly once?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const listener = listenGdb("127.0.0.1", 0);
  const [target, log]: [FakeTarget, string[]] = [new FakeTarget(), []];
  const clients: TcpClient[] = [];
  const serving = serveGdb(listener, target, {
    semihosting: new Semihosting(() => {}),
    log: (line) => void log.push(line),
    onDetach: "run",
    once: how.once ?? false,
    onDone: () => listener.close(),
    ...how.signal ? { signal: how.signal } : {},
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`hung; the server said:\n${log.join("\n")}`)),
      PATIENCE_MS,
    );
  });
  try {
    const port = listener.port;
    const connect = async (): Promise<TcpClient> => {
      const client = new TcpClient(await Deno.connect({ hostname: "127.0.0.1", port }));
      clients.push(client);
      return client;
    };
    await Promise.race([act({ port, target, log, connect }), hang]);
  } finally {
    for (const c of clients) c.close();
    listener.close();
    await Promise.race([serving, hang]).finally(() => clearTimeout(timer));
  }
}
