/** From findings to causes: pure. */
import type { CauseExit, CauseRow, Likelihood, Remedy } from "./cause.ts";
import { CAUSES } from "./causes.ts";
import { remedyOn } from "./causes_options.ts";
import { type Findings, type Rung, type RungName, RUNGS } from "./findings.ts";

/** One cause that the findings show. */
export interface Cause {
  readonly slug: string;
  readonly rung: RungName;
  readonly likelihood: Likelihood;
  readonly text: string;
  readonly because: readonly string[];
  readonly next: readonly Remedy[];
  readonly exit: CauseExit;
  readonly blocks: CauseRow["blocks"];
}

/** What the findings come to. */
export interface Diagnosis {
  /** nothing that is wrong was found */
  readonly healthy: boolean;
  /** 0 healthy; 20 this computer or the probe; 21 no answer; 22 the chip; 11 it is locked */
  readonly exit: CauseExit;
  /** the rungs with what the causes say: one where a proven cause sits is broken */
  readonly ladder: readonly Rung[];
  /** the first rung that is broken */
  readonly broken?: RungName;
  /** what is wrong: proven before likely before possible, and from the ground up */
  readonly causes: readonly Cause[];
  /** worth knowing, nothing wrong */
  readonly notes: readonly Cause[];
}

const RANK: Readonly<Record<Likelihood, number>> = { proven: 0, likely: 1, possible: 2 };

const fill = (text: string, facts: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => facts[name] ?? all);

function causeOf(row: CauseRow, f: Findings): Cause | undefined {
  const match = row.match(f);
  if (!match) return undefined;
  const { likelihood, because } = match;
  const facts = { ...strings(f.fault?.facts), ...match.facts };
  const { slug, rung, exit, blocks } = row;
  const next = row.next.slice(match.skip ?? 0).map((n) => remedyOn(f, n)).map((n) => ({
    ...n,
    ...(n.command === undefined ? {} : { command: fill(n.command, facts) }),
  }));
  return { slug, rung, exit, blocks, likelihood, text: fill(row.text, facts), because, next };
}

const strings = (facts: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, String(v)]));

/** A cause that another, proven one rules out is no longer worth telling. */
function standing(all: readonly Cause[], rows: readonly CauseRow[]): readonly Cause[] {
  const sure = new Set(all.filter((c) => c.likelihood === "proven").map((c) => c.slug));
  const out = new Set(
    rows.filter((r) => sure.has(r.slug)).flatMap((r) => r.excludes ?? []),
  );
  return all.filter((c) => c.likelihood === "proven" || !out.has(c.slug));
}

/**
 * Faults between two proven causes that exclude each other, as `a / b`; empty unless the table is wrong.
 */
export function contradictions(
  causes: readonly Pick<Cause, "slug" | "likelihood">[],
  rows: readonly CauseRow[] = CAUSES,
): readonly string[] {
  const sure = causes.filter((c) => c.likelihood === "proven").map((c) => c.slug);
  return rows.filter((r) => sure.includes(r.slug)).flatMap((r) =>
    (r.excludes ?? []).filter((other) => sure.includes(other)).map((other) =>
      `${r.slug} / ${other}`
    )
  );
}

function ladderOf(f: Findings, causes: readonly Cause[]): readonly Rung[] {
  const proven = causes.filter((c) => c.likelihood === "proven");
  return f.rungs.map((rung): Rung => {
    const here = proven.filter((c) => c.rung === rung.name);
    if (here.length === 0 || rung.state === "broken") return rung;
    const text = rung.state === "ok" ? rung.text : here[0]?.because.join("; ") ?? rung.text;
    return { ...rung, state: "broken", text };
  });
}

/** A fault on the way that no row of the table knows. */
function unexplained(f: Findings, causes: readonly Cause[]): readonly Cause[] {
  const { fault } = f;
  if (fault === undefined || causes.length > 0) return [];
  const rung = f.rungs.find((r) => r.state === "broken")?.name ?? "usb";
  return [{
    slug: fault.slug,
    rung,
    exit: RUNGS.indexOf(rung) <= RUNGS.indexOf("probe") ? 20 : 21,
    blocks: ["connect"],
    likelihood: "likely",
    text: fault.title,
    because: fault.seen,
    next: [{ text: "Read what is known about it:", command: `probekit explain ${fault.code}` }],
  }];
}

/** The causes that these findings show, ranked. Pure. */
export function diagnoseFindings(
  f: Findings,
  rows: readonly CauseRow[] = CAUSES,
): Diagnosis {
  const all = standing(rows.flatMap((row) => causeOf(row, f) ?? []), rows);
  const wrong = all.filter((c) => c.exit !== 0);
  const causes = [...wrong, ...unexplained(f, wrong)].toSorted((a, b) =>
    RANK[a.likelihood] - RANK[b.likelihood] || RUNGS.indexOf(a.rung) - RUNGS.indexOf(b.rung)
  );
  const ladder = ladderOf(f, causes);
  const broken = ladder.find((r) => r.state === "broken")?.name;
  return {
    healthy: causes.length === 0,
    exit: causes[0]?.exit ?? 0,
    ladder,
    ...(broken === undefined ? {} : { broken }),
    causes,
    notes: all.filter((c) => c.exit === 0),
  };
}
