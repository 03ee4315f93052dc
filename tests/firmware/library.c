/* newlib at work: what it prints must not depend on whose core runs it. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* keeps the compiler from working it out itself */
#define HIDE(x) __asm__ volatile("" : "+r"(x))

static uint32_t seed;
static uint32_t next(void) {
  seed = seed * 1664525u + 1013904223u;
  return seed >> 3;
}

static uint32_t crc32(const void *data, size_t n, uint32_t crc) {
  const uint8_t *p = data;
  crc = ~crc;
  while (n--) {
    crc ^= *p++;
    for (int k = 0; k < 8; k++) crc = crc & 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}

static uint16_t crc16(const uint8_t *p, size_t n) {
  uint16_t crc = 0xFFFF;
  for (size_t i = 0; i < n; i++) {
    crc = (uint16_t)((crc >> 8) | (crc << 8));
    crc ^= p[i];
    crc ^= (uint8_t)(crc & 0xFF) >> 4;
    crc ^= (uint16_t)(crc << 12);
    crc ^= (uint16_t)((crc & 0xFF) << 5);
  }
  return crc;
}

static int by_value(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}
struct person {
  char name[12];
  uint8_t age;
  int16_t score;
};
static int by_name(const void *a, const void *b) {
  return strcmp(((const struct person *)a)->name, ((const struct person *)b)->name);
}
static int by_score(const void *a, const void *b) {
  const struct person *x = a, *y = b;
  return x->score != y->score ? x->score - y->score : (int)x->age - (int)y->age;
}

static void sorting(void) {
  static int32_t numbers[500];
  static struct person people[60];
  seed = 7;
  for (int i = 0; i < 500; i++) numbers[i] = (int32_t)(next() << 3) >> (i % 20);
  qsort(numbers, 500, sizeof *numbers, by_value);
  for (int i = 1; i < 500; i++)
    if (numbers[i - 1] > numbers[i]) printf("not sorted at %d\n", i);
  printf("sorted %08" PRIx32 " first %" PRId32 " last %" PRId32 "\n", crc32(numbers, sizeof numbers, 0),
         numbers[0], numbers[499]);
  int32_t key = numbers[321];
  int32_t *found = bsearch(&key, numbers, 500, sizeof *numbers, by_value);
  printf("found %d\n", found != NULL && *found == key);
  for (int i = 0; i < 60; i++) {
    memset(&people[i], 0, sizeof people[i]);
    for (int k = 0; k < 3 + i % 7; k++) people[i].name[k] = (char)('a' + next() % 26);
    people[i].age = (uint8_t)(next() % 90);
    people[i].score = (int16_t)(next() % 50 - 25);
  }
  qsort(people, 60, sizeof *people, by_name);
  for (int i = 0; i < 5; i++) printf("%-11s|%3u|%+4d\n", people[i].name, people[i].age, people[i].score);
  qsort(people, 60, sizeof *people, by_score);
  printf("people %08" PRIx32 "\n", crc32(people, sizeof people, 0));
}

static void printing(void) {
  char text[200];
  printf("%d %i %u %x %X %o %c %s %p %%\n", -42, INT_MIN, UINT_MAX, 0xBEEF, 0xBEEF, 0777, 'z', "text",
         (void *)0x1234);
  printf("[%5d][%-5d][%05d][%+d][% d][%#x][%#o]\n", 42, 42, 42, 42, 42, 42, 42);
  printf("[%.3s][%10.3s][%-10s][%*d][%.*f]\n", "abcdef", "abcdef", "ab", 7, 13, 2, 3.14159);
  printf("%hhd %hd %ld %lld\n", (signed char)-1, (short)-2, -3L, -4LL);
  printf("%e %E %g %G\n", 12345.678, 0.00012, 1e20, 1e-7);
  printf("%f %f %f %f\n", INFINITY, -INFINITY, 0.0, -0.0);
  size_t room = 10;
  HIDE(room);
  int n = snprintf(text, room, "%s", "longer than ten");
  printf("%d '%s'\n", n, text);
  int a;
  unsigned b;
  float f;
  char word[20];
  n = sscanf("17 0xFF hello 2.5e3", "%d %x %19s %f", &a, &b, word, &f);
  printf("%d: %d %u %s %g\n", n, a, b, word, (double)f);
}

static void division(void) {
  static const int64_t values[] = {0,  1, -1, 2, 3, -7, 10, 1000000007, -1000000007, INT32_MAX, INT32_MIN, 0x100000000,
                                   0x123456789ABCDEF, -0x123456789ABCDEF, INT64_MAX, INT64_MIN};
  const int n = sizeof values / sizeof *values;
  uint32_t crc = 0;
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < n; k++) {
      int64_t a = values[i], b = values[k];
      HIDE(a);
      HIDE(b);
      int64_t out[6] = {(int64_t)((uint64_t)a * (uint64_t)b), 0, 0, 0, 0, 0};
      if (b != 0 && !(a == INT64_MIN && b == -1)) {
        out[1] = a / b;
        out[2] = a % b;
        lldiv_t d = lldiv(a, b);
        out[5] = d.quot ^ d.rem;
      }
      if (b != 0) {
        out[3] = (int64_t)((uint64_t)a / (uint64_t)b);
        out[4] = (int64_t)((uint64_t)a % (uint64_t)b);
      }
      crc = crc32(out, sizeof out, crc);
      if ((i * n + k) % 37 == 0) printf("%lld %lld %lld\n", (long long)a, (long long)b, (long long)out[1]);
    }
  }
  seed = 99;
  for (int i = 0; i < 400; i++) {
    uint64_t a = ((uint64_t)next() << 35) ^ next(), b = ((uint64_t)next() << (i % 40)) | 1;
    int32_t c = (int32_t)next() - 0x10000000, d = (int32_t)(next() % 1000) - 500;
    if (d == 0) d = 1;
    uint64_t out[8] = {a / b, a % b, a << (i % 64), a >> (i % 64), (uint64_t)((int64_t)a >> (i % 64)),
                       (uint64_t)(c / d), (uint64_t)(c % d), (uint64_t)__builtin_clzll(b)};
    crc = crc32(out, sizeof out, crc);
    crc ^= (uint32_t)__builtin_popcountll(a) + __builtin_bswap32((uint32_t)a) + (uint32_t)__builtin_ctz((uint32_t)b);
  }
  printf("division %08" PRIx32 "\n", crc);
}

