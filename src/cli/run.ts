/** Runs a recipe on the board that a command line names, and says what happens. */
import { diagnose, type Diagnostic } from "../base/mod.ts";
import { explainDiagnostic } from "../doctor/mod.ts";
import { hostFacts, usbFault } from "../usb/mod.ts";
import {
  type Bench,
  type CheckedRecipe,
  type GivenInputs,
  openBench,
  type Plan,
  type Run,
  type RunEnv,
  type RunOptions,
  runRecipe,
  type RunResult,
} from "../recipe/mod.ts";
import { askWord, stationEnv } from "./ask_word.ts";
import { flashSize, wantedAttach, withSource } from "./board.ts";
import { INPUTS_OPTION, lowerInputs } from "./boards.ts";
import { fault } from "./faults.ts";
import { JOURNAL_OPTION, journalFolder, journalOf } from "./journal.ts";
import { outputBy, readBytes, writeBytes, writeNew } from "./files.ts";
import { planLines, resultLines, stepLines } from "./plan_view.ts";
import { checkedRecipe } from "./recipes.ts";
import { renderDiagnostic } from "./render_fault.ts";
import { Report } from "./report.ts";
import { FolderKeeper } from "./run_folder.ts";
import { usedPlansIn } from "./saved_plan.ts";
import { secretEnv } from "./secrets.ts";
import { STATION_OPTION } from "./station.ts";
import type { OpenedSource, PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import { hertz } from "./values.ts";
import type { Given, OptionSpec } from "./verb.ts";

/** Options of every verb that runs a recipe. */
export const RUN_OPTIONS: readonly OptionSpec[] = [
  { flags: "--set <name=value>", summary: "give an input of the recipe", many: true },
  INPUTS_OPTION,
  { flags: "--dry-run", summary: "plan only: attaches and reads, writes nothing that stays" },
  { flags: "--detailed-exit", summary: "with --dry-run: exit 3 when something would change" },
  { flags: "--yes", summary: "agree to what the plan needs; never to what is for ever" },
  {
    flags: "--set-target <name=value>",
    summary: "attach=, leave= or unmeasured=, instead of the recipe's",
    many: true,
  },
  {
    flags: "--run-folder <folder>",
    summary: "keep the run there: plan, events, record, report.html, junit.xml",
  },
  { flags: "--runs <folder>", summary: "keep it in a folder of its own in this one" },
  STATION_OPTION,
  JOURNAL_OPTION,
];

/** What a look after the run adds to what is said. */
export interface After {
  readonly lines: readonly string[];
  /** beside the keys of the result */
  readonly json: object;
}

/** What a verb wants of a recipe. */
export interface RecipeCall {
  readonly verb: string;
  /** name of one that comes with probekit, or a path */
  readonly recipe: string;
  readonly inputs: GivenInputs;
  readonly tool: string;
  readonly options?: RunOptions;
  /** JSON of the result; default: everything of it */
  readonly json?: (result: RunResult) => object;
  /** looks at the board once more when the run is over; the probe is free by then */
  readonly after?: (opened: OpenedSource, result: RunResult) => Promise<After | undefined>;
  /** called with the result before it is shown */
  readonly then?: (result: RunResult, report: Report) => void | Promise<void>;
  /** the recipe itself, when it is no file */
  readonly checked?: CheckedRecipe;
  /** files that are made up for this call, by name */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** shows the plan before anything is asked or written */
  readonly showPlan?: true;
  /** how the target is left, instead of the recipe's */
  readonly leave?: "running" | "halted";
  /** called when the board is attached to */
  readonly attached?: (bench: Bench) => void;
  /** how the panel that the board is in names it */
  readonly unit?: string;
}

const EXIT_CHANGES = 3;

/** `name=value` texts as an object. Fault: bad-usage. */
export function pairs(texts: readonly string[], verb: string): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw fault("bad-usage", { what: `"${text}" is no NAME=VALUE`, verb });
    return [text.slice(0, at), text.slice(at + 1)];
  }));
}

function environment(
  call: RecipeCall,
  given: Given,
  cli: Cli,
  opened: OpenedSource,
  folder: FolderKeeper,
): RunEnv {
  const speed = given.text("speed");
  const target = pairs(given.list("set-target"), call.verb);
  const attach = wantedAttach(given);
  const dry = given.flag("dry-run");
  const journal = journalOf(given, opened);
  const notes = journalFolder(given, opened);
  return {
    open: (wish) =>
      folder.after(async () => {
        const bench = await openBench({
          source: opened.source,
          wanted: opened.wanted,
          ...flashSize(given, call.verb),
          ...wish,
        });
        call.attached?.(bench);
        return bench;
      }),
    files: { bytes: (path) => madeUp(call, path) ?? readBytes(path) },
    ...(dry || !journal ? {} : { journal }),
    ...(notes === undefined ? {} : { usedPlans: usedPlansIn(notes) }),
    ...(dry ? {} : { write: outputBy(writeBytes), writeNew: outputBy(writeNew) }),
    confirm: (plan) => Promise.resolve(given.flag("yes") || agrees(plan, cli)),
    ask: (what) => Promise.resolve(cli.ask(`${what} — press Enter when it is done`) !== undefined),
    ...(opened.powerCycle ? { powerCycle: opened.powerCycle } : {}),
    ...secretEnv(given, opened),
    ...(opened.board ? { board: opened.board } : {}),
    signal: cli.signal,
    hertz: speed === undefined ? undefined : hertz(speed, call.verb),
    setTarget: {
      ...(call.leave ? { leave: call.leave } : {}),
      ...(attach ? { attach } : {}),
      ...target,
    } as NonNullable<RunEnv["setTarget"]>,
    tool: call.tool,
    unit: call.unit,
  };
}

