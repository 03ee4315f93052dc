import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hand, makeChip } from "./stand_in.ts";

const RCC = 0x4002_3800;
const MS = 1e6;
function bench(wish: Parameters<typeof makeChip>[0] = {}) {
  const made = makeChip(wish);
  return { ...made, hand: new Hand(made.chip) };
}
/** AHB1ENR, APB1ENR, APB2ENR */
const enable = (hand: Hand, offset: number, bit: number) =>
  hand.put(RCC + offset, hand.get(RCC + offset) | (1 << bit));

Deno.test("RCC: HSI 16 MHz after reset", () => {
  const { chip, hand } = bench();
  assertEquals([hand.get(RCC), hand.get(RCC + 4), hand.get(RCC + 8)], [0x83, 0x2400_3010, 0]);
  assertEquals([chip.hz, chip.parts.rcc.pclkHz(1)], [16e6, 16e6]);
});

Deno.test("RCC: HSE 25 MHz → PLL → 216 MHz, prescalers, ready bits in their time", () => {
  const { chip, hand, warnings } = bench();
  hand.put(RCC, 0x1_0083);
  assertEquals(hand.get(RCC) & 0x2_0000, 0);
  chip.time.advance(3 * MS);
  assertEquals(hand.get(RCC) & 0x2_0000, 0x2_0000);
  hand.put(RCC + 4, 25 | 432 << 6 | 0 << 16 | 1 << 22 | 9 << 24);
  hand.put(RCC, 0x0101_0083);
  enable(hand, 0x40, 28);
  hand.put(0x4000_7000, 0x1_C000); // ODEN, then ODSWEN
  chip.time.advance(1 * MS);
  hand.put(0x4000_7000, 0x3_C000);
  chip.time.advance(1 * MS);
  assertEquals(hand.get(0x4000_7004) & 0x3_0000, 0x3_0000);
  hand.put(0x4002_3C00, 7);
  hand.put(RCC + 8, 2 | 5 << 10 | 4 << 13);
  assertEquals(hand.get(RCC + 8) & 0xC, 8);
  assertEquals([chip.hz, chip.parts.rcc.pclkHz(1), chip.parts.rcc.pclkHz(2)], [216e6, 54e6, 108e6]);
  assertEquals(chip.parts.rcc.timerHz(1), 108e6);
  assertEquals(warnings, []);
});

Deno.test("RCC: SWS waits for the source; no crystal is never ready", () => {
  const { chip, hand } = bench({ hseHz: 0 });
  hand.put(RCC, 0x1_0083);
  hand.put(RCC + 8, 1);
  chip.time.advance(100 * MS);
  assertEquals([hand.get(RCC) & 0x2_0000, hand.get(RCC + 8) & 0xC, chip.hz], [0, 0, 16e6]);
});

Deno.test("RCC: too few wait states and missing over-drive are said aloud", () => {
  const { chip, hand, warnings } = bench();
  hand.put(RCC + 4, 16 | 432 << 6 | 9 << 24); // HSI / 16 × 432 / 2
  hand.put(RCC, 0x0100_0083);
  chip.time.advance(1 * MS);
  hand.put(RCC + 8, 2);
  assertEquals(chip.hz, 216e6);
  assert(warnings.some((w) => w.includes("LATENCY = 0") && w.includes("7 wait states")));
  assert(warnings.some((w) => w.includes("without over-drive")));
});

Deno.test("RCC: the core's clock is the time it runs by", () => {
  const { chip, core, hand } = bench();
  hand.put(RCC + 8, 8 << 4); // HPRE = /2
  const before = core.cycles;
  chip.time.advance(1 * MS);
  assertEquals(core.cycles - before, 8000);
});

Deno.test("RCC: RSTR resets a peripheral", () => {
  const { hand } = bench();
  enable(hand, 0x30, 8);
  hand.put(0x4002_2000, 4);
  hand.put(RCC + 0x10, 1 << 8);
  hand.put(RCC + 0x10, 0);
  assertEquals(hand.get(0x4002_2000), 0);
});

Deno.test("GPIO: PI1 drives LD1, seen from outside; PI11 is B1, read by IDR", () => {
  const { chip, hand } = bench();
  const seen: string[] = [];
  chip.onPin = (port, pin, high) => seen.push(`P${port}${pin}=${high}`);
  enable(hand, 0x30, 8);
  hand.put(0x4002_2000, 1 << 2);
  hand.put(0x4002_2018, 1 << 1);
  hand.put(0x4002_2018, 1 << 17);
  hand.put(0x4002_2014, 2);
  const port = chip.parts.ports.get("I")!;
  port.drive(11, true);
  assertEquals(hand.get(0x4002_2010), 0x802);
  port.drive(11, undefined);
  assertEquals(hand.get(0x4002_2010), 2);
  chip.time.advance(1);
  assertEquals(seen, ["PI1=true", "PI1=false", "PI1=true", "PI11=true", "PI11=false"]);
});

