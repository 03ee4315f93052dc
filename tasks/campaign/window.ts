/** Cuts inside a write of option words: at any time, and leaving whatever silicon may leave. */
import { again } from "./again.ts";
import { CampaignBoard, type Case } from "./bench.ts";

/** A cut at a share of the option write's time; `leaves` makes the outcome instead of chance. */
export interface WindowCut {
  readonly kind: "power" | "unplug" | "reset";
  /** which option write of the run */
  readonly nth: number;
  readonly share: number;
  /** of which last stretch of the write, in ns */
  readonly tailNs: number;
  readonly leaves?: Outcome;
}
/** The words that a cut leaves: all erased; the first n new and the rest erased; one that does not match. */
export type Outcome =
  | { readonly is: "old" | "new" | "erased" }
  | { readonly is: "first" | "broken"; readonly word: number };

/** ns before the end of an option write: a mass erase and all, the words' erase, their programming */
const TAILS_NS = [Infinity, 201_000_000, 100_000];
const WORDS = 6;
const ERASED = 0xFFFF_FFFF;

const OUTCOMES: readonly Outcome[] = [
  { is: "old" },
  { is: "new" },
  { is: "erased" },
  ...Array.from({ length: WORDS - 1 }, (_, i): Outcome => ({ is: "first", word: i + 1 })),
  ...Array.from({ length: WORDS }, (_, word): Outcome => ({ is: "broken", word })),
];

/** How a cut is called in the report. */
export function wordsText({ kind, nth, share, tailNs, leaves }: WindowCut): string {
  if (leaves === undefined) {
    return `${kind} in option write ${nth} at ${share.toFixed(3)} of its last ${tailNs} ns`;
  }
  const word = "word" in leaves ? ` ${leaves.word}` : "";
  return `${kind} in option write ${nth}, words left: ${leaves.is}${word}`;
}

/** Every cut inside the option writes of a run; none when it writes no option bytes. */
export async function windowCuts(
  what: Case,
  seed: number,
  points: number,
): Promise<readonly WindowCut[]> {
  const counter = new CampaignBoard(what, seed);
  counter.duringOptions(-1, 0, 0, () => {});
  await counter.run();
  const cuts: WindowCut[] = [];
  for (let nth = 0; nth < counter.optionWrites; nth++) {
    for (let i = 0; i < points; i++) {
      for (const kind of ["power", "unplug", "reset"] as const) {
        const tailNs = TAILS_NS[i % TAILS_NS.length] ?? Infinity;
        cuts.push({ kind, nth, share: i / Math.max(1, points - 1), tailNs });
      }
    }
    for (const leaves of OUTCOMES) cuts.push({ kind: "power", nth, share: 0.5, tailNs: 1, leaves });
  }
  return cuts;
}

function wordsLeft(bench: CampaignBoard, outcome: Outcome): readonly number[] {
  const now = bench.written;
  const used = bench.board.chip.config.silicon.options.pcrop ? WORDS : WORDS - 2;
  const all = now.map((w, i) => i < used ? w : ERASED);
  switch (outcome.is) {
    case "old":
      return bench.stored;
    case "new":
      return all;
    case "erased":
      return all.map(() => ERASED);
    case "first":
      return all.map((w, i) => i < outcome.word ? w : ERASED);
    case "broken": // one bit of the complement is not programmed
      return all.map((w, i) => i === outcome.word && i < used ? (w | lowestZero(w)) >>> 0 : w);
  }
}
const lowestZero = (w: number): number => ~w & (w + 1);

/** What the option words are after a cut: as before, as after, erased, or neither. */
function wordsAre(bench: CampaignBoard): string {
  const { options, config } = bench.board.chip;
  const now = [...options.storage];
  const same = (other: Iterable<number>) => [...other].every((w, i) => w === now[i]);
  if (same(bench.found)) return "old";
  if (same(options.encode(config.silicon.options.factory))) return "new";
  if (now.every((w) => w === ERASED)) return "erased";
  const bad = now.filter((w) => (w >>> 16) !== (~w & 0xFFFF) && w !== ERASED).length;
  return bad > 0 ? "mismatched" : "mixed";
}

/** One such cut and one more run; why it did not converge, or undefined. Counts what the words were. */
export async function cutInWindow(
  what: Case,
  seed: number,
  cut: WindowCut,
  words: Record<string, number>,
): Promise<string | undefined> {
  const bench = new CampaignBoard(what, seed);
  let struck = false;
  bench.duringOptions(cut.nth, cut.share, cut.tailNs, () => {
    struck = true;
    if (cut.leaves !== undefined) bench.brownOutLeaving(wordsLeft(bench, cut.leaves));
    else if (cut.kind === "power") bench.brownOut();
    else if (cut.kind === "unplug") bench.board.unplug();
    else bench.board.pressReset(1);
    const are = wordsAre(bench);
    words[are] = (words[are] ?? 0) + 1;
  });
  await bench.run();
  return struck ? await again(bench) : undefined;
}
