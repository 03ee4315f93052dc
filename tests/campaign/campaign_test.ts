/** A seeded slice of `deno task campaign`: every kind of cut, at places that differ from case to case. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CampaignBoard, type Case, CUTS } from "../../tasks/campaign/bench.ts";
import { cutOnce } from "../../tasks/campaign/again.ts";
import { ALL, campaign } from "../../tasks/campaign/cuts.ts";
import { refusalOf } from "../../tasks/campaign/refusals.ts";
import { BadCall, selected } from "../../tasks/campaign.ts";

/** scenario, verb, supply, one of how many transfers, points in each option write */
const SLICE: readonly (readonly [string, Case["verb"], Case["supply"], number, number])[] = [
  ["so36160986", "recover", "usb", 83, 6],
  ["so36160986", "recover", "own", 79, 6],
  ["rdp1-watchdogs", "recover", "usb", 97, 4],
  ["options-erased", "recover", "own", 67, 6],
  ["swd-disabled", "recover", "usb", 61, 0],
  ["factory", "flash", "usb", 67, 0],
  ["watchdog-loop", "flash", "own", 89, 0],
];

for (const [index, [scenario, verb, supply, every, points]] of SLICE.entries()) {
  Deno.test(`campaign: ${verb} ${scenario}, supply ${supply}: all cuts converge`, async () => {
    const from = 1 + (index * 7) % every;
    const t = await campaign({ scenario, verb, supply }, { ...ALL, every, from, points, seed: 11 });
    assertEquals(t.refused, undefined);
    assertEquals(t.lost, []);
    assert(t.tried >= CUTS.length * 2 + points * 3, `${t.tried} cuts were tried`);
    assertEquals(t.converged, t.tried);
    if (points > 3) assert((t.words["mismatched"] ?? 0) > 0, JSON.stringify(t.words));
  });
}

Deno.test("campaign: a cut is really a cut", async () => {
  const what: Case = { scenario: "so36160986", verb: "recover", supply: "usb" };
  for (const kind of CUTS) {
    const bench = new CampaignBoard(what, 1);
    const ended = await bench.run({ kind, at: 120 });
    const cut = ended.killed || ended.result.exit !== 0 || kind.startsWith("lost") ||
      bench.board.resets.length > 0;
    assert(cut, kind);
    if (kind === "kill") assertEquals(ended.killed, true);
  }
});

Deno.test("campaign: level 2 is seen as lost, and so is a board that was not recovered", async () => {
  const closed = new CampaignBoard({ scenario: "rdp2", verb: "recover", supply: "own" }, 1);
  assertEquals([closed.sealed, closed.amiss], [true, "RDP level 2"]);
  const story = new CampaignBoard({ scenario: "so36160986", verb: "recover", supply: "own" }, 1);
  assert(story.amiss?.startsWith("option words"));
  const blank = new CampaignBoard({ scenario: "blank", verb: "flash", supply: "own" }, 1);
  assertEquals(blank.amiss, "flash differs at 8000000");
  const refused = await campaign(
    { scenario: "rdp2", verb: "recover", supply: "own" },
    { ...ALL, every: 50 },
  );
  assertEquals([refused.refused, refused.tried, refused.lost], ["link-no-answer", 5, []]);
});

Deno.test("campaign: a verb that is refused leaves the board untouched, wherever it is cut", async () => {
  for (
    const [verb, scenario] of [["flash", "wrp"], ["flash", "rdp1"], [
      "recover",
      "low-voltage",
    ]] as const
  ) {
    const what: Case = { verb, scenario, supply: "own" };
    const t = await campaign(what, { ...ALL, every: 23, from: 5, seed: 3 });
    assertEquals([t.refused, t.lost], [refusalOf(what), []]);
    assert(t.tried >= 10 && t.words["old"] === undefined);
  }
});

Deno.test("campaign: every outcome of an option write, one after another", async () => {
  const what: Case = { verb: "recover", scenario: "so36160986", supply: "own" };
  const t = await campaign(what, { ...ALL, kinds: ["kill"], every: 1000, points: 1, seed: 5 });
  assertEquals([t.refused, t.lost], [undefined, []]);
  assert((t.words["erased"] ?? 0) > 0 && (t.words["old"] ?? 0) > 0, JSON.stringify(t.words));
});

Deno.test("campaign: a command line is read, shares of it too, and nonsense is refused", () => {
  const { cases } = selected(["--verb", "recover", "--scenario", "wrp", "--part", "2/2"]);
  assertEquals(cases.map((c) => c.supply), ["own"]);
  const bad = ["--wrong", "--verb=fly", "--every=0", "--part=3/2", "--seed=x", "--points", "x"];
  for (const one of bad) {
    const args = one === "--points" ? ["--points"] : one === "x" ? ["--every", "x"] : [one];
    assertThrows(() => selected(args), BadCall);
  }
});

Deno.test("campaign: the one cut that a line of the report names can be tried alone", async () => {
  const what: Case = { scenario: "wrp", verb: "recover", supply: "own" };
  assertEquals(await cutOnce(what, 5, { kind: "lost-in", at: 150 }), undefined);
  const { cases, cuts } = selected(["--verb", "recover", "--scenario=wrp", "--supply", "own"]);
  assertEquals([cases, cuts.every, cuts.kinds], [[what], 1, CUTS]);
});
