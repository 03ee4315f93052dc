/** The flash as one rectangle a sector: what was there, what was done. */
import { hex } from "../../base/mod.ts";
import { type Layout, type Sector, sectorAt } from "../../chip/mod.ts";
import type { RunEvent, StepReport } from "../../recipe/mod.ts";
import { all, el, hint, label, type Markup, picture, round, table, told, WIDTH } from "./html.ts";

/** What became of a sector. `begun`: perhaps erased or written in part. `planned`: it would be written. */
export type SectorFate = "unchanged" | "erased" | "programmed" | "verified" | "begun" | "planned";

/** A sector and its story. */
export interface MappedSector {
  readonly sector: Sector;
  readonly fate: SectorFate;
  readonly writeProtected: boolean;
  readonly readProtected: boolean;
  /** bytes of a secret are in it, or were to be */
  readonly secret: boolean;
  /** why it was written: what the plan found in it */
  readonly why?: string;
}

/** What the map is drawn from. */
export interface FlashStory {
  readonly layout: Layout;
  /** by first address */
  readonly closed: {
    readonly write: ReadonlySet<number>;
    readonly read: ReadonlySet<number>;
  };
  /** what the plan wanted; absent when nothing was planned */
  readonly planned: readonly StepReport[];
  readonly done: readonly StepReport[];
  readonly events: readonly RunEvent[];
  readonly dryRun: boolean;
  /** the run stopped in mid-work: what was under way may be half done */
  readonly uncertain: boolean;
  /** whether lowering the read protection has erased all flash before anything else was written */
  readonly erasedAll: "no" | "yes" | "perhaps";
}

const WORDS: Readonly<Record<SectorFate, string>> = {
  unchanged: "unchanged",
  erased: "erased, empty",
  programmed: "programmed",
  verified: "programmed and read back",
  begun: "may be half written",
  planned: "would be written",
};

/** Sectors that a step touches, each with the plan's reason. */
function touchedBy(steps: readonly StepReport[], layout: Layout): Map<number, string> {
  const out = new Map<number, string>();
  for (const { touched, diff = [] } of steps) {
    for (const [i, range] of (touched ?? []).entries()) {
      const line = diff[i];
      const first = sectorAt(layout, range.at);
      if (first) out.set(first.at, line ? `${line.before} → ${line.after}` : "");
    }
  }
  return out;
}

/** How far each sector came, as the events of the steps tell it. */
function fromEvents({ events, layout }: FlashStory): Map<number, Set<string>> {
  const seen = new Map<number, Set<string>>();
  for (const e of events) {
    if (e.type !== "progress" || e.step === undefined || e.at === undefined) continue;
    const sector = sectorAt(layout, Number(e.at));
    if (!sector) continue;
    const set = seen.get(sector.at) ?? new Set<string>();
    seen.set(sector.at, set.add(e.what));
  }
  return seen;
}

function fateOf(story: FlashStory, at: number, seen: ReadonlySet<string>): SectorFate {
  const doneStep = story.done.find((s) =>
    s.state === "changed" && s.touched?.some((r) => r.at === at)
  );
  if (doneStep) {
    // a step that is over has read back what it wrote
    return doneStep.uses === "flash.erase" ? "erased" : "verified";
  }
  if (seen.has("program")) return seen.has("verify") ? "programmed" : "begun";
  return seen.has("erase") ? "erased" : "unchanged";
}

/** The sectors that were under way when the run stopped: events tell only what was over by then. */
function suspects(
  story: FlashStory,
  planned: ReadonlyMap<number, string>,
  seen: ReadonlyMap<number, ReadonlySet<string>>,
): ReadonlySet<number> {
  if (!story.uncertain) return new Set();
  const order = [...planned.keys()].sort((a, b) => a - b);
  const without = (what: string, of: readonly number[]) =>
    of.find((at) => !seen.get(at)?.has(what));
  const erases = order.filter((at) => /→ (erase|empty)/.test(planned.get(at) ?? ""));
  const next = without("erase", erases) ?? without("program", order);
  return new Set(next === undefined ? [] : [next]);
}

/** Each sector with what became of it. */
export function mapSectors(story: FlashStory): readonly MappedSector[] {
  const { layout, closed, dryRun } = story;
  const planned = touchedBy(story.planned, layout);
  const done = touchedBy(story.done.filter((s) => s.state === "changed"), layout);
  const seen = fromEvents(story);
  const secrets = [...story.planned, ...story.done].flatMap((s) => s.secret ?? []);
  // what holds the image already holds what is in it
  const same = story.done.some((s) => s.uses === "flash.ensure" && s.state === "unchanged");
  const halfway = suspects(story, planned, seen);
  const base = ({ no: "unchanged", yes: "erased", perhaps: "begun" } as const)[story.erasedAll];
  return layout.sectors.map((sector) => {
    const fate = fateOf(story, sector.at, seen.get(sector.at) ?? new Set());
    const reached = halfway.has(sector.at) ? "begun" : fate === "unchanged" ? base : fate;
    const wanted = planned.has(sector.at) && reached === "unchanged" && !done.has(sector.at);
    const why = done.get(sector.at) ?? planned.get(sector.at);
    return {
      sector,
      fate: wanted && (dryRun || story.done.length === 0 || seen.size === 0) ? "planned" : reached,
      writeProtected: closed.write.has(sector.at),
      readProtected: closed.read.has(sector.at),
      secret: (fate !== "unchanged" || wanted || same) &&
        secrets.some((r) => r.at < sector.at + sector.size && sector.at < r.at + r.length),
      ...(why ? { why } : {}),
    };
  });
}

