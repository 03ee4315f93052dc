import { assertEquals } from "@std/assert";
import plugin from "../../tasks/check/house_rules.ts";

const said = (file: string, text: string): string[] =>
  Deno.lint.runPlugin(plugin, `/home/${file}`, text).map((d) => d.message);

Deno.test("downward: a probe may not know the core above it", () => {
  assertEquals(said("src/probe/stlink/driver.ts", `import { Core } from "../../cortex/mod.ts";`), [
    "probe/ may not import cortex/: it is not below",
  ]);
});
Deno.test("downward: another room only by its door, dynamic imports too", () => {
  const text = `import { x } from "../cortex/registers.ts"; export * from "../cortex/mod.ts";
    const y = await import("../chip/data/stm32f7.ts");`;
  assertEquals(said("src/flash/a.ts", text), [
    "enter cortex/ by its door, cortex/mod.ts",
    "enter chip/ by its door, chip/mod.ts",
  ]);
});
Deno.test("downward: rooms of one level are strangers", () => {
  assertEquals(said("src/gdb/a.ts", `import { x } from "../cli/mod.ts";`), [
    "gdb/ may not import cli/: it is not below",
  ]);
});
Deno.test("downward: the cellar sees base and usb, and nobody sees the cellar", () => {
  const text = `import { x } from "../flash/mod.ts"; import type { P } from "../usb/mod.ts";`;
  assertEquals(said("src/sim/a.ts", text), ["sim/ may not import flash/"]);
  assertEquals(said("src/sim/silicon/a.ts", `import f7 from "../../chip/data/stm32f7.ts";`), [
    "sim/ may not import chip/",
  ]);
  assertEquals(said("src/recipe/a.ts", `import { s } from "../sim/mod.ts";`), [
    "nobody in src/ imports sim/",
  ]);
});
Deno.test("downward: ffi only by usb", () => {
  assertEquals(said("src/flash/a.ts", `import * as l from "../../ffi/libusb.ts";`), [
    "only src/usb may import ffi/",
  ]);
  assertEquals(said("src/usb/a.ts", `import * as l from "../../ffi/libusb.ts";`), []);
});
Deno.test("downward: the attic sees what it is given", () => {
  assertEquals(said("tasks/flash.ts", `import { x } from "../src/flash/mod.ts";`), [
    "tasks/ sees mod.ts, src/cli and src/sim",
  ]);
  assertEquals(said("tasks/flash.ts", `import "../mod.ts"; import "../src/cli/mod.ts";`), []);
  assertEquals(said("tasks/check/chips.ts", `import f from "../../src/chip/mod.ts";`), []);
  assertEquals(said("recipes/recover.ts", `import { x } from "../src/recipe/mod.ts";`), [
    "a recipe sees mod.ts only",
  ]);
});
Deno.test("chips-are-data: literals only", () => {
  const good = `import type { Family } from "../family.ts";
    export default { base: 0x4002_3C00, keys: [0x4567_0123, 0xCDEF_89AB] } satisfies Family;`;
  assertEquals(said("src/chip/data/stm32f7.ts", good), []);
  assertEquals(said("src/chip/data/x.ts", `export default { size: (n: number) => n * 1024 };`), [
    "chip data holds literals only",
  ]);
});
Deno.test("unsigned: bit operators in base/u32.ts and sim/ only", () => {
  const bits = "bit operators give signed numbers: use base/u32.ts";
  assertEquals(said("src/flash/a.ts", "let a = b | 1; a <<= 2; a = ~a;"), [bits, bits, bits]);
  assertEquals(said("src/base/u32.ts", "let a = b | 1;"), []);
  assertEquals(said("src/sim/dap.ts", "let a = b | 1;"), []);
});
Deno.test("plain-web: no Deno and no node: in src/", () => {
  assertEquals(said("src/recipe/a.ts", `import fs from "node:fs"; Deno.readFile("x");`), [
    "src/ is plain Web TypeScript: no node: imports",
    "src/ is plain Web TypeScript: no Deno here",
  ]);
  assertEquals(said("src/usb/libusb_pipe.ts", `Deno.readFile("x");`), []);
});
Deno.test("one-mouth: printing and unlocking option bytes have one place each", () => {
  assertEquals(said("src/flash/a.ts", `console.log(family.flash.optionKeys);`), [
    "only cli/ and tasks/ print",
    "only flash/options.ts unlocks option bytes",
  ]);
  assertEquals(said("src/cli/a.ts", `console.log(1);`), []);
});
Deno.test("only-faults: no bare Error", () => {
  assertEquals(said("src/flash/a.ts", `throw new Error("no");`), ["no Error but Fault"]);
  assertEquals(said("tasks/a.ts", `throw new Error("no");`), []);
});
Deno.test("short: files and functions have an end", () => {
  const long = "function f() {\n" + "  g();\n".repeat(60) + "}\n";
  assertEquals(said("src/flash/a.ts", long), ["function of 62 lines: at most 60"]);
  assertEquals(said("src/flash/a.ts", "g();\n".repeat(301)), ["file of 301 lines: at most 300"]);
});