static void checksums(void) {
  static uint8_t block[3000];
  seed = 1;
  for (size_t i = 0; i < sizeof block; i++) block[i] = (uint8_t)next();
  printf("crc %08" PRIx32 " %04x\n", crc32("123456789", 9, 0), crc16((const uint8_t *)"123456789", 9));
  for (size_t at = 0; at < 8; at++)
    printf("%08" PRIx32 " %04x ", crc32(block + at, sizeof block - 3 * at, 0), crc16(block + at, 1500 + at));
  uint32_t a = 1, b = 0;
  for (size_t i = 0; i < sizeof block; i++) {
    a = (a + block[i]) % 65521;
    b = (b + a) % 65521;
  }
  printf("\nadler %08" PRIx32 "\n", (b << 16) | a);
}

static void copying(void) {
  static uint8_t from[300], to[340], model[340];
  seed = 5;
  for (size_t i = 0; i < sizeof from; i++) from[i] = (uint8_t)next();
  uint32_t crc = 0;
  int wrong = 0;
  for (size_t a = 0; a < 8; a++) {
    for (size_t b = 0; b < 8; b++) {
      static const size_t lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 200, 255};
      for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        size_t n = lengths[k];
        memset(to, 0xA5, sizeof to);
        memset(model, 0xA5, sizeof model);
        memcpy(to + a, from + b, n);
        for (size_t i = 0; i < n; i++) model[a + i] = from[b + i];
        wrong += memcmp(to, model, sizeof to) != 0;
        memmove(to + a + 3, to + a, n);
        for (size_t i = n; i-- > 0;) model[a + 3 + i] = model[a + i];
        wrong += memcmp(to, model, sizeof to) != 0;
        memmove(to + a, to + a + b, n);
        memset(to + b, (int)n, n % 50);
        crc = crc32(to, sizeof to, crc);
      }
    }
  }
  printf("copies %08" PRIx32 " wrong %d\n", crc, wrong);
  char line[] = "alpha,beta;;gamma delta";
  for (char *part = strtok(line, ",; "); part; part = strtok(NULL, ",; ")) printf("<%s>", part);
  printf(" %d %d %d %s\n", strcmp("abc", "abd") < 0, strncasecmp("HeLLo", "hEllO!", 5), (int)strspn("aabbc", "ab"),
         strstr("a needle in hay", "need"));
  char *end;
  errno = 0;
  long big = strtol("99999999999", &end, 10);
  printf("%ld %d %ld %lu\n", big, errno == ERANGE, strtol("-0x7f", NULL, 0), strtoul("0777z", &end, 8));
  printf("%s\n", end);
}

