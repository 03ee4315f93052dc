/** One run as one page: no network, no script, every text escaped. */
import { isDualBank } from "../../chip/mod.ts";
import {
  type Measurement,
  type RunEvent,
  type RunResult,
  STATE_WORDS,
  type StepReport,
} from "../../recipe/mod.ts";
import { boardText } from "../plan_view.ts";
import { diagnosticCard } from "./diagnostics.ts";
import { flashMap } from "./flash_map.ts";
import { all, type Child, el, type Markup, table } from "./html.ts";
import { ladder, rungs } from "./ladder.ts";
import { optionBits, wordChanges } from "./option_bits.ts";
import { STYLE_SHEET } from "./style_sheet.ts";
import { flashStory, numbers, plannedWords, type ReportChip } from "./story.ts";
import { bars, duration, timeline } from "./timeline.ts";

const section = (id: string, title: string, ...children: readonly Child[]): Markup =>
  el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    ...children,
  );

const TITLES = {
  problems: "What went wrong",
  connection: "Connection",
  flash: "Flash",
  options: "Option bytes",
  time: "Timeline",
  steps: "Steps",
  measurements: "Measurements",
  run: "This run",
} as const;
type SectionId = keyof typeof TITLES;

function optionsSection(result: RunResult, chip: ReportChip): Markup | undefined {
  const before = numbers(result.record.option_bytes.before);
  if (Object.keys(before).length === 0) return undefined;
  const { after } = result.record.option_bytes;
  const then = after
    ? numbers(after)
    : result.dryRun
    ? plannedWords(chip, before, result.steps)
    : before;
  const dual = isDualBank(chip.sub, before);
  return all(
    optionBits(wordChanges(chip, before, then, dual), after === null && result.dryRun),
  );
}

function measurementsTable(steps: readonly StepReport[]): Markup | undefined {
  const rows = steps.flatMap((s) => (s.measurements ?? []).map((m) => [s.id, m] as const));
  if (rows.length === 0) return undefined;
  const limit = (m: Measurement) =>
    m.equals === undefined ? `${m.min ?? "−∞"} … ${m.max ?? "∞"}` : `= ${m.equals}`;
  return table(
    ["Step", "Measurement", "Value", "Limits", "Unit", "Verdict"],
    rows.map(([id, m]) => [
      el("code", {}, id),
      m.name,
      m.value === null ? "not measured" : String(m.value),
      limit(m),
      m.unit ?? "",
      all(
        el("span", { class: m.outcome === "PASS" ? "ok" : "no" }, m.outcome),
        m.marginal ? " (near a limit)" : "",
      ),
    ]),
  );
}

function stepsTable(steps: readonly StepReport[]): Markup | undefined {
  if (steps.length === 0) return undefined;
  return table(
    ["Step", "Action", "State", "What it did", "Time"],
    steps.map((s) => [
      el("code", {}, s.id),
      el("code", {}, s.uses),
      el("span", { class: `state ${s.state}` }, STATE_WORDS[s.state]),
      s.summary,
      s.ms === undefined ? "" : el("span", { class: "time" }, duration(s.ms)),
    ]),
  );
}

function runFacts({ record, plan, left }: RunResult): Markup {
  const facts: (readonly [string, Child])[] = [
    ["run", el("code", {}, record.run)],
    ["plan", record.plan ? el("code", {}, record.plan) : "none was needed"],
    ["recipe", all(record.recipe.name, " ", el("code", {}, record.recipe.sha256))],
    ...(record.unit.name === undefined ? [] : [["unit", record.unit.name] as const]),
    ...(record.unit.part === "" ? [["chip", "was not reached"] as const] : [
      ["chip", `${record.unit.part} revision ${record.unit.rev}`] as const,
      ["unique id", el("code", {}, record.unit.uid || "not readable")] as const,
      ["probe", [record.probe.kind, record.probe.firmware, record.probe.serial].join(" ")] as const,
      ["left", left ?? record.left ?? "as it was when the link was lost"] as const,
    ]),
    ...(plan ? [["attached", `${plan.target.attach}: ${plan.target.attaching}`] as const] : []),
    ...Object.entries(record.inputs).map(([k, v]) =>
      [`input ${k}`, el("code", {}, JSON.stringify(v) ?? "")] as const
    ),
    ...Object.entries(record.files).map(([file, digest]) =>
      [`sha256 of ${file}`, el("code", {}, digest)] as const
    ),
    ...(record.attachments ?? []).map(({ name, bytes }) =>
      ["kept beside it", all(el("code", {}, `attachments/${name}`), ` ${bytes} bytes`)] as const
    ),
    ...record.overrides.map((o) => ["override", el("code", {}, o)] as const),
  ];
  return el("dl", { class: "facts" }, facts.map(([k, v]) => [el("dt", {}, k), el("dd", {}, v)]));
}

