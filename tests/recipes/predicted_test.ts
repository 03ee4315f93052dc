/**
 * What a plan says and what applying it does, for each recipe that comes with probekit on each scenario:
 * the same steps in the same words, or the same refusal; and the same plan from the TypeScript form.
 */
import { assert, assertEquals } from "@std/assert";
import { emitYaml, lintRecipe, type RunResult } from "../../src/recipe/mod.ts";
import { crc32 } from "node:zlib";
import { openSim, SCENARIOS, type VirtualBoard } from "../../src/sim/mod.ts";
import { recipeOf } from "./support.ts";
import { TYPED } from "./typed.ts";
import { GOLDEN, World } from "./worlds.ts";

/** As a step of a plan is told once it is done. */
const DONE: Readonly<Record<string, string>> = { would_change: "changed" };

/** Flash and option bytes. A reset, which a plan tells of, may clear what else is there. */
const kept = (board: VirtualBoard): string =>
  JSON.stringify(board.options) + crc32(board.chip.cells.bytes);

/** What a recipe did on a board, beside what its plan has said of it. */
interface Told {
  readonly planned: RunResult;
  readonly applied: RunResult;
  /** whether planning left the board as it was */
  readonly untouched: boolean;
}

/** the documents are the same everywhere; see golden_test.ts */
const TYPED_ON = ["=blank", "=wrp", "=rdp1", "=pcrop"];

async function told(name: string, scenario: string): Promise<Told | undefined> {
  const golden = GOLDEN[name];
  assert(golden);
  using world = new World({ ...golden, scenario });
  for (const [recipe, inputs] of golden.first ?? []) {
    if ((await world.run(recipe, { inputs })).result.outcome !== "PASS") return undefined;
  }
  const { inputs } = golden;
  const typed = await lintRecipe(
    { file: `recipes/${name}.ts`, text: emitYaml(TYPED[name]) },
    { files: { text: (path) => Deno.readTextFile(path) } },
  );
  const before = kept(world.sim.board);
  const saving = { inputs, options: { dryRun: true, savePlan: true } };
  const { result: planned } = await world.run(name, saving);
  if (TYPED_ON.some((s) => scenario.endsWith(s))) {
    const other = await world.run(typed, saving);
    assertEquals(wordsOf(other.result), wordsOf(planned), `the TypeScript form of ${name}`);
  }
  const untouched = kept(world.sim.board) === before;
  const { plan } = planned;
  const options = plan && planned.exit === 0 ? { expect: plan } : {};
  const { result: applied } = await world.run(await recipeOf(name), { inputs, options });
  return { planned, applied, untouched };
}

const wordsOf = ({ steps, error }: RunResult) => ({
  steps: steps.map(({ id, state, summary, diff }) => ({ id, state, summary, diff })),
  error: error?.slug,
});

/** The scenario on the first board that it fits. */
function selectors(scenario: string): string {
  const all = ["stm32f746g-disco", "nucleo-f767zi", "nucleo-f722ze"]
    .map((board) => `sim:${board}?scenario=${scenario}`);
  const first = all.find((which) => {
    try {
      return openSim(which);
    } catch {
      return false;
    }
  });
  assert(first, `${scenario} fits no board`);
  return first;
}

/** exit code of a unit that is bad */
const UNIT = 10;
const PARTS = 4;
for (let part = 0; part < PARTS; part++) {
  Deno.test(`plans come true: every shipped recipe on every scenario, part ${part + 1}`, async () => {
    let told_ = 0;
    for (const [i, { name: scenario }] of SCENARIOS.entries()) {
      if (i % PARTS !== part) continue;
      for (const name of Object.keys(GOLDEN)) {
        const what = `${name} on ${scenario}`;
        const t = await told(name, selectors(scenario));
        if (!t) continue;
        told_++;
        // whether a unit is good is measured when it is worked on
        if (t.applied.exit === UNIT && t.planned.exit === 0) continue;
        // nothing that can be read tells it; only a write does
        if (t.applied.error?.slug === "flash-locked-until-reset") continue;
        const { planned, applied, untouched } = t;
        assert(untouched, `${what}: planning has changed the board`);
        // a plan that is refused is not begun
        const words = planned.error ? {} : DONE;
        const wanted = planned.steps.map((s) => [s.id, words[s.state] ?? s.state]);
        const done = applied.steps.map((s) => [s.id, s.state === "failed" ? "blocked" : s.state]);
        const open = planned.steps.map((s) => s.state === "unknown");
        assertEquals(
          [applied.error?.slug, applied.exit, done.filter((_, k) => !open[k])],
          [planned.error?.slug, planned.exit, wanted.filter((_, k) => !open[k])],
          `${what}: ${applied.error?.title}`,
        );
      }
    }
    assert(told_ > 50, `only ${told_} were played`);
  });
}