Deno.test("GPIO: pull-ups, open drain, BSRR set wins, analog reads 0", () => {
  const { chip, hand } = bench();
  enable(hand, 0x30, 1);
  const B = 0x4002_0400;
  hand.put(B + 0xC, 1 << 10); // PB5 pull-up
  assertEquals(hand.get(B + 0x10) & 0x20, 0x20);
  hand.put(B, hand.get(B) | 1 << 10); // output
  hand.put(B + 4, 0x20); // open drain
  hand.put(B + 0x18, 0x20_0020);
  assertEquals([hand.get(B + 0x14), hand.get(B + 0x10) & 0x20], [0x20, 0x20]);
  chip.parts.ports.get("B")!.drive(5, false);
  assertEquals(hand.get(B + 0x10) & 0x20, 0);
  hand.put(B, hand.get(B) | 3 << 10);
  chip.parts.ports.get("B")!.drive(5, true);
  assertEquals(hand.get(B + 0x10) & 0x20, 0);
});

Deno.test("GPIO: reset values keep the debug pins", () => {
  const { hand } = bench();
  for (const bit of [0, 1]) enable(hand, 0x30, bit);
  assertEquals([hand.get(0x4002_0000), hand.get(0x4002_0400)], [0xA800_0000, 0x280]);
});

Deno.test("EXTI: routed by SYSCFG, edges chosen, interrupt, cleared by 1; a high line pends again", () => {
  const { chip, hand, core } = bench();
  enable(hand, 0x44, 14);
  hand.put(0x4001_3810, 8 << 12); // EXTICR3: line 11 from port I
  hand.put(0x4001_3C00, 1 << 11);
  hand.put(0x4001_3C0C, 1 << 11); // falling
  const port = chip.parts.ports.get("I")!;
  port.drive(11, true);
  assertEquals(core.interrupts, []);
  port.drive(11, false);
  assertEquals(core.interrupts, [40]);
  assertEquals(hand.get(0x4001_3C14), 1 << 11);
  assert(core.interrupts.length > 1, "still high: pends anew");
  hand.put(0x4001_3C14, 1 << 11);
  core.interrupts.length = 0;
  chip.time.advance(1 * MS);
  assertEquals(core.interrupts, []);
  hand.put(0x4001_3C10, 1 << 11); // by software
  assertEquals(core.interrupts[0], 40);
});

Deno.test("TIM6: update every (PSC + 1)(ARR + 1) clocks, flag, interrupt, one pulse", () => {
  const { chip, hand, core } = bench();
  enable(hand, 0x40, 4);
  const T = 0x4000_1000;
  hand.put(T + 0x28, 15);
  hand.put(T + 0x2C, 999);
  hand.put(T + 0x14, 1);
  hand.put(T + 0x10, 0);
  hand.put(T + 0xC, 1);
  hand.put(T, 1);
  chip.time.advance(0.5 * MS);
  assertEquals(hand.get(T + 0x24), 500);
  assertEquals(core.interrupts, []);
  chip.time.advance(0.6 * MS);
  assertEquals([hand.get(T + 0x10), core.interrupts[0]], [1, 54]);
  assertEquals(hand.get(T + 0x24), 100);
  hand.put(T, 9); // OPM
  hand.put(T + 0x10, 0);
  chip.time.advance(5 * MS);
  assertEquals([hand.get(T + 0x10), hand.get(T) & 1, hand.get(T + 0x24)], [1, 0, 0]);
});

Deno.test("TIM2: 32 bits, ARPE, frozen with the core when DBGMCU says so", () => {
  const { chip, hand } = bench();
  enable(hand, 0x40, 0);
  const T = 0x4000_0000;
  assertEquals(hand.get(T + 0x2C), 0xFFFF_FFFF);
  hand.put(T, 0x81);
  hand.put(T + 0x2C, 10); // preloaded: not yet
  chip.time.advance(1 * MS);
  assertEquals(hand.get(T + 0x24), 16_000);
  hand.put(0xE004_2008, 1);
  hand.halt();
  const count = hand.get(T + 0x24);
  chip.time.advance(10 * MS);
  assertEquals(hand.get(T + 0x24), count);
  hand.put(0xE000_EDF0, 0xA05F_0001);
  chip.time.advance(1 * MS);
  assertEquals(hand.get(T + 0x24), count + 16_000);
});

Deno.test("timers: what is not modelled is said", () => {
  const { hand, warnings } = bench();
  enable(hand, 0x40, 1);
  hand.put(0x4000_0400, 0x10);
  hand.put(0x4000_040C, 2);
  hand.put(0x4000_0434, 5);
  assertEquals(warnings.length, 3);
  assertStringIncludes(warnings[2]!, "TIM3 at 0x40000434");
});

const U = 0x4001_1000;
function usart(baudDivider = 139) {
  const made = bench();
  const { hand, chip } = made;
  enable(hand, 0x44, 4);
  enable(hand, 0x30, 0);
  hand.put(0x4002_0000, 0xA808_0000); // PA9 alternate
  hand.put(0x4002_0024, 7 << 4);
  hand.put(U + 0xC, baudDivider);
  hand.put(U, 0xD);
  let text = "";
  chip.uart.onText = (bytes) => text += new TextDecoder().decode(bytes);
  return { ...made, text: () => text };
}

