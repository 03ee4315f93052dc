/** STM32F72x/F73x. Addresses: ST's Include/stm32f722xx.h (cmsis_device_f7 b01bc43) unless a line says otherwise. */
import type { Silicon } from "../family.ts";
import { blocksOf } from "./blocks.ts";

const silicon: Silicon = {
  name: "STM32F72x/F73x",
  devId: 0x452, // facts/stm32f7.md §8
  core: {
    cpuid: 0x411F_C270, // r1p0: facts/stm32f7.md §8, facts/cortex-m.md §5
    fpu: "sp", // facts/stm32f7.md §8
    irqs: 104, // IRQn_Type ends at SDMMC2_IRQn 103
    cacheKb: 8, // STM32F722 datasheet, recalled
  },
  ram: [
    { name: "ITCM RAM", at: 0x0000_0000, size: 0x4000 },
    { name: "DTCM RAM", at: 0x2000_0000, size: 0x1_0000 },
    { name: "SRAM1", at: 0x2001_0000, size: 0x2_C000 }, // SRAM1_BASE, 176 KB
    { name: "SRAM2", at: 0x2003_C000, size: 0x4000 }, // SRAM2_BASE
  ],
  maxFlashKb: 512, // FLASH_END
  sectors: { single: [[4, 16], [1, 64], [3, 128]] }, // facts/stm32f7.md §2
  otp: { at: 0x1FF0_7800, blocks: 16, blockSize: 32 }, // FLASH_OTP_BASE … FLASH_OTP_END, 528 bytes
  uidAt: 0x1FF0_7A10, // UID_BASE
  flashSizeAt: 0x1FF0_7A22, // FLASHSIZE_BASE
  packageAt: 0x1FF0_7BF0, // PACKAGE_BASE
  systemMemory: { at: 0x1FF0_0000, itcm: 0x0010_0000, size: 0x7800 }, // up to the OTP area above it
  options: {
    mask: 0xC0FF_FFFF, // FLASH_OPTCR_*: bits 29:24 do not exist
    nWrp: 8,
    factory: { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080, OPTCR2: 0 }, // facts/stm32f7.md §4
    pcrop: true,
    dualBank: false,
  },
  blocks: blocksOf("f72"),
};
export default silicon;
