/**
 * STM32F72x … F77x. Provenance marks: C = STMicroelectronics/cmsis_device_f7 b01bc43 (Include/), H =
 * STMicroelectronics/stm32f7xx_hal_driver 72edf6a, O = openocd abbbc2e, B = blackmagic f89b07d, S =
 * stlink-org 733893a, P = probe-rs 67993c4 (targets/STM32F7_Series.yaml). The reference manuals' numbers
 * are RM0431 (F72/73), RM0385 (F74/75), RM0410 (F76/77). "recalled": from a datasheet, not at hand.
 */
import type { Family, OptionField } from "../family.ts";

// OPTCR bits that all parts share: C FLASH_OPTCR_*; meaning of the values: H OB_*
const WATCHDOG = { 0: "hardware", 1: "software" };
const ON_ENTRY = { 0: "reset on entry", 1: "no reset" };
const COUNTING = { 0: "stands still", 1: "keeps counting" };
const commonLow = {
  BOR_LEV: {
    register: "OPTCR",
    bits: [3, 2],
    means: "brown-out reset level",
    values: {
      0: "level 3 (2.70-3.60 V)", // H OB_BOR_LEVEL3
      1: "level 2 (2.40-2.70 V)", // H OB_BOR_LEVEL2
      2: "level 1 (2.10-2.40 V)", // H OB_BOR_LEVEL1
      3: "off",
    },
    names: { level3: 0, level2: 1, level1: 2, off: 3 },
    // the lower end of H's range and the hysteresis of ~100 mV (RM0033 4.2.2) above which reset ends
    minVolts: { 0: 2.8, 1: 2.5, 2: 2.2 },
    coldStart: true,
  },
  WWDG_SW: {
    register: "OPTCR",
    bits: 4,
    means: "who starts the window watchdog",
    values: WATCHDOG,
    names: { hardware: 0, software: 1 },
    hardwareWatchdog: 0,
  },
  IWDG_SW: {
    register: "OPTCR",
    bits: 5,
    means: "who starts the independent watchdog",
    values: WATCHDOG,
    names: { hardware: 0, software: 1 },
    hardwareWatchdog: 0,
  },
  nRST_STOP: {
    register: "OPTCR",
    bits: 6,
    means: "what entering Stop mode does",
    values: ON_ENTRY,
  },
  nRST_STDBY: {
    register: "OPTCR",
    bits: 7,
    means: "what entering Standby mode does",
    values: ON_ENTRY,
  },
  RDP: {
    register: "OPTCR",
    bits: [15, 8],
    means: "read-out protection of flash",
    values: { 0xAA: "level 0 (open)", 0xCC: "level 2 (closed for ever)" }, // H OB_RDP_LEVEL_*
    otherwise: "level 1 (debugger may not read flash)",
    names: { level0: 0xAA, level1: 0x55 }, // no word for level 2: no profile can ask for it
    permanent: [0xCC],
    coldStart: true,
  },
} as const satisfies Readonly<Record<string, OptionField>>;
const commonHigh = {
  IWDG_STDBY: {
    register: "OPTCR",
    bits: 30,
    means: "independent watchdog in Standby mode",
    values: COUNTING,
  },
  IWDG_STOP: {
    register: "OPTCR",
    bits: 31,
    means: "independent watchdog in Stop mode",
    values: COUNTING,
  },
} as const satisfies Readonly<Record<string, OptionField>>;
const nWRP = {
  register: "OPTCR",
  means: "sectors that may be erased and programmed (1 = may)",
  sectors: { when: 0, stops: "write" },
} as const;
// H OB_BOOTADDR_*: address >> 14
const BOOT = {
  0x0000: "ITCM RAM",
  0x0040: "system memory (ROM boot loader)",
  0x0080: "flash over ITCM",
  0x2000: "flash over AXIM",
  0x8000: "DTCM RAM",
};
const boot = { register: "OPTCR1", shift: 14 } as const;
const boot0 = { ...boot, bits: [15, 0], means: "boot address while the BOOT0 pin is low" } as const;
const boot1 = {
  ...boot,
  bits: [31, 16],
  means: "boot address while the BOOT0 pin is high",
} as const;
const BOOT_F72 = { ...BOOT, 0x8004: "SRAM1", 0x800F: "SRAM2" };
const BOOT_F74 = { ...BOOT, 0x8004: "SRAM1", 0x8013: "SRAM2" };
const BOOT_F76 = { ...BOOT, 0x8008: "SRAM1", 0x801F: "SRAM2" }; // C SRAM1_BASE, SRAM2_BASE >> 14

