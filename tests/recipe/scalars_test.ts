import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fromCel, parseScalar, scalarText, toCel } from "../../src/recipe/scalars.ts";
import { type Kind, parseType } from "../../src/recipe/types.ts";

const good: readonly (readonly [Kind, string, unknown])[] = [
  ["int", "0x0800_0000", 0x0800_0000],
  ["int", "-12", -12],
  ["int", "1_000", 1000],
  ["int", "0012345", 12345],
  ["address", "0x0800_0000", 0x0800_0000],
  ["address", "4294967295", 0xFFFF_FFFF],
  ["size", "64KiB", 65536],
  ["size", "1MiB", 1048576],
  ["size", "0x40", 64],
  ["size", "2kB", 2000],
  ["size", "1.5KiB", 1536],
  ["frequency", "4MHz", 4_000_000],
  ["frequency", "950kHz", 950_000],
  ["frequency", "auto", 0],
  ["duration", "200ms", 200],
  ["duration", "60s", 60_000],
  ["duration", "5m", 300_000],
  ["duration", "1.5s", 1500],
  ["voltage", "3.1V", 3.1],
  ["voltage", "2100mV", 2.1],
  ["region", "0x080F0000 +4KiB", { at: 0x080F_0000, length: 4096 }],
  ["region", "0x080F_0000 + 4096", { at: 0x080F_0000, length: 4096 }],
  ["region", "0x08000000..0x08003FFF", { at: 0x0800_0000, length: 0x4000 }],
  ["region", "all", "all"],
  ["sectors", "0..3,5", [0, 1, 2, 3, 5]],
  ["sectors", "5, 3, 3", [3, 5]],
  ["sectors", "all", "all"],
  ["bool", "true", true],
  ["bool", "false", false],
  ["string", "0012345", "0012345"],
  ["string", "12e34567", "12e34567"],
  ["string", "no", "no"],
  ["double", "3.25", 3.25],
  ["double", "1e3", 1000],
  ["bytes", "00ffA0", new Uint8Array([0, 255, 160])],
];

const bad: readonly (readonly [Kind, string])[] = [
  ["int", "12e3"],
  ["int", "0x"],
  ["int", "1__0"],
  ["int", "99999999999999999999"],
  ["int", ""],
  ["address", "-1"],
  ["address", "0x1_0000_0000"],
  ["address", "flash"],
  ["size", "64 KB"],
  ["size", "1.5"],
  ["size", "64kib"],
  ["frequency", "4"],
  ["frequency", "4mhz"],
  ["duration", "200"],
  ["duration", "-5s"],
  ["voltage", "3,1V"],
  ["voltage", "3.1"],
  ["region", "0x080F0000"],
  ["region", "0x080F0000 +0"],
  ["region", "0xFFFFFFFF +2"],
  ["region", "0x10..0x0F"],
  ["sectors", "3..1"],
  ["sectors", "0..99999999"],
  ["sectors", "a"],
  ["sectors", ""],
  ["bool", "yes"],
  ["bool", "True"],
  ["double", "0x10"],
  ["double", "NaN"],
  ["file", ""],
  ["file", "a\nb"],
  ["bytes", "0"],
];

Deno.test("typed scalars", () => {
  for (const [kind, text, value] of good) {
    assertEquals(parseScalar(kind, text), { ok: true, value }, `${kind} ${text}`);
  }
});

Deno.test("what is none is refused, with an example of what would be", () => {
  for (const [kind, text] of bad) {
    const parsed = parseScalar(kind, text);
    assert(!parsed.ok, `${kind} ${text}`);
    assert(parsed.wanted.length > 3);
  }
});

Deno.test("a value as text reads as the same value again", () => {
  for (const [kind, , value] of good) {
    assertEquals(parseScalar(kind, scalarText(kind, value)), { ok: true, value }, kind);
  }
});

Deno.test("values go into expressions and come back", () => {
  for (const [kind, , value] of good) {
    for (const shape of ["one", "list", "map"] as const) {
      const type = { shape, kind };
      const whole = shape === "one" ? value : shape === "list" ? [value, value] : { a: value };
      assertEquals(
        fromCel(type, toCel(type, whole)),
        { ok: true, value: whole },
        `${shape} ${kind}`,
      );
    }
  }
});

Deno.test("a value of an expression that is something else is refused", () => {
  const one = (kind: Kind) => ({ shape: "one", kind }) as const;
  for (
    const [kind, value] of [
      ["int", "1"],
      ["int", true],
      ["int", 1.5],
      ["string", 1n],
      ["string", true],
      ["bool", "true"],
      ["address", -1n],
      ["double", "1"],
      ["bytes", "00"],
    ] as const
  ) assert(!fromCel(one(kind), value).ok, `${kind} ${String(value)}`);
  assert(!fromCel({ shape: "list", kind: "int" }, 1n).ok);
  assert(!fromCel({ shape: "list", kind: "int" }, ["a"]).ok);
  assert(!fromCel({ shape: "map", kind: "int" }, [1n]).ok);
});

Deno.test("no text makes a scalar throw", () => {
  const kinds = good.map(([kind]) => kind);
  fc.assert(fc.property(fc.constantFrom(...kinds), fc.string({ maxLength: 30 }), (kind, text) => {
    const parsed = parseScalar(kind, text);
    if (parsed.ok) parseScalar(kind, scalarText(kind, parsed.value));
  }));
});

Deno.test("types as they are written", () => {
  assertEquals(parseType("list<region>"), { shape: "list", kind: "region" });
  assertEquals(parseType("map<file>"), { shape: "map", kind: "file" });
  assertEquals(parseType("bool"), { shape: "one", kind: "bool" });
  for (const wrong of ["", "boolean", "list", "list<>", "list<list<int>>", "map<x>", "toString"]) {
    assertEquals(parseType(wrong), undefined, wrong);
  }
});