static float sumf(const float *x, int n) {
  float sum = 0;
  for (int i = 0; i < n; i++) sum += x[i];
  return sum;
}

static void bitsf(const char *name, float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  printf("%s %08" PRIx32 "\n", name, bits);
}

static void floating(void) {
  static float values[64];
  for (int i = 0; i < 64; i++) values[i] = (float)(i - 20) * 0.37f + 1.0f / (float)(i + 1);
  bitsf("sum", sumf(values, 64));
  for (int i = 0; i < 64; i += 9) {
    float x = values[i], y = fabsf(x);
    printf("%.6f %.6f %.6f %.6f %.6f\n", (double)sinf(x), (double)cosf(x), (double)sqrtf(y), (double)expf(x / 4),
           (double)logf(y + 1));
    bitsf("atan2f", atan2f(x, 3.0f));
    bitsf("powf", powf(y, 1.7f));
    bitsf("fmaf", fmaf(x, y, 0.125f));
    bitsf("fmodf", fmodf(x * 100, 7.3f));
    printf("%d %d %u %ld %g %g %g\n", (int)x, (int)(x * -1000), (unsigned)y, lrintf(x), (double)floorf(x),
           (double)ceilf(x), (double)truncf(x));
  }
  volatile float zero = 0, tiny = 1e-40f, huge = 3e38f;
  printf("%g %g %g %g %d %d\n", (double)(1 / zero), (double)(-1 / zero), (double)(huge * 10), (double)(tiny * 2),
         isnan(zero / zero) != 0, zero == -zero);
  printf("%d %d %d %d\n", (int)(huge > tiny), (int)(zero / zero == zero / zero), (int)(tiny < 0), (int)(tiny > 0));
  double d = 0.1;
  for (int i = 0; i < 50; i++) d = d * 1.1 + 0.01;
  printf("%.15g %.15g %.15g %.15g\n", d, sqrt(d), sin(d), pow(d, 0.3));
  printf("%.17g %.17g %.17g\n", strtod("3.141592653589793", NULL), strtod("2.2250738585072014e-308", NULL), log(d));
  printf("%lld %llu %.3f %.3f\n", (long long)(d * 1e10), (unsigned long long)(d * 1e15), (double)-123456789012LL,
         (double)18446744073709551615ULL);
  bitsf("d2f", (float)d);
  int e;
  double m = frexp(d, &e);
  printf("%.12g %d %.12g %.12g\n", m, e, ldexp(m, 5), fmod(d, 0.7));
}

static jmp_buf back;
static int deep(int n) {
  if (n == 0) longjmp(back, 77);
  return n < 0 ? n : deep(n - 1) + 1;
}

static void odds(void) {
  volatile int tries = 0;
  int code = setjmp(back);
  if (code == 0) {
    tries++;
    deep(20);
  }
  printf("jumped %d %d\n", code, tries);
  void *blocks[20];
  uint32_t total = 0;
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < 20; i++) {
      size_t n = 10 + (size_t)((i * 37 + round * 11) % 200);
      blocks[i] = malloc(n);
      memset(blocks[i], i, n);
    }
    for (int i = 0; i < 20; i += 2) {
      total += ((uint8_t *)blocks[i])[9];
      free(blocks[i]);
    }
    for (int i = 1; i < 20; i += 2) blocks[i] = realloc(blocks[i], 400);
    for (int i = 1; i < 20; i += 2) {
      total += ((uint8_t *)blocks[i])[5];
      free(blocks[i]);
    }
  }
  printf("heap %" PRIu32 "\n", total);
  time_t when = 1234567890;
  struct tm parts;
  char text[40];
  gmtime_r(&when, &parts);
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %j", &parts);
  printf("%s %d\n", text, (int)(mktime(&parts) == when));
  srand(3);
  printf("%d %d %d\n", rand(), rand(), rand());
  srand48(9);
  printf("%ld %.9f\n", lrand48(), drand48());
  for (int c = 32; c < 127; c += 13) printf("%d%d%d%c", isalpha(c) != 0, isdigit(c) != 0, ispunct(c) != 0, toupper(c));
  printf("\n");
}

int main(void) {
  sorting();
  printing();
  division();
  checksums();
  copying();
  floating();
  odds();
  printf("end\n");
  return 0;
}
