/**
 * `deno task campaign`: cuts recover and flash at every USB transfer, on every scenario, in every way, and
 * inside every option write; runs them again and counts the boards that get where they shall. A verb that a
 * scenario refuses is cut too: it has to leave the board untouched.
 */
import { BOARDS, SCENARIOS } from "../src/sim/mod.ts";
import { type Case, CUTS, VERBS } from "./campaign/bench.ts";
import { ALL, campaign, type Selection, type Tally } from "./campaign/cuts.ts";

const SUPPLIES = ["usb", "own"] as const;
const HELP =
  `deno task campaign [options]   cuts runs at every USB transfer and inside every option write

  --verb ${VERBS.join("|")}
  --scenario NAME        ${SCENARIOS.length} of them; see deno task sim -- --help
  --supply usb|own       where the board's supply comes from
  --kind KIND            ${CUTS.join(", ")}
  --board NAME           instead of the one a scenario comes with
  --every N              only every n-th transfer
  --points N             points in the time of each option write (${ALL.points}); 0: none
  --seed N               another seed, other outcomes (${ALL.seed})
  --seconds N            end after so long
  --part I/N             the i-th of n shares of the cases, to run several at once
  --list                 name the cases, do nothing

Options that name something may be given several times. Exit: 0 nothing is lost, 1 something is.`;

const NAMED = ["verb", "scenario", "supply", "kind", "board"] as const;
const NUMBERS = ["every", "points", "seed", "seconds"] as const;
type Key = typeof NAMED[number] | typeof NUMBERS[number] | "part";
const KEYS: readonly string[] = [...NAMED, ...NUMBERS, "part"];

/** A command line that cannot be meant. */
export class BadCall extends Error {
  override readonly name = "BadCall";
}

/** `--name value` and `--name=value` → name → values. Throws BadCall. */
function parse(args: readonly string[]): (key: Key) => readonly string[] {
  const given = new Map<string, string[]>();
  for (let i = 0; i < args.length; i++) {
    const [, key = "", inline] = /^--([a-z]+)(?:=(.*))?$/.exec(args[i] ?? "") ?? [];
    if (!KEYS.includes(key)) throw new BadCall(`no option ${args[i]}`);
    const value = inline ?? args[++i];
    if (value === undefined || value === "") throw new BadCall(`--${key} takes a value`);
    given.set(key, [...given.get(key) ?? [], value]);
  }
  return (key) => given.get(key) ?? [];
}

function numberOf(values: readonly string[], key: string, otherwise: number, least = 0): number {
  const [text] = values;
  if (text === undefined) return otherwise;
  if (!/^\d+$/.test(text) || Number(text) < least) {
    throw new BadCall(`--${key} ${text}: a number, at least ${least}`);
  }
  return Number(text);
}

/** `2/3` → every third case, from the second on. */
function share(text: string | undefined): (index: number) => boolean {
  if (text === undefined) return () => true;
  const [i = 0, n = 0] = /^\d+\/\d+$/.test(text) ? text.split("/").map(Number) : [];
  if (n < 1 || i < 1 || i > n) throw new BadCall(`--part ${text}: as 1/2, 2/2`);
  return (index) => index % n === i - 1;
}

/** The cases and the cuts that a command line selects. Throws BadCall. */
export function selected(args: readonly string[]): { cases: readonly Case[]; cuts: Selection } {
  const values = parse(args);
  const only = <T extends string>(key: Key, all: readonly T[]): readonly T[] => {
    const wanted = values(key);
    const bad = wanted.find((w) => !all.some((a) => a === w));
    if (bad !== undefined) throw new BadCall(`--${key} ${bad}: one of ${all.join(", ")}`);
    return wanted.length === 0 ? all : all.filter((a) => wanted.includes(a));
  };
  const number = (key: typeof NUMBERS[number], otherwise: number, least?: number): number =>
    numberOf(values(key), key, otherwise, least);
  const [board] = values("board").length === 0 ? [] : only("board", BOARDS.map((b) => b.name));
  const mine = share(values("part")[0]);
  const cases = only("verb", VERBS).flatMap((verb) =>
    only("scenario", SCENARIOS.map((s) => s.name)).flatMap((scenario) =>
      only("supply", SUPPLIES).map((supply): Case => ({
        verb,
        scenario,
        supply,
        ...(board === undefined ? {} : { board }),
      }))
    )
  ).filter((_, i) => mine(i));
  const end = performance.now() + number("seconds", Infinity) * 1000;
  const cuts = {
    kinds: only("kind", CUTS),
    every: number("every", ALL.every, 1),
    from: 1,
    points: number("points", ALL.points),
    seed: number("seed", ALL.seed),
    goOn: () => performance.now() < end,
  };
  return { cases, cuts };
}

const nameOf = (c: Case): string => `${c.verb} ${c.scenario} ${c.supply}`;

function lineOf(t: Tally): string {
  const words = Object.entries(t.words).map(([w, n]) => `${n} ${w}`).join(", ");
  const counts = `${t.transfers} transfers, ${t.tried} cuts, ${t.converged} ${
    t.refused === undefined ? "converged" : "left untouched"
  }, ${t.lost.length} lost`;
  const refused = t.refused === undefined ? "" : `refused as it must be (${t.refused}): `;
  const after = words === "" ? "" : `; option words after a cut in their write: ${words}`;
  return `${nameOf(t.what).padEnd(36)} ${refused}${counts}${after}`;
}

const EVERY_CUTS = 500;

async function run(args: readonly string[]): Promise<number> {
  const { cases, cuts } = selected(args);
  const sums = new Map<string, { cases: number; tried: number; lost: number }>();
  for (const [i, what] of cases.entries()) {
    if (!cuts.goOn()) {
      console.log(`the time is over: ${cases.length - i} of ${cases.length} cases were not tried`);
      break;
    }
    const t = await campaign(what, {
      ...cuts,
      from: 1 + i % cuts.every,
      onCut: (tried, transfers) => {
        if (tried % EVERY_CUTS > 0) return;
        console.error(`  … ${nameOf(what)}: ${tried} cuts so far, ${transfers} transfers`);
      },
    });
    console.log(lineOf(t));
    for (const line of t.lost) console.log(`  lost: ${line}`);
    const key = t.refused === undefined ? what.verb : `${what.verb}, refused`;
    const sum = sums.get(key) ?? { cases: 0, tried: 0, lost: 0 };
    sums.set(key, {
      cases: sum.cases + 1,
      tried: sum.tried + t.tried,
      lost: sum.lost + t.lost.length,
    });
  }
  for (const [key, s] of sums) {
    console.log(
      `${key}: ${s.cases} cases, ${s.tried} cuts tried, ${s.tried - s.lost} ${
        key.endsWith("refused") ? "left untouched" : "converged"
      }, ${s.lost} lost`,
    );
  }
  return [...sums.values()].every((s) => s.lost === 0) ? 0 : 1;
}

if (import.meta.main) {
  if (Deno.args.some((a) => a === "--help" || a === "-h")) {
    console.log(HELP);
    Deno.exit(0);
  }
  try {
    if (Deno.args.includes("--list")) {
      const { cases } = selected(Deno.args.filter((a) => a !== "--list"));
      for (const c of cases) console.log(nameOf(c));
      Deno.exit(0);
    }
    Deno.exit(await run(Deno.args));
  } catch (error) {
    if (!(error instanceof BadCall)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    Deno.exit(2);
  }
}