const size = (bytes: number): string =>
  bytes % 1024 ? `${bytes} B` : bytes % 1048576 ? `${bytes / 1024} KiB` : `${bytes / 1048576} MiB`;

/** What became of a sector, in words. */
export const sectorWords = (m: MappedSector): string =>
  [
    WORDS[m.fate],
    ...(m.writeProtected ? ["write-protected"] : []),
    ...(m.readProtected ? ["closed to reading"] : []),
    ...(m.secret ? ["holds a secret"] : []),
  ].join(", ");

function sentence(m: MappedSector): string {
  const { sector: s } = m;
  return [
    `Sector ${s.index}: ${hex(s.at)} … ${hex(s.at + s.size - 1)}, ${size(s.size)}`,
    sectorWords(m),
    ...(m.why ? [m.why] : []),
  ].join(" — ");
}

const LEAST = 27;
const GAP = 4;
const TOP = 22;
const TALL = 64;
const ROW = TOP + TALL + 26;

/** Widths in proportion to sizes, none too small to be pointed at. */
function widths(sectors: readonly Sector[], room: number): readonly number[] {
  const free = room - GAP * (sectors.length - 1);
  const total = sectors.reduce((n, s) => n + s.size, 0);
  const small = sectors.filter((s) => s.size / total * free < LEAST);
  const rest = total - small.reduce((n, s) => n + s.size, 0);
  const left = free - LEAST * small.length;
  return sectors.map((s) => small.includes(s) ? LEAST : s.size / rest * left);
}

function cell(m: MappedSector, x: number, y: number, w: number, foot: number): Markup {
  const lock = m.writeProtected || m.readProtected;
  const box = { x: round(x), y: y + TOP, width: round(w), height: TALL, rx: 5 };
  const middle = x + w / 2;
  return told(
    { foot, says: sentence(m), kind: `sector ${m.fate}` },
    el("rect", { ...box, class: "body" }),
    lock && el("rect", { ...box, class: "lock", fill: "url(#hatch)" }),
    m.fate === "verified" &&
      el("path", {
        class: "tick",
        d: `M${round(middle - 6)} ${y + TOP + 45}l4 5 8 -10`,
      }),
    label(middle, y + TOP + 29, String(m.sector.index), { class: "num", "text-anchor": "middle" }),
    m.secret && label(middle, y + TOP + 13, "▒▒", { class: "veil", "text-anchor": "middle" }),
    w > 40 &&
      label(middle, y + TOP + TALL + 16, size(m.sector.size), {
        class: "dim small",
        "text-anchor": "middle",
      }),
  );
}

function bankRow(
  sectors: readonly MappedSector[],
  y: number,
  foot: number,
  name: string,
): Markup {
  const ws = widths(sectors.map((m) => m.sector), WIDTH);
  let x = 0;
  const cells = sectors.map((m, i) => {
    const w = ws[i] ?? LEAST;
    const out = cell(m, x, y, w, foot);
    x += w + GAP;
    return out;
  });
  const last = sectors.at(-1)?.sector;
  return all(
    label(0, y + 14, `${name}${hex(sectors[0]?.sector.at ?? 0)}`, { class: "dim small mono" }),
    label(WIDTH, y + 14, last ? hex(last.at + last.size - 1) : "", {
      class: "dim small mono",
      "text-anchor": "end",
    }),
    cells,
  );
}

const hatch = el(
  "defs",
  {},
  el(
    "pattern",
    {
      id: "hatch",
      width: 9,
      height: 9,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    },
    el("line", { x1: 0, y1: 0, x2: 0, y2: 9, class: "hatch" }),
  ),
);

function legend(sectors: readonly MappedSector[]): Markup {
  const fates = (Object.keys(WORDS) as SectorFate[]).filter((f) =>
    sectors.some((m) => m.fate === f)
  );
  const locked = sectors.some((m) => m.writeProtected || m.readProtected);
  return el(
    "ul",
    { class: "legend" },
    fates.map((f) => el("li", {}, el("span", { class: `swatch ${f}` }), WORDS[f])),
    locked && el("li", {}, el("span", { class: "swatch protected" }), "protected"),
    sectors.some((m) => m.secret) &&
      el("li", {}, el("span", { class: "veil" }, "▒▒"), "holds a secret"),
  );
}

/** The map with its legend, and the same as a table. */
export function flashMap(story: FlashStory): Markup {
  const sectors = mapSectors(story);
  const banks = [...new Set(sectors.map((m) => m.sector.bank))];
  const foot = banks.length * ROW + 16;
  const rows = banks.map((b, i) =>
    bankRow(
      sectors.filter((m) => m.sector.bank === b),
      i * ROW,
      foot,
      banks.length > 1 ? `bank ${b}  ` : "",
    )
  );
  return all(
    legend(sectors),
    picture(
      foot + 8,
      "Flash map, one rectangle a sector",
      hatch,
      rows,
      hint(foot, "Point at a sector, or tab to it, to see its addresses."),
    ),
    story.layout.doubt !== undefined && el("p", { class: "note" }, story.layout.doubt),
    el(
      "details",
      {},
      el("summary", {}, "Every sector as a table"),
      table(
        ["Sector", "From", "To", "Size", "Fate", "Why"],
        sectors.map((m) => [
          m.sector.index,
          el("code", {}, hex(m.sector.at)),
          el("code", {}, hex(m.sector.at + m.sector.size - 1)),
          size(m.sector.size),
          sectorWords(m),
          m.why ?? "",
        ]),
      ),
    ),
  );
}
