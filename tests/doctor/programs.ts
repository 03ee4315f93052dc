/** Programs that go wrong, or only look so: assembly, and the halfwords the assembler makes of it. */
import type { Program } from "../../src/sim/boards/firmware.ts";

/** sleeps with WFI, debugging stays reachable */
export const WFI_SLEEP: Program = {
  assembly: `
    again: wfi
    b again`,
  // deno-fmt-ignore
  halfwords: [0xBF30, 0xE7FD],
};

/** enters Standby: PDDS and SLEEPDEEP */
export const STANDBY: Program = {
  assembly: `
    ldr r0, rcc_apb1enr
    ldr r1, [r0]
    mov.w r2, #0x10000000
    orrs r1, r2
    str r1, [r0]
    ldr r0, pwr_cr1
    ldr r1, [r0]
    movs r2, #2
    orrs r1, r2
    str r1, [r0]
    ldr r0, scb_scr
    movs r1, #4
    str r1, [r0]
    again: wfi
    b again
    .align 2
    rcc_apb1enr: .word 0x40023840
    pwr_cr1: .word 0x40007000
    scb_scr: .word 0xE000ED10`,
  // deno-fmt-ignore
  halfwords: [0x4807, 0x6801, 0xF04F, 0x5280, 0x4311, 0x6001, 0x4805, 0x6801, 0x2202, 0x4311, 0x6001, 0x4804, 0x2104, 0x6001, 0xBF30, 0xE7FD, 0x3840, 0x4002, 0x7000, 0x4000, 0xED10, 0xE000],
};

/** takes only PA14 (SWCLK) */
export const SWCLK_OFF: Program = {
  assembly: `
    ldr r0, rcc_ahb1enr
    ldr r1, [r0]
    movs r2, #1
    orrs r1, r2
    str r1, [r0]
    ldr r0, gpioa_moder
    ldr r1, [r0]
    mov.w r2, #0x30000000
    orrs r1, r2
    str r1, [r0]
    b .
    .align 2
    rcc_ahb1enr: .word 0x40023830
    gpioa_moder: .word 0x40020000`,
  // deno-fmt-ignore
  halfwords: [0x4805, 0x6801, 0x2201, 0x4311, 0x6001, 0x4804, 0x6801, 0xF04F, 0x5240, 0x4311, 0x6001, 0xE7FE, 0x3830, 0x4002, 0x0000, 0x4002],
};

/** loops with interrupts off */
export const BUSY: Program = {
  assembly: `
    cpsid i
    again: adds r0, #1
    b again`,
  // deno-fmt-ignore
  halfwords: [0xB672, 0x3001, 0xE7FD],
};

/** divides by zero with the trap on */
export const DIVIDE: Program = {
  assembly: `
    ldr r0, scb_ccr
    ldr r1, [r0]
    orr r1, r1, #0x10
    str r1, [r0]
    dsb
    movs r0, #0
    movs r1, #1
    udiv r1, r1, r0
    b .
    .align 2
    scb_ccr: .word 0xE000ED14`,
  // deno-fmt-ignore
  halfwords: [0x4805, 0x6801, 0xF041, 0x0110, 0x6001, 0xF3BF, 0x8F4F, 0x2000, 0x2101, 0xFBB1, 0xF1F0, 0xE7FE, 0xED14, 0xE000],
};

/** an unaligned word with the trap on */
export const UNALIGNED: Program = {
  assembly: `
    ldr r0, scb_ccr
    ldr r1, [r0]
    orr r1, r1, #0x08
    str r1, [r0]
    dsb
    movs r0, #0x20
    lsls r0, r0, #24
    adds r0, #1
    ldr r1, [r0]
    b .
    .align 2
    scb_ccr: .word 0xE000ED14`,
  // deno-fmt-ignore
  halfwords: [0x4805, 0x6801, 0xF041, 0x0108, 0x6001, 0xF3BF, 0x8F4F, 0x2020, 0x0600, 0x3001, 0x6801, 0xE7FE, 0xED14, 0xE000],
};

/** pushes until the stack leaves RAM */
export const OVERFLOW: Program = {
  assembly: `
    again: push {r0-r7}
    b again`,
  // deno-fmt-ignore
  halfwords: [0xB4FF, 0xE7FD],
};

