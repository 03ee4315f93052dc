import fc from "fast-check";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Fault, maskOf, setField } from "../../src/base/mod.ts";
import { FAMILIES, optionRegisters } from "../../src/chip/mod.ts";
import {
  afterPlan,
  decodeOptions,
  factoryProfile,
  type OptionChip,
  type OptionPermit,
  optionSteps,
  optionText,
  planOptions,
} from "../../src/flash/mod.ts";

function chip(devId: number): OptionChip {
  for (const family of FAMILIES) {
    const sub = family.subFamilies.find((s) => s.devId === devId);
    if (sub) return { family, sub, uid: "003400353130511032333831" };
  }
  throw new Error("unknown");
}
const f746 = chip(0x449);
const f767 = chip(0x451);
const f722 = chip(0x452);
const now = (c: OptionChip, words: Partial<Record<"OPTCR" | "OPTCR1" | "OPTCR2", number>> = {}) =>
  decodeOptions(c, {
    ...c.sub.factory,
    ...(c === f722 ? { OPTCR2: 0 } : {}),
    ...words as Record<string, number>,
  });
const slugOf = (go: () => unknown): string => assertThrows(go, Fault).slug;

Deno.test("decodeOptions: a new F746 in words", () => {
  const o = now(f746);
  assertEquals(o.notFactory, []);
  assertEquals(o.rdpLevel, 0);
  assertEquals(o.fields, {
    BOR_LEV: { value: 3, text: "off" },
    WWDG_SW: { value: 1, text: "software" },
    IWDG_SW: { value: 1, text: "software" },
    nRST_STOP: { value: 1, text: "no reset" },
    nRST_STDBY: { value: 1, text: "no reset" },
    RDP: { value: 0xAA, text: "level 0 (open)" },
    nWRP: { value: 0xFF, text: "no sector write-protected" },
    IWDG_STDBY: { value: 1, text: "keeps counting" },
    IWDG_STOP: { value: 1, text: "keeps counting" },
    BOOT_ADD0: { value: 0x80, text: "0x00200000 flash over ITCM" },
    BOOT_ADD1: { value: 0x40, text: "0x00100000 system memory (ROM boot loader)" },
  });
});

Deno.test("decodeOptions: the damaged board of the F4 recipe", () => {
  const o = now(f746, { OPTCR: 0x00FF_AAED });
  assertEquals(o.notFactory, ["WWDG_SW", "IWDG_STDBY", "IWDG_STOP"]);
  assertEquals(o.fields["WWDG_SW"]?.text, "hardware");
});

Deno.test("decodeOptions: protection levels and protected sectors", () => {
  const level = (rdp: number) => now(f746, { OPTCR: setField(0xC0FF_AAFD, [15, 8], rdp) }).rdpLevel;
  assertEquals([0xAA, 0x55, 0x00, 0xFF, 0xCC].map(level), [0, 1, 1, 1, 2]);
  const nWRP = f767.sub.options["nWRP"];
  assert(nWRP);
  assertEquals(optionText(nWRP, 0xFFE), "sector 0 write-protected");
  assertEquals(optionText(nWRP, 0xFF6), "sectors 0, 3 write-protected");
  assertEquals(optionText(nWRP, 0xFBF, true), "sectors 12+13 write-protected");
  const pcrop = f722.sub.options["PCROP"];
  assert(pcrop);
  assertEquals(optionText(pcrop, 0), "no sector closed to reading");
  assertEquals(optionText(pcrop, 2), "sector 1 closed to reading");
});

Deno.test("decodeOptions: registers that were not read are not made up; a closed sector is never a new part's", () => {
  assertEquals(Object.keys(decodeOptions(f746, { OPTCR1: 0 }).fields), ["BOOT_ADD0", "BOOT_ADD1"]);
  assertEquals(now(f722, { OPTCR2: 0x8000_00FF }).notFactory, ["PCROP"]);
  assertEquals(now(f722, { OPTCR2: 0x8000_0000 }).notFactory, []);
});

Deno.test("planOptions: the recovery of the damaged board, as the recipes page prints it", () => {
  const plan = planOptions(f746, now(f746, { OPTCR: 0x00FF_AAED }), factoryProfile(f746));
  assertEquals(plan.words, { OPTCR: { before: 0x00FF_AAED, after: 0xC0FF_AAFD } });
  assertEquals(plan.changes.map((c) => [c.field, c.beforeText, c.afterText]), [
    ["WWDG_SW", "hardware", "software"],
    ["IWDG_STDBY", "stands still", "keeps counting"],
    ["IWDG_STOP", "stands still", "keeps counting"],
  ]);
  assertEquals([plan.massErases, plan.permanent, plan.needsPowerCycle], [false, false, false]);
});

Deno.test("planOptions: nothing to do is an empty plan", () => {
  const plan = planOptions(f746, now(f746), factoryProfile(f746));
  assertEquals([plan.changes, plan.words], [[], {}]);
});

