/** Cuts a run short at every place, runs it again on the same board, and counts what came of it. */
import { cutOnce } from "./again.ts";
import { CampaignBoard, type Case, type CutKind, CUTS } from "./bench.ts";
import { refusalOf } from "./refusals.ts";
import { cutInWindow, type WindowCut, windowCuts, wordsText } from "./window.ts";

/** What came of one case. */
export interface Tally {
  readonly what: Case;
  /** the verb is refused on this board, by this fault; a cut then has to leave it untouched */
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
  /** points in the time of each option write; 0: none, and no made outcomes either */
  readonly points: number;
  readonly seed: number;
  /** asked before each cut: false ends the case */
  readonly goOn: () => boolean;
  /** told after every cut */
  readonly onCut?: (tried: number, transfers: number) => void;
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

const nameOf = (c: Case): string => `${c.verb} ${c.scenario} (supply: ${c.supply})`;

class Count {
  tried = 0;
  readonly lost: string[] = [];
  readonly words: Record<string, number> = {};
  constructor(readonly what: Case, readonly selection: Selection, readonly transfers: number) {}
  add(cut: string, why: string | undefined): void {
    this.tried++;
    if (why !== undefined) this.lost.push(`${nameOf(this.what)} ${cut}: ${why}`);
    this.selection.onCut?.(this.tried, this.transfers);
  }
  tally(refused?: string): Tally {
    const { what, transfers, tried, lost, words } = this;
    const converged = tried - lost.length;
    const shown = refused === undefined ? {} : { refused };
    return { what, transfers, tried, converged, lost, words, ...shown };
  }
}

/** What a run that is not cut comes to: undefined when it is as it shall be. */
function firstIsWrong(base: CampaignBoard, slug: string | undefined, exit: number) {
  const refusal = refusalOf(base.what);
  if (refusal === undefined) {
    const error = slug === undefined ? "" : ` (${slug})`;
    if (exit !== 0) return `exit ${exit} without a cut${error}`;
    return base.amiss === undefined ? undefined : `without a cut: ${base.amiss}${error}`;
  }
  if (slug !== refusal) return `without a cut: not refused with ${refusal} but ${slug ?? exit}`;
  return base.untouched ? undefined : "without a cut: a refused run changed the board";
}

/** All selected cuts of one case. */
export async function campaign(what: Case, selection: Selection): Promise<Tally> {
  const { kinds, every, from, seed, goOn } = selection;
  const base = new CampaignBoard(what, seed);
  const first = await base.run();
  const count = new Count(what, selection, base.transfers);
  const wrong = first.killed
    ? "it ended without a result"
    : firstIsWrong(base, first.result.error?.slug, first.result.exit);
  if (wrong !== undefined) {
    count.add("no cut", wrong);
    return count.tally();
  }
  const { transfers } = base;
  for (let at = from; at <= transfers && goOn(); at += every) {
    for (const kind of kinds) {
      count.add(`${kind}@${at}`, await cutOnce(what, seed + at, { kind, at }));
    }
  }
  const window = (cut: WindowCut, i: number) => cutInWindow(what, seed + i, cut, count.words);
  if (refusalOf(what) === undefined && selection.points > 0) {
    for (const [i, cut] of (await windowCuts(what, seed, selection.points)).entries()) {
      if (!goOn()) break;
      count.add(wordsText(cut), await window(cut, i));
    }
  }
  return count.tally(refusalOf(what));
}
