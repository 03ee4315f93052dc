/**
 * `deno task campaign`: cuts recover and flash at every USB transfer, on every scenario, in every way, and
 * inside every option write; runs them again and counts the boards that get where they shall.
 *
 *   deno task campaign [--verb recover|flash] [--scenario NAME] [--board NAME] [--kind KIND] [--supply usb|own]
 *                      [--every N] [--points N] [--seed N] [--seconds N]
 */
import { SCENARIOS } from "../src/sim/mod.ts";
import { type Case, CUTS, VERBS } from "./campaign/bench.ts";
import { ALL, campaign, type Selection } from "./campaign/cuts.ts";

/** `--name value` or `--name=value`; all values of it. */
function values(args: readonly string[], name: string): readonly string[] {
  return args.flatMap((a, i) =>
    a === `--${name}`
      ? [args[i + 1] ?? ""]
      : a.startsWith(`--${name}=`)
      ? [a.slice(name.length + 3)]
      : []
  );
}
const numberOf = (args: readonly string[], name: string, otherwise: number): number =>
  Number(values(args, name)[0] ?? otherwise);

/** The cases and the cuts that a command line selects. */
export function selected(args: readonly string[]): { cases: readonly Case[]; cuts: Selection } {
  const only = <T extends string>(name: string, all: readonly T[]): readonly T[] => {
    const wanted = values(args, name);
    const bad = wanted.find((w) => !all.some((a) => a === w));
    if (bad !== undefined) throw new Error(`--${name} ${bad}: one of ${all.join(", ")}`);
    return wanted.length === 0 ? all : all.filter((a) => wanted.includes(a));
  };
  const supplies = only("supply", ["usb", "own"] as const);
  const [board] = values(args, "board");
  const cases = only("verb", VERBS).flatMap((verb) =>
    only("scenario", SCENARIOS.map((s) => s.name)).flatMap((scenario) =>
      supplies.map((supply): Case => ({
        verb,
        scenario,
        supply,
        ...(board === undefined ? {} : { board }),
      }))
    )
  );
  const end = performance.now() + numberOf(args, "seconds", Infinity) * 1000;
  const cuts = {
    kinds: only("kind", CUTS),
    every: numberOf(args, "every", ALL.every),
    from: 1,
    points: numberOf(args, "points", ALL.points),
    seed: numberOf(args, "seed", ALL.seed),
    goOn: () => performance.now() < end,
  };
  return { cases, cuts };
}

if (import.meta.main) {
  const { cases, cuts } = selected(Deno.args);
  const sum = { tried: 0, converged: 0, lost: 0, refused: 0 };
  for (const [i, what] of cases.entries()) {
    if (!cuts.goOn()) {
      console.log(`the time is over: ${cases.length - i} of ${cases.length} cases were not tried`);
      break;
    }
    const from = 1 + i % cuts.every;
    const t = await campaign(what, { ...cuts, from });
    const name = `${what.verb} ${what.scenario} ${what.supply}`.padEnd(36);
    const words = Object.entries(t.words).map(([w, n]) => `${n} ${w}`).join(", ");
    console.log(
      t.refused === undefined
        ? `${name} ${t.transfers} transfers, ${t.tried} cuts, ${t.converged} converged, ${t.lost.length} lost${
          words === "" ? "" : `; option words after a cut in their write: ${words}`
        }`
        : `${name} is not done even without a cut: ${t.refused}`,
    );
    for (const line of t.lost) console.log(`  lost: ${line}`);
    sum.tried += t.tried;
    sum.converged += t.converged;
    sum.lost += t.lost.length;
    if (t.refused !== undefined) sum.refused++;
  }
  console.log(
    `${sum.tried} cuts tried, ${sum.converged} converged, ${sum.lost} lost; ${sum.refused} of ${cases.length} cases are refused without a cut`,
  );
  Deno.exit(sum.lost === 0 ? 0 : 1);
}
