/**
 * Small firmware that scenarios find in flash. Thumb code as halfwords, each with its assembly; checked
 * against `arm-none-eabi-as` in tests/sim/scenario_test.ts.
 */

/** A program: assembly and what it assembles to. */
export interface Program {
  readonly assembly: string;
  readonly halfwords: readonly number[];
}

/** waits for ever */
export const LOOP: Program = { assembly: "b .", halfwords: [0xE7FE] };

/** switches the SWD pins to analog */
export const SWD_OFF: Program = {
  assembly: `
    ldr r0, rcc_ahb1enr
    ldr r1, [r0]
    movs r2, #1
    orrs r1, r2
    str r1, [r0]
    ldr r0, gpioa_moder
    ldr r1, [r0]
    mov.w r2, #0x3C000000
    orrs r1, r2
    str r1, [r0]
    b .
    .align 2
    rcc_ahb1enr: .word 0x40023830
    gpioa_moder: .word 0x40020000`,
  // deno-fmt-ignore
  halfwords: [
    0x4805, 0x6801, 0x2201, 0x4311, 0x6001, 0x4804, 0x6801, 0xF04F, 0x5270, 0x4311, 0x6001, 0xE7FE,
    0x3830, 0x4002, 0x0000, 0x4002,
  ],
};

/** sleeps in Stop mode */
export const STOP: Program = {
  assembly: `
    ldr r0, scb_scr
    movs r1, #4
    str r1, [r0]
    again: wfi
    b again
    .align 2
    scb_scr: .word 0xE000ED10`,
  halfwords: [0x4802, 0x2104, 0x6001, 0xBF30, 0xE7FD, 0xBF00, 0xED10, 0xE000],
};

/** reads where nothing answers: bus fault, escalated to HardFault */
export const BAD_READ: Program = {
  assembly: `
    movs r0, #0x60
    lsls r0, r0, #24
    ldr r1, [r0]
    b .`,
  halfwords: [0x2060, 0x0600, 0x6801, 0xE7FE],
};

/** an undefined instruction; as the HardFault handler it locks the core up */
export const UNDEFINED: Program = { assembly: "udf #0", halfwords: [0xDE00] };

/** writes to flash over its ITCM view, which can only be read */
export const ITCM_WRITE: Program = {
  assembly: `
    movs r0, #0x20
    lsls r0, r0, #16
    str r0, [r0]
    b .`,
  halfwords: [0x2020, 0x0400, 0x6000, 0xE7FE],
};

/** resets itself through AIRCR after some ms */
export const SELF_RESET: Program = {
  assembly: `
    movw r1, #0xFFFF
    again: subs r1, #1
    bne again
    ldr r0, scb_aircr
    ldr r1, vectkey
    str r1, [r0]
    b .
    .align 2
    scb_aircr: .word 0xE000ED0C
    vectkey: .word 0x05FA0004`,
  // deno-fmt-ignore
  halfwords: [
    0xF64F, 0x71FF, 0x3901, 0xD1FD, 0x4801, 0x4902, 0x6001, 0xE7FE, 0xED0C, 0xE000, 0x0004, 0x05FA,
  ],
};

/** starts the independent watchdog at 12.5 ms and forgets it */
export const HUNGRY_DOG: Program = {
  assembly: `
    ldr r0, iwdg_kr
    movw r1, #0x5555
    str r1, [r0]
    movs r2, #99
    str r2, [r0, #8]
    movw r1, #0xCCCC
    str r1, [r0]
    b .
    .align 2
    iwdg_kr: .word 0x40003000`,
  // deno-fmt-ignore
  halfwords: [
    0x4804, 0xF245, 0x5155, 0x6001, 0x2263, 0x6082, 0xF64C, 0x41CC, 0x6001, 0xE7FE, 0x3000, 0x4000,
  ],
};

/** vectors 1 … 113: 15 of the core, 98 and more interrupts (stm32f746xx.h IRQn_Type ends at 97, F76x at 109) */
const VECTORS = 16 + 110;
const CODE_AT = 0x200;
const FAULT_AT = 0x280;

/** What a small image is made of. */
export interface SmallImage {
  readonly reset: Program;
  /** handler of HardFault and everything else; a loop when absent */
  readonly fault?: Program;
  /** first word of the table; the end of the smallest DTCM when absent */
  readonly sp?: number;
  /** second word; the reset code when absent */
  readonly resetVector?: number;
}

/** The bytes to put at `at`. */
export function smallImage(image: SmallImage, at = 0x0800_0000): Uint8Array {
  const bytes = new Uint8Array(FAULT_AT + 0x40).fill(0xFF);
  const view = new DataView(bytes.buffer);
  const code = (offset: number, p: Program) =>
    p.halfwords.forEach((h, i) => view.setUint16(offset + 2 * i, h, true));
  view.setUint32(0, image.sp ?? 0x2001_0000, true);
  for (let i = 1; i < VECTORS; i++) view.setUint32(4 * i, at + FAULT_AT + 1, true);
  view.setUint32(4, image.resetVector ?? at + CODE_AT + 1, true);
  code(CODE_AT, image.reset);
  code(FAULT_AT, image.fault ?? LOOP);
  return bytes;
}
