import type { PacketHandler } from "./packet_handler.ts";

/** `QStartNoAckMode`: TCP does not lose bytes. The OK is still acknowledged. */
export const noAck: PacketHandler = {
  prefix: "QStartNoAckMode",
  handle(session) {
    session.noAck = true;
    return "OK";
  },
};
