import type { PacketHandler } from "./packet_handler.ts";

/** There is one core, so one thread. */
export const threads: readonly PacketHandler[] = [
  { prefix: "qfThreadInfo", handle: () => "m1" },
  { prefix: "qsThreadInfo", handle: () => "l" },
  { prefix: "qC", shape: /^$/, handle: () => "QC1" },
  { prefix: "qAttached", handle: () => "1" },
  { prefix: "H", shape: /^[cg]-?[0-9a-f]+$/i, handle: () => "OK" },
  { prefix: "T", shape: /^-?[0-9a-f]+$/i, handle: () => "OK" },
  { prefix: "qSymbol", handle: () => "OK" },
];
