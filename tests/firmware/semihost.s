@ A program that says the text at 0x08000300 by semihosting (SYS_WRITE0), then that it has ended.
  .syntax unified
  .cpu cortex-m7
  .thumb
  .text
  .word 0x20010000            @ stack
  .word reset + 1
  .space 0x200 - 8, 0xFF
  .space 0x20, 0xFF           @ version
reset:
  movs r0, #0x04
  ldr r1, =0x08000300
  bkpt 0xAB
  movs r0, #0x18
  ldr r1, =0x20026
  bkpt 0xAB
done:
  b done
  .pool
