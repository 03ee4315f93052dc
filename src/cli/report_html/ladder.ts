/** The connection as rungs, from the USB plug to the core: how far it got, and where it broke. */
import type { Diagnostic } from "../../base/mod.ts";
import type { RunEvent } from "../../recipe/mod.ts";
import { all, el, hint, label, type Markup, picture, round, told, WIDTH } from "./html.ts";

const RUNGS = ["usb", "probe", "voltage", "reset", "debug", "memory", "core", "chip"] as const;
type RungName = typeof RUNGS[number];
/** `lost`: it had held, and gave way while work was done. `not known`: passed by, never measured. */
export type RungState = "held" | "broke" | "lost" | "not known" | "not reached";
/** One rung. */
export interface Rung {
  readonly name: RungName;
  readonly state: RungState;
  readonly value: string;
}

const TITLES: Readonly<Record<RungName, string>> = {
  usb: "USB",
  probe: "probe",
  voltage: "target voltage",
  reset: "reset line",
  debug: "debug port",
  memory: "memory port",
  core: "core",
  chip: "chip",
};

/** Faults whose code is in another rung's range, or in none. */
const BY_SLUG: Readonly<Record<string, RungName>> = {
  "link-no-power": "voltage",
  "supply-out-of-range": "voltage",
  "supply-unmeasured": "voltage",
  "core-held-in-reset": "reset",
  "core-reset-failed": "reset",
  "debug-power-refused": "debug",
  "no-memory-port": "memory",
  "bus-busy": "memory",
  "bus-refused": "memory",
  "probe-lost": "probe",
  "wrong-chip": "chip",
};
/** Ranges of codes, first and last: see the catalogue. */
const BY_CODE: readonly (readonly [from: number, to: number, rung: RungName])[] = [
  [2000, 2029, "usb"],
  [7500, 7509, "usb"],
  [2030, 2059, "probe"],
  [2100, 2129, "debug"],
  [2130, 2149, "debug"],
  [2150, 2159, "chip"],
  [2160, 2179, "core"],
];

/** The rung that a fault is about, or undefined when it is about none. */
export function rungOf(error: Pick<Diagnostic, "code" | "slug">): RungName | undefined {
  const code = Number(error.code.slice(1));
  return BY_SLUG[error.slug] ?? BY_CODE.find(([from, to]) => code >= from && code <= to)?.[2];
}

const UNPROVEN: readonly RungName[] = ["voltage", "reset"];

type Attached = Extract<RunEvent, { type: "attached" }>;

function attachedValues(a: Attached): Partial<Record<RungName, string>> {
  return {
    usb: "open",
    probe: a.probe,
    voltage: a.volts === null ? "not measured" : `${a.volts.toFixed(2)} V`,
    reset: a.mode === "under-reset" ? "held, then let go" : "not used",
    debug: "answers",
    memory: "answers",
    core: a.mode === "attach" ? "left running" : "halted",
    chip: a.chip,
  };
}

/** What a fault has seen of the rungs, by the words its evidence begins with. */
function evidenceValues(error: Diagnostic): Partial<Record<RungName, string>> {
  const found = (what: RegExp) => error.evidence.find((e) => what.test(e.what))?.value;
  const values: [RungName, string | undefined][] = [
    ["probe", found(/^probe$/i)],
    ["voltage", found(/voltage/i)],
    ["reset", found(/^NRST/)],
    ["debug", found(/^DP /)],
    ["core", found(/^DHCSR/)],
  ];
  return Object.fromEntries(values.filter(([, v]) => v !== undefined));
}

/** The ladder of a run; undefined when nothing was tried. */
export function rungs(
  events: readonly RunEvent[],
  error: Diagnostic | undefined,
): readonly Rung[] | undefined {
  const attached = events.find((e) => e.type === "attached");
  const broken = error && rungOf(error);
  if (!attached && broken === undefined) return undefined;
  const at = broken === undefined ? RUNGS.length : RUNGS.indexOf(broken);
  const values = {
    ...(attached ? attachedValues(attached) : {}),
    ...(error && broken !== undefined ? evidenceValues(error) : {}),
  };
  const stateOf = (name: RungName, i: number): RungState => {
    if (i === at) return attached ? "lost" : "broke";
    // what hangs on a lost rung is out of reach now, whatever it was
    if (attached) return i < at ? "held" : "not known";
    if (i > at) return "not reached";
    // an answer from above proves the links below it, but neither a voltage nor the level of NRST
    const measured = values[name] !== undefined && !/cannot|not measured/.test(values[name]);
    return measured || !UNPROVEN.includes(name) ? "held" : "not known";
  };
  return RUNGS.map((name, i) => {
    const state = stateOf(name, i);
    return { name, state, value: values[name] ?? (state === "held" ? "good" : "") };
  });
}

const GAP = WIDTH / RUNGS.length;
const MIDDLE = 34;
const RADIUS = 15;
const MOST = 20;

const MARKS: Readonly<Record<RungState, string>> = {
  held: "M-6 0l4 5 8 -10",
  broke: "M-5 -5l10 10M5 -5l-10 10",
  lost: "M-5 -5l10 10M5 -5l-10 10",
  "not known": "M-4 0h8",
  "not reached": "M-4 0h8",
};

function drawn(r: Rung, i: number, foot: number): Markup {
  const x = round(GAP * (i + 0.5));
  const words = `${TITLES[r.name]}: ${r.state}${r.value ? ` — ${r.value}` : ""}`;
  const short = r.value.length > MOST ? `${r.value.slice(0, MOST - 1)}…` : r.value;
  return told(
    { foot, says: words, kind: `rung ${r.state.replace(" ", "-")}` },
    el("circle", { cx: x, cy: MIDDLE, r: RADIUS, class: "body" }),
    el("path", { class: "mark", d: MARKS[r.state], transform: `translate(${x} ${MIDDLE})` }),
    label(x, MIDDLE + 36, TITLES[r.name], { class: "name", "text-anchor": "middle" }),
    label(x, MIDDLE + 54, short, { class: "dim tiny", "text-anchor": "middle" }),
  );
}

/** The ladder, lying on its side. */
export function ladder(all8: readonly Rung[]): Markup {
  const foot = MIDDLE + 82;
  return picture(
    foot + 8,
    "Connection, from the USB plug to the chip",
    all(
      all8.slice(1).map((r, i) =>
        el("line", {
          class: `rail ${r.state.replace(" ", "-")}`,
          x1: round(GAP * (i + 0.5) + RADIUS + 3),
          x2: round(GAP * (i + 1.5) - RADIUS - 3),
          y1: MIDDLE,
          y2: MIDDLE,
        })
      ),
    ),
    all8.map((r, i) => drawn(r, i, foot)),
    hint(foot, "Point at a rung, or tab to it, to see what was measured there."),
  );
}
