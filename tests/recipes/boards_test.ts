/** Board files: which probe and chip, what is set on a board, and what is safe for it. */
import {
  assert,
  assertEquals,
  assertStringIncludes,
  bench,
  Files,
  image,
  lasting,
  recipeOf,
  run,
  states,
} from "./support.ts";
import { boardInputs, type CheckedBoard, lintBoard, readInputs } from "../../src/recipe/mod.ts";
import { boardRows } from "../../src/recipe/faults_board.ts";

const APB1_FZ = 0xE004_2008;
const APB2_FZ = 0xE004_200C;

async function board(rest: string, name = "alpha"): Promise<CheckedBoard> {
  const checked = await lintBoard({
    file: `boards/${name}.yaml`,
    text: `board: v1\nname: ${name}\n${rest}`,
  });
  assertEquals(checked.findings.map((f) => f.diagnostic.title), []);
  return checked;
}
const head = (effect: string, rest: string): string =>
  `recipe: v1\nname: test\nsummary: s\neffect: ${effect}\n${rest}`;
const WRITE = head(
  "reversible",
  `target: { attach: halt, leave: board-safe }
inputs:
  image: { type: file, default: app.bin }
steps:
  - id: put
    uses: flash.ensure
    with:
      image: \${{ inputs.image }}
      base: 0x08000000
`,
);
const FREEZE = head(
  "volatile",
  `target: { attach: halt }
steps:
  - id: freeze
    uses: core.freeze-peripherals
    with: { what: [watchdogs, board-listed] }
  - id: stop
    uses: core.halt
`,
);
const files = () => new Files({ "app.bin": image(40_000) });
const SERIAL = "0670FF485550755187121723";
const shownSlugs = new Set<string>();

Deno.test("leave: board-safe does the board's own steps and leaves it as its file says", async () => {
  for (
    const [leave, core] of [["running", "running"], ["reset-held", "in-reset"], [
      "halted",
      "halted",
    ]]
  ) {
    const safe = `safe_state:
  leave: ${leave}
  steps:
    - id: restart
      uses: core.reset
      with: { then: ${leave === "halted" ? "halt-at-reset-vector" : "run"} }
`;
    const sim = bench("factory");
    const o = await run(sim, WRITE, { files: files(), env: { board: await board(safe) } });
    assertEquals(o.result.outcome, "PASS", o.shown);
    assertEquals(states(o), { put: "changed", "alpha/restart": "changed" });
    assertEquals(o.result.left, leave);
    assertEquals(sim.board.core, core);
    assertStringIncludes(
      o.result.plan?.leave ?? "",
      `1 step(s) of boards/alpha.yaml, then ${leave}`,
    );
    assertEquals(o.result.plan?.target.board?.name, "alpha");
    const source = o.result.steps.at(-1)?.source;
    assertEquals([source?.file, source?.line], ["boards/alpha.yaml", 6]);
  }
});

Deno.test("board-safe: also after an error and after a request to stop; a half-written board is not set running", async () => {
  const safe = await board("safe_state: { leave: running }\n");
  const { runRecipe, openBench } = await import("../../src/recipe/mod.ts");
  const recipe = await recipeOf(WRITE);
  /** Stops when half of the image is there. */
  const stopped = async (on: CheckedBoard) => {
    const sim = bench("factory");
    const stop = new AbortController();
    const running = runRecipe(recipe, {}, {
      open: (w) => openBench({ source: sim.source, ...w }),
      files: files(),
      tool: "t",
      signal: stop.signal,
      board: on,
    });
    for await (const e of running) {
      if (e.type === "progress" && e.what === "program") stop.abort();
    }
    const { outcome, board: { state }, left } = await running.result;
    return [outcome, state, left, sim.board.core];
  };
  assertEquals(await stopped(safe), ["ABORTED", "partial", "halted", "halted"]);
  const never = await board("halt: forbidden\nsafe_state: { leave: running }\n");
  assertEquals(await stopped(never), ["ABORTED", "partial", "reset-held", "in-reset"]);
  const failing = WRITE.replace("steps:\n", "steps:\n  - require: 1 == 2\n");
  const early = await run(bench("factory"), failing, { files: files(), env: { board: safe } });
  assertEquals([early.result.error?.slug, early.result.left], ["require-failed", "running"]);
});

Deno.test("a step of the safe state that fails: the board was not left as asked, exit 40", async () => {
  const safe = await board(
    "safe_state:\n  leave: running\n  steps:\n    - require: 1 == 2\n      message: the brake is off\n",
  );
  const o = await run(bench("factory"), WRITE, { files: files(), env: { board: safe } });
  assertEquals([o.result.error?.slug, o.result.exit], ["not-left-as-asked", 40]);
  assertStringIncludes(o.shown, "could not be left board-safe: the brake is off");
});

