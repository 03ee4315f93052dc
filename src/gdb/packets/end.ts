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
    handle(session) {
      session.extended = true;
      return "OK";
    },
  },
  {
    prefix: "D",
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
    async handle(session) {
      await restart(session);
      return "OK";
    },
  },
  {
    prefix: "k",
    async handle(session) {
      await restart(session);
      session.ended = !session.extended;
      return undefined;
    },
  },
  {
    prefix: "vRun",
    async handle(session) {
      await restart(session);
      return await stopReply(session);
    },
  },
  {
    prefix: "R",
    async handle(session) {
      await restart(session);
      return undefined;
    },
  },
];
