/** One debugger after another; a second one at a time is told so and sent away. */
import { frame } from "./packet.ts";
import { type Connection, GdbSession, type SessionOptions } from "./session.ts";
import type { GdbTarget } from "./target.ts";
import { textHex } from "./text.ts";

/** A connection that came in. */
export interface Incoming extends Connection {
  readonly peer: string;
  close(): void;
}
/** How to serve. */
export interface ServeOptions extends SessionOptions {
  /** end after the first debugger has gone */
  readonly once: boolean;
  /** called when serving should end: close the listener */
  readonly onDone?: () => void;
}

async function refuse(c: Incoming): Promise<void> {
  const writer = c.writable.getWriter();
  try {
    await writer.write(
      frame(`O${textHex("probekit: another debugger is connected to this board\n")}`),
    );
    await writer.write(frame("E.busy"));
  } catch {
    // it did not stay to listen
  } finally {
    writer.releaseLock();
    c.close();
  }
}

/** Serves until `incoming` ends, or the first debugger is gone with `once`. Gives how many were served. */
export async function serveGdb(
  incoming: AsyncIterable<Incoming>,
  target: GdbTarget,
  options: ServeOptions,
): Promise<number> {
  let busy: Promise<void> | undefined;
  let served = 0;
  const failures: unknown[] = [];
  for await (const c of incoming) {
    if (busy) {
      options.log(`refused ${c.peer}: another debugger is connected`);
      await refuse(c);
      continue;
    }
    options.log(`connected: ${c.peer}`);
    served++;
    busy = new GdbSession(target, c, options).serve()
      .catch((e: unknown) => void failures.push(e))
      .then(() => {
        c.close();
        options.log(`gone: ${c.peer}`);
        busy = undefined;
        if (options.once || failures.length) options.onDone?.();
      });
  }
  await busy;
  if (failures.length) throw failures[0];
  return served;
}
