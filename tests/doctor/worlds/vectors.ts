/** Vector tables. */
import { LOOP, smallImage } from "../../../src/sim/boards/firmware.ts";
import * as p from "../programs.ts";
import { flashOf, running, tableOf, type World } from "./kit.ts";

/** See the head of the file. */
export const VECTOR_WORLDS: Readonly<Record<string, World>> = {
  "SP odd": { image: { reset: LOOP, sp: 0x2001_0002 }, wants: [22, "likely:vector-stack"] },
  "SP at the end of RAM": { image: { reset: LOOP, sp: 0x2005_0000 }, wants: [0, ""] },
  "SP behind the end of RAM": {
    image: { reset: p.LOADS_FIRST, sp: 0x2005_0008 },
    wants: [22, "proven:vector-stack proven:hardfault"],
  },
  "SP at the start of RAM": {
    image: { reset: p.LOADS_FIRST, sp: 0x2000_0000 },
    wants: [22, "proven:vector-stack proven:hardfault"],
  },
  "SP in ITCM": { image: { reset: LOOP, sp: 0x4000 }, wants: [0, ""] },
  "SP zero": {
    image: { reset: p.LOADS_FIRST, sp: 0 },
    wants: [22, "proven:vector-stack proven:hardfault"],
  },
  "SP in SDRAM": {
    image: { reset: p.LOADS_FIRST, sp: 0xC000_1000 },
    wants: [22, "proven:vector-stack proven:hardfault"],
  },
  "SP blank, reset good": {
    image: { reset: LOOP, sp: 0xFFFF_FFFF },
    wants: [22, "proven:vector-stack"],
  },
  "reset vector blank, SP good": {
    image: { reset: LOOP, resetVector: 0xFFFF_FFFF },
    wants: [22, "proven:vector-reset proven:hardfault"],
  },
  "reset vector into erased flash": {
    image: { reset: LOOP, resetVector: 0x0800_9001 },
    wants: [22, "proven:vector-erased proven:hardfault"],
  },
  "reset vector behind flash": {
    image: { reset: LOOP, resetVector: 0x0810_0001 },
    wants: [22, "proven:vector-reset proven:hardfault"],
  },
  "reset vector over ITCM": { image: { reset: LOOP, resetVector: 0x0020_0201 }, wants: [0, ""] },
  "reset vector in RAM": {
    image: { reset: LOOP, resetVector: 0x2000_0001 },
    wants: [22, "proven:vector-ram proven:hardfault"],
  },
  "reset vector in peripherals": {
    image: { reset: LOOP, resetVector: 0x4000_0001 },
    wants: [22, "proven:vector-reset proven:hardfault"],
  },
  "reset vector in system memory": {
    image: { reset: LOOP, resetVector: 0x1FF0_0101 },
    wants: [22, "proven:vector-reset"],
  },
  "reset vector zero": {
    image: { reset: LOOP, resetVector: 0 },
    wants: [22, "proven:vector-thumb proven:hardfault"],
  },
  "table all zeros": {
    image: new Uint8Array(1024),
    wants: [22, "proven:vector-stack proven:vector-thumb proven:lockup"],
  },
  "reset vector even, and nowhere": {
    image: tableOf(1, 0x0102_0008),
    wants: [22, "proven:vector-reset proven:hardfault"],
  },
  "linked for the 2nd sector, programmed at the first": {
    image: smallImage(running, 0x0800_8000),
    wants: [22, "proven:vector-erased proven:lockup"],
  },
  "HardFault vector blank, fault at once": {
    image: (() => {
      const bytes = tableOf(2, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF);
      bytes.set([0x00, 0xDE], 0x200);
      return bytes;
    })(),
    wants: [22, "proven:lockup"],
  },
  "HardFault vector even, fault at once": {
    image: (() => {
      const bytes = tableOf(2, 0x0800_0280, 0x0800_0280);
      bytes.set([0x00, 0xDE], 0x200);
      return bytes;
    })(),
    wants: [22, "proven:lockup"],
  },
  "at the 5th sector, linked for the 2nd": {
    image: (() => {
      const bytes = flashOf();
      bytes.set(smallImage(running, 0x0800_8000), 0x2_0000);
      return bytes;
    })(),
    wants: [22, "proven:image-misplaced proven:lockup"],
  },
  "VTOR moved to ITCM RAM, where no table is": {
    image: { reset: p.VTOR_ITCM },
    wants: [22, "proven:vectors-moved proven:lockup"],
  },
  "VTOR moved to SRAM with its table, and a fault": {
    image: { reset: p.VTOR_COPIED },
    wants: [22, "proven:hardfault"],
  },
  "an ELF file, written as it is": {
    image: new TextEncoder().encode("\x7fELF\x01\x01\x01" + "\0".repeat(1017)),
    wants: [22, "proven:vector-stack proven:vector-reset proven:lockup"],
  },
  "an Intel HEX file, written as it is": {
    image: new TextEncoder().encode(":020000040800F2\n:1000000000000520C1010008\n".repeat(20)),
    wants: [22, "proven:vector-stack proven:vector-reset proven:lockup"],
  },
};
