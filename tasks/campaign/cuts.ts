/** Cuts a run short at every place, runs it again on the same board, and counts what came of it. */
import { CampaignBoard, type Case, type Cut, type CutKind, CUTS } from "./bench.ts";

/** A share of the option write's time at which the supply goes, or NRST is pulled. */
export interface WindowCut {
  readonly kind: "power" | "unplug" | "reset";
  /** which option write of the run */
  readonly nth: number;
  readonly share: number;
  /** of which last stretch of the write, in ns */
  readonly tailNs: number;
}

/** What came of one case. */
export interface Tally {
  readonly what: Case;
  /** why the verb does not get there even without a cut; then nothing was cut */
  readonly refused?: string;
  /** bulk transfers of a run that is not cut */
  readonly transfers: number;
  readonly tried: number;
  readonly converged: number;
  readonly lost: readonly string[];
  /** what the option words were after a cut inside their write, and how often */
  readonly words: Readonly<Record<string, number>>;
}

/** Which of all cuts. */
export interface Selection {
  readonly kinds: readonly CutKind[];
  /** every n-th transfer, from `from` on */
  readonly every: number;
  readonly from: number;
  /** points in the time of each option write; 0: none */
  readonly points: number;
  readonly seed: number;
  /** asked before each cut: false ends the case */
  readonly goOn: () => boolean;
}

/** Everything. */
export const ALL: Selection = {
  kinds: CUTS,
  every: 1,
  from: 1,
  points: 40,
  seed: 1,
  goOn: () => true,
};
/** ns before the end of an option write: a mass erase and all, the words' erase, their programming */
const TAILS_NS = [Infinity, 201_000_000, 100_000];

const nameOf = (c: Case): string => `${c.verb} ${c.scenario} (supply: ${c.supply})`;
const cutText = (cut: Cut | WindowCut): string =>
  "at" in cut
    ? `${cut.kind}@${cut.at}`
    : `${cut.kind} in option write ${cut.nth} at ${
      cut.share.toFixed(3)
    } of its last ${cut.tailNs} ns`;

/** One cut and one more run; why it did not converge, or undefined. */
export async function cutOnce(what: Case, seed: number, cut: Cut): Promise<string | undefined> {
  const bench = new CampaignBoard(what, seed);
  await bench.run(cut);
  return await again(bench);
}

async function again(bench: CampaignBoard): Promise<string | undefined> {
  if (bench.sealed) return "RDP level 2";
  bench.heal();
  const second = await bench.run();
  const { amiss } = bench;
  if (second.killed) return "the second run ended without a result";
  const { result } = second;
  const error = result.error ? ` (${result.error.slug}: ${result.error.title})` : "";
  if (amiss !== undefined) return amiss + error;
  return result.exit === 0 ? undefined : `as wanted, but exit ${result.exit}${error}`;
}

/** What the option words are after a cut: as before, as after, erased, or neither. */
function wordsAre(bench: CampaignBoard): string {
  const { options, config } = bench.board.chip;
  const now = [...options.storage];
  const same = (other: Iterable<number>) => [...other].every((w, i) => w === now[i]);
  if (same(bench.found)) return "old";
  if (same(options.encode(config.silicon.options.factory))) return "new";
  if (now.every((w) => w === 0xFFFF_FFFF)) return "erased";
  const bad = now.filter((w) => (w >>> 16) !== (~w & 0xFFFF) && w !== 0xFFFF_FFFF).length;
  return bad > 0 ? "mismatched" : "mixed";
}

async function cutInWindow(
  what: Case,
  seed: number,
  cut: WindowCut,
  words: Record<string, number>,
): Promise<string | undefined> {
  const bench = new CampaignBoard(what, seed);
  let struck = false;
  bench.duringOptions(cut.nth, cut.share, cut.tailNs, () => {
    struck = true;
    if (cut.kind === "power") bench.brownOut();
    else if (cut.kind === "unplug") bench.board.unplug();
    else bench.board.pressReset(1);
    const are = wordsAre(bench);
    words[are] = (words[are] ?? 0) + 1;
  });
  await bench.run();
  return struck ? await again(bench) : undefined;
}

/** All selected cuts of one case. */
export async function campaign(what: Case, selection: Selection): Promise<Tally> {
  const { kinds, every, from, seed, goOn } = selection;
  const base = new CampaignBoard(what, seed);
  const counter = new CampaignBoard(what, seed);
  counter.duringOptions(-1, 0, 0, () => {});
  const first = await base.run();
  const { transfers } = base;
  const words: Record<string, number> = {};
  const none = { what, transfers, tried: 0, converged: 0, lost: [], words };
  if (first.killed) return { ...none, refused: "it ended without a result" };
  if (base.amiss !== undefined || first.result.exit !== 0) {
    return { ...none, refused: first.result.error?.slug ?? base.amiss ?? "" };
  }
  await counter.run();
  const lost: string[] = [];
  let tried = 0;
  const count = (cut: Cut | WindowCut, why: string | undefined): void => {
    tried++;
    if (why !== undefined) lost.push(`${nameOf(what)} ${cutText(cut)}: ${why}`);
  };
  for (let at = from; at <= transfers && goOn(); at += every) {
    for (const kind of kinds) count({ kind, at }, await cutOnce(what, seed + at, { kind, at }));
  }
  for (let nth = 0; nth < counter.optionWrites; nth++) {
    for (let i = 0; i < selection.points && goOn(); i++) {
      for (const kind of ["power", "unplug", "reset"] as const) {
        const tailNs = TAILS_NS[i % TAILS_NS.length] ?? Infinity;
        const share = i / Math.max(1, selection.points - 1);
        const cut: WindowCut = { kind, nth, share, tailNs };
        count(cut, await cutInWindow(what, seed + i, cut, words));
      }
    }
  }
  return { what, transfers, tried, converged: tried - lost.length, lost, words };
}