Deno.test("USART1: a byte takes ten bits of 115200 baud, TXE and TC follow", () => {
  const { chip, hand, text } = usart();
  assertEquals(hand.get(U + 0x1C) & 0xC0, 0xC0);
  hand.put(U + 0x28, 0x48);
  assertEquals(hand.get(U + 0x1C) & 0xC0, 0x80);
  hand.put(U + 0x28, 0x69);
  assertEquals(hand.get(U + 0x1C) & 0xC0, 0);
  chip.time.advance(86_000);
  assertEquals(text(), "");
  chip.time.advance(1_500);
  assertEquals([text(), hand.get(U + 0x1C) & 0xC0], ["H", 0x80]);
  chip.time.advance(90_000);
  assertEquals([text(), hand.get(U + 0x1C) & 0xC0], ["Hi", 0xC0]);
});

Deno.test("USART1: received bytes, RXNE, overrun, interrupt", () => {
  const { chip, hand, core } = usart();
  hand.put(U, 0x2D);
  const hear = (text: string) => chip.uart.feed(new TextEncoder().encode(text));
  hear("x");
  chip.time.advance(90_000);
  assertEquals(hand.get(U + 0x1C) & 0x20, 0, "PB7 is no USART's yet");
  enable(hand, 0x30, 1);
  hand.put(0x4002_0400, 0x8280); // PB7 alternate, PB4 and PB3 as after reset
  hand.put(0x4002_0420, 0x7000_0000);
  hear("abc");
  chip.time.advance(90_000);
  assertEquals([core.interrupts[0], hand.get(U + 0x24)], [37, 0x61]);
  assertEquals(hand.get(U + 0x1C) & 0x28, 0);
  chip.time.advance(200_000);
  assertEquals(hand.get(U + 0x1C) & 0x28, 0x28);
  assertEquals(hand.get(U + 0x24), 0x62);
  hand.put(U + 0x20, 8);
  assertEquals(hand.get(U + 0x1C) & 0x28, 0);
});

Deno.test("USART1: text on a pin that is not switched to it is lost, and said", () => {
  const { chip, hand, text, warnings } = usart();
  hand.put(0x4002_0024, 0);
  hand.put(U + 0x28, 0x48);
  chip.time.advance(100_000);
  assertEquals(text(), "");
  assertStringIncludes(warnings[0]!, "PA9 is not switched");
});

Deno.test("USART1: off, or without a baud rate, nothing is sent", () => {
  const { chip, hand, text } = usart(0);
  hand.put(U + 0x28, 0x48);
  hand.put(U + 0xC, 139);
  hand.put(U, 0xC);
  hand.put(U + 0x28, 0x48);
  chip.time.advance(1 * MS);
  assertEquals(text(), "");
});

Deno.test('CRC: the check values of public CRCs over "123456789"', () => {
  const C = 0x4002_3000;
  const check = (cr: number, init: number, pol: number) => {
    const { hand } = bench();
    enable(hand, 0x30, 12);
    hand.put(C + 0x10, init);
    hand.put(C + 0x14, pol);
    hand.put(C + 8, cr | 1);
    for (const c of new TextEncoder().encode("123456789")) hand.put(C, c, 1);
    return hand.get(C);
  };
  assertEquals(check(0, 0xFFFF_FFFF, 0x04C1_1DB7), 0x0376_E6E7); // CRC-32/MPEG-2
  assertEquals((check(0xA0, 0xFFFF_FFFF, 0x04C1_1DB7) ^ 0xFFFF_FFFF) >>> 0, 0xCBF4_3926); // CRC-32
  assertEquals(check(1 << 3, 0xFFFF, 0x1021), 0x29B1); // CRC-16/CCITT-FALSE
  assertEquals(check(2 << 3, 0, 0x07), 0xF4); // CRC-8
});

Deno.test("CRC: one word of a known pair", () => {
  const { hand } = bench();
  enable(hand, 0x30, 12);
  hand.put(0x4002_3000, 0);
  assertEquals(hand.get(0x4002_3000), 0xC704_DD7B); // CRC-32/MPEG-2 of four zero bytes
  hand.put(0x4002_3008, 1);
  assertEquals(hand.get(0x4002_3000), 0xFFFF_FFFF);
});

Deno.test("PWR: VOS ready, backup SRAM wants its clock and DBP", () => {
  const { hand } = bench();
  enable(hand, 0x40, 28);
  assertEquals(hand.get(0x4000_7004) & 0x4000, 0x4000);
  assertEquals(hand.get(0x4002_4000), 0);
  enable(hand, 0x30, 18);
  hand.put(0x4002_4000, 0x1234);
  assert(hand.get(0x4002_4000) !== 0x1234);
  hand.put(0x4000_7000, 0xC100);
  hand.put(0x4002_4000, 0x1234);
  assertEquals(hand.get(0x4002_4000), 0x1234);
});
