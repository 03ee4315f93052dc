import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../src/base/mod.ts";
import { FAMILIES } from "../../src/chip/mod.ts";
import { factoryProfile, profileWishes } from "../../src/flash/mod.ts";

function chip(devId: number, flashKiB: number) {
  for (const family of FAMILIES) {
    const sub = family.subFamilies.find((s) => s.devId === devId);
    if (sub) return { family, sub, flashKiB };
  }
  throw new Error("unknown");
}
const f746 = chip(0x449, 1024);
const f767 = chip(0x451, 2048);
// as a YAML reader with text scalars gives it
const COMMON = {
  RDP: "level0",
  BOR_LEV: "off",
  WWDG_SW: "1",
  IWDG_SW: "software",
  nRST_STOP: "1",
  nRST_STDBY: "1",
  IWDG_STDBY: "1",
  IWDG_STOP: "1",
};
const BOOT = { BOOT_ADD0: "0x0080", BOOT_ADD1: "0x0040" };
const FACTORY = {
  ob: "v1",
  variants: [
    { chips: ["stm32f74*", "stm32f75*"], OPTCR: { ...COMMON, nWRP: "0xFF" }, OPTCR1: BOOT },
    {
      chips: ["stm32f76*"],
      OPTCR: { ...COMMON, nWRP: "0xFFF", nDBOOT: "1", nDBANK: "1" },
      OPTCR1: BOOT,
    },
  ],
};
const one = (registers: Record<string, unknown>) => ({
  ob: "v1",
  variants: [{ chips: ["stm32f7*"], ...registers }],
});
const bad = (profile: unknown): string => {
  const f = assertThrows(() => profileWishes(profile, f746), Fault);
  assertEquals(f.slug, "bad-option-profile");
  return String(f.facts["why"]);
};

Deno.test("profileWishes: the factory profile of the recipes is the factory's", () => {
  assertEquals(profileWishes(FACTORY, f746), factoryProfile(f746));
  assertEquals(profileWishes(FACTORY, f767), factoryProfile(f767));
});

Deno.test("profileWishes: fields left out are left alone; words and numbers alike", () => {
  assertEquals(profileWishes(one({ OPTCR: { WWDG_SW: "hardware", nWRP: 0b1111_1110 } }), f746), {
    WWDG_SW: 0,
    nWRP: 0xFE,
  });
  assertEquals(profileWishes(one({ OPTCR: { RDP: "level1" }, "x-note": "mine" }), f746), {
    RDP: 0x55,
  });
});

Deno.test("profileWishes: a whole word means its named fields, nothing of its reserved bits", () => {
  const wishes = profileWishes(one({ OPTCR: "0xFFFFAAFD" }), f746);
  assertEquals(wishes["nWRP"], 0xFF);
  const { BOOT_ADD0: _0, BOOT_ADD1: _1, ...optcr } = factoryProfile(f746);
  assertEquals(wishes, optcr);
});

Deno.test("profileWishes: level 2 cannot be asked for, by word, by number or by name", () => {
  assertEquals(bad(one({ OPTCR: 0xC0FF_CCFD })).includes("for ever"), true);
  assertEquals(
    bad(one({ OPTCR: { RDP: "0xCC" } })),
    "RDP is given by name, one of: level0, level1",
  );
  assertEquals(bad(one({ OPTCR: { RDP: "level2" } })).includes("level0"), true);
});

Deno.test("profileWishes: a chip without a variant is refused, never guessed", () => {
  const f722 = chip(0x452, 512);
  const f = assertThrows(() => profileWishes(FACTORY, f722), Fault);
  assertEquals(f.slug, "option-profile-not-for-chip");
  assertEquals(f.facts["variants"], "stm32f74*, stm32f75*, stm32f76*");
});

Deno.test("profileWishes: what is wrong is named", () => {
  assertEquals(bad(undefined), "the profile must begin with ob: v1");
  assertEquals(bad({ ob: "v2" }), "the profile must begin with ob: v1");
  assertEquals(bad({ ob: "v1" }), "the profile needs variants: a list");
  assertEquals(bad({ ob: "v1", variants: [], oops: 1 }), "the profile has an unknown key: oops");
  assertEquals(bad({ ob: "v1", variants: [{ OPTCR: 1 }] }).includes("chips"), true);
  assertEquals(bad(one({ OPTR: 1 })), "STM32F74x/F75x has no option register OPTR");
  assertEquals(
    bad(one({ OPTCR: { nDBANK: 1 } })).startsWith("OPTCR has no field nDBANK; it has BOR_LEV"),
    true,
  );
  assertEquals(bad(one({ OPTCR: { BOOT_ADD0: 1 } })).startsWith("OPTCR has no field"), true);
  assertEquals(
    bad(one({ OPTCR: { WWDG_SW: "on" } })),
    "WWDG_SW = on is neither a number nor one of: hardware, software",
  );
  assertEquals(bad(one({ OPTCR: [1] })), "OPTCR must be a 32-bit word or fields");
  assertEquals(bad(one({ OPTCR: "0x1FFFFFFFF" })), "OPTCR must be a 32-bit word or fields");
});