const REFUSED: readonly (readonly [slug: string, board: string | undefined, recipe: string])[] = [
  ["board-does-not-say", undefined, WRITE],
  ["board-does-not-say", "", WRITE],
  ["board-does-not-say", undefined, FREEZE],
  ["board-does-not-say", "halt: forbidden\n", FREEZE],
  ["board-halt-forbidden", "halt: forbidden\n", WRITE.replace("board-safe", "halted")],
  ["board-halt-forbidden", "halt: forbidden\nsafe_state: { leave: halted }\n", WRITE],
  [
    "board-other-chip",
    "chip: stm32f767*\nsafe_state:\n  leave: reset-held\n  steps: [{ uses: core.halt }]\n",
    WRITE,
  ],
  ["board-other-probe", "probe: 066FFF000000000000000000\nsafe_state: { leave: running }\n", WRITE],
];

for (const [i, [slug, text, recipe]] of REFUSED.entries()) {
  Deno.test(`${slug} (${i}): refused with the board untouched`, async (t) => {
    const sim = bench("factory");
    const before = lasting(sim.board);
    const env = text === undefined ? {} : { board: await board(text) };
    const o = await run(sim, recipe, { files: files(), env });
    assertEquals(o.result.error?.slug, slug, o.shown);
    assertEquals([o.result.exit, o.result.board.state], [11, "untouched"]);
    assertEquals(lasting(sim.board), before);
    assertEquals(sim.board.core, "running");
    assert(!JSON.stringify(o.events).includes("core.halt"), "nothing was done to it");
    shownSlugs.add(slug);
    await t.assertSnapshot(o.shown);
  });
}

Deno.test("every row of boards is produced here", () => {
  assertEquals(Object.keys(boardRows).filter((slug) => !shownSlugs.has(slug)), []);
});

Deno.test("the right probe, the right chip: nothing is in the way", async () => {
  const on = await board(`probe: ${SERIAL}\nchip: stm32f746*\nsafe_state: { leave: running }\n`);
  const o = await run(bench("factory"), WRITE, { files: files(), env: { board: on } });
  assertEquals(o.result.outcome, "PASS", o.shown);
});

Deno.test("board-listed: the peripherals of the file stand still, and as-found puts them back", async () => {
  const listed = await board("freeze: [TIM1, TIM8, CAN1]\n");
  const sim = bench("factory");
  const seen: number[] = [];
  const { openBench } = await import("../../src/recipe/mod.ts");
  const o = await run(sim, FREEZE, {
    env: {
      board: listed,
      open: async (w) => {
        const b = await openBench({ source: sim.source, ...w });
        const leave = b.leave.bind(b);
        b.leave = async (how) => {
          seen.push(...await b.core.uncached.batch([{ read: APB1_FZ }, { read: APB2_FZ }]));
          await leave(how);
        };
        return b;
      },
    },
  });
  assertEquals(o.result.outcome, "PASS", o.shown);
  assertEquals(seen, [0x0200_1800, 0x0000_0003]);
  assertStringIncludes(o.result.steps[0]?.summary ?? "", "TIM1, TIM8, CAN1 stand still");
  const b = await openBench({ source: sim.source, attach: "attach" });
  const after = await b.core.uncached.batch([{ read: APB2_FZ }]);
  await b[Symbol.asyncDispose]();
  assertEquals([...after], [0]);
});

Deno.test("inputs: the command line goes before a file, a file before the board, the board before the default", async () => {
  const recipe = await recipeOf(head(
    "read",
    `inputs:
  a: { type: string, default: d }
  b: { type: string, default: d }
  c: { type: string, default: d }
  e: { type: string, default: d }
  image: { type: file, optional: true }
  keep: { type: list<region>, default: [] }
  key: { type: secret, optional: true }
steps:
  - require: size(inputs.keep) >= 0 && (has(inputs.image) || has(inputs.key) || true)
outputs:
  all: \${{ inputs.a }} \${{ inputs.b }} \${{ inputs.c }} \${{ inputs.e }}
`,
  ));
  const on = await board(
    "inputs:\n  a: board\n  b: board\n  c: board\n  other: 1\n  image: ./build/app.hex\n" +
      "  keep: [0x08000000 +4KiB]\n  key: '@keys/alpha.key'\n",
  );
  const lower = boardInputs(on, recipe.document);
  assertEquals(lower["image"], "boards/build/app.hex");
  assertEquals(lower["key"], "@boards/keys/alpha.key");
  assert(!("other" in lower), "a board is for many recipes");
  const file = await readInputs({ file: "in.yaml", text: "a: file\nb: file\n" });
  const { image: _image, key: _key, ...plain } = lower;
  const o = await run(bench("factory"), recipe, { inputs: { ...plain, ...file, a: "line" } });
  assertEquals(o.result.outputs, { all: "line file board d" });
});

Deno.test("a changed board file makes a plan stale", async () => {
  const sim = bench("factory");
  const one = await board("safe_state: { leave: running }\n");
  const planned = await run(sim, WRITE, {
    files: files(),
    env: { board: one },
    options: { dryRun: true, savePlan: true },
  });
  const expect = planned.result.plan;
  assert(expect);
  const two = await board("safe_state: { leave: reset-held }\n");
  const stale = await run(sim, WRITE, { files: files(), env: { board: two }, options: { expect } });
  assertEquals(stale.result.error?.slug, "plan-stale");
  assertStringIncludes(stale.shown, "the board's file");
  const good = await run(sim, WRITE, { files: files(), env: { board: one }, options: { expect } });
  assertEquals(good.result.outcome, "PASS", good.shown);
});
