/** Loops: a step, or a group, once for each item of a list, in order; what they give are lists. */
import {
  assert,
  assertEquals,
  assertStringIncludes,
  bench,
  Files,
  image,
  noise,
  recipeOf,
  run,
  states,
} from "./support.ts";
import { junitXml } from "../../src/recipe/mod.ts";
import { planLines } from "../../src/cli/plan_view.ts";
import { reportHtml } from "../../src/cli/report_html/mod.ts";
import { style } from "../../src/cli/style.ts";
import { encodeHex, loadImage } from "../../src/image/mod.ts";

const hexAt = (at: number, bytes: Uint8Array): string =>
  encodeHex(loadImage("x.bin", bytes, { base: at }).pieces);
const files = () =>
  new Files({
    "boot.hex": hexAt(0x0800_0000, image(3000)),
    "app.hex": hexAt(0x0804_0000, noise(5000, 3)),
    "data.hex": hexAt(0x080C_0000, noise(700, 4)),
  });
const IMAGES = "boot.hex,app.hex,data.hex";
const head = (steps: string, outputs = ""): string =>
  `recipe: v1
name: parts
summary: s
effect: reversible
target: { chips: [stm32f7*], attach: halt }
inputs:
  images: { type: list<file>, default: [] }
steps:
${steps}${outputs}`;
const SINGLE = head(
  `  - id: program
    for: { each: inputs.images, as: image }
    uses: flash.ensure
    with:
      image: \${{ image }}
  - id: check
    for: { each: inputs.images, as: image }
    uses: flash.verify
    with:
      image: \${{ image }}
`,
  `outputs:
  written: \${{ steps.program.sectors_written }}
  first: \${{ steps.program.sectors_written[0] }}
  checked: \${{ size(steps.check.sha256) }}
  ran: \${{ steps.check.ran }}
`,
);

/** A plan as a person reads it, without what differs from run to run. */
const shown = (o: Awaited<ReturnType<typeof run>>): string =>
  o.result.plan
    ? planLines(o.result.plan, style(false)).join("\n").replace(/p-[0-9A-Z]{6}/g, "p-…")
      .replace(/sha256 \w+…/, "sha256 …")
    : "";

Deno.test("a step in a loop: planned, done and reported once for each item, in order", async (t) => {
  const sim = bench("blank");
  const planned = await run(sim, SINGLE, {
    inputs: { images: IMAGES },
    files: files(),
    options: { dryRun: true },
  });
  await t.assertSnapshot(shown(planned));
  const done = await run(sim, SINGLE, { inputs: { images: IMAGES }, files: files() });
  assertEquals(done.result.outcome, "PASS", done.shown);
  assertEquals(Object.entries(states(done)), [
    ["program[0]", "changed"],
    ["program[1]", "changed"],
    ["program[2]", "changed"],
    ["check[0]", "unchanged"],
    ["check[1]", "unchanged"],
    ["check[2]", "unchanged"],
  ]);
  assertEquals(done.result.outputs, { written: [1, 1, 1], first: 1, checked: 3, ran: true });
  assertEquals(done.result.record.steps.map((s) => s.items?.["image"]), [
    ...["boot.hex", "app.hex", "data.hex"],
    ...["boot.hex", "app.hex", "data.hex"],
  ]);
  assertEquals(sim.board.flash.slice(0x40000, 0x40000 + 5000), noise(5000, 3));
  assertEquals(sim.board.flash.slice(0xC0000, 0xC0000 + 700), noise(700, 4));
  await t.assertSnapshot(
    done.result.steps.map((s) => ({ ...s, outputs: undefined, ms: undefined })),
  );
  const page = reportHtml(done.result, done.events, undefined);
  const junit = junitXml(done.result);
  for (const id of ["program[0]", "program[2]", "check[1]"]) {
    assertStringIncludes(page, id);
    assertStringIncludes(junit, `name="${id}"`);
  }
  const starts = done.events.flatMap((e) => e.type === "step.start" ? [e.step] : []);
  assertEquals(starts, [
    "program[0]",
    "program[1]",
    "program[2]",
    "check[0]",
    "check[1]",
    "check[2]",
  ]);
});

Deno.test("an empty list: skipped, and its lists are empty", async () => {
  const o = await run(
    bench("blank"),
    SINGLE.replace("  first: ${{ steps.program.sectors_written[0] }}\n", ""),
  );
  assertEquals(o.result.outcome, "PASS", o.shown);
  assertEquals(states(o), { program: "skipped", check: "skipped" });
  assertEquals(o.result.steps[0]?.summary, "inputs.images is empty");
  assertEquals(o.result.outputs, { written: [], checked: 0, ran: true });
});

