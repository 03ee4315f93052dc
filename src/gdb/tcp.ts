/** The listener: connections from TCP, on loopback unless told otherwise. */
import { fault } from "./faults.ts";
import type { Incoming } from "./server.ts";

/** A listening socket. */
export interface GdbListener extends AsyncIterable<Incoming> {
  readonly port: number;
  close(): void;
}

/** Listens. Port 0 takes a free one. Fault: gdb-port-in-use. */
export function listenGdb(hostname: string, port: number): GdbListener {
  let listener: Deno.TcpListener;
  try {
    listener = Deno.listen({ hostname, port });
  } catch (e) {
    if (e instanceof Deno.errors.AddrInUse) {
      throw fault("gdb-port-in-use", { port, hostname }, { cause: e });
    }
    throw e;
  }
  return {
    port: listener.addr.port,
    close: () => {
      try {
        listener.close();
      } catch {
        // closed already
      }
    },
    async *[Symbol.asyncIterator]() {
      for await (const conn of listener) {
        conn.setNoDelay();
        const { hostname: from, port: theirs } = conn.remoteAddr;
        yield {
          readable: conn.readable,
          writable: conn.writable,
          peer: `${from}:${theirs}`,
          close: () => {
            try {
              conn.close();
            } catch {
              // its streams have closed it
            }
          },
        };
      }
    },
  };
}
