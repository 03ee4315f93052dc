/* Blinks LD1 (PI1) four times a second and says so on USART1 (PA9, the probe's virtual COM port).
 * Register addresses and bits: RM0385 (STM32F74x/F75x). No vendor code. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define RCC_CR REG(0x40023800)
#define RCC_PLLCFGR REG(0x40023804)
#define RCC_CFGR REG(0x40023808)
#define RCC_AHB1ENR REG(0x40023830)
#define RCC_APB1ENR REG(0x40023840)
#define RCC_APB2ENR REG(0x40023844)
#define PWR_CR1 REG(0x40007000)
#define PWR_CSR1 REG(0x40007004)
#define FLASH_ACR REG(0x40023C00)
#define GPIOA_MODER REG(0x40020000)
#define GPIOA_AFRH REG(0x40020024)
#define GPIOI_MODER REG(0x40022000)
#define GPIOI_ODR REG(0x40022014)
#define USART1_CR1 REG(0x40011000)
#define USART1_BRR REG(0x4001100C)
#define USART1_ISR REG(0x4001101C)
#define USART1_TDR REG(0x40011028)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)

#define HCLK_HZ 216000000u
#define PCLK2_HZ (HCLK_HZ / 2u)
#define BAUD 115200u
#define BLINK_MS 125u

static volatile uint32_t milliseconds;
uint32_t ticks_said; /* for debuggers to watch */

void SysTick_Handler(void) { milliseconds++; }

/* HSI 16 MHz / 8 * 216 / 2 = 216 MHz, with over-drive and seven wait states. */
static void clock_216_mhz(void) {
  RCC_APB1ENR |= 1u << 28;                            /* PWREN */
  RCC_PLLCFGR = 8u | 216u << 6 | 0u << 16 | 9u << 24; /* M, N, P = 2, source HSI, Q */
  RCC_CR |= 1u << 24;                                 /* PLLON */
  PWR_CR1 |= 1u << 16;                                /* ODEN */
  while (!(PWR_CSR1 & (1u << 16))) {}                 /* ODRDY */
  PWR_CR1 |= 1u << 17;                                /* ODSWEN */
  while (!(PWR_CSR1 & (1u << 17))) {}                 /* ODSWRDY */
  while (!(RCC_CR & (1u << 25))) {}                   /* PLLRDY */
  FLASH_ACR = 7u | 1u << 8 | 1u << 9;                 /* LATENCY, PRFTEN, ARTEN */
  RCC_CFGR = 5u << 10 | 4u << 13;                     /* APB1 / 4, APB2 / 2 */
  RCC_CFGR |= 2u;                                     /* SW = PLL */
  while ((RCC_CFGR & 0xCu) != 0x8u) {}                /* SWS */
}

static void pins(void) {
  RCC_AHB1ENR |= 1u << 0 | 1u << 8; /* GPIOA, GPIOI */
  GPIOA_MODER = (GPIOA_MODER & ~(3u << 18)) | 2u << 18;
  GPIOA_AFRH = (GPIOA_AFRH & ~(15u << 4)) | 7u << 4; /* PA9 = USART1_TX */
  GPIOI_MODER = (GPIOI_MODER & ~(3u << 2)) | 1u << 2;
}

static void uart(void) {
  RCC_APB2ENR |= 1u << 4; /* USART1 */
  USART1_BRR = (PCLK2_HZ + BAUD / 2u) / BAUD;
  USART1_CR1 = 1u << 3 | 1u << 0; /* TE, UE */
}

static void say(const char *text) {
  for (; *text; text++) {
    while (!(USART1_ISR & (1u << 7))) {} /* TXE */
    USART1_TDR = (uint32_t)*text;
  }
}

static void say_number(uint32_t n) {
  char digits[11];
  char *p = digits + sizeof digits - 1;
  *p = '\0';
  do {
    *--p = (char)('0' + n % 10u);
    n /= 10u;
  } while (n);
  say(p);
}

int main(void) {
  clock_216_mhz();
  pins();
  uart();
  SYST_RVR = HCLK_HZ / 1000u - 1u;
  SYST_CVR = 0;
  SYST_CSR = 7; /* processor clock, interrupt, on */
  say("hello from an STM32F746 at 216 MHz\r\n");
  uint32_t next = BLINK_MS;
  for (;;) {
    while ((int32_t)(milliseconds - next) < 0) __asm volatile("wfi");
    next += BLINK_MS;
    GPIOI_ODR ^= 1u << 1;
    if (GPIOI_ODR & (1u << 1)) {
      say("blink ");
      say_number(++ticks_said);
      say("\r\n");
    }
  }
}
