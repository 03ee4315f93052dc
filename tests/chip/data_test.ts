import { assert, assertEquals } from "@std/assert";
import { getField, maskOf, or } from "../../src/base/mod.ts";
import {
  FAMILIES,
  flashRegister,
  optionRegisters,
  regionAt,
  sectorSizes,
} from "../../src/chip/mod.ts";

const subs = FAMILIES.flatMap((family) => family.subFamilies.map((sub) => ({ family, sub })));
const sum = (text: string): number => sectorSizes(text).reduce((a, b) => a + b, 0);
const LETTER: Readonly<Record<string, number>> = { 8: 64, c: 256, e: 512, g: 1024, i: 2048 };

Deno.test("chip data: sectors add up to the largest size, per bank to half of it", () => {
  for (const { sub } of subs) {
    const most = Math.max(...sub.flashSizesKiB) * 1024;
    assertEquals(sum(sub.sectors), most, sub.name);
    if (sub.dualBankSectors) assertEquals(sum(sub.dualBankSectors), most / 2, sub.name);
  }
});

Deno.test("chip data: every sector size has erase times, the widest access is the quickest", () => {
  for (const { family, sub } of subs) {
    const sizes = [...sectorSizes(sub.sectors), ...sectorSizes(sub.dualBankSectors ?? sub.sectors)];
    for (const size of new Set(sizes)) {
      for (const [i, width] of ["x8", "x16", "x32"].entries()) {
        const typical = family.flash.eraseTypMs[`${size / 1024}K`]?.[i] ?? 0;
        const most = family.flash.eraseMaxMs[`${size / 1024}K`]?.[i] ?? 0;
        assert(typical > 0 && most >= typical, `${size} ${width}`);
      }
    }
  }
});

Deno.test("chip data: parts belong to a name, and their size letter to a size", () => {
  for (const { sub } of subs) {
    for (const part of sub.parts) {
      assert(sub.matches.some((m) => part.startsWith(m)), part);
      assert(sub.flashSizesKiB.includes(LETTER[part.at(-1) ?? ""] ?? 0), part);
    }
    const letters = new Set(sub.parts.map((p) => LETTER[p.at(-1) ?? ""]));
    assertEquals(letters.size, sub.flashSizesKiB.length, sub.name);
  }
});

Deno.test("chip data: option fields do not overlap; the rest of OPTCR is lock, start or reserved", () => {
  const reserved: Record<string, number> = {
    "STM32F72x/F73x": 0x3F00_0000,
    "STM32F74x/F75x": 0x3F00_0000,
    "STM32F76x/F77x": 0,
  };
  for (const { family, sub } of subs) {
    for (const register of optionRegisters(family, sub)) {
      const fields = Object.values(sub.options).filter((f) => f.register === register);
      let seen = 0n;
      for (const f of fields) {
        const mask = BigInt(maskOf(f.bits));
        assertEquals(seen & mask, 0n, `${sub.name} ${register}`);
        seen |= mask;
      }
      if (register === "OPTCR") {
        const all = BigInt(or(...fields.map((f) => maskOf(f.bits)))) | 3n;
        assertEquals(Number(all ^ 0xFFFF_FFFFn), reserved[sub.name]);
      }
    }
  }
});

Deno.test("chip data: factory words are open, software watchdogs, no protection", () => {
  for (const { family, sub } of subs) {
    for (const [name, field] of Object.entries(sub.options)) {
      const word = sub.factory[field.register];
      if (word === undefined) continue;
      const value = getField(word, field.bits);
      assert(value !== field.hardwareWatchdog, name);
      assert(!field.permanent?.includes(value), name);
      if (field.sectors) {
        assertEquals(value, field.sectors.when === 0 ? getField(0xFFFF_FFFF, field.bits) : 0);
      }
    }
    const rdp = sub.options[family.readProtection.field];
    assertEquals(rdp && getField(sub.factory["OPTCR"] ?? 0, rdp.bits), 0xAA);
  }
});

Deno.test("chip data: the OPTCR2 of F72x is read, and has no factory word", () => {
  const f72 = subs.find(({ sub }) => sub.devId === 0x452);
  assert(f72);
  assertEquals(optionRegisters(f72.family, f72.sub), ["OPTCR", "OPTCR1", "OPTCR2"]);
  assertEquals(f72.sub.factory["OPTCR2"], undefined);
});

Deno.test("flashRegister: fields of a part's own, and option fields, by the manual's names", () => {
  const by = (devId: number) => {
    const found = subs.find(({ sub }) => sub.devId === devId);
    if (!found) throw new Error("unknown");
    return (name: string) => flashRegister(found.family, found.sub, name);
  };
  assertEquals(by(0x451)("CR").fields["MER2"], 15);
  assertEquals(by(0x449)("CR").fields["MER2"], undefined);
  assertEquals(by(0x452)("SR").fields["RDERR"], 8);
  assertEquals(by(0x451)("OPTCR").fields["nWRP"], [27, 16]);
  assertEquals(by(0x449)("OPTCR").fields["OPTSTRT"], 1);
  assertEquals(by(0x449)("CR").at, 0x4002_3C10);
});

Deno.test("regionAt: what else is there", () => {
  const f74 = subs.find(({ sub }) => sub.devId === 0x449);
  assert(f74);
  const name = (at: number) => regionAt(f74, at);
  assertEquals(name(0x2000_0000), "DTCM");
  assertEquals(name(0x1FFF_0010), "option bytes");
  assertEquals(name(0x1FF0_F000), "one-time programmable memory");
  assertEquals(name(0x1FF0_0000), "system memory");
  assertEquals(name(0x0800_0000), undefined);
});
