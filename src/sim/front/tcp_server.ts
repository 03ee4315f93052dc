/** A TCP server on the loopback that ends when it is told to. */
import { fault } from "../faults.ts";
import { ByteStream, HungUp } from "./byte_stream.ts";

/** A front-end that listens. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  /** Ends every connection and listens no more. */
  close(): Promise<void>;
}

const HOSTNAME = "127.0.0.1";
function listen(port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: HOSTNAME, port });
  } catch (e) {
    const why = e instanceof Deno.errors.AddrInUse
      ? "another program has it"
      : e instanceof Deno.errors.PermissionDenied
      ? "it is not open to this user"
      : String(e);
    throw fault("sim-cannot-listen", { port, why }, { cause: e });
  }
}

/** Listens on 127.0.0.1; `port` 0: any free one. `serve` may throw HungUp. Fault: sim-cannot-listen. */
export function serveLoopback(
  port: number,
  serve: (stream: ByteStream) => Promise<void>,
): Server {
  const listener = listen(port);
  const streams = new Set<ByteStream>();
  const one = async (connection: Deno.TcpConn): Promise<void> => {
    connection.setNoDelay(true);
    const stream = new ByteStream(connection);
    streams.add(stream);
    try {
      await serve(stream);
      await stream.flushed();
    } catch (e) {
      if (!(e instanceof HungUp)) throw e;
    } finally {
      stream.close();
      streams.delete(stream);
    }
  };
  const accepting = (async () => {
    const serving: Promise<void>[] = [];
    for await (const connection of listener) serving.push(one(connection));
    await Promise.all(serving);
  })();
  const close = async (): Promise<void> => {
    listener.close();
    for (const stream of streams) stream.close();
    await accepting;
  };
  return { port: listener.addr.port, close, [Symbol.asyncDispose]: close };
}
