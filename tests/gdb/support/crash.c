/* A program that faults three calls deep, with the FPU on and one value in it. */
#include <stdint.h>

#define CPACR (*(volatile uint32_t *)0xE000ED88)

extern uint32_t _top;
volatile float half = 0.5f;
volatile uint32_t depth;

__attribute__((noinline)) uint32_t innermost(uint32_t address) {
  depth++;
  return *(volatile uint32_t *)address; /* nothing is there */
}
__attribute__((noinline)) uint32_t middle(uint32_t address) { return innermost(address) + 1u; }

int main(void) {
  float x = half;
  __asm volatile("vmov s5, %0" ::"t"(x));
  return (int)(middle(0x30000000u) + (uint32_t)x);
}
void Reset_Handler(void) {
  CPACR |= 0xFu << 20;
  __asm volatile("dsb\n isb");
  half = 0.5f;
  main();
  for (;;) {}
}
void HardFault_Handler(void) {
  for (;;) {}
}
__attribute__((section(".vectors"), used)) static void *const vectors[4] = {
    (void *)0x20050000, Reset_Handler, HardFault_Handler, HardFault_Handler};
