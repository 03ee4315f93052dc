/** The report page: what it shows of runs on virtual boards, and what a browser makes of it. */
import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { needs } from "../support/need.ts";
import type { Diagnostic } from "../../src/base/mod.ts";
import { FAMILIES, layoutOf } from "../../src/chip/mod.ts";
import type { RunEvent, StepReport } from "../../src/recipe/mod.ts";
import { mapSectors } from "../../src/cli/report_html/flash_map.ts";
import { el, esc } from "../../src/cli/report_html/html.ts";
import { rungOf, rungs } from "../../src/cli/report_html/ladder.ts";
import { wordChanges } from "../../src/cli/report_html/option_bits.ts";
import { bars, tickStep } from "../../src/cli/report_html/timeline.ts";
import { CHROMIUM, dumpDom, screenshot } from "./support/browser.ts";
import { firmware, Folder, probekit } from "./support/program.ts";

const SIM = "sim:stm32f746g-disco";
const AT = "0x08000000";
const KIB = 1024;

/** Runs a verb with a run folder; gives the page. */
async function pageOf(
  folder: Folder,
  verb: readonly string[],
  scenario = "factory",
): Promise<string> {
  await probekit([
    ...verb,
    "--quiet",
    "--probe",
    `${SIM}?scenario=${scenario}`,
    "--run-folder",
    folder.at("run"),
  ]);
  return Deno.readTextFileSync(folder.at("run/report.html"));
}
const flashing = (folder: Folder, size: number, name = "app.bin"): readonly string[] => [
  "flash",
  folder.put(name, firmware(size)),
  "--base",
  AT,
];
const count = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

const F746 = FAMILIES[0]?.subFamilies.find((s) => s.matches.includes("stm32f74"));
if (!F746) throw new Error("no F746");
const factory = { OPTCR: 0xC0FF_AAFD, OPTCR1: 0x0040_0080 };

