import { PACKET_SIZE } from "../packet.ts";
import type { PacketHandler } from "./packet_handler.ts";

/** `qSupported`: what this server can do. */
export const supported: PacketHandler = {
  prefix: "qSupported",
  handle: () =>
    [
      `PacketSize=${PACKET_SIZE.toString(16)}`,
      "qXfer:features:read+",
      "qXfer:memory-map:read+",
      "qXfer:threads:read+",
      "QStartNoAckMode+",
      "vContSupported+",
      "hwbreak+",
      "swbreak+",
      "binary-upload+",
    ].join(";"),
};