Deno.test("a group in a loop, in a loop: steps are named by their rounds, lists hold lists", async () => {
  const recipe = head(
    `  - id: all
    for: { each: "['a', 'b']", as: letter }
    group:
      - id: who
        uses: chip.identify
      - id: inner
        for: { each: "[1, 2, 3]", as: n }
        group:
          - id: read
            uses: option-bytes.read
          - id: small
            require: n < 4 && letter < 'c' && steps.read.word > n
      - id: sum
        require: size(steps.read.word) == 3 && steps.who.rdp_level == 0
`,
    `outputs:
  words: \${{ steps.read.word }}
  part: \${{ steps.who.part[1] }}
  ran: \${{ steps.small.ran && steps.all.ran }}
`,
  );
  const o = await run(bench("factory"), recipe);
  assertEquals(o.result.outcome, "PASS", o.shown);
  assertEquals(Object.keys(states(o)).slice(0, 9), [
    "who[0]",
    "read[0][0]",
    "small[0][0]",
    "read[0][1]",
    "small[0][1]",
    "read[0][2]",
    "small[0][2]",
    "sum[0]",
    "who[1]",
  ]);
  const word = 0xC0FF_AAFD;
  assertEquals(o.result.outputs, {
    words: [[word, word, word], [word, word, word]],
    part: "STM32F74x/F75x",
    ran: true,
  });
  assertEquals(o.result.steps[3]?.items, { letter: "a", n: 2 });
});

Deno.test("a round that fails: it is named, the rest is not done, rescue and finally see the loop's end", async () => {
  const recipe = head(`  - id: work
    group:
      - id: check
        for: { each: inputs.images, as: image }
        uses: flash.verify
        with:
          image: \${{ image }}
    rescue:
      - id: noted
        require: error.step == 'check[1]'
    finally:
      - id: last
        uses: chip.identify
`);
  const sim = bench("blank");
  sim.board.putFlash(0x0800_0000, image(3000));
  const call = { inputs: { images: IMAGES }, files: files() };
  const planned = await run(sim, recipe, { ...call, options: { dryRun: true } });
  assertEquals(planned.result.error?.step?.id, "check[1]");
  assertEquals(states(planned), { "check[0]": "unchanged", "check[1]": "blocked" });
  const applied = await run(sim, recipe, call);
  assertEquals(applied.result.error?.slug, "content-differs");
  assertEquals(applied.result.error?.step?.id, "check[1]");
  assertStringIncludes(applied.result.error?.title ?? "", "app.hex");
  assertEquals(states(applied), {
    "check[0]": "unchanged",
    "check[1]": "failed",
    noted: "unchanged",
    last: "unchanged",
  });
});

Deno.test("a list that is known only in the run: unknown in the plan, done in the run", async () => {
  const recipe = head(
    `  - id: put
    uses: flash.ensure
    with: { image: boot.hex }
  - id: stop
    uses: core.reset
    with: { then: halt-at-reset-vector }
  - id: twice
    for: { each: "has(steps.stop.pc) ? [steps.stop.pc, 2] : [0]", as: pc }
    group:
      - id: read
        when: pc > 2
        uses: option-bytes.read
`,
    "outputs:\n  some: ${{ steps.read.ran }}\n",
  );
  const sim = bench("blank");
  const planned = await run(sim, recipe, { files: files(), options: { dryRun: true } });
  const report = planned.result.steps.find((s) => s.id === "twice");
  assertEquals(report?.state, "unknown");
  assertEquals(report?.because, ["steps.stop.pc"]);
  const done = await run(sim, recipe, { files: files() });
  assertEquals(done.result.outcome, "PASS", done.shown);
  assertEquals(states(done)["read[0]"], "unchanged");
  assertEquals(states(done)["read[1]"], "skipped");
  assertEquals(done.result.outputs, { some: false });
});

Deno.test("a recipe in a loop, its outputs as lists; retries and measurements in each round", async () => {
  const sub = `recipe: v1
name: sub
summary: s
effect: read
inputs:
  image: { type: file }
steps:
  - id: compare
    uses: flash.compare
    with:
      image: \${{ inputs.image }}
outputs:
  differing: \${{ steps.compare.differing_bytes }}
`;
  const recipe = head(
    `  - id: each
    for: { each: inputs.images, as: image }
    uses: ./sub.yaml
    with:
      image: \${{ image }}
  - id: judged
    for: { each: "[0, 0]", as: n }
    uses: chip.identify
    measure:
      - { name: level, value: value.rdp_level + n, max: 0 }
`,
    "outputs:\n  all: ${{ steps.each.differing }}\n",
  );
  const all = new Files({ ...files().given, "sub.yaml": sub });
  const o = await run(bench("blank"), recipe, {
    inputs: { images: "boot.hex,data.hex" },
    files: all,
  });
  assertEquals(o.result.outcome, "PASS", o.shown);
  assertEquals(Object.keys(states(o)), [
    "each[0]/compare",
    "each[1]/compare",
    "judged[0]",
    "judged[1]",
  ]);
  assertEquals((o.result.outputs["all"] as number[]).length, 2);
  assert((o.result.outputs["all"] as number[]).every((n) => n > 600));
  assertEquals(o.result.record.measurements.map((m) => m.outcome), ["PASS", "PASS"]);
});

