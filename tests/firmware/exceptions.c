/* Exceptions, priorities, stacks, privilege, the MPU and faults, told as a log of numbers. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REG(at) (*(volatile uint32_t *)(at))
#define NVIC_ISER REG(0xE000E100)
#define NVIC_ICER REG(0xE000E180)
#define NVIC_ISPR REG(0xE000E200)
#define NVIC_ICPR REG(0xE000E280)
#define NVIC_IABR REG(0xE000E300)
#define NVIC_IPR ((volatile uint8_t *)0xE000E400)
#define SHPR ((volatile uint8_t *)0xE000ED18) /* [n - 4] */
#define ICSR REG(0xE000ED04)
#define AIRCR REG(0xE000ED0C)
#define CCR REG(0xE000ED14)
#define SHCSR REG(0xE000ED24)
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)
#define MMFAR REG(0xE000ED34)
#define BFAR REG(0xE000ED38)
#define CPACR REG(0xE000ED88)
#define MPU_CTRL REG(0xE000ED94)
#define MPU_RBAR REG(0xE000ED9C)
#define MPU_RASR REG(0xE000EDA0)
#define STIR REG(0xE000EF00)
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define BARRIER() __asm__ volatile("dsb\nisb" ::: "memory")
#define MSR(name, value) __asm__ volatile("msr " #name ", %0" ::"r"(value) : "memory")
#define MRS(name)                                        \
  ({                                                     \
    uint32_t v_;                                         \
    __asm__ volatile("mrs %0, " #name : "=r"(v_));       \
    v_;                                                  \
  })

/* printing in a handler could meet printing outside: events are noted, and told later */
static volatile uint32_t notes[128];
static volatile int count;
static void note(uint32_t value) {
  if (count < 128) notes[count++] = value;
}
static void tell(const char *what) {
  printf("%s:", what);
  for (int i = 0; i < count; i++) printf(" %x", (unsigned)notes[i]);
  printf("\n");
  count = 0;
}

struct frame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
};

/* --- interrupts --- */

static volatile uint32_t pend_in[4];
static void irq(int n) {
  note(0x10u + (uint32_t)n);
  note(MRS(ipsr));
  if (pend_in[n]) {
    uint32_t bits = pend_in[n];
    pend_in[n] = 0;
    NVIC_ISPR = bits;
    BARRIER();
    note(NVIC_IABR & 15);
  }
  note(0x20u + (uint32_t)n);
}
void IRQ0_Handler(void) { irq(0); }
void IRQ1_Handler(void) { irq(1); }
void IRQ2_Handler(void) { irq(2); }
void IRQ3_Handler(void) { irq(3); }
void PendSV_Handler(void) {
  note(0x14);
  note((ICSR & 0x800) != 0); /* RETTOBASE */
}
static volatile int ticks;
void SysTick_Handler(void) { ticks++; }

static void priorities(int a, int b, int c, int d) {
  NVIC_IPR[0] = (uint8_t)a;
  NVIC_IPR[1] = (uint8_t)b;
  NVIC_IPR[2] = (uint8_t)c;
  NVIC_IPR[3] = (uint8_t)d;
}

