import { assertEquals } from "@std/assert";
import {
  type Chip,
  chipNames,
  FAMILIES,
  matchesChip,
  matchesSomeChip,
  partsOf,
} from "../../src/chip/mod.ts";

type Matched = Pick<Chip, "family" | "sub" | "flashKiB" | "flashSizeDoubt">;
function chip(devId: number, flashKiB: number): Matched {
  for (const family of FAMILIES) {
    const sub = family.subFamilies.find((s) => s.devId === devId);
    if (sub) return { family, sub, flashKiB };
  }
  throw new Error("unknown");
}
const f746 = chip(0x449, 1024);
const f767 = chip(0x451, 2048);
const f722 = chip(0x452, 512);

const matching = (patterns: readonly string[], c: Matched): string[] =>
  patterns.filter((p) => matchesChip(p, c));

Deno.test("matchesChip: from everything down to one part", () => {
  const patterns = ["*", "arm-cortex-m*", "arm-cortex-m7", "stm32f7*", "STM32F7", "stm32f74*"];
  assertEquals(matching(patterns, f746), patterns);
  assertEquals(matching(["stm32f74", "stm32f746", "stm32f746ng", "stm32f746??"], f746).length, 4);
  assertEquals(matching(["stm32f746ngh6", "STM32F746NGH6TR"], f746).length, 2);
});

Deno.test("matchesChip: what it is not", () => {
  const others = [
    "stm32f4*",
    "stm32f76*",
    "stm32f72*",
    "arm-cortex-m4",
    "stm32",
    "",
    "stm32f746ve", // 512 KiB
    "stm32f767zi",
    "cortex-m*",
  ];
  assertEquals(matching(others, f746), []);
  assertEquals(matching(["stm32f74*", "stm32f746"], f767), []);
  assertEquals(matching(["stm32f76*", "stm32f77*", "stm32f769ni"], f767).length, 3);
  assertEquals(matching(["stm32f72*", "stm32f73*", "stm32f722ze"], f722).length, 3);
});

Deno.test("matchesChip: a pattern is no regular expression", () => {
  assertEquals(matching(["stm32f7.*", "stm32f74[56]*", "(", "stm32f74+"], f746), []);
});

Deno.test("partsOf: parts that a debugger cannot tell apart, narrowed by the size", () => {
  assertEquals(partsOf(chip(0x449, 64)), ["stm32f750n8", "stm32f750v8", "stm32f750z8"]);
  assertEquals(partsOf(chip(0x449, 512)).every((p) => p.endsWith("e")), true);
  const doubtful = { ...f746, flashSizeDoubt: "it says 0" };
  assertEquals(partsOf(doubtful), f746.sub.parts);
});

Deno.test("chipNames, matchesSomeChip: for lint, without a board", () => {
  assertEquals(matchesSomeChip("stm32f769*"), true);
  assertEquals(matchesSomeChip("stm32f9*"), false);
  assertEquals(matchesSomeChip("arm-cortex-m*"), true);
  const names = chipNames();
  assertEquals(names.includes("stm32f746ng") && names.includes("stm32f746"), true);
  assertEquals(new Set(names).size, names.length);
});
