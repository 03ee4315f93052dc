/** One recipe on many units at a time: one run, one lock and one record for each; none touches another. */
import { diagnose, type Diagnostic } from "../base/mod.ts";
import type { RunResult } from "../recipe/mod.ts";
import { parseCsv } from "./csv.ts";
import { fault } from "./faults.ts";
import { readText } from "./files.ts";
import { asFault } from "./main.ts";
import { checkedRecipe } from "./recipes.ts";
import { renderDiagnostic } from "./render_fault.ts";
import { Report } from "./report.ts";
import { type RecipeCall, runOnBoard } from "./run.ts";
import type { PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import type { Given, OptionSpec } from "./verb.ts";
import { visible } from "./visible.ts";

/** Options of a verb that can do many units. */
export const EACH_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--each <csv>",
    summary: "one run a row: columns probe or on, unit, and inputs of the recipe",
  },
  { flags: "-j, --jobs <count>", summary: "with --each: so many units at a time; 1 when absent" },
];

/** One row of a panel. */
export interface Unit {
  readonly name: string;
  /** empty: the one of its board's file */
  readonly probe: string;
  /** its board, as --on has it */
  readonly on?: string;
  /** `name=value`, as `--set` takes them */
  readonly sets: readonly string[];
}

/** What became of a unit. */
export interface UnitEnd {
  readonly unit: string;
  readonly probe: string;
  readonly outcome: RunResult["outcome"];
  readonly exit: number;
  readonly run: string | null;
  readonly folder: string | null;
  readonly error: Diagnostic | null;
  readonly boardTimeMs: number;
}

const VERB = "run";
/** columns that are no inputs */
const PLACES: readonly string[] = ["probe", "on", "unit"];
const MOST_JOBS = 64;
const DEFAULT_RUNS = "runs";
/** exit codes, worst first: a board in an unknown state wins over all; see recipes' exit codes */
const WORST: readonly number[] = [40, 1, 130, 143, 22, 21, 20, 124, 75, 31, 30, 11, 10, 2, 3, 0];

/** The worst of several exit codes; 0 of none. */
export const worstExit = (exits: readonly number[]): number =>
  WORST.find((code) => exits.includes(code)) ?? exits.find((e) => e !== 0) ?? 0;

const bad = (what: string): Error => fault("bad-usage", { what, verb: VERB });

/** Reads a panel. `inputs` are the recipe's. Fault: bad-usage, with the line. */
export function readPanel(text: string, file: string, inputs: readonly string[]): readonly Unit[] {
  const rows = parseCsv(text);
  if ("openQuoteAt" in rows) {
    throw bad(`${file}:${rows.openQuoteAt}: a quote is wrong or never ends`);
  }
  const [head, ...body] = rows;
  if (!head || body.length === 0) {
    throw bad(`${file} has no rows; the first line names the columns`);
  }
  const columns = head.cells;
  for (const c of columns) {
    if (!PLACES.includes(c) && !inputs.includes(c)) {
      const known = [...PLACES, ...inputs].join(", ");
      throw bad(`${file}:${head.line}: no column "${c}" is known; there are ${known}`);
    }
  }
  if (new Set(columns).size !== columns.length) throw bad(`${file}: a column is there twice`);
  if (!columns.includes("probe") && !columns.includes("on")) {
    throw bad(`${file}: a column "probe" is missing, or "on" for boards by name`);
  }
  const units = body.map(({ line, cells }, i): Unit => {
    if (cells.length > columns.length) throw bad(`${file}:${line}: more cells than columns`);
    const row = Object.fromEntries(columns.map((c, k) => [c, cells[k] ?? ""]));
    const { probe = "", unit = "", on = "", ...rest } = row;
    if (probe === "" && on === "") throw bad(`${file}:${line}: the probe is missing`);
    const sets = Object.entries(rest).filter(([, v]) => v !== "").map(([k, v]) => `${k}=${v}`);
    return { name: unit || on || String(i + 1), probe, ...(on === "" ? {} : { on }), sets };
  });
  for (const [key, word] of [["probe", "probe"], ["on", "board"], ["name", "unit"]] as const) {
    const named = units.filter((u) => (u[key] ?? "") !== "");
    const twice = named.find((u, i) => named.findIndex((o) => o[key] === u[key]) !== i);
    if (twice) throw bad(`${file}: two rows name the ${word} ${twice[key]}`);
  }
  return units;
}

function jobsOf(given: Given): number {
  const text = given.text("jobs") ?? "1";
  const jobs = Number(text);
  if (/^\d+$/.test(text) && jobs >= 1 && jobs <= MOST_JOBS) return jobs;
  throw bad(`--jobs takes 1 to ${MOST_JOBS}, not ${text}`);
}

const ALONE = ["run-folder", "trace", "events", "probe"] as const;

