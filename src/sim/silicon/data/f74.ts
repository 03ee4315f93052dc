/** STM32F74x/F75x. Addresses: ST's Include/stm32f746xx.h (cmsis_device_f7 b01bc43) unless a line says otherwise. */
import type { Silicon } from "../family.ts";
import { blocksOf } from "./blocks.ts";

const silicon: Silicon = {
  name: "STM32F74x/F75x",
  devId: 0x449, // stm32f7x.cfg and its F746 logs, facts/stm32f7.md §8
  core: {
    cpuid: 0x410F_C271, // r0p1: F746-DISCO log at kofa.mmto.arizona.edu/stm32/f746, facts/cortex-m.md §5
    fpu: "sp", // facts/stm32f7.md §8
    irqs: 98, // IRQn_Type ends at SPDIF_RX_IRQn 97
    cacheKb: 4, // RM0385 figure 1
  },
  ram: [
    { name: "ITCM RAM", at: 0x0000_0000, size: 0x4000 }, // RAMITCM_BASE
    { name: "DTCM RAM", at: 0x2000_0000, size: 0x1_0000 }, // RAMDTCM_BASE
    { name: "SRAM1", at: 0x2001_0000, size: 0x3_C000 }, // SRAM1_BASE, 240 KB
    { name: "SRAM2", at: 0x2004_C000, size: 0x4000 }, // SRAM2_BASE, 16 KB
  ],
  maxFlashKb: 1024, // FLASH_END
  sectors: { single: [[4, 32], [1, 128], [3, 256]] }, // facts/stm32f7.md §2
  otp: { at: 0x1FF0_F000, blocks: 16, blockSize: 64 }, // FLASH_OTP_BASE … FLASH_OTP_END
  uidAt: 0x1FF0_F420, // UID_BASE
  flashSizeAt: 0x1FF0_F442, // FLASHSIZE_BASE
  packageAt: 0x1FF0_F7E0, // PACKAGE_BASE
  systemMemory: { at: 0x1FF0_0000, itcm: 0x0010_0000, size: 0xEDC0 }, // facts/stm32f7.md §1
  options: {
    mask: 0xC0FF_FFFF, // FLASH_OPTCR_*: bits 29:24 do not exist
    nWrp: 8,
    factory: { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080, OPTCR2: 0 }, // facts/stm32f7.md §4
    pcrop: false,
    dualBank: false,
  },
  blocks: blocksOf("f74"),
};
export default silicon;
