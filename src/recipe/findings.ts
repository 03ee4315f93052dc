/** What lint finds, gathered once each, as diagnostics. */
import { diagnose, type Diagnostic, type Fact, type Fault } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { Lines, Place } from "./text_tree.ts";

/** A slug of the room's catalogue. */
export type Slug = Parameters<typeof fault>[0];

/** What goes with a finding. */
export interface Extra {
  readonly help?: string | undefined;
  readonly severity?: "error" | "warning";
}

/** One finding: the fault it is when the recipe is run all the same, and how bad it is for lint. */
export interface Finding {
  readonly fault: Fault;
  readonly diagnostic: Diagnostic;
}

/** Gathers findings; the same one at the same place counts once. */
export class Findings {
  readonly #all = new Map<string, Finding>();
  constructor(readonly lines: Lines) {}

  /** Notes that something is wrong at `at`. */
  report(
    slug: Slug,
    at: Place,
    facts: Readonly<Record<string, Fact>> = {},
    extra: Extra = {},
  ): void {
    const where = this.lines.span(at);
    const found = fault(slug, facts, {
      where,
      ...(extra.help === undefined ? {} : { next: [{ text: extra.help }] }),
    });
    this.#add({
      fault: found,
      diagnostic: { ...diagnose(found), severity: extra.severity ?? "error" },
    });
  }

  #add(finding: Finding): void {
    const { slug, title, where } = finding.diagnostic;
    const key = `${slug} ${where?.file}:${where?.line}:${where?.column} ${title}`;
    if (!this.#all.has(key)) this.#all.set(key, finding);
  }

  /** Takes over what was found in a recipe that this one uses. */
  take(others: readonly Finding[]): void {
    for (const f of others) this.#add(f);
  }

  /** All, in the order of their places; those of other files after them. */
  get all(): readonly Finding[] {
    const { file } = this.lines.source;
    const rank = (f: Finding): number[] => {
      const w = f.diagnostic.where;
      return [w?.file === file ? 0 : 1, w?.line ?? 0, w?.column ?? 0];
    };
    return [...this.#all.values()].sort((a, b) => {
      const [x, y] = [rank(a), rank(b)];
      const i = x.findIndex((v, k) => v !== y[k]);
      return i < 0 ? 0 : (x[i] ?? 0) - (y[i] ?? 0);
    });
  }

  /** Whether anything is an error. */
  get failed(): boolean {
    return [...this.#all.values()].some((f) => f.diagnostic.severity === "error");
  }
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The name that was probably meant, or undefined when none is near. */
export function closest(word: string, names: readonly string[]): string | undefined {
  const short = word.slice(0, 64).toLowerCase();
  const near = names.map((n) => [distance(short, n.toLowerCase()), n] as const)
    .sort(([a], [b]) => a - b)[0];
  return near && near[0] <= Math.max(near[1].length > 3 ? 2 : 1, Math.floor(near[1].length / 3))
    ? near[1]
    : undefined;
}

/** `did you mean x? it takes: a, b` */
export function suggest(
  word: string,
  names: readonly string[],
  takes = "it takes",
): string | undefined {
  const near = closest(word, names);
  const list = names.length === 0
    ? `${takes}: nothing`
    : `${takes}: ${names.slice(0, 24).join(", ")}${names.length > 24 ? ", …" : ""}`;
  return near === undefined ? list : `did you mean \`${near}\`? ${list}`;
}
