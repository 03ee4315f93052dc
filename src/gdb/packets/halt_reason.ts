import { stopReply } from "../stop_reply.ts";
import type { PacketHandler } from "./packet_handler.ts";

/** `?`: why the core is stopped. */
export const haltReason: PacketHandler = {
  prefix: "?",
  shape: /^$/,
  handle: (session) => stopReply(session),
};
