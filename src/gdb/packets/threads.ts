import type { PacketHandler } from "./packet_handler.ts";

/** There is one core, so one thread. */
export const threads: readonly PacketHandler[] = [
  { prefix: "qfThreadInfo", handle: () => "m1" },
  { prefix: "qsThreadInfo", handle: () => "l" },
  { prefix: "qC", handle: () => "QC1" },
  { prefix: "qAttached", handle: () => "1" },
  { prefix: "H", handle: () => "OK" },
  { prefix: "T", handle: () => "OK" },
  { prefix: "qSymbol", handle: () => "OK" },
];