static void interrupts(void) {
  priorities(0x40, 0x60, 0x20, 0x60);
  note(REG(0xE000E400));
  NVIC_ISER = 15;
  note(NVIC_ISER & 15);
  NVIC_ISPR = 15;
  BARRIER();
  tell("all at once");
  pend_in[1] = 5;
  pend_in[0] = 8;
  STIR = 1;
  BARRIER();
  tell("nested");
  MSR(basepri, 0x40);
  NVIC_ISPR = 7;
  BARRIER();
  note(0xBB);
  note(NVIC_ISPR & 15);
  MSR(basepri_max, 0x80);
  note(MRS(basepri));
  MSR(basepri, 0x60);
  BARRIER();
  note(0xBC);
  MSR(basepri, 0);
  BARRIER();
  tell("basepri");
  __asm__ volatile("cpsid i" ::: "memory");
  NVIC_ISPR = 3;
  ICSR = 1u << 28;
  BARRIER();
  note((ICSR >> 12) & 0x1FF);
  NVIC_ICPR = 1;
  NVIC_ICER = 2;
  __asm__ volatile("cpsie i" ::: "memory");
  BARRIER();
  note(NVIC_ISPR & 15);
  NVIC_ISER = 2;
  BARRIER();
  tell("primask");
  AIRCR = 0x05FA0000u | (5u << 8); /* two bits of group */
  priorities(0x50, 0x40, 0x80, 0xC0);
  pend_in[0] = 2; /* the same group: no pre-emption */
  NVIC_ISPR = 1;
  BARRIER();
  tell("group");
  pend_in[2] = 3;
  NVIC_ISPR = 4;
  BARRIER();
  tell("other group");
  AIRCR = 0x05FA0000u;
  priorities(0, 0, 0, 0);
  ticks = 0;
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  while (ticks < 5) {
  }
  SYST_CSR = 0;
  note((uint32_t)ticks >= 5);
  while (ticks < 9) { /* WFI is woken with PRIMASK set, and the handler waits */
    __asm__ volatile("cpsid i" ::: "memory");
    SYST_CVR = 0;
    SYST_CSR = 7;
    int before = ticks;
    __asm__ volatile("wfi");
    note(before == ticks);
    SYST_CSR = 0;
    __asm__ volatile("cpsie i" ::: "memory");
    BARRIER();
  }
  tell("ticks");
}

/* --- supervisor calls, stacks, privilege --- */

