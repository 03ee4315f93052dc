/** No state of a board proves two causes that exclude each other. */
import fc from "fast-check";
import { assert, assertEquals } from "@std/assert";
import { CAUSES, contradictions, diagnoseFindings, examine } from "../../src/doctor/mod.ts";
import { openSim, SCENARIOS } from "../../src/sim/mod.ts";
import { selectorOf } from "./support.ts";

const RDP_VALUES = [0xAA, 0xAA, 0xAA, 0x55, 0xFF, 0x00, 0xCC];
const BOARDS = ["stm32f746g-disco", "nucleo-f722ze", "nucleo-f767zi"];

Deno.test("the check sees a contradiction", () => {
  const sure = ["rdp1", "rdp2"].map((slug) => ({ slug, likelihood: "proven" as const }));
  assertEquals(contradictions(sure), ["rdp2 / rdp1", "rdp1 / rdp2"]);
  assertEquals(contradictions([{ ...sure[0]!, likelihood: "likely" }, sure[1]!]), []);
});

/** Option words, supply and scenario at random; a word may lack its complement. */
const world = fc.record({
  board: fc.constantFrom(...BOARDS),
  scenario: fc.constantFrom(...SCENARIOS.filter((s) => s.needs === undefined).map((s) => s.name)),
  optcr: fc.nat(0xFFFF_FFFF),
  rdp: fc.constantFrom(...RDP_VALUES),
  optcr1: fc.oneof(fc.constantFrom(0x0040_0080, 0xFFFF_FFFF, 0x0FFF_0000), fc.nat(0xFFFF_FFFF)),
  optcr2: fc.constantFrom(0, 2, 0x8000_00FF),
  spoiled: fc.array(fc.nat(5), { maxLength: 2 }),
  volts: fc.constantFrom(0, 0.9, 1.6, 1.9, 2.3, 2.75, 3.3),
  chaos: fc.constantFrom(
    "",
    "nrst",
    "bite@20",
    "sag@15:1.9",
    "brownout@10:5",
    "apfault@12",
    "unplug@70",
    "lost@33",
  ),
  keepOptions: fc.boolean(),
  underReset: fc.boolean(),
  halt: fc.boolean(),
});

Deno.test("property: no two proven causes exclude each other, whatever the board", async () => {
  const proved = new Set<string>();
  await fc.assert(
    fc.asyncProperty(world, async (w) => {
      const chaos = w.chaos === "" ? "" : `&chaos=${w.chaos}`;
      const volts = w.keepOptions ? "" : `&volts=${w.volts}`;
      const sim = openSim(`sim:${w.board}?scenario=${w.scenario}${volts}${chaos}`);
      if (!w.keepOptions) {
        const { options } = sim.board.chip;
        const OPTCR = ((w.optcr & ~0xFF00) | (w.rdp << 8)) >>> 0;
        options.storage.set(options.encode({ OPTCR, OPTCR1: w.optcr1, OPTCR2: w.optcr2 }));
        for (const i of w.spoiled) options.storage[i]! ^= 0x10;
        sim.board.powerCycle();
        sim.board.run(20);
      }
      const { underReset, halt } = w;
      const d = diagnoseFindings(await examine(sim.source, { underReset, halt }));
      for (const c of d.causes) if (c.likelihood === "proven") proved.add(c.slug);
      assertEquals(contradictions([...d.causes, ...d.notes]), []);
      assertEquals(d.healthy, d.exit === 0);
    }),
    { seed: 6, numRuns: 60 },
  );
  assert(proved.size > 12, `only ${[...proved].join(" ")} was ever proven`);
});

Deno.test("every scenario of the bench, under reset too", async () => {
  for (const { name } of SCENARIOS) {
    const d = diagnoseFindings(
      await examine(openSim(selectorOf(name)).source, { underReset: true, halt: true }),
    );
    assertEquals(contradictions(d.causes), [], name);
  }
  assert(CAUSES.filter((r) => (r.excludes ?? []).length > 0).length > 15);
});