/** The call as one unit sees it: its own probe and inputs, and silence. */
function givenFor(given: Given, unit: Unit): Given {
  const own: Readonly<Record<string, string | undefined>> = {
    probe: unit.probe || undefined,
    ...(unit.on === undefined ? {} : { on: unit.on, board: undefined }),
    runs: given.text("runs") ?? DEFAULT_RUNS,
    json: undefined,
  };
  return {
    args: given.args,
    text: (name) => name in own ? own[name] : given.text(name),
    flag: (name) => name === "quiet" || (name !== "json" && given.flag(name)),
    list: (name) => name === "set" ? [...given.list(name), ...unit.sets] : given.list(name),
  };
}

const probeOf = ({ probe, on = "" }: Unit): string => probe || `--on ${on}`;

/** A terminal that keeps what is said; with several units at once nobody is asked. */
function quietCli(cli: Cli, keep: (text: string) => void): Cli {
  return {
    out: keep,
    err: keep,
    terminal: false,
    colour: cli.colour,
    signal: cli.signal,
    ask: () => undefined,
  };
}

const OUTCOMES: Readonly<Record<number, RunResult["outcome"]>> = {
  0: "PASS",
  10: "FAIL",
  124: "TIMEOUT",
  130: "ABORTED",
  143: "ABORTED",
};

async function runUnit(
  unit: Unit,
  call: RecipeCall,
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<{ readonly end: UnitEnd; readonly said: string }> {
  let said = "";
  let result: RunResult | undefined;
  let error: Diagnostic | undefined;
  const own = givenFor(given, unit);
  const mine = quietCli(cli, (text) => said += text);
  let exit: number;
  try {
    const then = (r: RunResult) => void (result = r);
    exit = await runOnBoard({ ...call, unit: unit.name, then }, own, mine, plugged);
  } catch (e) {
    const f = asFault(e, ["run", "--each", unit.name], call.tool);
    exit = f.exit;
    error = diagnose(f);
    said += renderDiagnostic(error, cli.colour) + "\n";
  }
  const end: UnitEnd = {
    unit: unit.name,
    probe: probeOf(unit),
    outcome: result?.outcome ?? OUTCOMES[exit] ?? "ERROR",
    exit,
    run: result?.run ?? null,
    folder: result ? `${own.text("runs")?.replace(/\/+$/, "")}/${result.run}` : null,
    error: result?.error ?? error ?? null,
    boardTimeMs: result?.boardTimeMs ?? 0,
  };
  return { end, said };
}

function summary(ends: readonly UnitEnd[], report: Report): void {
  const { green, red, bold } = report.style;
  const width = (key: "unit" | "outcome") => Math.max(4, ...ends.map((e) => e[key].length));
  report.line();
  report.line(
    bold(`${"unit".padEnd(width("unit"))}  ${"outcome".padEnd(8)}  exit   time  record`),
  );
  for (const e of ends) {
    const outcome = (e.outcome === "PASS" ? green : red)(e.outcome.padEnd(8));
    const time = `${(e.boardTimeMs / 1000).toFixed(1)} s`.padStart(6);
    report.line(
      `${e.unit.padEnd(width("unit"))}  ${outcome}  ${String(e.exit).padStart(4)} ${time}  ${
        e.folder ?? e.error?.title ?? ""
      }`,
    );
  }
  const good = ends.filter((e) => e.outcome === "PASS").length;
  report.line(`${good} of ${ends.length} passed`);
}

/** Runs the recipe on each unit of the panel; the exit code is the worst one's. Fault: bad-usage. */
export async function runEach(
  call: RecipeCall,
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  const file = given.text("each") ?? "";
  for (const name of ALONE) {
    if (given.text(name) !== undefined) throw bad(`--${name} is for one board, not for --each`);
  }
  const jobs = jobsOf(given);
  const checked = await checkedRecipe(call.recipe);
  const units = readPanel(await readText(file), file, [...checked.inputs.keys()]);
  using report = new Report(cli, given);
  const ends = new Map<Unit, UnitEnd>();
  const waiting = [...units];
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit && !cli.signal.aborted; unit = waiting.shift()) {
      const { end, said } = await runUnit(unit, { ...call, checked }, given, cli, plugged);
      ends.set(unit, end);
      report.line(`${unit.name}: ${end.outcome}`);
      if (end.exit !== 0) {
        cli.err(said.split("\n").map((l) => l && `${visible(unit?.name ?? "")}| ${l}`).join("\n"));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, units.length) }, work));
  const all = units.map((u): UnitEnd =>
    ends.get(u) ?? {
      ...{
        unit: u.name,
        probe: probeOf(u),
        outcome: "ABORTED",
        exit: 130,
        run: null,
        folder: null,
      },
      ...{ error: null, boardTimeMs: 0 },
    }
  );
  summary(all, report);
  const exit = worstExit(all.map((e) => e.exit));
  return report.end({ recipe: call.recipe, exit, units: all }, exit);
}
