import { PACKET_SIZE } from "../packet.ts";
import type { PacketHandler } from "./packet_handler.ts";

/** `qSupported`: what gdb takes, and what this server can do. */
export const supported: PacketHandler = {
  prefix: "qSupported",
  handle(session, args) {
    const said = args.slice(1).split(";").filter((f) => f.endsWith("+"));
    session.takes = new Set(said.map((f) => f.slice(0, -1)));
    return [
      `PacketSize=${PACKET_SIZE.toString(16)}`,
      "qXfer:features:read+",
      "qXfer:memory-map:read+",
      "qXfer:threads:read+",
      "QStartNoAckMode+",
      "vContSupported+",
      "hwbreak+",
      "swbreak+",
      "binary-upload+",
    ].join(";");
  },
};
