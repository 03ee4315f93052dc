/** Where the core starts: BOOT0, BOOT_ADDx, and the rules for addresses that make no sense. */
import type { Silicon } from "./family.ts";
import type { OptionBytes } from "./flash_options.ts";
import { AXIM_AT, ITCM_AT } from "./flash_memory.ts";

/** Where the vector table is, and whether that is in flash. */
export interface Boot {
  readonly address: number;
  readonly fromFlash: boolean;
  /** something a user should know */
  readonly note?: string;
}

const within = (at: number, from: number, size: number): boolean => at >= from && at < from + size;

/**
 * BOOT0 low: BOOT_ADD0, high: BOOT_ADD1, each address >> 14. An address outside memory gives flash over ITCM
 * for BOOT_ADD0 and ITCM RAM for BOOT_ADD1; at level 2 anything but flash gives flash over ITCM (RM0385
 * "Boot configuration", recalled; it fits community.st.com 672018, where FFFF in both left flash booting and
 * the boot loader out of reach).
 */
export function bootOf(
  silicon: Silicon,
  options: OptionBytes,
  flashKb: number,
  pin: boolean,
): Boot {
  const { OPTCR, OPTCR1 } = options.loaded;
  const bytes = flashKb * 1024;
  const isFlash = (at: number) => within(at, AXIM_AT, bytes) || within(at, ITCM_AT, bytes);
  const dualBoot = options.dualBank && (OPTCR & 0x1000_0000) === 0; // nDBOOT
  if (dualBoot) {
    return {
      address: silicon.systemMemory.itcm,
      fromFlash: true,
      note:
        "dual boot (nDBOOT = 0) goes through ST's boot loader, which is not modelled: the core loops there",
    };
  }
  const code = pin ? OPTCR1 >>> 16 : OPTCR1 & 0xFFFF;
  const address = code * 0x4000;
  if (isFlash(address)) return { address, fromFlash: true };
  if (options.level === 2) return { address: ITCM_AT, fromFlash: true };
  const { at, itcm, size } = silicon.systemMemory;
  if (within(address, itcm, size) || within(address, at, size)) {
    return {
      address,
      fromFlash: false,
      note: "the core starts in system memory: ST's boot loader is not modelled, it loops there",
    };
  }
  if (silicon.ram.some((r) => within(address, r.at, r.size))) return { address, fromFlash: false };
  return pin ? { address: 0, fromFlash: false } : { address: ITCM_AT, fromFlash: true };
}
