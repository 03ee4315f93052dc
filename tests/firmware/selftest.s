@ A program that copies an RTT control block into RAM and then writes a text to its up-buffer, one
@ character at a time, waiting while the buffer is full. What it says stands at 0x08000300, ends with 0 and
@ is put there by whoever builds the image; so is the version at 0x08000200.
  .syntax unified
  .cpu cortex-m7
  .thumb
  .equ BLOCK, 0x20000400      @ 24 bytes of head, 24 of the up-buffer
  .equ BUFFER, 0x20000500
  .equ SIZE, 32
  .text
  .word 0x20010000            @ stack
  .word reset + 1
  .space 0x200 - 8, 0xFF
  .space 0x20, 0xFF           @ version
reset:
  ldr r0, =BLOCK
  adr r1, template
  movs r2, #12
copy:
  ldr r3, [r1], #4
  str r3, [r0], #4
  subs r2, #1
  bne copy
  ldr r4, =BLOCK + 24         @ the ring: name, buffer, size, written, read, flags
  ldr r5, =BUFFER
  ldr r6, =0x08000300
next:
  ldrb r3, [r6], #1
  cmp r3, #0
  beq done
  ldr r7, [r4, #12]
  adds r0, r7, #1
  and r0, r0, #SIZE - 1
full:
  ldr r1, [r4, #16]
  cmp r0, r1
  beq full
  strb r3, [r5, r7]
  dmb
  str r0, [r4, #12]
  b next
done:
  b done
  .align 2
template:
  .ascii "SEGGER RTT"
  .space 6, 0
  .word 1, 0                  @ one up-buffer, no down-buffer
  .word 0, BUFFER, SIZE, 0, 0, 0
  .pool
