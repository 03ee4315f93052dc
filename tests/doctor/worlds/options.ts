/** Option bytes that no scenario of the bench has. */
import * as p from "../programs.ts";
import { F722, F767, flashOf, HALT, optcr, optcr1, running, UNDER, type World } from "./kit.ts";

/** Programs this OPTCR, and writes a new part's into the register without starting. */
const programmedAndBack = (word: number): NonNullable<World["then"]> => (c) => {
  c.debugWrite(0x4002_3C08, 4, 0x0819_2A3B);
  c.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
  c.debugWrite(0x4002_3C14, 4, word);
  c.debugWrite(0x4002_3C14, 4, word + 2);
  c.time.advance(2e9);
  c.debugWrite(0x4002_3C14, 4, 0xC0FF_AAFC);
  c.debugWrite(0x4002_3C14, 4, 0xC0FF_AAFD);
};

/** See the head of the file. */
export const OPTION_WORLDS: Readonly<Record<string, World>> = {
  "F767 as OpenOCD's F4 code would leave it": {
    board: F767,
    ...optcr(0x0FFF_AAED),
    wants: [
      22,
      "proven:optcr-f4-value proven:wwdg-hardware likely:boot-loader-stays | dual-boot dual-bank",
    ],
  },
  "F722 as OpenOCD's F4 code would leave it": {
    board: F722,
    ...optcr(0x00FF_AAED),
    wants: [22, "proven:optcr-f4-value proven:wwdg-hardware"],
  },
  "RDP1 and IWDG": {
    image: running,
    rdp: 0x55,
    clearOptcr: 0x20,
    wants: [11, "proven:rdp1 proven:iwdg-hardware"],
  },
  "RDP 0x00": { image: running, rdp: 0x00, wants: [11, "proven:rdp1"] },
  "RDP 0xFF by a tool": {
    image: running,
    rdp: 0xFF,
    wants: [11, "proven:rdp1 likely:options-mismatch"],
  },
  "WRP and blank": {
    clearOptcr: 0x3F_0000,
    wants: [11, "proven:wrp proven:flash-blank proven:lockup"],
  },
  "F767 WRP in two banks": {
    board: F767,
    image: running,
    clearOptcr: 0x2001_0000,
    wants: [11, "proven:wrp | dual-bank"],
  },
  "F767 WRP 8..11": {
    board: F767,
    image: running,
    clearOptcr: 0x0F00_0000,
    wants: [11, "proven:wrp"],
  },
  "F767 nDBOOT alone": {
    board: F767,
    image: running,
    clearOptcr: 0x1000_0000,
    wants: [0, "| options-not-factory"],
  },
  "F767 dual boot": {
    board: F767,
    image: running,
    clearOptcr: 0x3000_0000,
    wants: [22, "likely:boot-loader-stays | dual-boot dual-bank"],
  },
  "boot: flash over AXIM": { ...optcr1(0x0040_2000), wants: [0, ""] },
  "boot: 2nd sector, nothing there": {
    ...optcr1(0x0040_2002),
    wants: [22, "proven:boot-beside-program proven:lockup"],
  },
  "boot: ITCM view of the 2nd sector, nothing there": {
    ...optcr1(0x0040_0082),
    wants: [22, "proven:boot-beside-program proven:lockup"],
  },
  "boot: program at the 2nd sector only, and so told": {
    image: flashOf([0x8000, running]),
    options: { OPTCR1: 0x0040_2002 },
    wants: [0, ""],
  },
  "program at the 2nd sector only, boot at the first": {
    image: flashOf([0x8000, running]),
    wants: [22, "proven:program-elsewhere proven:lockup"],
  },
  "boot: DTCM": {
    ...optcr1(0x0040_8000),
    wants: [22, "proven:boot-elsewhere proven:lockup"],
  },
  "boot: SRAM2": {
    ...optcr1(0x0040_8013),
    wants: [22, "proven:boot-elsewhere proven:lockup"],
  },
  "boot: ITCM RAM": {
    ...optcr1(0x0040_0000),
    wants: [22, "proven:boot-elsewhere proven:lockup"],
  },
  "boot: system memory over AXIM": { ...optcr1(0x0040_7FC0), wants: [22, "proven:boot-elsewhere"] },
  "boot: outside of memory": { ...optcr1(0x0040_3000), wants: [22, "proven:boot-nowhere"] },
  "boot: behind the flash": { ...optcr1(0x0040_2040), wants: [22, "proven:boot-nowhere"] },
  "boot: BOOT_ADD0 erased only": { ...optcr1(0x0040_FFFF), wants: [22, "proven:boot-add-erased"] },
  "boot: BOOT_ADD1 erased only": { ...optcr1(0xFFFF_0080), wants: [0, "| options-not-factory"] },
  "boot: BOOT_ADD1 elsewhere": { ...optcr1(0x2000_0080), wants: [0, "| options-not-factory"] },
  "BOOT0 high": { image: running, boot0: true, wants: [22, "likely:boot-loader-runs"] },
  "BOOT0 high, halted": {
    image: running,
    boot0: true,
    wish: HALT,
    wants: [22, "proven:boot-loader-runs"],
  },
  "BOOT0 high, BOOT_ADD1 where nothing is": {
    ...optcr1(0x3000_0080),
    boot0: true,
    wants: [22, "proven:lockup likely:boot-pin-high | options-not-factory"],
  },
  "BOOT0 high, BOOT_ADD1 in SRAM": {
    ...optcr1(0x8004_0080),
    boot0: true,
    wants: [22, "proven:lockup likely:boot-pin-high | options-not-factory"],
  },
  "BOOT0 high, BOOT_ADD1 at the program": {
    ...optcr1(0x2000_0080),
    boot0: true,
    wants: [0, "| options-not-factory"],
  },
  "nRST_STOP, Stop": {
    image: { reset: p.STOP_LATER },
    clearOptcr: 0x40,
    wants: [22, "proven:low-power-reset | options-not-factory"],
  },
  "nRST_STOP, no Stop": { image: running, clearOptcr: 0x40, wants: [0, "| options-not-factory"] },
  "nRST_STDBY, Standby": {
    image: { reset: p.STANDBY },
    clearOptcr: 0x80,
    wants: [22, "proven:low-power-reset | options-not-factory"],
  },
  "IWDG_STOP and IWDG_STDBY": {
    image: running,
    clearOptcr: 0xC000_0000,
    wants: [0, "| options-not-factory"],
  },
  "BOR 3 at 3.25 V": { image: running, clearOptcr: 0x0C, wants: [0, "| options-not-factory"] },
  "BOR 3 at 2.75 V": {
    image: running,
    clearOptcr: 0x0C,
    volts: 2.75,
    wants: [22, "likely:bor-near-supply | options-not-factory"],
  },
  "BOR 3 at 2.5 V": {
    image: running,
    clearOptcr: 0x0C,
    volts: 2.5,
    wants: [
      21,
      "possible:swd-closed possible:rdp2 possible:swd-wires possible:bor-above-supply | supply-narrows-flash",
    ],
  },
  "BOR 2 at 2.2 V": {
    image: running,
    clearOptcr: 0x08,
    volts: 2.2,
    wants: [
      21,
      "possible:swd-closed possible:rdp2 possible:swd-wires possible:bor-above-supply | supply-narrows-flash",
    ],
  },
  "option word 1 mismatched": {
    image: running,
    damage: (c) => c.options.storage[1]! ^= 1,
    wants: [0, "| option-word-unmatched"],
  },
  "option word 2 mismatched": {
    image: running,
    damage: (c) => c.options.storage[2]! ^= 1,
    wants: [22, "proven:options-damaged proven:boot-add-erased"],
  },
  "option word 3 mismatched": {
    image: running,
    damage: (c) => c.options.storage[3]! ^= 1,
    wants: [22, "proven:options-damaged | options-not-factory"],
  },
  "F722 OPTCR2 erased": {
    board: F722,
    image: running,
    damage: (c) => c.options.storage.fill(0xFFFF_FFFF, 4),
    wants: [11, "proven:pcrop proven:lockup | options-not-factory"],
  },
  "F722 all options erased": {
    board: F722,
    image: running,
    damage: (c) => c.options.storage.fill(0xFFFF_FFFF),
    wants: [11, "proven:options-erased proven:rdp1 proven:pcrop proven:boot-add-erased"],
  },
  "F722 PCROP of all sectors, kept by a regression": {
    board: F722,
    image: running,
    options: { OPTCR2: 0xFF },
    wants: [11, "proven:pcrop proven:lockup"],
  },
  "F722 the same at RDP level 1": {
    board: F722,
    image: running,
    rdp: 0x55,
    options: { OPTCR2: 0xFF },
    wants: [11, "proven:rdp1 proven:pcrop"],
  },
  "F722 PCROP of the first sector, given up by a regression": {
    board: F722,
    image: running,
    options: { OPTCR2: 0x8000_0001 },
    wants: [11, "proven:pcrop proven:lockup | options-not-factory"],
  },
  "F722 PCROP_RDP alone": {
    board: F722,
    image: running,
    options: { OPTCR2: 0x8000_0000 },
    wants: [0, "| options-not-factory"],
  },
  "F722 PCROP of the first sector": {
    board: F722,
    image: running,
    options: { OPTCR2: 1 },
    wants: [11, "proven:pcrop proven:lockup"],
  },
  "F767 options erased": {
    board: F767,
    image: running,
    damage: (c) => c.options.storage.fill(0xFFFF_FFFF),
    wants: [11, "proven:options-erased proven:rdp1 proven:boot-add-erased"],
  },
  "OPTCR all zeros but RDP": {
    ...optcr(0x0000_AA00),
    wants: [22, "proven:wwdg-hardware proven:iwdg-hardware proven:wrp | options-not-factory"],
  },
  "all option words zero": {
    image: running,
    damage: (c) => c.options.storage.fill(0xFFFF_0000),
    wants: [
      11,
      "proven:rdp1 proven:wwdg-hardware proven:iwdg-hardware proven:wrp proven:boot-elsewhere | options-not-factory",
    ],
  },
  "written, not started: WRP in the register only": {
    image: running,
    then: (c) => {
      c.debugWrite(0x4002_3C08, 4, 0x0819_2A3B);
      c.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
      c.debugWrite(0x4002_3C14, 4, 0xC0FC_AAFC);
      c.debugWrite(0x4002_3C14, 4, 0xC0FC_AAFD);
    },
    wants: [11, "proven:wrp | options-pending"],
  },
  "written, not started: hardware WWDG in the register only": {
    image: running,
    then: (c) => {
      c.debugWrite(0x4002_3C08, 4, 0x0819_2A3B);
      c.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
      c.debugWrite(0x4002_3C14, 4, 0xC0FF_AAEC);
    },
    wants: [0, "| options-pending"],
  },
  "programmed, not loaded: RDP level 2": {
    image: running,
    then: (c) => {
      c.debugWrite(0x4002_3C08, 4, 0x0819_2A3B);
      c.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
      c.debugWrite(0x4002_3C14, 4, 0xC0FF_CCFC);
      c.debugWrite(0x4002_3C14, 4, 0xC0FF_CCFE);
      c.time.advance(2e9);
    },
    wants: [11, "proven:rdp2-pending"],
  },
  "programmed, not loaded, register put back: RDP level 2": {
    image: running,
    then: programmedAndBack(0xC0FF_CCFC),
    wants: [11, "proven:rdp2-pending"],
  },
  "the same under reset": {
    image: running,
    then: programmedAndBack(0xC0FF_CCFC),
    wish: UNDER,
    wants: [11, "proven:rdp2-pending"],
  },
  "programmed, not loaded, register put back: RDP level 1": {
    image: running,
    then: programmedAndBack(0xC0FF_55FC),
    wants: [11, "proven:rdp1-pending"],
  },
  "the same, under reset": {
    image: running,
    then: programmedAndBack(0xC0FF_55FC),
    wish: UNDER,
    wants: [11, "proven:rdp1-pending"],
  },
  "written, not loaded: RDP level 2": {
    image: running,
    then: (c) => {
      c.debugWrite(0x4002_3C08, 4, 0x0819_2A3B);
      c.debugWrite(0x4002_3C08, 4, 0x4C5D_6E7F);
      c.debugWrite(0x4002_3C14, 4, 0xC0FF_CCFC);
    },
    wants: [11, "proven:rdp2-asked | options-pending"],
  },
};
