/* Vectors and the way into newlib's own start code (crt0 of librdimon, which speaks semihosting). */
#include <stdint.h>

extern uint32_t __stack, __data_start, __data_end, __data_load;
extern void _start(void);

void unexpected(void);
#define WEAK(name) void name(void) __attribute__((weak, alias("unexpected")))
WEAK(NMI_Handler);
WEAK(HardFault_Handler);
WEAK(MemManage_Handler);
WEAK(BusFault_Handler);
WEAK(UsageFault_Handler);
WEAK(SVC_Handler);
WEAK(DebugMon_Handler);
WEAK(PendSV_Handler);
WEAK(SysTick_Handler);
WEAK(IRQ0_Handler);
WEAK(IRQ1_Handler);
WEAK(IRQ2_Handler);
WEAK(IRQ3_Handler);

/* A handler that a program did not expect: says so and ends, so that a test fails at once. */
__attribute__((noinline)) void unexpected(void) {
  static const char text[] = "unexpected exception\n";
  register uint32_t r0 __asm__("r0") = 4;
  register const void *r1 __asm__("r1") = text;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  register uint32_t q0 __asm__("r0") = 0x18;
  register uint32_t q1 __asm__("r1") = 0x20023;
  __asm__ volatile("bkpt 0xab" : "+r"(q0) : "r"(q1) : "memory");
  for (;;) {
  }
}

__attribute__((naked)) void Reset_Handler(void) {
  __asm__ volatile(
#ifdef __ARM_FP
      "ldr r0, =0xE000ED88\n" /* CPACR: CP10 and CP11 for everybody */
      "ldr r1, [r0]\n"
      "orr r1, r1, #0xF00000\n"
      "str r1, [r0]\n"
      "dsb\n"
      "isb\n"
#endif
      "ldr r0, =__data_load\n"
      "ldr r1, =__data_start\n"
      "ldr r2, =__data_end\n"
      "1: cmp r1, r2\n"
      "bhs 2f\n"
      "ldr r3, [r0], #4\n"
      "str r3, [r1], #4\n"
      "b 1b\n"
      "2: b _start\n");
}

void _init(void) {}
void _fini(void) {}

__attribute__((section(".vectors"), used)) void (*const vectors[])(void) = {
    (void (*)(void))&__stack, Reset_Handler,   NMI_Handler,     HardFault_Handler, MemManage_Handler,
    BusFault_Handler,         UsageFault_Handler, 0, 0, 0, 0,   SVC_Handler,       DebugMon_Handler,
    0,                        PendSV_Handler,  SysTick_Handler, IRQ0_Handler,      IRQ1_Handler,
    IRQ2_Handler,             IRQ3_Handler,
};
