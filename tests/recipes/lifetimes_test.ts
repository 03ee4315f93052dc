/** Benches and runs that are used out of turn: after their end, twice, by two at once, or not at all. */
import { assertEquals, assertRejects } from "@std/assert";
import { Fault, lintRecipe, openBench, runRecipe } from "../../mod.ts";
import { openSim } from "../../src/sim/mod.ts";

const RECIPE = `recipe: v1
name: look
summary: Look.
effect: read
steps:
  - id: chip
    uses: chip.identify
`;
const sim = () => openSim("sim:stm32f746g-disco");

async function look(source: ReturnType<typeof sim>["source"]) {
  const checked = await lintRecipe({ file: "look.yaml", text: RECIPE });
  return runRecipe(checked, {}, {
    tool: "test",
    open: (wish) => openBench({ source, ...wish }),
    files: { bytes: () => Promise.reject(new Error("no files here")) },
  });
}

Deno.test("a bench that was disposed answers with a fault, and does not take the probe again", async () => {
  const { source } = sim();
  const bench = await openBench({ source, attach: "attach" });
  await bench[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
  const uses = [
    () => bench.core.memory.read(0x0800_0000, 4),
    () => bench.supply(),
    () => bench.leave("running"),
    () => bench.reattach(),
  ];
  for (const use of uses) {
    const error = await assertRejects(use, Fault);
    assertEquals((error as Fault).slug, "probe-lost", String(use));
  }
  await using again = await openBench({ source, attach: "attach" });
  assertEquals(again.found.mode, "attach");
});

Deno.test("a run's events: late, never, and by two at once, who both come to the end", async () => {
  const { source } = sim();
  const count = async (events: AsyncIterable<unknown>) => (await Array.fromAsync(events)).length;
  const late = await look(source);
  await late.result;
  const all = await count(late);
  assertEquals(all > 5, true);
  assertEquals(await count(late), 0);
  const never = await look(source);
  assertEquals((await never.result).outcome, "PASS");
  const both = await look(source);
  const [one = 0, other = 0] = await Promise.all([count(both), count(both)]);
  assertEquals(one + other, all);
});