function madeUp({ files }: RecipeCall, path: string): Promise<Uint8Array> | undefined {
  const bytes = files?.[path];
  return bytes && Promise.resolve(bytes);
}

function agrees(plan: Plan, cli: Cli): boolean {
  const losses = plan.needs.filter((need) => !need.given).map((need) => need.text).join("; ");
  return cli.ask(`This will ${losses}. Go on? Type yes:`)?.trim().toLowerCase() === "yes";
}

/** Shows a plan once, to whoever is there: before a question, or before the first write. */
function planShower(call: RecipeCall, report: Report): (plan: Plan) => void {
  let shown = call.showPlan === undefined;
  return (plan) => {
    if (shown) return;
    shown = true;
    for (const line of planLines(plan, report.style)) report.line(line);
  };
}

/** A plan only predicts what a verify will find, and a deed looks at what its plan has read. */
const isRepeated = (p: { what: string; unit: string; step?: string | undefined }): boolean =>
  p.step === undefined ? p.what === "verify" : p.what === "read" && p.unit === "sectors";

/** Shows events as they come. */
async function follow(
  run: Run,
  report: Report,
  folder: FolderKeeper,
  dry: boolean,
  showPlan: (plan: Plan) => void,
): Promise<void> {
  for await (const event of run) {
    if (event.type === "plan" && !dry) showPlan(event.plan);
    report.event(event);
    folder.event(event);
    if (event.type === "attached") {
      const volts = event.volts === null ? "voltage not measured" : `${event.volts.toFixed(2)} V`;
      report.line(`${event.chip} through ${event.probe}, ${volts}, attached: ${event.mode}`);
      for (const note of event.notes) report.line(`note: ${note}`);
    } else if (event.type === "progress") {
      if (!isRepeated(event)) report.progress(event);
    } else if (event.type === "step.end" && !dry) {
      for (const line of stepLines({ ...event, id: event.id ?? "" }, report.style)) {
        report.line(line);
      }
      for (const w of event.warnings ?? []) report.warn(`${event.id}: ${w}`);
    } else if (event.type === "retry") {
      report.line(`  again (attempt ${event.attempt}): ${event.because}`);
    }
  }
}

/** Exits of a chip that failed: 21 no answer, 22 in mid-work, 40 nobody knows. */
const OF_THE_CHIP = [21, 22, 40];

/** A failure of the chip, with the cause that the doctor finds on it; see doctor/. */
async function explained(result: RunResult, { source, wanted }: OpenedSource): Promise<RunResult> {
  const { error } = result;
  if (!error || !OF_THE_CHIP.includes(result.exit) || source.kind === "replay") return result;
  return { ...result, error: await explainDiagnostic(source, error, { wanted }) };
}

/** "No probe found", with what was looked for on this machine. */
async function withHost(error: Diagnostic, { source }: OpenedSource): Promise<Diagnostic> {
  if (error.slug !== "no-probe" || source.kind !== "libusb") return error;
  return diagnose(usbFault("no-probe", hostFacts(await source.list())));
}

async function finish(
  call: RecipeCall,
  report: Report,
  result: RunResult,
  after: After | undefined,
  exit: number,
): Promise<number> {
  if (result.dryRun && result.plan) {
    for (const l of planLines(result.plan, report.style)) report.line(l);
  }
  await call.then?.(result, report);
  for (const l of resultLines(result, report.style)) report.line(l);
  for (const line of after?.lines ?? []) report.line(line);
  const value = { ...(call.json ? call.json(result) : result), ...after?.json };
  return report.end(value, exit, result.board);
}

/** Runs the recipe and gives the exit code. */
export async function runOnBoard(
  call: RecipeCall,
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  const checked = call.checked ?? await checkedRecipe(call.recipe);
  return await withSource(
    given,
    plugged,
    (opened) => runOnSource({ ...call, checked }, given, cli, opened),
  );
}

/** The same on a source that is open already, and stays open. */
export async function runOnSource(
  call: RecipeCall,
  given: Given,
  cli: Cli,
  opened: OpenedSource,
): Promise<number> {
  const checked = call.checked ?? await checkedRecipe(call.recipe);
  const inputs = {
    ...await lowerInputs(given, opened.board, checked),
    ...call.inputs,
    ...pairs(given.list("set"), call.verb),
  };
  const dryRun = given.flag("dry-run") || (call.options?.dryRun ?? false);
  using report = new Report(cli, given, () => opened.source.clock.now());
  using folder = new FolderKeeper(given);
  const show = planShower(call, report);
  const env = {
    ...environment(call, given, cli, opened, folder),
    ...await stationEnv(given, folder),
    typeWord: askWord(report, cli),
  };
  const confirm = (plan: Plan) => {
    show(plan);
    return Promise.resolve(env.confirm?.(plan) ?? false);
  };
  const run = runRecipe(checked, inputs, { ...env, confirm }, { ...call.options, dryRun });
  await folder.begin(run.id);
  await follow(run, report, folder, dryRun, show);
  const result = await explained(await run.result, opened);
  const changes = (result.plan?.changes ?? 0) > 0;
  const wanted = dryRun && given.flag("detailed-exit") && result.exit === 0 && changes
    ? EXIT_CHANGES
    : result.exit;
  const exit = await finish(call, report, result, await call.after?.(opened, result), wanted);
  await folder.finish(result, run.attachments, (text) => report.warn(text));
  const lost = opened.traceLost();
  if (lost !== undefined) report.warn(`the file of --trace is not complete: ${lost}`);
  for (const aside of result.also) cli.err(renderDiagnostic(aside, cli.colour) + "\n");
  if (result.error) {
    cli.err(renderDiagnostic(await withHost(result.error, opened), cli.colour) + "\n");
  }
  return exit;
}
