/** One debugger after another; a second one at a time is told so and sent away. */
import { Fault } from "../base/mod.ts";
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
  /** sends the debugger away, whatever it is at; what is being written is brought to its end */
  readonly signal?: AbortSignal;
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

/** The one debugger that is served, and its connection. */
interface Guest {
  readonly session: GdbSession;
  readonly connection: Incoming;
  readonly done: Promise<void>;
}

/** Whether the seat is free for another: the guest has gone, or is sent away because it does nothing. */
async function givesWay(guest: Guest, log: (line: string) => void): Promise<boolean> {
  const { session, connection, done } = guest;
  const idle = await session.idle();
  if (!idle && !session.gone) return false;
  if (!session.gone) {
    const why = session.detached ? "has detached" : "neither asks nor listens";
    log(`sent away: ${connection.peer} ${why}, and another debugger has come`);
    connection.close();
  }
  await done; // what it has begun is brought to its end
  return true;
}

/** What the server fails with: a fault that says nothing of what was written gets what the target knows of it. */
function failureOf(e: unknown, target: GdbTarget): unknown {
  const known = e instanceof Fault ? e.options.board?.state : undefined;
  if (!(e instanceof Fault) || known === "partial" || known === "unknown") return e;
  return e.leaving(target.boardState());
}

/**
 * Serves until `incoming` ends, or the first debugger is gone with `once`. Gives how many debuggers there
 * were; who only connects is none.
 */
export async function serveGdb(
  incoming: AsyncIterable<Incoming>,
  target: GdbTarget,
  options: ServeOptions,
): Promise<number> {
  let guest: Guest | undefined;
  let served = 0;
  const failures: unknown[] = [];
  const visit = async (session: GdbSession, c: Incoming): Promise<void> => {
    await session.serve().catch((e: unknown) => void failures.push(failureOf(e, target)));
    c.close();
    options.log(`gone: ${c.peer}`);
    guest = undefined;
    if (session.spoken) served++;
    if (failures.length || options.once && session.spoken) options.onDone?.();
  };
  options.signal?.addEventListener("abort", () => guest?.connection.close());
  for await (const c of incoming) {
    if (guest && !await givesWay(guest, options.log)) {
      options.log(`refused ${c.peer}: another debugger is connected`);
      await refuse(c);
      continue;
    }
    options.log(`connected: ${c.peer}`);
    const session = new GdbSession(target, c, options);
    guest = { session, connection: c, done: visit(session, c) };
  }
  await guest?.done;
  if (failures.length) throw failures[0];
  return served;
}
