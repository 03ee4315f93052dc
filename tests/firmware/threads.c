/* A small kernel: unprivileged threads on their own stacks, switched by PendSV, with the MPU and lazy FP frames. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REG(at) (*(volatile uint32_t *)(at))
#define ICSR REG(0xE000ED04)
#define THREADS 4
#define WORDS 256

struct thread {
  uint32_t *sp;
  uint32_t exc_return;
  uint32_t switches;
};
static struct thread threads[THREADS];
static uint32_t stacks[THREADS][WORDS] __attribute__((aligned(1024)));
static volatile uint32_t current, finished, switches, faults;
/* what threads may write: a page of its own, by the MPU */
static volatile uint32_t shared[64] __attribute__((aligned(256)));

__attribute__((used)) static uint32_t *schedule(uint32_t *sp, uint32_t exc_return) {
  threads[current].sp = sp;
  threads[current].exc_return = exc_return;
  threads[current].switches++;
  switches++;
  do current = (current + 1) % THREADS;
  while (finished & (1u << current));
  REG(0xE000ED98) = 3; /* the current thread's stack is the one open to it */
  REG(0xE000ED9C) = (uint32_t)stacks[current];
  __asm__ volatile("msr control, %0\nisb" ::"r"(current != 0)); /* nPRIV, for when it returns to a thread */
  return threads[current].sp;
}
__attribute__((used)) static uint32_t its_return(void) { return threads[current].exc_return; }

__attribute__((naked)) void PendSV_Handler(void) {
  __asm__ volatile(
      "mrs r0, psp\n"
#ifdef __ARM_FP
      "tst lr, #16\n"
      "it eq\n"
      "vstmdbeq r0!, {s16-s31}\n"
#endif
      "stmdb r0!, {r4-r11}\n"
      "mov r1, lr\n"
      "bl schedule\n"
      "mov r4, r0\n"
      "bl its_return\n"
      "mov lr, r0\n"
      "mov r0, r4\n"
      "ldmia r0!, {r4-r11}\n"
#ifdef __ARM_FP
      "tst lr, #16\n"
      "it eq\n"
      "vldmiaeq r0!, {s16-s31}\n"
#endif
      "msr psp, r0\n"
      "bx lr\n");
}

void SysTick_Handler(void) { ICSR = 1u << 28; }

static uint32_t *main_stack;
__attribute__((used)) static void call(uint32_t *frame) {
  switch (((uint8_t *)frame[6])[-2]) {
    case 0: /* yield */
      ICSR = 1u << 28;
      break;
    case 1: /* end of a thread */
      finished |= 1u << current;
      ICSR = 1u << 28;
      break;
  }
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile(
      "tst lr, #4\n"
      "ite eq\n"
      "mrseq r0, msp\n"
      "mrsne r0, psp\n"
      "b call\n");
}

/* a thread wrote where it must not: counted, and stepped over */
__attribute__((used)) static void violation(uint32_t *frame) {
  faults++;
  REG(0xE000ED28) = REG(0xE000ED28);
  frame[6] += *(uint16_t *)frame[6] >= 0xE800 ? 4 : 2;
}
__attribute__((naked)) void MemManage_Handler(void) {
  __asm__ volatile(
      "mrs r0, psp\n"
      "b violation\n");
}

static void yield(void) { __asm__ volatile("svc 0" ::: "memory"); }

/* local arithmetic only: nothing of newlib's state is writable here */
static void work(uint32_t id) {
  float sum = 0.5f + (float)id;
  uint32_t hash = 2166136261u ^ id;
  uint64_t wide = id;
  for (uint32_t i = 1; i <= 300; i++) {
    sum = sum * 0.75f + 1.0f / (float)(i + id);
    hash = (hash ^ i) * 16777619u;
    wide = wide * 6364136223846793005ull + (wide >> 33) / (i + 1);
    if (i % (7 + id) == 0) yield();
    if (i == 100 + id) stacks[(id + 1) % THREADS][4] = hash; /* another's stack */
  }
  uint32_t bits;
  memcpy(&bits, &sum, 4);
  shared[4 * id] = bits;
  shared[4 * id + 1] = hash;
  shared[4 * id + 2] = (uint32_t)(wide >> 32);
  shared[4 * id + 3] += 1;
}
static void thread_body(uint32_t id) {
  work(id);
  for (;;) __asm__ volatile("svc 1" ::: "memory");
}

static void prepare(uint32_t id) {
  uint32_t *sp = stacks[id] + WORDS;
  memset(stacks[id], 0xEE, sizeof stacks[id]);
  *--sp = 0x01000000;
  *--sp = (uint32_t)thread_body & ~1u;
  *--sp = 0xFFFFFFFF;
  for (int i = 0; i < 4; i++) *--sp = 0;
  *--sp = id;
  for (int i = 0; i < 8; i++) *--sp = 0;
  threads[id].sp = sp;
  threads[id].exc_return = 0xFFFFFFFD;
}

static void region(int n, uint32_t at, uint32_t bits) {
  REG(0xE000ED9C) = at | 16 | (uint32_t)n;
  REG(0xE000EDA0) = bits | 1;
}

/* Thread 0 is this program: on PSP, too, but privileged. */
static void run(uint32_t reload) {
  finished = switches = faults = current = 0;
  memset((void *)shared, 0, sizeof shared);
  memset(threads, 0, sizeof threads);
  for (uint32_t i = 1; i < THREADS; i++) prepare(i);
  REG(0xE000E010) = 0;
  REG(0xE000E014) = reload;
  REG(0xE000E018) = 0;
  REG(0xE000E010) = reload ? 7 : 0;
  while (finished != (1u << THREADS) - 2) yield();
  REG(0xE000E010) = 0;
}

int main(void) {
  ((volatile uint8_t *)0xE000ED18)[11 - 4] = 0x80; /* SVC */
  ((volatile uint8_t *)0xE000ED18)[14 - 4] = 0xF0; /* PendSV */
  ((volatile uint8_t *)0xE000ED18)[15 - 4] = 0xC0; /* SysTick */
  REG(0xE000ED24) |= 1u << 16;
  const uint32_t cached = 2u << 16;
  region(0, 0, (6u << 24) | cached | (21u << 1));                             /* code: read-only */
  region(1, 0x20000000, (2u << 24) | (1u << 28) | cached | (21u << 1));       /* RAM: the threads read it */
  region(2, (uint32_t)shared, (3u << 24) | (1u << 28) | cached | (7u << 1));  /* open to all */
  region(3, (uint32_t)stacks[0], (3u << 24) | (1u << 28) | cached | (9u << 1));
  REG(0xE000ED94) = 5;
  __asm__ volatile("dsb\nisb");
  /* this thread goes on on PSP, with its stack where it is, and keeps its privilege to print */
  static uint32_t handlers[512] __attribute__((aligned(8)));
  main_stack = handlers + 512;
  __asm__ volatile(
      "mrs r0, msp\n"
      "msr psp, r0\n"
      "mov r0, #2\n"
      "msr control, r0\n"
      "isb\n"
      "msr msp, %0\n" ::"r"(main_stack)
      : "r0", "memory");
  run(0);
  for (int i = 4; i < 4 * THREADS; i++) printf("%08x%c", (unsigned)shared[i], i % 4 == 3 ? '\n' : ' ');
  printf("faults %u switches %u\n", (unsigned)faults, (unsigned)switches);
  run(3001);
  for (int i = 4; i < 4 * THREADS; i++) printf("%08x%c", (unsigned)shared[i], i % 4 == 3 ? '\n' : ' ');
  printf("faults %u\n", (unsigned)faults);
  printf("end\n");
  return 0;
}