// S F7xx.chip bootrom size, O stm32f7x.cfg; H OB_BOOTADDR_SYSTEM
const SYSTEM_MEMORY = [
  { name: "system memory", at: 0x1FF0_0000, length: 0xEDC0 },
  { name: "system memory (ITCM view)", at: 0x0010_0000, length: 0xEDC0 },
] as const;
// S gives EDC0 here too, but OTP begins at 1FF07800 (C FLASH_OTP_BASE)
const SYSTEM_MEMORY_F72 = [
  { name: "system memory", at: 0x1FF0_0000, length: 0x7800 },
  { name: "system memory (ITCM view)", at: 0x0010_0000, length: 0x7800 },
] as const;

export default {
  name: "STM32F7",
  manual: "RM0431 (F72x/F73x), RM0385 (F74x/F75x), RM0410 (F76x/F77x)",
  core: { cpuidPart: 0xC27, name: "arm-cortex-m7" }, // CPUID[15:4] of Cortex-M7, Arm DDI0489 3.2
  idcodeAt: 0xE004_2000, // C DBGMCU_BASE
  subFamilies: [
    {
      devId: 0x452, // O stm32f2x.c, B stm32f4.c
      name: "STM32F72x/F73x",
      matches: ["stm32f72", "stm32f73"],
      // deno-fmt-ignore
      parts: [ // C stm32f7xx.h, P
        "stm32f722ic", "stm32f722ie", "stm32f722rc", "stm32f722re", "stm32f722vc", "stm32f722ve",
        "stm32f722zc", "stm32f722ze", "stm32f723ic", "stm32f723ie", "stm32f723vc", "stm32f723ve",
        "stm32f723zc", "stm32f723ze", "stm32f730i8", "stm32f730r8", "stm32f730v8", "stm32f730z8",
        "stm32f732ie", "stm32f732re", "stm32f732ve", "stm32f732ze", "stm32f733ie", "stm32f733ve",
        "stm32f733ze",
      ],
      revisions: { 0x1000: "A" },
      manual: "RM0431",
      flashSizeAt: 0x1FF0_7A22, // C FLASHSIZE_BASE
      flashSizesKiB: [64, 256, 512], // C FLASH_END of 730; letters 8, C, E
      uidAt: 0x1FF0_7A10, // C UID_BASE
      otp: { at: 0x1FF0_7800, length: 512, lockAt: 0x1FF0_7A00, lockLength: 16 }, // C FLASH_OTP_BASE, _END
      systemMemory: SYSTEM_MEMORY_F72,
      optionBytes: { at: 0x1FFF_0000, length: 0x30 }, // last word pair at 1FFF0028: PCROP_RDP
      sectors: "4x16K 1x64K 3x128K",
      ram: [
        { name: "ITCM", at: 0x0000_0000, length: 16 * 1024, tcm: true },
        { name: "DTCM", at: 0x2000_0000, length: 64 * 1024, tcm: true },
        { name: "SRAM1", at: 0x2001_0000, length: 176 * 1024 }, // C SRAM1_BASE
        { name: "SRAM2", at: 0x2003_C000, length: 16 * 1024 }, // C SRAM2_BASE
      ],
      registerFields: { SR: { RDERR: 8 }, CR: { RDERRIE: 26 } }, // C stm32f722xx.h
      options: {
        ...commonLow,
        nWRP: { ...nWRP, bits: [23, 16] },
        ...commonHigh,
        BOOT_ADD0: { ...boot0, values: BOOT_F72 },
        BOOT_ADD1: { ...boot1, values: BOOT_F72 },
        PCROP: {
          register: "OPTCR2",
          bits: [7, 0],
          means: "sectors whose code may run but not be read (1 = may not)",
          sectors: { when: 1, stops: "read" }, // H FLASH_OB_PCROP_Config sets bits to protect
          guarded: "a sector closed by it is opened only by an RDP regression that erases it",
        },
        PCROP_RDP: {
          register: "OPTCR2",
          bits: 31,
          means: "whether an RDP regression erases the sectors of PCROP too",
          values: { 0: "keeps them", 1: "erases them" }, // H OB_PCROP_RDP_*
          guarded: "with it the next RDP regression erases the protected code",
        },
      },
      // B stm32f4.c; OPTCR2 is left out: B says 00000000, ST's SVD 800000FF
      factory: { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080 },
      untouched: ["OPTCR2"],
    },
    {
      devId: 0x449, // O, B
      name: "STM32F74x/F75x",
      matches: ["stm32f74", "stm32f75"],
      // deno-fmt-ignore
      parts: [ // C stm32f7xx.h, P
        "stm32f745ie", "stm32f745ig", "stm32f745ve", "stm32f745vg", "stm32f745ze", "stm32f745zg",
        "stm32f746be", "stm32f746bg", "stm32f746ie", "stm32f746ig", "stm32f746ne", "stm32f746ng",
        "stm32f746ve", "stm32f746vg", "stm32f746ze", "stm32f746zg", "stm32f750n8", "stm32f750v8",
        "stm32f750z8", "stm32f756bg", "stm32f756ig", "stm32f756ng", "stm32f756vg", "stm32f756zg",
      ],
      revisions: { 0x1000: "A", 0x1001: "Z" }, // O stm32f2x.c
      manual: "RM0385",
      flashSizeAt: 0x1FF0_F442, // C FLASHSIZE_BASE
      flashSizesKiB: [64, 512, 1024], // letters 8, E, G
      uidAt: 0x1FF0_F420, // C UID_BASE
      otp: { at: 0x1FF0_F000, length: 1024, lockAt: 0x1FF0_F400, lockLength: 16 },
      systemMemory: SYSTEM_MEMORY,
      optionBytes: { at: 0x1FFF_0000, length: 0x20 }, // last word pair at 1FFF0018: BOOT_ADD1
      sectors: "4x32K 1x128K 3x256K",
      ram: [
        { name: "ITCM", at: 0x0000_0000, length: 16 * 1024, tcm: true },
        { name: "DTCM", at: 0x2000_0000, length: 64 * 1024, tcm: true },
        { name: "SRAM1", at: 0x2001_0000, length: 240 * 1024 },
        { name: "SRAM2", at: 0x2004_C000, length: 16 * 1024 },
      ],
      options: {
        ...commonLow,
        nWRP: { ...nWRP, bits: [23, 16] },
        ...commonHigh,
        BOOT_ADD0: { ...boot0, values: BOOT_F74 },
        BOOT_ADD1: { ...boot1, values: BOOT_F74 },
      },
      factory: { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080 }, // B; never ST's SVD (0FFFAAED is the F4's)
    },
    {
      devId: 0x451, // O, B
      name: "STM32F76x/F77x",
      matches: ["stm32f76", "stm32f77"],
      // deno-fmt-ignore
      parts: [ // C stm32f7xx.h, P
        "stm32f765bg", "stm32f765bi", "stm32f765ig", "stm32f765ii", "stm32f765ng", "stm32f765ni",
        "stm32f765vg", "stm32f765vi", "stm32f765zg", "stm32f765zi", "stm32f767bg", "stm32f767bi",
        "stm32f767ig", "stm32f767ii", "stm32f767ng", "stm32f767ni", "stm32f767vg", "stm32f767vi",
        "stm32f767zg", "stm32f767zi", "stm32f768ai", "stm32f769ag", "stm32f769ai", "stm32f769bg",
        "stm32f769bi", "stm32f769ig", "stm32f769ii", "stm32f769ng", "stm32f769ni", "stm32f777bi",
        "stm32f777ii", "stm32f777ni", "stm32f777vi", "stm32f777zi", "stm32f778ai", "stm32f779ai",
        "stm32f779bi", "stm32f779ii", "stm32f779ni",
      ],
      revisions: { 0x1000: "A", 0x1001: "Z" }, // O stm32f2x.c
      manual: "RM0410",
      flashSizeAt: 0x1FF0_F442,
      flashSizesKiB: [1024, 2048], // letters G, I
      uidAt: 0x1FF0_F420,
      otp: { at: 0x1FF0_F000, length: 1024, lockAt: 0x1FF0_F400, lockLength: 16 },
      systemMemory: SYSTEM_MEMORY,
      optionBytes: { at: 0x1FFF_0000, length: 0x20 },
      sectors: "4x32K 1x128K 7x256K",
      dualBankSectors: "4x16K 1x64K 7x128K",
      ram: [
        { name: "ITCM", at: 0x0000_0000, length: 16 * 1024, tcm: true },
        { name: "DTCM", at: 0x2000_0000, length: 128 * 1024, tcm: true },
        { name: "SRAM1", at: 0x2002_0000, length: 368 * 1024 },
        { name: "SRAM2", at: 0x2007_C000, length: 16 * 1024 },
      ],
      registerFields: { CR: { MER2: 15 } }, // C stm32f767xx.h
      options: {
        ...commonLow,
        nWRP: { ...nWRP, bits: [27, 16] }, // H: in dual-bank mode one bit for two sectors
        nDBOOT: {
          register: "OPTCR",
          bits: 28,
          means: "whether the ROM boot loader picks the bank",
          values: { 0: "dual boot", 1: "boot address decides" }, // H OB_DUAL_BOOT_*
        },
        nDBANK: {
          register: "OPTCR",
          bits: 29,
          means: "flash as one bank or two",
          values: { 0: "two banks", 1: "one bank" }, // H OB_NDBANK_*
          coldStart: true,
        },
        ...commonHigh,
        BOOT_ADD0: { ...boot0, values: BOOT_F76 },
        BOOT_ADD1: { ...boot1, values: BOOT_F76 },
      },
      factory: { OPTCR: 0xFFFF_AAFD, OPTCR1: 0x0040_0080 }, // B
    },
  ],
  flash: {
    kind: "sector",
    at: 0x0800_0000, // C FLASHAXI_BASE
    aliases: [{ name: "ITCM", at: 0x0020_0000 }], // C FLASHITCM_BASE
    base: 0x4002_3C00, // C FLASH_R_BASE
    keys: [0x4567_0123, 0xCDEF_89AB], // H FLASH_KEY1, FLASH_KEY2
    optionKeys: [0x0819_2A3B, 0x4C5D_6E7F], // H FLASH_OPT_KEY1, FLASH_OPT_KEY2
    registers: { // C FLASH_TypeDef and FLASH_*_Pos
      ACR: [0x00, { LATENCY: [3, 0], PRFTEN: 8, ARTEN: 9, ARTRST: 11 }],
      KEYR: [0x04, {}],
      OPTKEYR: [0x08, {}],
      SR: [0x0C, { EOP: 0, OPERR: 1, WRPERR: 4, PGAERR: 5, PGPERR: 6, ERSERR: 7, BSY: 16 }],
      CR: [0x10, {
        PG: 0,
        SER: 1,
        MER: 2,
        SNB: [7, 3], // H FLASH_Erase_Sector: five bits on all parts
        PSIZE: [9, 8],
        STRT: 16,
        EOPIE: 24,
        ERRIE: 25,
        LOCK: 31,
      }],
      OPTCR: [0x14, { OPTLOCK: 0, OPTSTRT: 1 }],
      OPTCR1: [0x18, {}],
      OPTCR2: [0x1C, {}], // F72x/F73x only: C
    },
    errors: {
      WRPERR: "flash-write-protected",
      PGAERR: "flash-misaligned",
      PGPERR: "flash-wrong-width",
      ERSERR: "flash-wrong-sequence",
      OPERR: "flash-operation-failed",
      RDERR: "flash-code-read",
    },
    parallelism: [ // H FLASH_VOLTAGE_RANGE_1 … _3; x64 needs VPP on the board and is never used
      { psize: 0, bytes: 1, fromVolts: 1.7 }, // H: 1.8 V; the datasheets' least supply is 1.7 V (recalled)
      { psize: 1, bytes: 2, fromVolts: 2.1 },
      { psize: 2, bytes: 4, fromVolts: 2.7 },
    ],
    programMaxUs: 100, // cross-checked by two sources; typical 16 (recalled, DS10916)
    eraseTypMs: { // recalled, DS10916; 16K … 128K of F72x and dual-bank mode: as the next size up
      "16K": [400, 250, 200],
      "32K": [400, 250, 200],
      "64K": [1100, 800, 500],
      "128K": [1100, 800, 500],
      "256K": [2100, 1500, 1000],
    },
    eraseMaxMs: { // x8 of 32K, 128K, 256K cross-checked; x16 and x32 recalled; the others as bounds
      "16K": [800, 600, 500],
      "32K": [800, 600, 500],
      "64K": [2400, 1400, 1100],
      "128K": [2400, 1400, 1100],
      "256K": [4000, 2600, 2000],
    },
    massEraseMaxMs: 32_000, // 2 MiB at x8, O's budget is 33 s
    optionsMaxMs: 33_000, // O: an RDP regression erases everything first
  },
  readProtection: { field: "RDP", level0: 0xAA, level1: 0x55, level2: 0xCC }, // H OB_RDP_LEVEL_*
  debug: {
    freeze: [ // O stm32f7x.cfg examine-end; C DBGMCU_CR, DBGMCU_APB1_FZ
      { at: 0xE004_2004, set: 0x0000_0007, name: "DBG_SLEEP, DBG_STOP, DBG_STANDBY" },
      { at: 0xE004_2008, set: 0x0000_1800, name: "DBG_WWDG_STOP, DBG_IWDG_STOP" },
    ],
    peripherals: [
      {
        at: 0xE004_2008, // C DBGMCU_APB1_FZ_*_Pos
        bits: {
          TIM2: 0,
          TIM3: 1,
          TIM4: 2,
          TIM5: 3,
          TIM6: 4,
          TIM7: 5,
          TIM12: 6,
          TIM13: 7,
          TIM14: 8,
          LPTIM1: 9,
          RTC: 10,
          I2C1: 21,
          I2C2: 22,
          I2C3: 23,
          I2C4: 24,
          CAN1: 25,
          CAN2: 26,
        },
      },
      {
        at: 0xE004_200C, // C DBGMCU_APB2_FZ_*_Pos
        bits: { TIM1: 0, TIM8: 1, TIM9: 16, TIM10: 17, TIM11: 18 },
      },
    ],
  },
  resetCauses: {
    at: 0x4002_3874, // C RCC_BASE + offset of CSR
    fields: {
      BORRSTF: 25,
      PINRSTF: 26,
      PORRSTF: 27,
      SFTRSTF: 28,
      IWDGRSTF: 29,
      WWDGRSTF: 30,
      LPWRRSTF: 31,
    },
  },
} as const satisfies Family;
