import { assertEquals } from "@std/assert";
import { chooseKilohertz, speedText, V2_DIVISORS } from "../../src/probe/stlink/speeds.ts";

const offered = V2_DIVISORS.map(([khz]) => khz);

Deno.test("chooseKilohertz() takes the nearest not above the wish", () => {
  assertEquals(chooseKilohertz(offered, 4000), 4000);
  assertEquals(chooseKilohertz(offered, 24000), 4000);
  assertEquals(chooseKilohertz(offered, 3999), 1800);
  assertEquals(chooseKilohertz(offered, 1000), 950);
  assertEquals(chooseKilohertz(offered, 5), 5);
  assertEquals(chooseKilohertz(offered, 4), undefined);
  assertEquals(chooseKilohertz([0, 0], 4), undefined);
});

Deno.test("the divisors are those of OpenOCD's table, with the slow ones of pyOCD's", () => {
  assertEquals(Object.fromEntries(V2_DIVISORS), {
    4000: 0,
    1800: 1,
    1200: 2,
    950: 3,
    650: 5,
    480: 7,
    400: 9,
    360: 10,
    240: 15,
    150: 25,
    125: 31,
    100: 40,
    50: 79,
    25: 158,
    15: 265,
    5: 798,
  });
});

Deno.test("speedText() says MHz or kHz", () => {
  assertEquals([4e6, 1.8e6, 950e3, 100e3, 5e3].map(speedText), [
    "4 MHz",
    "1.8 MHz",
    "950 kHz",
    "100 kHz",
    "5 kHz",
  ]);
});
