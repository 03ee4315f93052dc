/** Option bytes that only a typed word lets through: RDP level 2, and those kept behind a permit. */
import { Fault } from "../base/mod.ts";
import type { OptionPermit, OptionPlan } from "../flash/mod.ts";
import {
  type Bench,
  Journalist,
  openBench,
  recipeFault,
  registerTexts,
  sealWord,
  ulid,
} from "../recipe/mod.ts";
import { flashSize, withSource } from "./board.ts";
import { journalOf } from "./journal.ts";
import type { OptionWishes } from "./option_wishes.ts";
import { Report } from "./report.ts";
import type { PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import { hertz } from "./values.ts";
import type { Given } from "./verb.ts";

const VERB = "options";
const EXIT_CHANGES = 3;

/** What sealing needs. */
export interface SealCall {
  readonly wishes: OptionWishes;
  readonly tool: string;
}

const changeText = (plan: OptionPlan): string =>
  plan.changes.map((c) => `${c.field}: ${c.beforeText} -> ${c.afterText}`).join(", ");

function planText(bench: Bench, plan: OptionPlan): string[] {
  const { chip, probe, volts } = bench;
  const supply = volts === undefined ? "supply not measured" : `${volts.toFixed(2)} V`;
  return [
    `On ${probe.id.name} ${probe.id.serial}, ${chip.sub.name}, unique id ${chip.uid}, ${supply}:`,
    ...plan.changes.map((c) => `! ${c.register}.${c.field}  ${c.beforeText} -> ${c.afterText}`),
    plan.permanent
      ? "Effect: irreversible. No debugger, no boot loader and no tool will ever reach this chip again."
      : "Effect: only going from RDP level 1 to level 0 undoes it, and that erases the whole flash.",
  ];
}

/** The typed word, or the fault. Nothing else is taken for it: no option, no environment. */
function requireWord(bench: Bench, plan: OptionPlan, cli: Cli): void {
  const word = sealWord(bench.chip.uid);
  const typed = cli.ask(
    `To do this to the chip that ends in ${bench.chip.uid.slice(-4)}, type ${word}:`,
  );
  if (typed?.trim() === word) return;
  throw recipeFault("seal-word-missing", { what: changeText(plan) }, {
    board: { state: "untouched", text: "nothing was written" },
  });
}

/** Whether the chip is gone from the debugger, as level 2 has it. */
async function answers(bench: Bench): Promise<boolean> {
  try {
    await bench.reattach();
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return false;
  }
}

async function write(
  bench: Bench,
  journalist: Journalist,
  plan: OptionPlan,
  permit: OptionPermit,
): Promise<void> {
  const before = await bench.flash.readOptions();
  const wanted = Object.fromEntries(Object.entries(plan.words).map(([r, w]) => [r, w.after]));
  await journalist.write({ id: "seal" }, {
    what: "options",
    effect: plan.permanent ? "irreversible" : "destructive",
    text: `option bytes were being written: ${changeText(plan)}`,
    before: registerTexts(before.registers),
    wanted: registerTexts({ ...before.registers, ...wanted }),
  }, () => bench.flash.writeOptions(plan, permit));
}

interface SealRun {
  readonly bench: Bench;
  readonly plan: OptionPlan;
  readonly permit: OptionPermit;
  readonly given: Given;
  readonly cli: Cli;
  readonly report: Report;
}

/** A plan for ever is seen by whoever is asked, even when the rest goes to a file. */
function showPlan({ bench, plan, given, cli, report }: SealRun): void {
  for (const line of planText(bench, plan)) {
    if (report.speaks) report.line(line);
    else if (!given.flag("dry-run")) cli.err(`${line}\n`);
  }
}

/** Shows the plan, asks for the word, writes, reads back. Gives the exit code. */
async function seal(run: SealRun, journalist: Journalist): Promise<number> {
  const { bench, plan, permit, given, cli, report } = run;
  const dryRun = given.flag("dry-run");
  const { changes, permanent } = plan;
  const result = { verb: VERB, uid: bench.chip.uid, dryRun, changes, permanent, outcome: "PASS" };
  const end = (changed: boolean, text: string, exit = 0): number => {
    report.line(text);
    const board = { state: changed ? "as-planned" : "untouched", text } as const;
    return report.end({ ...result, changed }, exit, board);
  };
  if (changes.length === 0) return end(false, "nothing differs: nothing was written");
  showPlan(run);
  if (dryRun) {
    const exit = given.flag("detailed-exit") ? EXIT_CHANGES : 0;
    return end(false, "nothing was written: this was a dry run", exit);
  }
  await journalist.begin(true);
  requireWord(bench, plan, cli);
  await write(bench, journalist, plan, permit);
  const silent = await answers(bench) ? "" : "; the debug port does not answer any more";
  return end(true, `written and read back: ${changeText(plan)}${silent}`);
}

/** `options set` of what cannot be undone. Gives the exit code. */
export function sealOnBoard(
  { wishes, tool }: SealCall,
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  const speed = given.text("speed");
  return withSource(given, plugged, async (opened) => {
    using report = new Report(cli, given, () => opened.source.clock.now());
    await using bench = await openBench({
      source: opened.source,
      wanted: opened.wanted,
      attach: "under-reset",
      ...flashSize(given, VERB),
      hertz: speed === undefined ? undefined : hertz(speed, VERB),
    });
    const journalist = new Journalist(journalOf(given, opened), bench, {
      run: ulid(Date.now(), (count) => crypto.getRandomValues(new Uint8Array(count))),
      tool,
      recipe: "seal-option-bytes",
      nowMs: () => Date.now(),
    });
    const permit: OptionPermit = { uid: bench.chip.uid, allows: wishes.values };
    const now = await bench.flash.readOptions();
    const plan = bench.flash.planOptions(now, wishes.values, permit);
    return await seal({ bench, plan, permit, given, cli, report }, journalist);
  });
}
