/** What a run does when things go wrong, and when it is told to stop. */
import {
  assert,
  assertEquals,
  assertStringIncludes,
  bench,
  Files,
  image,
  lasting,
  run,
  states,
} from "./support.ts";
import { type Plan, readPlan } from "../../src/recipe/mod.ts";

const files = () => new Files({ "app.bin": image(100_000) });
const APP = { image: "app.bin", base: "0x0800_0000" };
const head = (effect: string, rest: string): string =>
  `recipe: v1\nname: test\nsummary: s\neffect: ${effect}\n${rest}`;
const WRITE = `    uses: flash.ensure\n    with: { image: app.bin, base: 0x08000000 }\n`;

Deno.test("stopped while programming: partial, left halted, and the next run finishes it", async () => {
  const sim = bench("factory");
  const stop = new AbortController();
  const recipe = head(
    "reversible",
    `target: { attach: halt, leave: running }
steps:
  - id: work
    group:
      - id: put
    ${WRITE.trim().replace(/\n {4}/, "\n        ").replace(/^/, "    ")}
    finally:
      - id: stand
        uses: core.halt
`,
  );
  let seen = 0;
  const env = { signal: stop.signal };
  const f = files();
  const original = f.bytes.bind(f);
  f.bytes = (p) => original(p);
  const { runRecipe, openBench, lintRecipe } = await import("../../src/recipe/mod.ts");
  const checked = await lintRecipe({ file: "test.yaml", text: recipe });
  assertEquals(checked.findings.map((x) => x.diagnostic.title), []);
  const running = runRecipe(checked, {}, {
    open: (w) => openBench({ source: sim.source, ...w }),
    files: f,
    tool: "t",
    ...env,
  });
  for await (const e of running) {
    if (e.type === "progress" && e.what === "program" && ++seen === 2) stop.abort();
  }
  const result = await running.result;
  assertEquals(result.outcome, "ABORTED");
  assertEquals(result.exit, 130);
  assertEquals(result.board.state, "partial");
  assertStringIncludes(result.board.text, "bytes are programmed");
  assertEquals(result.left, "halted");
  assertEquals(result.steps.map((s) => [s.id, s.state]), [["put", "failed"], ["stand", "changed"]]);
  assertEquals(sim.board.core, "halted");
  const again = await run(sim, "flash", { inputs: APP, files: files() });
  assertEquals(again.result.outcome, "PASS");
  assertEquals(sim.board.flash.slice(0, 100_000), image(100_000));
});

Deno.test("stopped before anything was written: untouched", async () => {
  const sim = bench("factory");
  const before = lasting(sim.board);
  const { result } = await run(sim, "flash", {
    inputs: APP,
    files: files(),
    env: { signal: AbortSignal.abort() },
  });
  assertEquals([result.outcome, result.exit, result.board.state], ["ABORTED", 130, "untouched"]);
  assertEquals(lasting(sim.board), before);
});

Deno.test("the cable is pulled at any transfer: a fault with the board's state, and the next run finishes", async () => {
  for (const at of [3, 20, 60, 100, 130, 150, 170, 190, 210, 230, 260]) {
    const sim = bench(`sim:stm32f746g-disco?scenario=factory&chaos=unplug@${at}`);
    const { result, shown } = await run(sim, "flash", { inputs: APP, files: files() });
    if (result.exit === 0) continue;
    assert([20, 21, 22].includes(result.exit), `${at}: exit ${result.exit}\n${shown}`);
    assert(result.error?.board !== undefined);
    const holds = sim.board.flash.slice(0, 100_000);
    if (result.board.state === "untouched") {
      assert(holds.some((b, i) => b !== image(100_000)[i]), `${at}: nothing was to be written`);
    } else assertEquals(result.board.state, "partial", `${at}`);
    sim.board.replug();
    const again = await run(sim, "flash", { inputs: APP, files: files() });
    assertEquals(again.result.outcome, "PASS", `after ${at}\n${again.shown}`);
    assertEquals(sim.board.flash.slice(0, 100_000), image(100_000));
  }
});

Deno.test("option bytes: contact is lost in the middle of the write, so the state is unknown: exit 40", async () => {
  let unknown = 0;
  for (let at = 60; at < 160; at += 4) {
    const sim = bench(`sim:stm32f746g-disco?scenario=so36160986&chaos=unplug@${at}`);
    const text = head(
      "destructive",
      `target: { attach: under-reset }
steps:
  - id: write
    uses: option-bytes.ensure
    with: { profile: recipes/ob/stm32f7-factory.ob.yaml }
`,
    );
    const { result, shown } = await run(sim, text);
    if (result.exit === 0) break;
    const { slug } = result.error!;
    if (slug === "board-state-unknown") {
      unknown++;
      assertEquals(result.exit, 40);
      assertEquals(result.board.state, "unknown");
      assertStringIncludes(shown, "Do not use or ship this unit");
    } else if (slug === "not-left-as-asked") {
      // all was done, and only letting go failed
      assertEquals([result.exit, result.board.state], [40, "as-planned"]);
    } else assert([20, 21, 22].includes(result.exit), shown);
    sim.board.replug();
    // power lost in the middle of an option write may leave protection level 1 behind
    const confirm = () => Promise.resolve(true);
    const again = await run(sim, text, { env: { confirm } });
    assertEquals(again.result.outcome, "PASS", again.shown);
    assertEquals(sim.board.options.written["OPTCR"], 0xC0FF_AAFC);
  }
  assert(unknown > 0, "no transfer hit the write");
});

