import { assert, assertEquals } from "@std/assert";
import {
  FAMILIES,
  isDualBank,
  layoutOf,
  sectorAt,
  sectorBit,
  sectorSizes,
  type SubFamily,
  unalias,
} from "../../src/chip/mod.ts";

const sub = (devId: number): SubFamily => {
  const found = FAMILIES[0]?.subFamilies.find((s) => s.devId === devId);
  if (!found) throw new Error(`no ${devId}`);
  return found;
};
const SINGLE = { OPTCR: 0xFFFF_AAFD };
const DUAL = { OPTCR: 0xDFFF_AAFD };
const kib = (devId: number, size: number, options = SINGLE): number[] =>
  layoutOf(sub(devId), size, options).sectors.map((s) => s.size / 1024);

Deno.test("sectorSizes: counts and sizes", () => {
  assertEquals(sectorSizes("2x16K 1x64K"), [16384, 16384, 65536]);
});

Deno.test("layoutOf: every part that exists, single bank", () => {
  assertEquals(kib(0x449, 1024), [32, 32, 32, 32, 128, 256, 256, 256]);
  assertEquals(kib(0x449, 512), [32, 32, 32, 32, 128, 256]);
  assertEquals(kib(0x449, 64), [32, 32]);
  assertEquals(kib(0x452, 512), [16, 16, 16, 16, 64, 128, 128, 128]);
  assertEquals(kib(0x452, 256), [16, 16, 16, 16, 64, 128]);
  assertEquals(kib(0x452, 64), [16, 16, 16, 16]);
  assertEquals(kib(0x451, 2048), [32, 32, 32, 32, 128, 256, 256, 256, 256, 256, 256, 256]);
  assertEquals(kib(0x451, 1024), [32, 32, 32, 32, 128, 256, 256, 256]);
});

Deno.test("layoutOf: addresses of the F746, as RM0385 table 3 gives them", () => {
  const { sectors, at, size, erased, dualBank } = layoutOf(sub(0x449), 1024, SINGLE);
  assertEquals(sectors.map((s) => s.at), [
    0x0800_0000,
    0x0800_8000,
    0x0801_0000,
    0x0801_8000,
    0x0802_0000,
    0x0804_0000,
    0x0808_0000,
    0x080C_0000,
  ]);
  assertEquals([at, size, erased, dualBank], [0x0800_0000, 0x10_0000, 0xFF, false]);
  assertEquals(sectors.map((s) => [s.bank, s.index, s.snb])[7], [1, 7, 7]);
});

Deno.test("layoutOf: two banks of a 2 MiB part; the second's sectors are 0x10 | n in SNB", () => {
  const layout = layoutOf(sub(0x451), 2048, DUAL);
  assertEquals(layout.dualBank, true);
  assertEquals(layout.sectors.length, 24);
  assertEquals(layout.size, 2048 * 1024);
  assertEquals(layout.doubt, undefined);
  const s = layout.sectors[12];
  assertEquals(s, { bank: 2, index: 12, snb: 0x10, at: 0x0810_0000, size: 16384 });
  assertEquals(layout.sectors[23]?.snb, 0x1B);
  assertEquals(layout.sectors[23]?.at, 0x081E_0000);
});

Deno.test("layoutOf: a 1 MiB part in two banks: bank 1 only, and why", () => {
  const layout = layoutOf(sub(0x451), 1024, DUAL);
  assertEquals(layout.sectors.map((s) => s.size / 1024), [16, 16, 16, 16, 64, 128, 128, 128]);
  assertEquals(layout.size, 512 * 1024);
  assert(layout.doubt?.includes("not known for certain"));
});

Deno.test("layoutOf: a size that is no whole number of sectors says so", () => {
  const layout = layoutOf(sub(0x449), 100, SINGLE);
  assertEquals(layout.sectors.length, 3);
  assertEquals(layout.doubt, "the last 4 KiB of 100 KiB are no whole sector");
});

Deno.test("isDualBank: only where the bit exists", () => {
  assertEquals(isDualBank(sub(0x451), DUAL), true);
  assertEquals(isDualBank(sub(0x451), SINGLE), false);
  assertEquals(isDualBank(sub(0x449), { OPTCR: 0 }), false);
});

Deno.test("sectorBit: one bit a sector, one for two in dual-bank mode", () => {
  const single = layoutOf(sub(0x451), 2048, SINGLE);
  const dual = layoutOf(sub(0x451), 2048, DUAL);
  assertEquals(single.sectors.map((s) => sectorBit(single, s)), [...Array(12).keys()]);
  assertEquals(dual.sectors.map((s) => sectorBit(dual, s)).slice(10, 14), [5, 5, 6, 6]);
});

Deno.test("sectorAt and unalias: the ITCM view shows the same flash", () => {
  const [family] = FAMILIES;
  if (!family) throw new Error("no family");
  const layout = layoutOf(sub(0x449), 1024, SINGLE);
  assertEquals(sectorAt(layout, 0x0803_FFFF)?.index, 4);
  assertEquals(sectorAt(layout, 0x0810_0000), undefined);
  assertEquals(unalias({ family }, layout, 0x0020_0004), 0x0800_0004);
  assertEquals(unalias({ family }, layout, 0x0030_0000), 0x0030_0000);
  assertEquals(unalias({ family }, layout, 0x0800_0004), 0x0800_0004);
  assertEquals(layout.at, family.flash.at);
});