Deno.test("planOptions: any level-1 byte is level 1; going to 0 erases, and wants a cold start", () => {
  const locked = now(f746, { OPTCR: 0xC0FF_00FD });
  assertEquals(planOptions(f746, locked, { RDP: 0x55 }).changes, []);
  const open = planOptions(f746, locked, { RDP: 0xAA });
  assertEquals([open.massErases, open.needsPowerCycle], [true, true]);
  assertEquals(open.words["OPTCR"]?.after, 0xC0FF_AAFD);
  assertEquals(planOptions(f746, now(f746), { RDP: 0x55 }).massErases, false);
});

Deno.test("planOptions: what can never be undone needs a permit for this chip, field and value", () => {
  const want = { RDP: 0xCC };
  const plan = (permit?: OptionPermit, c = f746) => planOptions(c, now(c), want, { permit });
  assertEquals(slugOf(() => plan()), "options-permanent");
  const good = { uid: f746.uid, allows: { RDP: 0xCC } };
  assertEquals(slugOf(() => plan({ ...good, uid: "00" })), "options-permanent");
  assertEquals(slugOf(() => plan({ ...good, allows: { nWRP: 0xCC } })), "options-permanent");
  assertEquals(slugOf(() => plan({ ...good, uid: "" }, { ...f746, uid: "" })), "options-permanent");
  assertEquals(plan(good).permanent, true);
});

Deno.test("planOptions: code protection of the F72x is guarded too", () => {
  assertEquals(slugOf(() => planOptions(f722, now(f722), { PCROP: 1 })), "options-permanent");
  assertEquals(slugOf(() => planOptions(f722, now(f722), { PCROP_RDP: 1 })), "options-permanent");
  assertEquals(planOptions(f722, now(f722), { PCROP: 0 }).changes, []);
});

Deno.test("planOptions: at level 2 nothing can be changed", () => {
  const closed = now(f746, { OPTCR: 0xC0FF_CCFD });
  assertEquals(slugOf(() => planOptions(f746, closed, { RDP: 0xAA })), "options-frozen");
  assertEquals(planOptions(f746, closed, {}).changes, []);
});

Deno.test("planOptions: a brown-out level above the supply, or with none measured", () => {
  const bor = (level: number, volts?: number, before = 3) =>
    planOptions(f746, now(f746, { OPTCR: setField(0xC0FF_AAFD, [3, 2], before) }), {
      BOR_LEV: level,
    }, { volts });
  assertEquals(slugOf(() => bor(0, 2.5)), "options-above-supply");
  assertEquals(slugOf(() => bor(0)), "options-above-supply");
  assertEquals(bor(0, 3.3).needsPowerCycle, true);
  assertEquals(bor(3, undefined, 0).changes.length, 1); // lowering never harms
  assertEquals(bor(1, 2.3, 0).changes.length, 1);
});

Deno.test("planOptions: unknown names and values that do not fit", () => {
  for (
    const wish of [{ WDG_SW: 1 }, { nDBANK: 1 }, { WWDG_SW: 2 }, { nWRP: 0x100 }, { RDP: -1 }, {
      RDP: 1.5,
    }, { RDP: NaN }]
  ) {
    assertEquals(slugOf(() => planOptions(f746, now(f746), wish)), "bad-option-profile");
  }
});

// --- properties

const chips = fc.constantFrom(f746, f767, f722);
const word = fc.integer({ min: 0, max: 0xFFFF_FFFF });
const wishes = fc.record({
  words: fc.record({ OPTCR: word, OPTCR1: word, OPTCR2: word }),
  picks: fc.array(fc.tuple(fc.nat(), word), { maxLength: 6 }),
});
function wishOf(
  c: OptionChip,
  picks: readonly (readonly [number, number])[],
): Record<string, number> {
  const fields = Object.entries(c.sub.options).filter(([, f]) => !f.guarded);
  return Object.fromEntries(picks.map(([n, w]) => {
    const [name, f] = fields[n % fields.length]!;
    const width = BigInt(maskOf(f.bits)).toString(2).replaceAll("0", "").length;
    return [name, w % 2 ** width];
  }));
}
function wordsOf(c: OptionChip, words: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(optionRegisters(c.family, c.sub).map((r) => [r, words[r] ?? 0]));
}