/** jumps to an even address */
export const BAD_JUMP: Program = {
  assembly: `
    movs r0, #0
    bx r0`,
  // deno-fmt-ignore
  halfwords: [0x2000, 0x4700],
};

/** floating point with the coprocessor off */
export const FP_OFF: Program = {
  assembly: `
    .fpu fpv5-sp-d16
    vmov s0, r0
    b .`,
  // deno-fmt-ignore
  halfwords: [0xEE00, 0x0A10, 0xE7FE],
};

/** a breakpoint instruction with no debugger */
export const BREAKPOINT: Program = {
  assembly: `
    bkpt #0
    b .`,
  // deno-fmt-ignore
  halfwords: [0xBE00, 0xE7FE],
};

/** pends NMI for ever */
export const NMI_LOOP: Program = {
  assembly: `
    ldr r0, scb_icsr
    mov.w r1, #0x80000000
    str r1, [r0]
    b .
    .align 2
    scb_icsr: .word 0xE000ED04`,
  // deno-fmt-ignore
  halfwords: [0x4802, 0xF04F, 0x4100, 0x6001, 0xE7FE, 0xBF00, 0xED04, 0xE000],
};

/** an interrupt whose handler never returns */
export const SYSTICK_STUCK: Program = {
  assembly: `
    ldr r0, systick
    movs r1, #100
    str r1, [r0, #4]
    movs r1, #7
    str r1, [r0]
    b .
    .align 2
    systick: .word 0xE000E010`,
  // deno-fmt-ignore
  halfwords: [0x4802, 0x2164, 0x6041, 0x2107, 0x6001, 0xE7FE, 0xE010, 0xE000],
};

