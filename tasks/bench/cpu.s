@ The program of tasks/bench/cpu.ts: LCG fill, shell sort, byte copy, bitwise CRC, in Thumb-1. Ours.
@ arm-none-eabi-as cpu.s -o cpu.o && arm-none-eabi-objcopy -O binary -j .text cpu.o cpu.bin
@ The last three words are its parameters: where the data goes (16 KiB), its copy (16 KiB), how many rounds.
.syntax unified
.thumb
.cpu cortex-m0
.text
.global _start
_start:
 ldr r0, data
 ldr r2, copied
 ldr r3, rounds
outer:
 push {r3}
 @ LCG fill
 ldr r1, =4096
 ldr r4, =1664525
 ldr r5, =1013904223
 ldr r6, =12345
 movs r7, #0
fill:
 muls r6, r4, r6
 adds r6, r6, r5
 lsls r3, r7, #2
 str r6, [r0, r3]
 adds r7, r7, #1
 cmp r7, r1
 blt fill
 @ shell sort, signed
 lsrs r3, r1, #1      @ gap
gap:
 mov r8, r3
 movs r4, r3          @ i = gap
iloop:
 lsls r5, r4, #2
 ldr r5, [r0, r5]     @ t
 movs r6, r4          @ j
jloop:
 mov r3, r8
 cmp r6, r3
 blt jdone
 subs r7, r6, r3
 lsls r7, r7, #2
 ldr r7, [r0, r7]
 cmp r7, r5
 ble jdone
 lsls r3, r6, #2
 str r7, [r0, r3]
 mov r3, r8
 subs r6, r6, r3
 b jloop
jdone:
 lsls r6, r6, #2
 str r5, [r0, r6]
 adds r4, r4, #1
 cmp r4, r1
 blt iloop
 mov r3, r8
 lsrs r3, r3, #1
 bne gap
 @ byte copy
 lsls r3, r1, #2
 movs r4, #0
copy:
 ldrb r5, [r0, r4]
 strb r5, [r2, r4]
 adds r4, r4, #1
 cmp r4, r3
 blt copy
 @ bitwise CRC
 movs r4, #0
 movs r5, #0
 mvns r5, r5
 ldr r6, =0xEDB88320
crc:
 ldrb r7, [r2, r4]
 eors r5, r7
 movs r7, #8
bitl:
 lsrs r5, r5, #1
 bcc nox
 eors r5, r6
nox:
 subs r7, r7, #1
 bne bitl
 adds r4, r4, #1
 cmp r4, r3
 blt crc
 mov r9, r5
 pop {r3}
 subs r3, r3, #1
 bne outer
 mov r0, r9
 bkpt #0
.ltorg
 .align 2
data: .word 0x20000000
copied: .word 0x20004000
rounds: .word 1