Deno.test("a step that may fail in a round: the loop ends, the run goes on", async () => {
  const recipe = head(`  - id: check
    for: { each: inputs.images, as: image }
    uses: flash.verify
    with:
      image: \${{ image }}
    on_error: warn
  - id: last
    uses: chip.identify
`).replace("effect: reversible", "effect: read").replace("attach: halt", "attach: attach");
  const o = await run(bench("blank"), recipe, { inputs: { images: IMAGES }, files: files() });
  assertEquals(o.result.outcome, "PASS", o.shown);
  assertEquals(states(o), { "check[0]": "failed", last: "unchanged" });
  assertEquals(o.result.also.map((d) => d.step?.id), ["check[0]"]);
});

Deno.test("what is put together in TypeScript and in YAML is the same loop", async () => {
  const { input, recipe, emitYaml } = await import("../../src/recipe/mod.ts");
  const built = recipe({
    name: "parts",
    summary: "s",
    effect: "reversible",
    target: { chips: ["stm32f7*"], attach: "halt" },
    inputs: { images: input.list("file", { default: [] }) },
  }, (r, i) => {
    const program = r.stepEach(
      "program",
      i.images,
      "image",
      "flash.ensure",
      (image) => ({ image }),
    );
    const check = r.stepEach("check", i.images, "image", "flash.verify", (image) => ({ image }));
    return {
      written: program.sectors_written,
      first: program.sectors_written.nth(0),
      checked: check.sha256.size(),
      ran: check.ran,
    };
  });
  const yaml = await recipeOf(SINGLE);
  const typed = await recipeOf(emitYaml(built));
  assertEquals(typed.findings.map((f) => f.diagnostic.title), []);
  assertEquals(typed.document, yaml.document);
  assertEquals(typed.sha256, yaml.sha256);
  const group = recipe({
    name: "x",
    summary: "s",
    effect: "read",
    inputs: { images: input.list("file") },
  }, (r, i) => {
    r.groupEach("all", i.images, "image", (g, image) => {
      g.step("check", "flash.verify", { image });
    });
  });
  assertEquals((await recipeOf(emitYaml(group))).findings.map((f) => f.diagnostic.title), []);
  assertEquals(group.steps[0]?.["for"], { each: "inputs.images", as: "image" });
});

Deno.test("a lost answer in one round: that round is tried again, and no other", async () => {
  const recipe = head(`  - id: read
    for: { each: "[1, 2, 3]", as: n }
    uses: flash.read
    with: { region: 0x08000000 +64KiB, to: out.bin }
    retry: { max: 2, on: [USB], pause: 20ms }
`).replace("effect: reversible", "effect: read").replace("attach: halt", "attach: attach");
  const rounds = new Set<string>();
  // the probe is silent for a while, from a transfer on that is in one of the rounds
  for (let from = 70; from < 400 && rounds.size < 3; from += 12) {
    const lost = [0, 1, 2, 3, 4].map((i) => `lost@${from + i}`).join();
    const o = await run(bench(`sim:stm32f746g-disco?scenario=blank&chaos=${lost}`), recipe);
    if (o.result.outcome !== "PASS") continue; // it hit the attaching
    const again = o.events.flatMap((e) => e.type === "retry" ? [e.step ?? ""] : []);
    assert(again.length <= 1, `${again}`);
    for (const id of again) rounds.add(id);
    assertEquals(
      o.result.steps.map((s) => [s.id, s.attempts]),
      [0, 1, 2].map((n) => [`read[${n}]`, again.includes(`read[${n}]`) ? 2 : 1]),
    );
  }
  assertEquals([...rounds].sort(), ["read[0]", "read[1]", "read[2]"]);
});

Deno.test("two regions read into one folder are two files", async () => {
  const recipe = head(
    `  - id: dump
    for: { each: "['0x08000000 +1KiB', '0x08040000 +1KiB', 'all']", as: region }
    uses: flash.read
    with:
      region: \${{ region }}
      to: out
`,
  );
  const o = await run(bench("blank"), recipe, { files: files() });
  assertEquals(o.result.outcome, "PASS", o.shown);
  const uid = o.result.record.unit?.uid;
  assertEquals([...o.files.written.keys()].toSorted(), [
    `out/stm32f74-${uid}-0x08000000-1024.bin`,
    `out/stm32f74-${uid}-0x08040000-1024.bin`,
    `out/stm32f74-${uid}.bin`,
  ]);
});
