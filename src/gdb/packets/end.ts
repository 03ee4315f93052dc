import { stopReply } from "../stop_reply.ts";
import type { GdbSession } from "../session.ts";
import type { PacketHandler } from "./packet_handler.ts";

async function restart(session: GdbSession): Promise<void> {
  session.cache.clear();
  session.forget();
  await session.target.reset(true);
  await takeAgain(session);
}
/** A debugger that had detached, and stayed connected, has the core again. */
async function takeAgain(session: GdbSession): Promise<void> {
  if (!session.detached) return;
  session.detached = false;
  session.cache.clear();
  session.forget();
  await session.target.halt();
  await session.target.catchHardFaults(true);
}

/** Leaving, killing, starting over. */
export const ends: readonly PacketHandler[] = [
  {
    prefix: "!",
    shape: /^$/,
    handle(session) {
      session.extended = true;
      return "OK";
    },
  },
  {
    prefix: "D",
    shape: /^(;[0-9a-f]+)?$/i,
    async handle(session) {
      await session.soft.removeAll();
      await session.clearComparators();
      // before the core runs: nobody would be there when a fault stops it
      await session.target.catchHardFaults(false);
      if (session.options.onDetach === "run") await session.target.resume();
      session.detached = true;
      session.ended = !session.extended; // else gdb stays, and may run or attach again
      return "OK";
    },
  },
  {
    prefix: "vAttach",
    shape: /^;[0-9a-f]+$/i,
    async handle(session) {
      await takeAgain(session);
      return await stopReply(session);
    },
  },
  {
    prefix: "vKill",
    shape: /^(;[0-9a-f]+)?$/i,
    async handle(session) {
      await restart(session);
      return "OK";
    },
  },
  {
    prefix: "k",
    shape: /^$/,
    async handle(session) {
      await restart(session);
      session.ended = !session.extended;
      return undefined;
    },
  },
  {
    prefix: "vRun",
    shape: /^(;|$)/,
    async handle(session) {
      await restart(session);
      return await stopReply(session);
    },
  },
  {
    prefix: "R",
    shape: /^[0-9a-f]{0,2}$/i,
    async handle(session) {
      await restart(session);
      return undefined;
    },
  },
];
