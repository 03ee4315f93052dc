/* Says "ready" on USART1 of an STM32F746G-DISCO (PA9, PB7: the probe's virtual COM port), then sends back in capitals
 * what comes in, byte by byte in the receive interrupt. HSI, 115200 baud. Addresses and bits: RM0385. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB2ENR REG(0x40023844)
#define GPIOA_MODER REG(0x40020000)
#define GPIOA_AFRH REG(0x40020024)
#define GPIOB_MODER REG(0x40020400)
#define GPIOB_AFRL REG(0x40020420)
#define USART1_CR1 REG(0x40011000)
#define USART1_BRR REG(0x4001100C)
#define USART1_ISR REG(0x4001101C)
#define USART1_RDR REG(0x40011024)
#define USART1_TDR REG(0x40011028)
#define NVIC_ISER1 REG(0xE000E104)

#define HSI_HZ 16000000u
#define BAUD 115200u
#define USART1_IRQ 37

extern uint32_t _stack_top;

static void put(char c) {
  while (!(USART1_ISR & (1u << 7))) {} /* TXE */
  USART1_TDR = (uint32_t)c;
}

void USART1_Handler(void) {
  while (USART1_ISR & (1u << 5)) { /* RXNE */
    char c = (char)USART1_RDR;
    put(c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
  }
}

void Reset_Handler(void) {
  RCC_AHB1ENR |= 1u << 0 | 1u << 1; /* GPIOA, GPIOB */
  RCC_APB2ENR |= 1u << 4;           /* USART1 */
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 18)) | 2u << 18;
  GPIOA_AFRH = (GPIOA_AFRH & ~(15u << 4)) | 7u << 4; /* PA9 = USART1_TX */
  GPIOB_MODER = (GPIOB_MODER & ~(3u << 14)) | 2u << 14;
  GPIOB_AFRL = (GPIOB_AFRL & ~(15u << 28)) | 7u << 28; /* PB7 = USART1_RX */
  USART1_BRR = (HSI_HZ + BAUD / 2u) / BAUD;
  USART1_CR1 = 1u << 5 | 1u << 3 | 1u << 2 | 1u << 0; /* RXNEIE, TE, RE, UE */
  for (const char *p = "ready\n"; *p; p++) put(*p);
  NVIC_ISER1 = 1u << (USART1_IRQ - 32);
  for (;;) __asm volatile("wfi");
}

static void stop(void) {
  for (;;) {}
}

__attribute__((section(".vectors"), used)) static void *const vectors[16 + USART1_IRQ + 1] = {
    [0] = &_stack_top, Reset_Handler, stop, stop, stop, stop, stop, [16 + USART1_IRQ] = USART1_Handler};
