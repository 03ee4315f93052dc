/** STM32F76x/F77x. Addresses: ST's Include/stm32f767xx.h (cmsis_device_f7 b01bc43) unless a line says otherwise. */
import type { Silicon } from "../family.ts";
import { blocksOf } from "./blocks.ts";

const silicon: Silicon = {
  name: "STM32F76x/F77x",
  devId: 0x451, // facts/stm32f7.md §8
  core: {
    cpuid: 0x411F_C270, // r1p0: facts/stm32f7.md §8, facts/cortex-m.md §5
    fpu: "dp", // facts/stm32f7.md §8
    irqs: 110, // IRQn_Type ends at MDIOS_IRQn 109
    cacheKb: 16, // RM0410 figure 1
  },
  ram: [
    { name: "ITCM RAM", at: 0x0000_0000, size: 0x4000 },
    { name: "DTCM RAM", at: 0x2000_0000, size: 0x2_0000 }, // RAMDTCM_BASE, 128 KB
    { name: "SRAM1", at: 0x2002_0000, size: 0x5_C000 }, // SRAM1_BASE, 368 KB
    { name: "SRAM2", at: 0x2007_C000, size: 0x4000 }, // SRAM2_BASE
  ],
  maxFlashKb: 2048, // FLASH_END
  sectors: {
    single: [[4, 32], [1, 128], [7, 256]], // facts/stm32f7.md §2
    dualPerBank: [[4, 16], [1, 64], [7, 128]],
  },
  otp: { at: 0x1FF0_F000, blocks: 16, blockSize: 64 },
  uidAt: 0x1FF0_F420,
  flashSizeAt: 0x1FF0_F442,
  packageAt: 0x1FF0_F7E0,
  systemMemory: { at: 0x1FF0_0000, itcm: 0x0010_0000, size: 0xEDC0 },
  options: {
    mask: 0xFFFF_FFFF,
    nWrp: 12,
    factory: { OPTCR: 0xFFFF_AAFD, OPTCR1: 0x0040_0080, OPTCR2: 0 }, // facts/stm32f7.md §4
    pcrop: false,
    dualBank: true,
  },
  blocks: blocksOf("f76"),
};
export default silicon;