Deno.test("report: one file that needs nothing beside itself and runs no script", async () => {
  using dir = new Folder();
  const page = await pageOf(dir, flashing(dir, 40 * KIB), "blank");
  assert(page.startsWith("<!doctype html>"));
  assertEquals(count(page, /<(script|link|img|iframe|object|embed|base)\b/g), 0);
  assertEquals(count(page, /\b(src|href)="(?!#)/g), 0);
  assertEquals(count(page, /url\((?!#)/g), 0);
  assertEquals(count(page, /@import/g), 0);
  assert(
    /Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"/.test(
      page,
    ),
  );
});

Deno.test("report: one rectangle a sector, and only the written ones are shown as written", async () => {
  using dir = new Folder();
  const page = await pageOf(dir, flashing(dir, 40 * KIB), "blank");
  assertEquals(count(page, /class="told sector verified"/g), 2);
  assertEquals(count(page, /class="told sector unchanged"/g), 6);
  assertStringIncludes(
    page,
    "Sector 1: 0x08008000 … 0x0800FFFF, 32 KiB — programmed and read back",
  );
});

Deno.test("report: a dry run shows what would be written, and calls nothing written", async () => {
  using dir = new Folder();
  const page = await pageOf(dir, [...flashing(dir, 40 * KIB), "--dry-run"], "blank");
  assertStringIncludes(page, "Dry run");
  assertEquals(count(page, /class="told sector planned"/g), 2);
  assertEquals(count(page, /class="told sector (verified|programmed|erased)"/g), 0);
});

Deno.test("report: protected sectors are hatched, and the refusal says so", async () => {
  using dir = new Folder();
  const page = await pageOf(dir, flashing(dir, 4 * KIB), "wrp");
  assertEquals(count(page, /class="lock"/g), 2);
  assertStringIncludes(
    page,
    "Sector 0: 0x08000000 … 0x08007FFF, 32 KiB — unchanged, write-protected",
  );
  assertStringIncludes(page, "flash-write-protected");
});

Deno.test("report: 32 cells before and after for the word that changed, three bits outlined", async () => {
  using dir = new Folder();
  const args = ["recover", "--yes", "--set", `backup=${dir.at("backup")}`];
  const page = await pageOf(dir, args, "so36160986");
  const word = page.slice(page.indexOf("OPTCR, 32 bits"), page.indexOf("OPTCR1, 32 bits"));
  assertEquals(count(word, /class="told bit/g), 32);
  assertEquals(count(word, /class="(one|zero)"/g), 64);
  assertEquals(count(word, /class="outline"/g), 3);
  assertStringIncludes(word, "OPTCR bit 4: 0 → 1 — WWDG_SW (who starts the window watchdog)");
  const other = page.slice(page.indexOf("OPTCR1, 32 bits"), page.indexOf('id="time"'));
  assertEquals(count(other, /class="(one|zero)"/g), 32, "a word that did not change is shown once");
});

Deno.test("report: the ladder breaks at the rung that gave way", async () => {
  using dir = new Folder();
  for (
    const [scenario, held, broke] of [
      ["no-power", ["USB", "probe"], "target voltage"],
      ["swd-disabled", ["USB", "probe", "target voltage"], "debug port"],
    ] as const
  ) {
    const page = await pageOf(dir, flashing(dir, KIB), scenario);
    for (const name of held) assertStringIncludes(page, `aria-label="${name}: held`);
    assertStringIncludes(page, `aria-label="${broke}: broke — `);
    assertStringIncludes(page, `aria-label="core: not reached"`);
    assertEquals(page.includes('id="flash"'), false, "no map of a chip that was never reached");
  }
});

Deno.test("report: what comes from files, chips and people is text and stays text", async () => {
  using dir = new Folder();
  const name = `<img src=x onerror=alert(1)>&"'.bin`;
  const page = await pageOf(dir, flashing(dir, KIB, name), "blank");
  assertEquals(page.includes("<img"), false);
  assertStringIncludes(page, "&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;.bin");
  assertEquals(esc("a\u0000\u001Bb"), "a\uFFFD\uFFFDb");
  assertEquals(el("p", { title: '">' }, "<b>").markup, `<p title="&quot;&gt;">&lt;b&gt;</p>`);
});

Deno.test("report: headings go down one level at a time; all that says more can be tabbed to", async () => {
  using dir = new Folder();
  const args = ["recover", "--yes", "--set", `backup=${dir.at("backup")}`];
  for (const page of [await pageOf(dir, args, "so36160986"), await pageOf(dir, args, "no-power")]) {
    const levels = [...page.matchAll(/<h([1-6])\b/g)].map((m) => Number(m[1]));
    assertEquals(levels[0], 1);
    assertEquals(levels.filter((l) => l === 1).length, 1);
    levels.forEach((l, i) => assert(l <= (levels[i - 1] ?? 0) + 1, levels.join()));
    const told = [...page.matchAll(/<g class="told[^>]*>/g)].map(([t]) => t);
    assert(told.length > 0);
    for (const t of told) assert(/tabindex="0"/.test(t) && /aria-label="[^"]+"/.test(t), t);
    for (const [, id] of page.matchAll(/href="#(\w+)"/g)) assertStringIncludes(page, `id="${id}"`);
  }
});

// -- the pure parts ----------------------------------------------------------------------------

const step = (part: Partial<StepReport>): StepReport => ({
  id: "program",
  uses: "flash.ensure",
  state: "changed",
  effect: "reversible",
  summary: "",
  source: { file: "r.yaml", line: 1, column: 1 },
  ...part,
});
const event = (mono_ms: number, body: object): RunEvent =>
  ({ ts: "2026-11-26T00:00:00.000Z", mono_ms, run: "R", ...body }) as RunEvent;

Deno.test("report: a run that stopped in mid-work tells erased from begun from never reached", () => {
  const layout = layoutOf(F746, 1024, factory);
  const touched = layout.sectors.slice(0, 4).map((s) => ({ at: s.at, length: s.size }));
  const progress = (what: string, at: number) =>
    event(1, {
      type: "progress",
      step: "program",
      what,
      done: 1,
      total: 4,
      unit: "B",
      at: String(at),
    });
  const sectors = mapSectors({
    layout,
    closed: { write: new Set(), read: new Set() },
    planned: [step({ state: "would_change", touched })],
    done: [step({ state: "failed" })],
    events: [
      ...touched.slice(0, 3).map((r) => progress("erase", r.at)),
      progress("program", touched[0]?.at ?? 0),
      progress("program", (touched[1]?.at ?? 0) + 256),
      progress("verify", touched[0]?.at ?? 0),
    ],
    dryRun: false,
    uncertain: true,
    erasedAll: "no",
  });
  assertEquals(sectors.slice(0, 5).map((s) => s.fate), [
    "programmed",
    "begun",
    "begun",
    "unchanged",
    "unchanged",
  ]);
});

Deno.test("report: the sector that was being erased when the probe was lost is not called unchanged", () => {
  const layout = layoutOf(F746, 1024, factory);
  const touched = layout.sectors.slice(0, 4).map((s) => ({ at: s.at, length: s.size }));
  const diff = touched.map((_, i) => ({
    path: `sector ${i}`,
    before: "differs",
    after: "erase and program",
  }));
  const erased = (at: number) =>
    event(1, { type: "progress", step: "program", what: "erase", unit: "sectors", at: String(at) });
  const fates = (uncertain: boolean) =>
    mapSectors({
      layout,
      closed: { write: new Set(), read: new Set() },
      planned: [step({ state: "would_change", touched, diff })],
      done: [step({ state: "failed" })],
      events: [erased(touched[0]?.at ?? 0)],
      dryRun: false,
      uncertain,
      erasedAll: "no",
    }).slice(0, 3).map((s) => s.fate);
  assertEquals(fates(true), ["erased", "begun", "unchanged"]);
  assertEquals(fates(false), ["erased", "unchanged", "unchanged"]);
});

Deno.test("report: lowering the read protection shows as what it is: all flash erased", async () => {
  using dir = new Folder();
  const page = await pageOf(dir, ["recover", "--yes", "--set", "allow_erase=true"], "rdp1");
  assertEquals(count(page, /class="told sector erased"/g), 8);
  const plan = await pageOf(dir, ["recover", "--dry-run", "--set", "allow_erase=true"], "rdp1");
  assertEquals(count(plan, /class="told sector erased"/g), 0);
});

Deno.test("report: sub-bars follow the progress events; a retry is a notch", () => {
  const events = [
    event(100, { type: "plan", plan: {} }),
    event(100, { type: "step.start", step: "program", uses: "flash.ensure", effect: "reversible" }),
    event(250, {
      type: "progress",
      step: "program",
      what: "erase",
      done: 1,
      total: 2,
      unit: "sectors",
    }),
    event(300, { type: "retry", step: "program", attempt: 2, because: "link" }),
    event(400, {
      type: "progress",
      step: "program",
      what: "erase",
      done: 2,
      total: 2,
      unit: "sectors",
    }),
    event(460, {
      type: "progress",
      step: "program",
      what: "program",
      done: 64,
      total: 64,
      unit: "B",
    }),
    event(470, { type: "step.end", step: "program", ...step({}) }),
  ];
  const [plan, program] = bars(events, [step({})], false);
  assertEquals([plan?.from, plan?.to], [0, 100]);
  assertEquals([program?.from, program?.to, program?.retries], [100, 470, [300]]);
  assertEquals(program?.parts, [
    { what: "erase", from: 100, to: 400, amount: "2 sectors" },
    { what: "program", from: 400, to: 460, amount: "64 B" },
  ]);
  assertEquals([tickStep(3977), tickStep(389), tickStep(0)], [1000, 100, 1]);
});

Deno.test("report: every code of the link has its rung; a lost link after attaching is lost, not broke", () => {
  const codes: [code: string, slug: string, rung: string | undefined][] = [
    ["E2010", "no-probe", "usb"],
    ["E2030", "probe-firmware-too-old", "probe"],
    ["E2106", "link-no-power", "voltage"],
    ["E2107", "link-no-answer", "debug"],
    ["E2131", "no-memory-port", "memory"],
    ["E2165", "core-held-in-reset", "reset"],
    ["E2161", "core-did-not-halt", "core"],
    ["E2150", "chip-unknown", "chip"],
    ["E1101", "flash-write-protected", undefined],
  ];
  for (const [code, slug, rung] of codes) assertEquals(rungOf({ code, slug }), rung, slug);
  const error = { code: "E2108", slug: "link-lost", evidence: [] } as unknown as Diagnostic;
  const attached = event(0, {
    type: "attached",
    probe: "P",
    chip: "C",
    uid: "",
    volts: null,
    mode: "halt",
    notes: [],
  });
  assertEquals(rungs([attached], error)?.find((r) => r.name === "debug")?.state, "lost");
  const before = rungs([], error);
  assertEquals(before?.find((r) => r.name === "voltage")?.state, "not known");
  assertEquals(rungs([], undefined), undefined);
});

Deno.test("report: fields of both words, with words for their values", () => {
  const [optcr] = wordChanges({ sub: F746 }, factory, { ...factory, OPTCR: 0xC0FF_AAED });
  const dog = optcr?.fields.find((f) => f.name === "WWDG_SW");
  assertEquals([dog?.before, dog?.after, dog?.beforeText, dog?.afterText], [
    1,
    0,
    "software",
    "hardware",
  ]);
});

// -- in a browser ------------------------------------------------------------------------------

/** How many pixels of the picture are near this colour. */
function near(
  { width, height, at }: Awaited<ReturnType<typeof screenshot>>,
  wanted: readonly [number, number, number],
): number {
  let n = 0;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      if (at(x, y).every((c, i) => Math.abs(c - (wanted[i] ?? 0)) < 4)) n++;
    }
  }
  return n;
}

needs(
  "chromium",
  CHROMIUM !== undefined,
  "report: in a browser from file://, light and dark",
  async () => {
    using dir = new Folder();
    await pageOf(dir, flashing(dir, 400 * KIB), "blank");
    const file = dir.at("run/report.html");

    const { dom, complaints } = await dumpDom(file);
    assertEquals(complaints, []);
    assertEquals(count(dom, /class="told sector verified"/g), 6, "sectors 0 to 5 hold 400 KiB");
    assertEquals(count(dom, /<section /g), 6);

    const light = await screenshot(file);
    const dark = await screenshot(file, { dark: true });
    const pixels = light.width * light.height / 4;
    assertEquals([light.width, light.height], [1120, 1400]);
    // the cards' white, the verified sectors' soft green; in the dark neither of the two
    const [white, green]: readonly (readonly [number, number, number])[] = [
      [255, 255, 255],
      [0xD3, 0xEE, 0xDF],
    ];
    assertLess(pixels * 0.5, near(light, white ?? [0, 0, 0]));
    assertLess(5000, near(light, green ?? [0, 0, 0]));
    assertLess(near(dark, white ?? [0, 0, 0]), 100);
    assertLess(pixels * 0.5, near(dark, [0x18, 0x1E, 0x28]));
    assertLess(5000, near(dark, [0x15, 0x3A, 0x29]));

    // on a telephone: pictures scroll inside their cards, the page itself does not
    const narrow = await screenshot(file, { width: 500, height: 900 });
    assertEquals(narrow.at(498, 450), [0xF6, 0xF7, 0xF9], "the margin at the right is the ground");
  },
);