const tile = (name: string, value: Child, small = ""): Markup =>
  el("div", {}, el("dt", {}, name), el("dd", {}, value, " ", small && el("small", {}, small)));

function tiles(r: RunResult): Markup {
  const kib = (n: number): readonly [string, string] =>
    n >= 1024 ? [(n / 1024).toFixed(1).replace(/\.0$/, ""), "KiB"] : [String(n), "bytes"];
  const changes = r.plan?.changes ?? 0;
  return el(
    "dl",
    { class: "tiles" },
    tile("Board time", duration(r.boardTimeMs)),
    tile("USB exchanges", r.usbExchanges),
    ...(r.dryRun ? [tile("Would change", changes, changes === 1 ? "step" : "steps")] : [
      tile("Erased", r.sectorsErased, r.sectorsErased === 1 ? "sector" : "sectors"),
      tile("Programmed", ...kib(r.bytesProgrammed)),
    ]),
    tile("Board", r.board.state),
  );
}

const WORDS: Readonly<Record<string, string>> = {
  PASS: "Pass",
  FAIL: "Fail",
  ERROR: "Error",
  TIMEOUT: "Timed out",
  ABORTED: "Stopped",
  SKIPPED: "Skipped",
};

function top(r: RunResult, ids: readonly SectionId[]): Markup {
  const word = r.dryRun && !r.error ? "Dry run" : WORDS[r.outcome] ?? r.outcome;
  const unit = [r.record.unit.part, r.record.probe.kind].filter((t) => t !== "").join(" through ");
  return el(
    "header",
    { class: "top" },
    el(
      "div",
      { class: `verdict ${r.dryRun && !r.error ? "DRY" : r.outcome}` },
      el("span", { class: "word" }, word),
      el(
        "div",
        {},
        el("h1", {}, r.error ? r.error.title : `${r.recipe.name}: ${boardText(r)}`),
        el(
          "p",
          { class: "dim" },
          [r.recipe.name, unit, r.record.at].filter((t) => t !== "").join(" · "),
        ),
      ),
    ),
    tiles(r),
    el(
      "nav",
      { "aria-label": "Parts of this page" },
      el("ul", {}, ids.map((id) => el("li", {}, el("a", { href: `#${id}` }, TITLES[id])))),
    ),
  );
}

function sections(
  result: RunResult,
  events: readonly RunEvent[],
  chip: ReportChip | undefined,
): readonly (readonly [SectionId, Markup])[] {
  const faults = [...(result.error ? [result.error] : []), ...result.also];
  const connection = rungs(events, result.error);
  const story = chip && flashStory(result, events, chip);
  const volts = events.find((e) => e.type === "attached")?.volts ?? null;
  const rows = bars(events, result.steps, result.dryRun);
  const parts: (readonly [SectionId, Markup | undefined])[] = [
    ["problems", faults.length > 0 ? all(faults.map(diagnosticCard)) : undefined],
    ["connection", connection && ladder(connection)],
    ["flash", story && flashMap(story)],
    ["options", chip && optionsSection(result, chip)],
    ["time", rows.length > 0 ? timeline(rows, result.boardTimeMs, volts) : undefined],
    ["steps", stepsTable(result.steps)],
    ["measurements", measurementsTable(result.steps)],
    ["run", runFacts(result)],
  ];
  return parts.flatMap(([id, markup]) =>
    markup ? [[id, section(id, TITLES[id], markup)] as const] : []
  );
}

/**
 * The report of a run: one page that needs nothing beside itself. Without `chip` (it was never reached)
 * there is no map and no bits.
 */
export function reportHtml(
  result: RunResult,
  events: readonly RunEvent[],
  chip?: ReportChip,
): string {
  const parts = sections(result, events, chip);
  const title = `${result.outcome} ${result.recipe.name} ${result.record.unit.uid}`.trim();
  const page = el(
    "html",
    { lang: "en" },
    el(
      "head",
      {},
      el("meta", { charset: "utf-8" }),
      el("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      el("meta", { name: "color-scheme", content: "light dark" }),
      el("meta", {
        "http-equiv": "Content-Security-Policy",
        content: "default-src 'none'; style-src 'unsafe-inline'",
      }),
      el("title", {}, title),
      el("style", {}, { markup: STYLE_SHEET }),
    ),
    el(
      "body",
      {},
      top(result, parts.map(([id]) => id)),
      el("main", {}, parts.map(([, markup]) => markup)),
      el("footer", {}, el("p", {}, `${result.record.tool} · run ${result.run}`)),
    ),
  );
  return `<!doctype html>\n${page.markup}\n`;
}