Deno.test("rescue and finally run, the first error is the one that is told", async () => {
  const sim = bench("factory");
  const { result } = await run(
    sim,
    head(
      "volatile",
      `target: { attach: halt }
steps:
  - id: work
    group:
      - id: who
        uses: chip.identify
        measure:
          - { name: kib, value: value.flash_kib, unit: KiB, equals: "512" }
      - id: never
        uses: core.halt
    rescue:
      - id: unit
        uses: option-bytes.read
        when: error.class == 'unit' && error.code == 'E1002' && error.step == 'who'
      - id: station
        uses: option-bytes.read
        when: error.class == 'station'
      - id: wrong
        require: error.step == 'nobody'
        message: the rescue has its own trouble
    finally:
      - id: last
        uses: core.halt
  - id: after
    uses: chip.identify
`,
    ),
  );
  assertEquals(result.error?.slug, "measurement-failed");
  assertEquals(result.outcome, "FAIL");
  assertEquals(result.exit, 10);
  assertEquals(result.also.map((d) => d.title), ["the rescue has its own trouble"]);
  assertEquals(result.steps.map((s) => [s.id, s.state]), [
    ["who", "failed"],
    ["unit", "unchanged"],
    ["station", "skipped"],
    ["wrong", "failed"],
    ["last", "changed"],
  ]);
});

Deno.test("a step that may fail does not stop the run", async () => {
  const sim = bench("factory");
  const outcome = await run(
    sim,
    head(
      "read",
      `steps:
  - id: try
    uses: flash.verify
    with: { image: app.bin, base: 0x08000000 }
    on_error: warn
  - id: told
    uses: chip.identify
    when: steps.try.ran == false
`,
    ),
    { files: files() },
  );
  assertEquals(outcome.result.outcome, "PASS");
  assertEquals(states(outcome), { try: "failed", told: "unchanged" });
  assertEquals(outcome.result.also.map((d) => [d.slug, d.severity]), [[
    "content-differs",
    "warning",
  ]]);
});

Deno.test("a lost answer is tried again where the recipe says so, and only for that class", async () => {
  const recipe = (on: string) =>
    head(
      "read",
      `target: { attach: attach }
steps:
  - id: read
    uses: flash.read
    with: { region: 0x08000000 +256KiB, to: a.bin }
    retry: { max: 2, on: [${on}], pause: 20ms }
`,
    );
  const LOST = "lost@100,lost@101,lost@102,lost@103,lost@104"; // the probe is silent for a while
  const BUSY = "wait@300:2500"; // the chip's bus is
  for (
    const [chaos, on, slug, retries] of [
      [LOST, "USB", undefined, 1],
      [LOST, "LINK", "probe-lost", 0],
      [BUSY, "LINK", undefined, 1],
      [BUSY, "USB", "bus-busy", 0],
      ["apfault@3000", "USB, LINK", "bus-refused", 0],
    ] as const
  ) {
    const sim = bench(`sim:stm32f746g-disco?scenario=blank&chaos=${chaos}`);
    const { result, events } = await run(sim, recipe(on));
    const seen = events.filter((e) => e.type === "retry").length;
    assertEquals([result.error?.slug, seen], [slug, retries], `${chaos} on ${on}`);
    if (slug === undefined) assertEquals(result.steps[0]?.attempts, retries + 1);
  }
});

Deno.test("a recipe of recipes: inputs, outputs, defaults beside the file, ids with their way", async () => {
  const sim = bench("so36160986");
  const outer = head(
    "destructive",
    `target: { chips: [stm32f7*], attach: under-reset }
inputs:
  images: { type: map<file>, summary: by variant }
  variant: { type: enum, values: [main, radio], default: main }
steps:
  - id: state
    uses: chip.identify
  - id: recover
    uses: ./recipes/recover-option-bytes.yaml
    when: steps.state.option_bytes_valid == false
  - id: flash
    uses: ./recipes/flash.yaml
    with:
      image: \${{ inputs.images[inputs.variant] }}
      base: 0x0800_0000
      preserve: ["0x080F0000 +4KiB"]
outputs:
  recovered: \${{ steps.recover.ran && steps.recover.changed }}
  pc: \${{ steps.flash.pc }}
`,
  );
  const outcome = await run(sim, outer, { inputs: { images: "main=app.bin" }, files: files() });
  assertEquals(outcome.result.outcome, "PASS", outcome.shown);
  assertEquals(outcome.result.outputs, { recovered: true, pc: 0x0800_0200 });
  assertEquals(states(outcome)["recover/write"], "changed");
  assertEquals(states(outcome)["flash/program"], "changed");
  const again = await run(sim, outer, { inputs: { images: "main=app.bin" }, files: files() });
  assertEquals(again.result.outputs["recovered"], false);
  assertEquals(states(again)["recover"], "skipped");
});

