/* Vector table and the code before main. */
#include <stdint.h>

extern uint32_t _stack_top, _data_from, _data_start, _data_end, _bss_start, _bss_end;
int main(void);
void SysTick_Handler(void);

void Reset_Handler(void) {
  uint32_t *from = &_data_from;
  for (uint32_t *to = &_data_start; to < &_data_end;) *to++ = *from++;
  for (uint32_t *to = &_bss_start; to < &_bss_end;) *to++ = 0;
  main();
  for (;;) {}
}

void Stop_Handler(void) {
  for (;;) {}
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &_stack_top,  Reset_Handler, Stop_Handler, Stop_Handler, Stop_Handler, Stop_Handler,
    Stop_Handler, 0,             0,            0,            0,            Stop_Handler,
    Stop_Handler, 0,             Stop_Handler, SysTick_Handler};
