/** The steps as bars over the board's time, with what they did inside as thinner bars. */
import type { RunEvent, StepReport } from "../../recipe/mod.ts";
import { all, el, hint, label, type Markup, picture, round, told, WIDTH } from "./html.ts";

/** A stretch of time on the board's clock, ms. */
export interface Stretch {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** `644 B`, `3 sectors` */
  readonly amount: string;
}
/** One row of the picture. */
export interface Bar {
  readonly id: string;
  readonly state: string;
  readonly summary: string;
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Stretch[];
  /** when it was tried again */
  readonly retries: readonly number[];
}

const PLANNING = "attach, plan";

/** Progress events as stretches: one for each run of events about the same thing. */
function stretches(events: readonly RunEvent[], from: number): readonly Stretch[] {
  const out: { what: string; from: number; to: number; amount: string }[] = [];
  let last = from;
  for (const e of events) {
    if (e.type !== "progress") continue;
    const open = out.at(-1);
    const amount = `${e.done} ${e.unit}`;
    if (open?.what === e.what) Object.assign(open, { to: e.mono_ms, amount });
    else out.push({ what: e.what, from: last, to: e.mono_ms, amount });
    last = e.mono_ms;
  }
  return out;
}

function stepBar(report: StepReport, events: readonly RunEvent[], at: number): Bar {
  const own = events.filter((e) => e.step === report.id);
  const start = own.find((e) => e.type === "step.start")?.mono_ms ?? at;
  const end = own.findLast((e) => e.type === "step.end")?.mono_ms ?? own.at(-1)?.mono_ms ?? start;
  return {
    id: report.id,
    state: report.state,
    summary: report.summary,
    from: start,
    to: Math.max(start, end),
    parts: stretches(own, start),
    retries: own.filter((e) => e.type === "retry").map((e) => e.mono_ms),
  };
}

/** The rows of the picture, in the order of the steps. */
export function bars(
  events: readonly RunEvent[],
  steps: readonly StepReport[],
  dryRun: boolean,
): readonly Bar[] {
  const planned = events.find((e) => e.type === "plan");
  const plan: Bar[] = planned
    ? [{
      id: PLANNING,
      state: "plan",
      summary: "the probe was opened, the chip attached and read",
      from: 0,
      to: planned.mono_ms,
      parts: stretches(events.filter((e) => e.step === undefined), 0),
      retries: [],
    }]
    : [];
  if (dryRun) return plan;
  let at = planned?.mono_ms ?? 0;
  return [
    ...plan,
    ...steps.map((s) => {
      const bar = stepBar(s, events, at);
      at = bar.to;
      return bar;
    }),
  ];
}

/** A round number of ms between ticks, so that about six are shown. */
export function tickStep(total: number): number {
  const rough = Math.max(total, 1) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  return Math.max(1, step);
}

/** `0.22 s`, `15 ms` */
export const duration = (ms: number): string =>
  ms >= 1000 ? `${(ms / 1000).toFixed(ms >= 10_000 ? 1 : 2)} s` : `${Math.round(ms)} ms`;

const LEFT = 150;
const RIGHT = 74;
const ROW = 34;
const TOP = 28;

function axis(total: number, height: number, scale: (ms: number) => number): Markup {
  const step = tickStep(total);
  const ticks = Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => i * step);
  return all(
    ticks.map((ms) =>
      all(
        el("line", { class: "grid", x1: scale(ms), y1: TOP - 8, x2: scale(ms), y2: height }),
        label(scale(ms), 12, duration(ms), {
          class: "dim tiny",
          "text-anchor": ms === 0 ? "start" : "middle",
        }),
      )
    ),
  );
}

function sentence(b: Bar): string {
  const when = b.to > b.from ? `${duration(b.from)} … ${duration(b.to)}` : `at ${duration(b.from)}`;
  const parts = b.parts.filter((p) => p.to > p.from).map((p) =>
    `${p.what} ${p.amount} in ${duration(p.to - p.from)}`
  );
  const again = b.retries.length ? [`tried ${b.retries.length + 1} times`] : [];
  return [`${b.id}: ${when}`, ...parts, ...again, b.summary].join(" — ");
}

function row(b: Bar, y: number, foot: number, scale: (ms: number) => number): Markup {
  const width = Math.max(3, scale(b.to) - scale(b.from));
  const short = b.id.length > 20 ? `…${b.id.slice(-19)}` : b.id;
  return told(
    { foot, says: sentence(b), kind: `bar ${b.state}` },
    el("rect", { class: "hit", x: 0, y: y - 4, width: WIDTH, height: ROW - 2, rx: 5 }),
    label(8, y + 16, short, { class: "mono small" }),
    el("rect", {
      class: "body",
      x: scale(b.from),
      y: y + 2,
      width: round(width),
      height: 13,
      rx: 3,
    }),
    b.parts.filter((p) => p.to > p.from).map((p) =>
      el("rect", {
        class: `part ${p.what}`,
        x: scale(p.from),
        y: y + 17,
        width: round(Math.max(2, scale(p.to) - scale(p.from))),
        height: 6,
        rx: 2,
      })
    ),
    b.retries.map((ms) =>
      el("path", { class: "notch", d: `M${round(scale(ms))} ${y + 1}l5 -7h-10z` })
    ),
    label(WIDTH - 8, y + 16, duration(b.to - b.from), {
      class: "dim small",
      "text-anchor": "end",
    }),
  );
}

/** The steps of the run over time. `volts` is what the probe measured at attaching. */
export function timeline(
  rows: readonly Bar[],
  totalMs: number,
  volts: number | null,
): Markup {
  const total = Math.max(1, totalMs, ...rows.map((b) => b.to));
  const scale = (ms: number) => round(LEFT + ms / total * (WIDTH - LEFT - RIGHT));
  const height = TOP + rows.length * ROW;
  const foot = height + 20;
  const kinds = [...new Set(rows.flatMap((b) => b.parts.map((p) => p.what)))];
  return all(
    el(
      "ul",
      { class: "legend" },
      kinds.map((k) => el("li", {}, el("span", { class: `swatch part ${k}` }), k)),
      volts !== null && el("li", {}, `target at ${volts.toFixed(2)} V when attached`),
    ),
    picture(
      foot + 8,
      "Timeline of the steps",
      axis(total, height, scale),
      rows.map((b, i) => row(b, TOP + i * ROW, foot, scale)),
      hint(foot, "Point at a step, or tab to it, to see what it did. Times are the board's."),
    ),
  );
}
