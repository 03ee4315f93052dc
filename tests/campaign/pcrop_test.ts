/** F72x/F73x: what a write of option bytes leaves in OPTCR2 when it is cut short, and the way out. */
import { assert, assertEquals } from "@std/assert";
import { FAMILIES, type SubFamily } from "../../src/chip/mod.ts";
import { closedByCutWrite, decodeOptions, optionSteps } from "../../src/flash/mod.ts";
import { CampaignBoard } from "../../tasks/campaign/bench.ts";
import { ALL, campaign } from "../../tasks/campaign/cuts.ts";

const family = FAMILIES[0]!;
const chipOf = (devId: number) => {
  const sub = family.subFamilies.find((s: SubFamily) => s.devId === devId)!;
  return { family, sub, uid: "0" };
};
const F72 = chipOf(0x452);
const CUT = { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080, OPTCR2: 0x8000_00FF };
const WISH = { RDP: 0xAA, WWDG_SW: 1 };

Deno.test("OPTCR2 all ones: to level 1 and back, and only when level 0 is wished", () => {
  const now = decodeOptions(F72, CUT);
  assertEquals(closedByCutWrite(F72, now), true);
  const steps = optionSteps(F72, now, WISH);
  assertEquals(steps.map((s) => [s.plan.words["OPTCR"]?.after, s.plan.massErases, s.resetAfter]), [
    [0xC0FF_55FD, false, true],
    [0xC0FF_AAFD, true, false],
  ]);
  assertEquals(optionSteps(F72, now, { WWDG_SW: 1 }), []);
});

Deno.test("OPTCR2 all ones but PCROP_RDP: that bit first, and only there, then to level 0", () => {
  for (
    const [OPTCR, levels] of [[0xC0FF_AAFD, [0xC0FF_55FD, 0xC0FF_AAFD]], [0xC0FF_55FD, [
      undefined,
      0xC0FF_AAFD,
    ]]] as const
  ) {
    const now = decodeOptions(F72, { ...CUT, OPTCR, OPTCR2: 0x0000_00FF });
    const steps = optionSteps(F72, now, WISH);
    assertEquals(steps.map((s) => s.plan.words["OPTCR"]?.after), [...levels]);
    assertEquals(steps.map((s) => s.plan.words["OPTCR2"]?.after), [0x8000_00FF, undefined]);
    assertEquals(steps.map((s) => s.permit?.allows), [{ PCROP_RDP: 1 }, undefined]);
    assertEquals(optionSteps(F72, now, { WWDG_SW: 1 }), []);
  }
});

Deno.test("a sector that somebody closed on purpose stays closed; other parts have no OPTCR2", () => {
  const wanted = decodeOptions(F72, { ...CUT, OPTCR2: 0x8000_0002 });
  assertEquals([closedByCutWrite(F72, wanted), optionSteps(F72, wanted, WISH)], [false, []]);
  const f74 = chipOf(0x449);
  assertEquals(closedByCutWrite(f74, decodeOptions(f74, CUT)), false);
});

Deno.test("recover opens such a board, flash erased, and says that it erases", async () => {
  const bench = new CampaignBoard({
    scenario: "factory",
    verb: "recover",
    supply: "own",
    board: "nucleo-f722ze",
  }, 1);
  const { chip } = bench.board;
  chip.options.storage.fill(0xFFFF_FFFF, 4); // as after a stop between two words
  bench.board.powerCycle();
  assertEquals(bench.board.peek(0x0800_0000), undefined);
  const ended = await bench.run();
  assert(!ended.killed);
  assertEquals([ended.result.exit, ended.result.error?.slug], [0, undefined]);
  const write = ended.result.steps.find((s) => s.id === "write");
  assert(write?.summary.includes("which ERASES 64 KiB"), write?.summary);
  assertEquals([chip.options.loaded.OPTCR2, chip.options.level], [0, 0]);
  assertEquals(bench.board.peek(0x0800_0000), 0xFFFF_FFFF);
});

Deno.test("campaign: recover on an F722, cut inside the option write", async () => {
  const t = await campaign(
    { scenario: "wrp", verb: "recover", supply: "own", board: "nucleo-f722ze" },
    { ...ALL, kinds: ["kill"], every: 400, points: 15 },
  );
  assertEquals([t.refused, t.lost], [undefined, []]);
  assert((t.words["mismatched"] ?? 0) > 5, JSON.stringify(t.words));
});

Deno.test("recover saves flash around a sector that may not be read, and says so", async () => {
  const bench = new CampaignBoard({ scenario: "pcrop", verb: "recover", supply: "own" }, 1);
  const ended = await bench.run();
  assert(!ended.killed);
  assertEquals(ended.result.exit, 0);
  const save = ended.result.steps.find((s) => s.id === "save");
  assert(
    save?.summary.endsWith("sector 1 may not be read (PCROP): FF stands there"),
    save?.summary,
  );
  assertEquals(bench.board.options.loaded.OPTCR2, 2);
});