Deno.test("a saved plan is applied once, and refused when the chip, a file or the recipe changed", async () => {
  const sim = bench("so36160986");
  const planned = await run(sim, "recover-option-bytes", {
    options: { dryRun: true, savePlan: true },
  });
  const plan: Plan = readPlan(JSON.stringify(planned.result.plan), "plan.json");
  const used = new Set<string>();
  const usedPlans = {
    has: (id: string) => Promise.resolve(used.has(id)),
    add: (id: string) => Promise.resolve(void used.add(id)),
  };
  const env = { usedPlans };
  const done = await run(sim, "recover-option-bytes", { options: { expect: plan }, env });
  assertEquals(done.result.outcome, "PASS", done.shown);
  const twice = await run(sim, "recover-option-bytes", { options: { expect: plan }, env });
  assertEquals([twice.result.exit, twice.result.error?.slug], [31, "plan-used"]);
  const late = await run(sim, "recover-option-bytes", { options: { expect: plan } });
  assertEquals([late.result.exit, late.result.error?.slug], [31, "plan-stale"]);
  assertStringIncludes(late.shown, "the option bytes");

  const flashing = bench("blank");
  const call = { inputs: APP, files: files() };
  const p = (await run(flashing, "flash", { ...call, options: { dryRun: true, savePlan: true } }))
    .result.plan!;
  assert(p.target.fingerprint.flash_sha256 !== null);
  const other = new Files({ "app.bin": image(100_000, 2) });
  const image2 = await run(flashing, "flash", { ...call, files: other, options: { expect: p } });
  assertStringIncludes(image2.shown, "app.bin changed");
  flashing.board.putFlash(0x0800_0100, new Uint8Array([1]));
  const written = await run(flashing, "flash", { ...call, options: { expect: p } });
  assertStringIncludes(written.shown, "the flash");
  const board2 = await run(bench("sim:stm32f746g-disco?scenario=blank&seed=77"), "flash", {
    ...call,
    options: { expect: p },
  });
  assertEquals(board2.result.exit === 31 || board2.result.outcome === "PASS", true);
});

Deno.test("the same recipe in both spellings gives the same plan", async () => {
  const { default: built } = await import("../../recipes/recover.ts");
  const inputs = { profile: "recipes/ob/stm32f7-factory.ob.yaml" };
  const strip = ({ plan_id: _, created: __, recipe, steps, ...rest }: Plan) => ({
    ...rest,
    recipe: { ...recipe, file: "" },
    steps: steps.map(({ source: _s, ...s }) => s),
  });
  const options = { dryRun: true };
  const yaml = await run(bench("so36160986"), "recover-option-bytes", { inputs, options });
  const typed = await run(bench("so36160986"), built, { inputs, options });
  assertEquals(strip(typed.result.plan!), strip(yaml.result.plan!));
});

Deno.test("a plan that cannot be read is refused", () => {
  for (
    const text of [
      "",
      "[]",
      "null",
      "{}",
      '{"format_version":"2.0"}',
      '{"format_version":"1.0"}',
      '{"format_version":1}',
    ]
  ) {
    let slug = "";
    try {
      readPlan(text, "plan.json");
    } catch (error) {
      slug = (error as { slug: string }).slug;
    }
    assertEquals(slug, "plan-unreadable", text);
  }
});

Deno.test("a power cycle by hand, with the probe gone meanwhile", async () => {
  const sim = bench("factory");
  const recipe = head(
    "volatile",
    `target: { attach: halt }
steps:
  - id: cold
    uses: power.cycle
    with: { fallback: ask-operator }
  - id: who
    uses: chip.identify
`,
  );
  const ask = () => {
    sim.board.unplug();
    sim.board.run(300);
    sim.board.replug();
    return Promise.resolve(true);
  };
  const { result, shown } = await run(sim, recipe, { env: { ask } });
  assertEquals(result.outcome, "PASS", shown);
});

Deno.test("what is set instead of the recipe's target is checked, and is in the record", async () => {
  const sim = bench("clone-probe");
  const inputs = { profile: "recipes/ob/stm32f7-factory.ob.yaml" };
  const env = (set: Record<string, string>) => ({ setTarget: set as never });
  for (const set of [{ supply: "3V" }, { attach: "hot-plug" }, { "supply.min": "1V" }]) {
    const { result } = await run(sim, "recover-option-bytes", { inputs, env: env(set) });
    assertEquals(result.exit, 2, JSON.stringify(set));
  }
  const { result, shown } = await run(sim, "recover-option-bytes", {
    inputs,
    env: env({ "supply.unmeasured": "warn", leave: "halted" }),
  });
  assertEquals(result.outcome, "PASS", shown);
  assertEquals(result.record.overrides, ["leave=halted", "supply.unmeasured=warn"]);
  assertEquals(sim.board.core, "halted");
});
