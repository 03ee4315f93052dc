/** Image + layout + what the flash holds → steps, each with its why. Pure but for the reads it is given. */
import { alignDown, alignUp } from "../base/mod.ts";
import type { Layout, Sector } from "../chip/mod.ts";
import type { Piece } from "../image/mod.ts";
import { diffSector, type Keep, type Run, type SectorDiff } from "./diff.ts";
import type { Range, ReadFlash } from "./flash_view.ts";

/** One step; all erases come before all programming. */
export type Step =
  | { readonly do: "erase"; readonly sector: Sector; readonly why: string }
  | {
    readonly do: "program";
    readonly at: number;
    readonly bytes: Uint8Array;
    readonly why: string;
  };

/** What to do so that flash holds an image. */
export interface FlashPlan {
  readonly steps: readonly Step[];
  /** every sector that the image touches, in order of addresses */
  readonly sectors: readonly SectorDiff[];
  readonly erase: readonly Sector[];
  readonly program: readonly Run[];
  readonly bytesToProgram: number;
  /** whether the flash holds the image already */
  readonly unchanged: boolean;
}

/** What planning needs. */
export interface PlanInput {
  /** placed pieces: main-flash addresses, sorted, not overlapping (see placeImage) */
  readonly image: readonly Piece[];
  readonly layout: Layout;
  /** reads flash as it is; called for as little as is needed */
  readonly holds: ReadFlash;
  /** bytes per program access */
  readonly unit: 1 | 2 | 4;
  /** what happens to bytes of an erased sector that the image does not replace; default `erase` */
  readonly keep?: Keep;
  /** ranges that stay as they are, whatever the image says */
  readonly preserve?: readonly Range[];
  /**
   * `vectors-last` (default): the first stack pointer and the reset vector are programmed last, and their
   * sector is erased first, so that a cut half way leaves a chip that does not boot.
   */
  readonly order?: "vectors-last" | "ascending";
  /** called after each sector was looked at */
  readonly progress?: (done: number, total: number) => void;
}

/** First stack pointer and reset vector. */
const VECTORS = 8;

const touches = (sector: Sector, p: Piece): boolean =>
  p.bytes.length > 0 && p.at < sector.at + sector.size && p.at + p.bytes.length > sector.at;

/** Runs that follow each other without a gap as one. */
function joinRuns(runs: readonly Run[]): Run[] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const last = groups.at(-1)?.at(-1);
    if (last && last.at + last.bytes.length === run.at) groups.at(-1)?.push(run);
    else groups.push([run]);
  }
  return groups.map((g) => {
    const [first] = g as [Run];
    const bytes = new Uint8Array(g.reduce((n, r) => n + r.bytes.length, 0));
    for (const r of g) bytes.set(r.bytes, r.at - first.at);
    return { at: first.at, bytes };
  });
}

const covers = (run: Run, at: number): boolean => run.at <= at && at < run.at + run.bytes.length;

/** Where the vector table is: at the start of flash, or of the image when it leaves that alone. */
function vectorsAt(image: readonly Piece[], layout: Layout): number {
  const covered = image.some((p) => p.at <= layout.at && p.at + p.bytes.length > layout.at);
  return covered ? layout.at : image[0]?.at ?? layout.at;
}

/** The runs with the vectors' bytes taken out of theirs and put at the end. */
function vectorsLast(runs: readonly Run[], at: number, unit: number): Run[] {
  const i = runs.findIndex((r) => covers(r, at));
  const run = runs[i];
  if (!run) return [...runs];
  const from = alignDown(at - run.at, unit);
  const part = (start: number, end: number): Run => ({
    at: run.at + start,
    bytes: run.bytes.slice(start, end),
  });
  const to = Math.min(alignUp(at - run.at + VECTORS, unit), run.bytes.length);
  const others = [part(0, from), part(to, run.bytes.length)].filter((r) => r.bytes.length > 0);
  return [...runs.slice(0, i), ...others, ...runs.slice(i + 1), part(from, to)];
}

function whyProgram(run: Run, diffs: readonly SectorDiff[], last: boolean): string {
  if (last) return "stack pointer and reset vector, last of all";
  const of = diffs.filter((d) =>
    run.at < d.sector.at + d.sector.size && run.at + run.bytes.length > d.sector.at
  );
  return of.map((d) => `sector ${d.sector.index}: ${d.state === "erase" ? "erased" : d.why}`)
    .join("; ");
}

/**
 * The steps that make flash hold the image, and nothing more: sectors that hold it already are left
 * alone, erased ones are not erased again, stretches of 1 KiB and more of erased bytes are not
 * programmed. Faults: sector-holds-more, and those of `holds`.
 */
export async function planFlash(input: PlanInput): Promise<FlashPlan> {
  const { image, layout, holds, unit, keep = "erase", order = "vectors-last" } = input;
  const touched = layout.sectors.filter((s) => image.some((p) => touches(s, p)));
  const sectors: SectorDiff[] = [];
  for (const sector of touched) {
    const pieces = image.filter((p) => touches(sector, p));
    const preserve = input.preserve ?? [];
    const how = { unit, keep, erased: layout.erased, preserve };
    sectors.push(await diffSector(sector, pieces, holds, how));
    input.progress?.(sectors.length, touched.length);
  }
  const vectors = vectorsAt(image, layout);
  const last = order === "vectors-last";
  const hasVectors = (s: Sector): number => vectors >= s.at && vectors < s.at + s.size ? 0 : 1;
  const wrong = sectors.filter((d) => d.state === "erase");
  const erased = last
    ? wrong.toSorted((a, b) => hasVectors(a.sector) - hasVectors(b.sector))
    : wrong;
  const joined = joinRuns(sectors.flatMap((d) => d.runs));
  const program = last ? vectorsLast(joined, vectors, unit) : joined;
  return {
    steps: [
      ...erased.map((d): Step => ({ do: "erase", sector: d.sector, why: d.why })),
      ...program.map((run): Step => ({
        do: "program",
        ...run,
        why: whyProgram(run, sectors, last && run === program.at(-1) && covers(run, vectors)),
      })),
    ],
    sectors,
    erase: erased.map((d) => d.sector),
    program,
    bytesToProgram: program.reduce((n, r) => n + r.bytes.length, 0),
    unchanged: sectors.every((d) => d.state === "same"),
  };
}
