import { stopReply } from "../stop_reply.ts";
import type { GdbSession } from "../session.ts";
import type { PacketHandler } from "./packet_handler.ts";

async function restart(session: GdbSession): Promise<void> {
  session.cache.clear();
  session.forget();
  await session.target.reset(true);
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
      if (session.options.onDetach === "run") await session.target.resume();
      session.ended = true;
      return "OK";
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
