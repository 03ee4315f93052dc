/**
 * Every recipe that comes with probekit on a virtual board: its plan as people read it, its record, and the
 * text of its report; and the same plan from its TypeScript form. What time it took is left out.
 */
import { assert, assertEquals } from "@std/assert";
import { emitYaml, lintRecipe, type Plan } from "../../src/recipe/mod.ts";
import { planLines } from "../../src/cli/plan_view.ts";
import { reportHtml } from "../../src/cli/report_html/mod.ts";
import { style } from "../../src/cli/style.ts";
import { KEY } from "./station.ts";
import { type Call, recipeOf } from "./support.ts";
import { TYPED } from "./typed.ts";
import { GOLDEN, World } from "./worlds.ts";

/** Durations change whenever anything becomes faster; digests whenever a recipe's file does. */
const untimed = (text: string): string =>
  text.replaceAll(/\b\d+(\.\d+)? ?(ms|s)\b/g, "…")
    .replaceAll(/\b[0-9a-f]{64}\b/g, "<sha256>").replaceAll(/\(sha256 \w+…/g, "(sha256 …")
    .replaceAll(/\d+ (USB )?exchanges/g, "… exchanges");

const TIMES = new Set(["ms", "duration_ms", "estimate_ms"]);
const isTime = (key: string, value: unknown): boolean =>
  typeof value === "number" ? TIMES.has(key) : key === "at" && typeof value === "string";
const recordText = (record: object): string =>
  untimed(JSON.stringify(record, (k, v) => isTime(k, v) ? "…" : v, 2));

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** What a page says: each text once, rows of tables in one line, and what a picture's parts are called. */
function textOf(html: string): string {
  const lines = html.replace(/<style>[^]*?<\/style>|<text [^]*?<\/text>/g, "")
    .replace(/<\/t[dh]>/g, " | ")
    .replace(/<[^>]+>/g, (tag) => /^<\/?(td|th|code|b|strong|span)\b/.test(tag) ? "" : "\n")
    .replace(
      /&(\w+|#\d+);/g,
      (all, name: string) =>
        name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name] ?? all,
    )
    .split("\n").map((l) => l.trim())
    // bits that did not change are in the table of fields
    .filter((l) => l !== "" && !/^OPTCR\d? bit \d+ = /.test(l));
  return [...new Set(lines)].join("\n").replace(/(USB exchanges\n)\d+/, "$1…");
}

const planText = (plan: Plan): string => untimed(planLines(plan, style(false)).join("\n"));

Deno.test("every shipped recipe has a golden plan and report, and a TypeScript form", () => {
  const shipped = [...Deno.readDirSync("recipes")].map((e) => e.name)
    .filter((n) => n.endsWith(".yaml")).map((n) => n.replace(".yaml", "")).sort();
  assertEquals(Object.keys(GOLDEN).sort(), shipped);
  assertEquals(Object.keys(TYPED).sort(), shipped);
});

for (const [name, golden] of Object.entries(GOLDEN)) {
  Deno.test(`golden: ${name} on ${golden.scenario}`, async (t) => {
    using world = new World(golden);
    await world.prepare();
    const { inputs } = golden;
    const planned = await world.run(name, { inputs, options: { dryRun: true } });
    assert(planned.result.plan, planned.shown);
    await t.assertSnapshot(world.plain(planText(planned.result.plan)));
    const { result, events, shown } = await world.run(name, { inputs });
    assertEquals(result.outcome, "PASS", shown);
    assertEquals(result.also, []);
    assertEquals(world.sim.board.warnings, []);
    const secret = Array.from(KEY, (b) => b.toString(16).padStart(2, "0")).join("");
    const page = reportHtml(result, events, world.chip);
    for (const text of [page, JSON.stringify(events), JSON.stringify(result)]) {
      assert(!text.toLowerCase().includes(secret.slice(0, 16)), "the key is nowhere");
    }
    await t.assertSnapshot(world.plain(recordText(result.record)));
    await t.assertSnapshot(world.plain(untimed(textOf(page))));
  });

  Deno.test(`the TypeScript form of ${name} is the same document and gives the same plan`, async () => {
    const yaml = await recipeOf(name);
    const text = emitYaml(TYPED[name]);
    const typed = await lintRecipe({ file: `recipes/${name}.ts`, text }, {
      files: { text: (path) => Deno.readTextFile(path) },
    });
    assertEquals(typed.findings.map((f) => f.diagnostic.title), []);
    assertEquals(typed.document, yaml.document);
    assertEquals(typed.sha256, yaml.sha256);
    using world = new World(golden);
    await world.prepare();
    const call: Call = { inputs: golden.inputs, options: { dryRun: true } };
    const plans: unknown[] = [];
    for (const which of [yaml, typed]) {
      const { result } = await world.run(which, call);
      assert(result.plan);
      const { plan_id: _id, created: _at, recipe, steps, ...rest } = result.plan;
      const { file: _file, ...same } = recipe;
      const placeless = steps.map(({ source: _where, ...s }) => s);
      plans.push({ ...rest, recipe: same, steps: placeless });
    }
    assertEquals(plans[1], plans[0]);
  });
}
