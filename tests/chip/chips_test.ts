import { assert, assertEquals } from "@std/assert";
import { FAMILIES, type SubFamily } from "../../src/chip/mod.ts";
import { chipDifferences, SILICON } from "../../tasks/check/chips.ts";
import { ST_HEADERS } from "../../tasks/check/st_headers.ts";

Deno.test("double entry: chip/data, the simulator's silicon and ST's headers agree", () => {
  assertEquals(chipDifferences(), []);
});

Deno.test("double entry: one wrong number is found, and named", () => {
  const [f7] = FAMILIES;
  assert(f7);
  const tampered = (change: Partial<SubFamily>) => [{
    ...f7,
    subFamilies: f7.subFamilies.map((s) => s.devId === 0x449 ? { ...s, ...change } : s),
  }];
  assertEquals(chipDifferences(tampered({ factory: { OPTCR: 0x0FFF_AAED } })), [
    "STM32F74x/F75x, factory OPTCR: chip/data 0xFFFAAED, sim/silicon 0xC0FFAAFD",
  ]);
  assertEquals(chipDifferences(tampered({ sectors: "4x16K 1x64K 7x128K" })).length > 8, true);
  assertEquals(chipDifferences(tampered({ uidAt: 0x1FFF_7A10 })).slice(-1), [
    "STM32F74x/F75x, UID_BASE: chip/data 0x1FFF7A10, ST's header 0x1FF0F420",
  ]);
  const { SR: _, ...registers } = f7.flash.registers;
  const without = [{ ...f7, flash: { ...f7.flash, registers } }];
  assertEquals(chipDifferences(without).some((d) => d.includes("FLASH_SR.BSY")), true);
});

Deno.test("double entry: every sub-family has both witnesses", () => {
  const ids = FAMILIES.flatMap((f) => f.subFamilies.map((s) => s.devId)).sort();
  assertEquals(SILICON.map((s) => s.devId).sort(), ids);
  assertEquals(Object.keys(ST_HEADERS).map(Number).sort(), ids);
  for (const st of Object.values(ST_HEADERS)) {
    assert(Object.keys(st.flash).length >= 7 && Object.keys(st.addresses).length >= 14);
  }
});

Deno.test("chip data: no two regions of a part overlap", () => {
  for (const family of FAMILIES) {
    for (const sub of family.subFamilies) {
      const all = [
        ...sub.ram,
        ...sub.systemMemory,
        { name: "OTP", at: sub.otp.at, length: sub.otp.lockAt + sub.otp.lockLength - sub.otp.at },
        { name: "option bytes", ...sub.optionBytes },
        { name: "flash", at: family.flash.at, length: Math.max(...sub.flashSizesKiB) * 1024 },
        ...family.flash.aliases.map((a) => ({
          ...a,
          length: Math.max(...sub.flashSizesKiB) * 1024,
        })),
      ].sort((a, b) => a.at - b.at);
      for (const [i, r] of all.entries()) {
        const next = all[i + 1];
        assert(next === undefined || r.at + r.length <= next.at, `${sub.name}: ${r.name}`);
      }
    }
  }
});