static volatile uint32_t last_svc, last_return;
__attribute__((used)) static void svc_c(struct frame *f, uint32_t exc_return) {
  last_svc = ((uint8_t *)f->pc)[-2];
  last_return = exc_return;
  note(last_svc);
  note(exc_return);
  note(f->psr & 0x3FF); /* IPSR and the alignment bit */
  f->r0 = f->r0 * 2 + f->r3;
  if (last_svc == 9) MSR(control, MRS(control) & ~1u); /* privileged again */
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm__ volatile(
      "tst lr, #4\n"
      "ite eq\n"
      "mrseq r0, msp\n"
      "mrsne r0, psp\n"
      "mov r1, lr\n"
      "b svc_c\n");
}
#define SVC(n, a, d)                                                            \
  ({                                                                            \
    register uint32_t r0_ __asm__("r0") = (a);                                  \
    register uint32_t r3_ __asm__("r3") = (d);                                  \
    __asm__ volatile("svc " #n : "+r"(r0_) : "r"(r3_) : "memory", "cc");        \
    r0_;                                                                        \
  })

static uint32_t process_stack[256] __attribute__((aligned(8)));

__attribute__((noinline)) static void calls(void) {
  note(SVC(3, 20, 2));
  uint32_t odd;
  __asm__ volatile(
      "sub sp, #4\n"
      "mov r0, #5\n"
      "mov r3, #1\n"
      "svc 4\n"
      "mov %0, r0\n"
      "add sp, #4\n"
      : "=r"(odd)::"r0", "r3", "memory");
  note(odd);
  tell("calls");
}

__attribute__((noinline)) static uint32_t unprivileged(void) {
  uint32_t seen = MRS(control);
  MSR(basepri, 0x40); /* without effect */
  MSR(primask, 1);
  seen |= MRS(basepri) << 8 | MRS(primask) << 16;
  seen |= (MRS(msp) != 0) << 17;
  __asm__ volatile("cpsid i");
  SVC(9, 0, 0);
  return seen | MRS(primask) << 24 | MRS(control) << 28;
}

static void stacks(void) {
  uint32_t seen, top = (uint32_t)(process_stack + 256);
  __asm__ volatile(
      "msr psp, %1\n"
      "mov r4, #3\n"
      "msr control, r4\n"
      "isb\n"
      "bl %c2\n"
      "mov r4, #0\n"
      "msr control, r4\n"
      "isb\n"
      "mov %0, r0\n"
      : "=r"(seen)
      : "r"(top), "i"(unprivileged)
      : "r0", "r1", "r2", "r3", "r4", "r5", "r12", "lr", "memory", "cc");
  note(seen & 0xF00FFFFB); /* without FPCA */
  note(MRS(psp) == top);
  tell("process stack");
}

/* --- faults --- */

static volatile uint32_t fault_from, resume_at; /* resume_at 0: behind the instruction */
__attribute__((used)) static void fault_c(struct frame *f, uint32_t exc_return) {
  note(MRS(ipsr));
  note(CFSR);
  note(HFSR);
  if (CFSR & 0x80) note(MMFAR);
  if (CFSR & 0x8000) note(BFAR);
  note(exc_return | 0x10);
  note(f->pc - fault_from);
  CFSR = CFSR;
  HFSR = HFSR;
  if (resume_at) f->pc = resume_at & ~1u;
  else f->pc += *(uint16_t *)f->pc >= 0xE800 ? 4 : 2;
  f->psr = (f->psr & ~0x0600FC00u) | 0x01000000u;
}
#define FAULT_ENTRY                        \
  __asm__ volatile(                        \
      "tst lr, #4\n"                       \
      "ite eq\n"                           \
      "mrseq r0, msp\n"                    \
      "mrsne r0, psp\n"                    \
      "mov r1, lr\n"                       \
      "b fault_c\n")
__attribute__((naked)) void HardFault_Handler(void) { FAULT_ENTRY; }
__attribute__((naked)) void MemManage_Handler(void) { FAULT_ENTRY; }
__attribute__((naked)) void BusFault_Handler(void) { FAULT_ENTRY; }
__attribute__((naked)) void UsageFault_Handler(void) { FAULT_ENTRY; }

/* one instruction that faults; r0 and r1 are given */
#define FAULTING(text, a, b)                                                              \
  ({                                                                                      \
    register uint32_t r0_ __asm__("r0") = (uint32_t)(a);                                  \
    register uint32_t r1_ __asm__("r1") = (uint32_t)(b);                                  \
    __asm__ volatile("ldr r2, =1f\nstr r2, [%2]\n.balign 4\n1: " text "\n"                \
                     : "+r"(r0_), "+r"(r1_)                                               \
                     : "r"(&fault_from)                                                   \
                     : "r2", "r3", "memory", "cc");                                       \
    r0_;                                                                                  \
  })

/* Branches to where no instruction can be: the stacked PC is the target, so the handler comes back by a label. */
#define STRAYING(to)                                                      \
  ({                                                                      \
    fault_from = (to) & ~1u;                                              \
    __asm__ volatile(                                                     \
        "ldr r2, =1f\n"                                                   \
        "str r2, [%1]\n"                                                  \
        "bx %0\n"                                                         \
        "1:\n" ::"r"(to),                                                 \
        "r"(&resume_at)                                                   \
        : "r2", "r3", "memory", "cc");                                    \
    resume_at = 0;                                                        \
  })

static volatile uint32_t words[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static void faults(const char *how) {
  FAULTING("udf #0", 0, 0);
  FAULTING("udf.w #1", 0, 0);
  tell(how);
  FAULTING("ldmia r1, {r0, r2}", 0, (uint32_t)words + 2);
  FAULTING("ldrd r0, r2, [r1]", 0, (uint32_t)words + 1);
  note(FAULTING("ldr r0, [r1]", 0, (uint32_t)words + 1));
  tell("unaligned");
  CCR |= 8;
  FAULTING("ldr r0, [r1]", 0, (uint32_t)words + 1);
  FAULTING("strh r0, [r1]", 0, (uint32_t)words + 1);
  CCR &= ~8u;
  tell("UNALIGN_TRP");
  note(FAULTING("sdiv r0, r0, r1", 5, 0));
  CCR |= 16;
  FAULTING("sdiv r0, r0, r1", 5, 0);
  FAULTING("udiv r0, r0, r1", 5, 0);
  CCR &= ~16u;
  tell("divide");
  FAULTING("ldr r0, [r1]", 0, 0x90000000);
  FAULTING("ldrb r0, [r1, #3]", 0, 0x90000000);
  tell("bus");
  STRAYING(0x90000001); /* IBUSERR */
  STRAYING(0x40000001); /* IACCVIOL: execute never by the default map */
  STRAYING(0xE0000001);
  STRAYING(0x00000100); /* INVSTATE: not Thumb */
  tell("stray");
  uint32_t old = CPACR;
  CPACR = 0;
  BARRIER();
  FAULTING(".short 0xee30, 0x0a20", 0, 0); /* vadd.f32 s0, s0, s1 */
  FAULTING("mrc p5, 0, r0, c0, c0", 0, 0);
  CPACR = old;
  BARRIER();
  tell("coprocessor");
  /* in an IT block: the stacked state says where */
  FAULTING("cmp r0, r0\nitt eq\nudfeq #0\nmoveq r0, #0", 1, 0);
  tell("conditional");
}

static void regions(void) {
  static uint32_t guarded[64] __attribute__((aligned(256)));
  const uint32_t full = 3u << 24, read_only = 6u << 24, privileged = 1u << 24, none = 0;
  MPU_RBAR = 0x00000000 | 16 | 0;
  MPU_RASR = full | (2u << 16) | (21u << 1) | 1; /* code */
  MPU_RBAR = 0x20000000 | 16 | 1;
  MPU_RASR = full | (1u << 28) | (2u << 16) | (21u << 1) | 1; /* RAM, execute never */
  MPU_RBAR = 0x60000000 | 16 | 4;
  MPU_RASR = full | (1u << 28) | (2u << 16) | (23u << 1) | 1; /* where QEMU puts the stack */
  MPU_RBAR = (uint32_t)guarded | 16 | 2;
  MPU_RASR = read_only | (2u << 16) | (0x18u << 8) | (7u << 1) | 1; /* 256 bytes, eighths 3 and 4 open */
  MPU_CTRL = 1;
  BARRIER();
  note(REG(0xE000ED90));
  note(FAULTING("ldr r0, [r1]", 0, guarded));
  FAULTING("str r0, [r1]", 7, guarded);
  FAULTING("str r0, [r1]", 7, guarded + 24);
  FAULTING("str r0, [r1, #28]", 7, guarded + 8 + 24); /* the last word of eighth 4 + 4 */
  note(guarded[24]);
  tell("read-only");
  FAULTING("ldr r0, [r1]", 0, 0x40000000);
  MPU_CTRL = 5; /* PRIVDEFENA */
  BARRIER();
  MPU_RBAR = (uint32_t)guarded | 16 | 3;
  MPU_RASR = none | (2u << 16) | (6u << 1) | 1; /* the first 128 bytes: nobody */
  BARRIER();
  FAULTING("ldr r0, [r1]", 0, guarded + 4);
  note(FAULTING("ldr r0, [r1]", 9, guarded + 40));
  tell("nobody");
  MPU_RASR = privileged | (2u << 16) | (6u << 1) | 1;
  BARRIER();
  guarded[4] = 0x44;
  note(FAULTING("ldr r0, [r1]", 0, guarded + 4));
  FAULTING("ldrt r0, [r1]", 0, guarded + 4); /* as unprivileged code */
  FAULTING("strt r0, [r1]", 0, guarded + 4);
  tell("privileged");
  STRAYING((uint32_t)words | 1); /* execute never */
  tell("execute never");
  MPU_CTRL = 0;
  BARRIER();
}

/* --- floating point --- */

#ifdef __ARM_FP
static volatile float in_handler;
void DebugMon_Handler(void) {}
static float thirds(int n) {
  float sum = 0;
  for (int i = 1; i <= n; i++) sum += 1.0f / (float)(3 * i);
  return sum;
}
void NMI_Handler(void) {
  in_handler = thirds(7);
  note(MRS(control) & 4);
}
static void floats(void) {
  float before[4], after[4];
  __asm__ volatile(
      "vmov.f32 s0, #1.5\n"
      "vmov.f32 s15, #2.5\n"
      "vmov.f32 s16, #-3.0\n"
      "vmov.f32 s31, #0.5\n" ::
          : "s0", "s15", "s16", "s31");
  __asm__ volatile("vstm %0, {s0}\n" ::"r"(before) : "memory");
  ICSR = 1u << 31;
  __asm__ volatile(
      "dsb\nisb\n"
      "vstr s0, [%0]\n"
      "vstr s15, [%0, #4]\n"
      "vstr s16, [%0, #8]\n"
      "vstr s31, [%0, #12]\n" ::"r"(after)
      : "memory");
  for (int i = 0; i < 4; i++) note((uint32_t)(int32_t)(after[i] * 4));
  note((uint32_t)(int32_t)(in_handler * 1000));
  note(MRS(control) & 4);
  tell("floats");
}
#endif

int main(void) {
  interrupts();
  calls();
  stacks();
  SHCSR |= 7u << 16;
  faults("usage");
  regions();
  SHCSR &= ~(7u << 16);
  faults("hard");
#ifdef __ARM_FP
  floats();
#endif
  printf("end\n");
  return 0;
}
