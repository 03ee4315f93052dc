/** All packets; the longest prefix is tried first. */
import { breakpoints } from "./breakpoints.ts";
import { crc } from "./crc.ts";
import { ends } from "./end.ts";
import { flash } from "./flash.ts";
import { haltReason } from "./halt_reason.ts";
import { read, readBinary, writeBinary, writeHex } from "./memory.ts";
import { noAck } from "./no_ack.ts";
import type { PacketHandler } from "./packet_handler.ts";
import { rcmd } from "./rcmd.ts";
import { readAll, readOne, writeAll, writeOne } from "./registers.ts";
import { resume } from "./resume.ts";
import { supported } from "./supported.ts";
import { threads } from "./threads.ts";
import { xfer } from "./xfer.ts";

/** Every packet that is answered with more than "not supported". */
export const PACKETS: readonly PacketHandler[] = [
  supported,
  noAck,
  xfer,
  haltReason,
  readAll,
  writeAll,
  readOne,
  writeOne,
  read,
  readBinary,
  writeHex,
  writeBinary,
  crc,
  rcmd,
  ...threads,
  ...resume,
  ...breakpoints,
  ...flash,
  ...ends,
].sort((a, b) => b.prefix.length - a.prefix.length);