Deno.test("property: random words, random wishes: only bits of wished fields change", () => {
  let changed = 0;
  fc.assert(
    fc.property(chips, wishes, (c, { words, picks }) => {
      const wish = wishOf(c, picks);
      const o = decodeOptions(c, wordsOf(c, words));
      let plan;
      try {
        plan = planOptions(c, o, wish, { volts: 3.3 });
      } catch (error) {
        // only what is for ever, or frozen for ever, may be refused here
        assert(error instanceof Fault);
        assert(["options-permanent", "options-frozen"].includes(error.slug), error.slug);
        return;
      }
      for (const [register, { before, after }] of Object.entries(plan.words)) {
        assertEquals(before, o.registers[register]);
        const may = Object.keys(wish).map((n) => c.sub.options[n]!)
          .filter((f) => f.register === register)
          .reduce((m, f) => m | BigInt(maskOf(f.bits)), 0n);
        assertEquals((BigInt(before) ^ BigInt(after)) & ~may, 0n);
        changed++;
      }
      const then = afterPlan(c, o, plan);
      for (const [name, value] of Object.entries(wish)) {
        const is = then.fields[name]?.value;
        const level1 = (v: number | undefined) => name === "RDP" && v !== 0xAA && v !== 0xCC;
        assert(is === value || (level1(is) && level1(value)), `${name} ${is} ${value}`);
      }
      assertEquals(planOptions(c, then, wish, { volts: 3.3 }).changes, []);
    }),
    { numRuns: 400 },
  );
  assert(changed > 200, "the property was exercised");
});

Deno.test("property: no wish without a permit ever leads to RDP level 2", () => {
  fc.assert(
    fc.property(chips, wishes, (c, { words, picks }) => {
      const o = decodeOptions(c, wordsOf(c, words));
      if (o.rdpLevel === 2) return;
      try {
        for (const step of optionSteps(c, o, { ...wishOf(c, picks), RDP: 0xAA }, { volts: 3.3 })) {
          assertEquals(afterPlan(c, o, step.plan).rdpLevel === 2, false);
        }
        planOptions(c, o, { RDP: 0xCC });
      } catch (error) {
        assert(error instanceof Fault);
        return;
      }
      assert(false, "RDP = 0xCC was planned");
    }),
    { numRuns: 100 },
  );
});

Deno.test("property: the steps together do what the wish says, and nothing else", () => {
  fc.assert(
    fc.property(chips, wishes, (c, { words, picks }) => {
      const o = decodeOptions(c, wordsOf(c, words));
      const wish = wishOf(c, picks);
      let steps;
      try {
        steps = optionSteps(c, o, wish, { volts: 3.3 });
      } catch {
        return;
      }
      const end = steps.reduce((state, s) => afterPlan(c, state, s.plan), o);
      const once = afterPlan(c, o, planOptions(c, o, wish, { volts: 3.3 }));
      assertEquals(end.registers, once.registers);
    }),
    { numRuns: 300 },
  );
});

// --- steps

const steps = (c: OptionChip, optcr: number, wish: Record<string, number>) =>
  optionSteps(c, now(c, { OPTCR: optcr }), wish).map((s) => [
    s.plan.words["OPTCR"]?.after ?? 0,
    s.resetAfter,
    s.plan.massErases,
  ]);

Deno.test("optionSteps: mostly one write", () => {
  assertEquals(steps(f746, 0x00FF_AAED, factoryProfile(f746)), [[0xC0FF_AAFD, false, false]]);
  assertEquals(steps(f746, 0xC0FF_55FD, { RDP: 0xAA }), [[0xC0FF_AAFD, false, true]]);
  assertEquals(steps(f746, 0xC0FF_AAFD, {}), []);
});

Deno.test("optionSteps: level 1 with a hardware watchdog: watchdog to software, reset, then level 0", () => {
  assertEquals(steps(f746, 0x00FF_55ED, factoryProfile(f746)), [
    [0x00FF_55FD, true, false],
    [0xC0FF_AAFD, false, true],
  ]);
});

Deno.test("optionSteps: a hardware watchdog that is to stay one comes back last", () => {
  assertEquals(steps(f746, 0xC0FF_55CD, { RDP: 0xAA }), [
    [0xC0FF_55FD, true, false],
    [0xC0FF_AAFD, true, true],
    [0xC0FF_AACD, false, false],
  ]);
  const [, , last] = optionSteps(f746, now(f746, { OPTCR: 0xC0FF_55CD }), { RDP: 0xAA });
  assertEquals(last?.why, "the watchdogs start by hardware again");
});

Deno.test("optionSteps: a wish that is refused is refused before the first step", () => {
  const wish = { RDP: 0xAA, BOR_LEV: 0 };
  const damaged = now(f746, { OPTCR: 0x00FF_55ED });
  assertEquals(
    slugOf(() => optionSteps(f746, damaged, wish, { volts: 2.0 })),
    "options-above-supply",
  );
});

Deno.test("factoryProfile: every certain field; OPTCR2 is left out", () => {
  const names = Object.keys(factoryProfile(f722));
  assertEquals(names.includes("PCROP") || names.includes("PCROP_RDP"), false);
  const back = planOptions(f767, now(f767, { OPTCR: 0, OPTCR1: 0 }), factoryProfile(f767));
  assertEquals(back.words["OPTCR1"]?.after, 0x0040_0080);
  assertEquals((back.words["OPTCR"]?.after ?? 0) >>> 2, 0xFFFF_AAFD >>> 2);
});
