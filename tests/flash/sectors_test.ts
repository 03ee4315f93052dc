import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { FAMILIES, layoutOf } from "../../src/chip/mod.ts";
import { parseSectors, sectorsIn, sectorsText } from "../../src/flash/mod.ts";

function find(devId: number) {
  const sub = FAMILIES[0]?.subFamilies.find((s) => s.devId === devId);
  if (!sub) throw new Error("unknown");
  return sub;
}
const f746 = { sub: find(0x449), flashKiB: 1024 };
const layout = layoutOf(f746.sub, 1024, { OPTCR: 0xC0FF_AAFD });
const parse = (text: string): number[] => parseSectors(text, f746, layout).map((s) => s.index);
const refused = (text: string) => assertThrows(() => parse(text), Fault);

Deno.test("parseSectors: numbers, ranges, all, each once and in order", () => {
  assertEquals(parse("0..3,7"), [0, 1, 2, 3, 7]);
  assertEquals(parse(" 7 , 0 .. 1, 1-2 "), [0, 1, 2, 7]);
  assertEquals(parse("all").length, 8);
});

Deno.test("parseSectors: the sectors of an F4 on an F746", () => {
  const f = refused("0..11");
  assertEquals([f.slug, f.facts["wanted"], f.facts["sectors"]], ["no-such-sector", 11, "0..7"]);
  assertEquals(f.message, "Sector 11 does not exist: this chip has sectors 0..7");
  assertEquals(refused("8").slug, "no-such-sector");
  assertEquals(refused("0..99999999999").slug, "no-such-sector");
});

Deno.test("parseSectors: what cannot be read", () => {
  for (const text of ["", "a", "1,,2", "3..", "..3", "-1", "1.5", "0x1", "5..2"]) {
    assertEquals(refused(text).slug, "bad-sector-list", text);
  }
});

Deno.test("parseSectors: the bank that is not certain is why", () => {
  const f767 = { sub: find(0x451), flashKiB: 1024 };
  const half = layoutOf(f767.sub, 1024, { OPTCR: 0xDFFF_AAFD });
  const f = assertThrows(() => parseSectors("12", f767, half), Fault);
  assertEquals(String(f.facts["doubt"]).includes("bank 2"), true);
});

Deno.test("sectorsIn: whatever a range touches", () => {
  const of = (at: number, n: number) => sectorsIn(at, n, layout).map((s) => s.index);
  assertEquals(of(0x0800_7FFF, 2), [0, 1]);
  assertEquals(of(0x0804_0000, 1), [5]);
  assertEquals(of(0x0800_0000, 0x10_0000).length, 8);
  for (const [at, n] of [[0x0810_0000, 1], [0x080F_FFFF, 2], [0x0800_0000, 0], [0, 4]] as const) {
    assertEquals(assertThrows(() => of(at, n), Fault).slug, "image-outside-flash");
  }
});

Deno.test("sectorsText: as people name them", () => {
  const text = (...n: number[]) => sectorsText(layout.sectors.filter((s) => n.includes(s.index)));
  assertEquals([text(4), text(0, 1), text(0, 1, 2, 7)], [
    "sector 4",
    "sectors 0..1",
    "sectors 0..2, 7",
  ]);
});
