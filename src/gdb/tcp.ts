/** The listener: connections from TCP, on loopback unless told otherwise. */
import { fault } from "./faults.ts";
import type { Incoming } from "./server.ts";

/** A listening socket. */
export interface GdbListener extends AsyncIterable<Incoming> {
  readonly port: number;
  close(): void;
}

/** Closes what may be closed already. */
const closed = (what: { close(): void }) => (): void => {
  try {
    what.close();
  } catch {
    // its streams, or its other side, have closed it
  }
};

/** The next connection; undefined when the listener is closed. One that breaks while it comes in is passed over. */
async function accept(listener: Deno.TcpListener): Promise<Deno.TcpConn | undefined> {
  for (;;) {
    try {
      return await listener.accept();
    } catch (e) {
      const { BadResource, Interrupted, ConnectionAborted, ConnectionReset } = Deno.errors;
      if (e instanceof BadResource || e instanceof Interrupted) return undefined;
      if (!(e instanceof ConnectionAborted || e instanceof ConnectionReset)) throw e;
    }
  }
}

function incoming(conn: Deno.TcpConn): Incoming {
  try {
    conn.setNoDelay();
    conn.setKeepAlive(); // a computer that was switched off sends no end
  } catch {
    // reset already: reading will tell
  }
  const { hostname, port } = conn.remoteAddr;
  return {
    readable: conn.readable,
    writable: conn.writable,
    peer: `${hostname}:${port}`,
    close: closed(conn),
  };
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
    const why = e instanceof Error ? e.message : String(e);
    throw fault("gdb-cannot-listen", { port, hostname, why }, { cause: e });
  }
  return {
    port: listener.addr.port,
    close: closed(listener),
    async *[Symbol.asyncIterator]() {
      for (let conn = await accept(listener); conn; conn = await accept(listener)) {
        yield incoming(conn);
      }
    },
  };
}
