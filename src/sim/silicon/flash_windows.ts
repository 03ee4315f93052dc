/** Flash as plain memory for the core: per bank and bus, open while nothing stands against reading it. */
import type { Window } from "../contracts.ts";
import type { Flash } from "./flash.ts";
import { AXIM_AT, ITCM_AT } from "./flash_memory.ts";

/** Both halves of the array through both buses. The halves are the banks of dual bank mode. */
export function flashWindows(bytes: Uint8Array): readonly Window[] {
  const half = bytes.length / 2;
  return [AXIM_AT, ITCM_AT].flatMap((base) =>
    [0, 1].map((bank) => ({
      at: base + bank * half,
      bytes: bytes.subarray(bank * half, (bank + 1) * half),
      writable: false,
      executable: true,
      open: false,
    }))
  );
}

/** Brings `open` up to date. */
export function openWindows(windows: readonly Window[], flash: Flash): void {
  const { guard, operations } = flash;
  windows.forEach((w, i) =>
    w.open = !guard.coreShutOut && !guard.anyPcrop && !operations.blocks(i % 2)
  );
}
