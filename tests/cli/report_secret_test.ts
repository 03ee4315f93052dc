/** The map says which sectors hold a secret, and only those. */
import { assertEquals } from "@std/assert";
import { FAMILIES, layoutOf } from "../../src/chip/mod.ts";
import type { StepReport } from "../../src/recipe/mod.ts";
import { mapSectors, sectorWords } from "../../src/cli/report_html/mod.ts";

const F746 = FAMILIES[0]?.subFamilies.find((s) => s.matches.includes("stm32f74"));
if (!F746) throw new Error("no F746");
const layout = layoutOf(F746, 1024, { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080 });

const step = (part: Partial<StepReport>): StepReport => ({
  id: "s",
  uses: "flash.ensure",
  state: "unchanged",
  effect: "read",
  summary: "",
  source: { file: "r.yaml", line: 1, column: 1 },
  ...part,
});
// the last four bytes of sector 6 and the first four of sector 7
const compose = step({ uses: "image.compose", secret: [{ at: 0x080B_FFFC, length: 8 }] });

const secretSectors = (done: readonly StepReport[]): readonly number[] =>
  mapSectors({
    layout,
    closed: { write: new Set(), read: new Set() },
    planned: [],
    done,
    events: [],
    dryRun: false,
    uncertain: false,
    erasedAll: "no",
  }).filter((m) => sectorWords(m).endsWith("holds a secret")).map((m) => m.sector.index);

Deno.test("report: a secret is in every sector that its bytes reach into, once it is there", () => {
  const touched = layout.sectors.slice(6).map((s) => ({ at: s.at, length: s.size }));
  assertEquals(secretSectors([compose]), [], "it was put together, and not written");
  assertEquals(secretSectors([compose, step({ state: "changed", touched })]), [6, 7]);
  assertEquals(secretSectors([compose, step({})]), [6, 7], "flash held it already");
  assertEquals(secretSectors([step({ state: "changed", touched })]), []);
});