/** resets itself after about 300 ms */
export const SLOW_RESET: Program = {
  assembly: `
    movw r1, #0x0000
    movt r1, #0x0018
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
  halfwords: [0xF240, 0x0100, 0xF2C0, 0x0118, 0x3901, 0xD1FD, 0x4801, 0x4902, 0x6001, 0xE7FE, 0xED0C, 0xE000, 0x0004, 0x05FA],
};

/** starts the window watchdog and forgets it */
export const SOFT_WWDG: Program = {
  assembly: `
    ldr r0, rcc_apb1enr
    ldr r1, [r0]
    mov.w r2, #0x800
    orrs r1, r2
    str r1, [r0]
    ldr r0, wwdg_cr
    movs r1, #0xFF
    str r1, [r0]
    b .
    .align 2
    rcc_apb1enr: .word 0x40023840
    wwdg_cr: .word 0x40002C00`,
  // deno-fmt-ignore
  halfwords: [0x4804, 0x6801, 0xF44F, 0x6200, 0x4311, 0x6001, 0x4802, 0x21FF, 0x6001, 0xE7FE, 0x3840, 0x4002, 0x2C00, 0x4000],
};

/** starts the independent watchdog with its reset values (512 ms) */
export const SLOW_IWDG: Program = {
  assembly: `
    ldr r0, iwdg_kr
    movw r1, #0xCCCC
    str r1, [r0]
    b .
    .align 2
    iwdg_kr: .word 0x40003000`,
  // deno-fmt-ignore
  halfwords: [0x4802, 0xF64C, 0x41CC, 0x6001, 0xE7FE, 0xBF00, 0x3000, 0x4000],
};

/** starts the independent watchdog and feeds it */
export const FED_IWDG: Program = {
  assembly: `
    ldr r0, iwdg_kr
    movw r1, #0xCCCC
    str r1, [r0]
    movw r1, #0xAAAA
    again: str r1, [r0]
    mov.w r2, #0x40000
    wait: subs r2, #1
    bne wait
    b again
    .align 2
    iwdg_kr: .word 0x40003000`,
  // deno-fmt-ignore
  halfwords: [0x4805, 0xF64C, 0x41CC, 0x6001, 0xF64A, 0x21AA, 0x6001, 0xF44F, 0x2280, 0x3A01, 0xD1FD, 0xE7F9, 0x3000, 0x4000],
};

/** a read that its MPU forbids */
export const MPU_FAULT: Program = {
  assembly: `
    ldr r0, mpu
    movs r1, #5
    str r1, [r0]
    movs r1, #0
    str r1, [r0, #4]
    mov.w r1, #0x20000000
    str r1, [r0, #8]
    movw r1, #0x13
    str r1, [r0, #12]
    movs r1, #5
    str r1, [r0]
    dsb
    isb
    mov.w r0, #0x20000000
    ldr r1, [r0]
    b .
    .align 2
    mpu: .word 0xE000ED94`,
  // deno-fmt-ignore
  halfwords: [0x480A, 0x2105, 0x6001, 0x2100, 0x6041, 0xF04F, 0x5100, 0x6081, 0xF240, 0x0113, 0x60C1, 0x2105, 0x6001, 0xF3BF, 0x8F4F, 0xF3BF, 0x8F6F, 0xF04F, 0x5000, 0x6801, 0xE7FE, 0xBF00, 0xED94, 0xE000],
};

/** HardFault handler that clears the fault registers and loops */
export const HANDLER_CLEARS: Program = {
  assembly: `
    ldr r0, scb_cfsr
    ldr r1, [r0]
    str r1, [r0]
    ldr r1, [r0, #4]
    str r1, [r0, #4]
    b .
    .align 2
    scb_cfsr: .word 0xE000ED28`,
  // deno-fmt-ignore
  halfwords: [0x4802, 0x6801, 0x6001, 0x6841, 0x6041, 0xE7FE, 0xED28, 0xE000],
};

/** fault handler that goes on after the instruction */
export const HANDLER_SKIPS: Program = {
  assembly: `
    ldr r0, [sp, #24]
    adds r0, #2
    str r0, [sp, #24]
    bx lr`,
  // deno-fmt-ignore
  halfwords: [0x9806, 0x3002, 0x9006, 0x4770],
};

/** works for 2 ms, then Stop */
export const STOP_LATER: Program = {
  assembly: `
    movw r1, #0x2000
    again: subs r1, #1
    bne again
    ldr r0, scb_scr
    movs r1, #4
    str r1, [r0]
    more: wfi
    b more
    .align 2
    scb_scr: .word 0xE000ED10`,
  // deno-fmt-ignore
  halfwords: [0xF242, 0x0100, 0x3901, 0xD1FD, 0x4802, 0x2104, 0x6001, 0xBF30, 0xE7FD, 0xBF00, 0xED10, 0xE000],
};

/** uses the stack at once */
export const LOADS_FIRST: Program = {
  assembly: `
    push {r0, lr}
    b .`,
  // deno-fmt-ignore
  halfwords: [0xB501, 0xE7FE],
};

/** works for some 70 ms, then takes the SWD pins */
export const SWD_OFF_LATER: Program = {
  assembly: `
    movw r1, #0x1A80
    movt r1, #6
    again: subs r1, #1
    bne again
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
    0xF641, 0x2180, 0xF2C0, 0x0106, 0x3901, 0xD1FD, 0x4805, 0x6801, 0x2201, 0x4311, 0x6001, 0x4804,
    0x6801, 0xF04F, 0x5270, 0x4311, 0x6001, 0xE7FE, 0x3830, 0x4002, 0x0000, 0x4002,
  ],
};

/** closes the first 64 KiB of RAM, the stack's, by the MPU and reads there */
export const STACK_CLOSED: Program = {
  assembly: `
    ldr r0, mpu_rnr
    movs r1, #0
    str r1, [r0]
    ldr r1, dtcm
    str r1, [r0, #4]
    movs r1, #0x1F
    str r1, [r0, #8]
    movs r1, #5
    str r1, [r0, #-4]
    dsb
    isb
    ldr r1, dtcm
    ldr r1, [r1]
    b .
    .align 2
    mpu_rnr: .word 0xE000ED98
    dtcm: .word 0x20000000`,
  // deno-fmt-ignore
  halfwords: [
    0x4808, 0x2100, 0x6001, 0x4908, 0x6041, 0x211F, 0x6081, 0x2105, 0xF840, 0x1C04, 0xF3BF, 0x8F4F,
    0xF3BF, 0x8F6F, 0x4902, 0x6809, 0xE7FE, 0xBF00, 0xED98, 0xE000, 0x0000, 0x2000,
  ],
};

/** moves its vectors to ITCM RAM without a table there, and faults */
export const VTOR_ITCM: Program = {
  assembly: `
    ldr r0, scb_vtor
    movs r1, #0
    str r1, [r0]
    dsb
    udf #0
    .align 2
    scb_vtor: .word 0xE000ED08`,
  halfwords: [0x4802, 0x2100, 0x6001, 0xF3BF, 0x8F4F, 0xDE00, 0xED08, 0xE000],
};

/** copies its vectors to SRAM, moves there, and faults */
export const VTOR_COPIED: Program = {
  assembly: `
    ldr r0, flash
    ldr r1, sram
    mov.w r2, #0x200
    again: subs r2, #4
    ldr r3, [r0, r2]
    str r3, [r1, r2]
    bne again
    ldr r0, scb_vtor
    str r1, [r0]
    dsb
    udf #0
    .align 2
    flash: .word 0x08000000
    sram: .word 0x20020000
    scb_vtor: .word 0xE000ED08`,
  // deno-fmt-ignore
  halfwords: [
    0x4806, 0x4907, 0xF44F, 0x7200, 0x3A04, 0x5883, 0x508B, 0xD1FB, 0x4804, 0x6001, 0xF3BF, 0x8F4F,
    0xDE00, 0xBF00, 0x0000, 0x0800, 0x0000, 0x2002, 0xED08, 0xE000,
  ],
};

/** jumps to ST's boot loader */
export const JUMP_ROM: Program = {
  assembly: `
    ldr r0, rom
    ldr r1, [r0]
    mov sp, r1
    ldr r1, [r0, #4]
    bx r1
    .align 2
    rom: .word 0x1FF00000`,
  halfwords: [0x4802, 0x6801, 0x468D, 0x6841, 0x4708, 0xBF00, 0x0000, 0x1FF0],
};

/** erases sector 7 again and again */
export const ERASER: Program = {
  assembly: `
    ldr r0, flash
    ldr r1, key1
    str r1, [r0, #4]
    ldr r1, key2
    str r1, [r0, #4]
    erase: ldr r1, strt
    str r1, [r0, #16]
    busy: ldr r1, [r0, #12]
    tst r1, #0x10000
    bne busy
    b erase
    .align 2
    flash: .word 0x40023C00
    key1: .word 0x45670123
    key2: .word 0xCDEF89AB
    strt: .word 0x0001003A`,
  // deno-fmt-ignore
  halfwords: [
    0x4805, 0x4906, 0x6041, 0x4906, 0x6041, 0x4906, 0x6101, 0x68C1, 0xF411, 0x3F80, 0xD1FB, 0xE7F8,
    0x3C00, 0x4002, 0x0123, 0x4567, 0x89AB, 0xCDEF, 0x003A, 0x0001,
  ],
};

/** clears the reset flags, starts the independent watchdog at 12.5 ms and forgets it */
export const CLEARS_FLAGS: Program = {
  assembly: `
    ldr r0, rcc_csr
    mov r1, #0x01000000
    str r1, [r0]
    ldr r0, iwdg_kr
    movw r1, #0x5555
    str r1, [r0]
    movs r2, #99
    str r2, [r0, #8]
    movw r1, #0xCCCC
    str r1, [r0]
    b .
    .align 2
    rcc_csr: .word 0x40023874
    iwdg_kr: .word 0x40003000`,
  // deno-fmt-ignore
  halfwords: [
    0x4806, 0xF04F, 0x7180, 0x6001, 0x4805, 0xF245, 0x5155, 0x6001, 0x2263, 0x6082, 0xF64C, 0x41CC,
    0x6001, 0xE7FE, 0x3874, 0x4002, 0x3000, 0x4000,
  ],
};

/** writes to flash without FLASH_CR.PG */
export const NO_PG: Program = {
  assembly: `
    ldr r0, word
    str r0, [r0]
    b .
    .align 2
    word: .word 0x08010000`,
  halfwords: [0x4801, 0x6000, 0xE7FE, 0xBF00, 0x0000, 0x0801],
};
