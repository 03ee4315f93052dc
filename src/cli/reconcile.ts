/** `probekit reconcile`: reads the chip and writes down what came of what was interrupted. Writes nothing to it. */
import { Fault } from "../base/mod.ts";
import {
  type Bench,
  type Intent,
  intentText,
  Journalist,
  openBench,
  optionsVerdict,
  recipeFault,
  ulid,
} from "../recipe/mod.ts";
import { flashSize, wantedAttach, withSource } from "./board.ts";
import { type FileJournal, journalOf, sha256 } from "./journal.ts";
import { Report } from "./report.ts";
import type { OpenedSource, PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import { hertz } from "./values.ts";
import type { Given } from "./verb.ts";

const VERB = "reconcile";

/** What an intent came to. */
interface Verdict {
  readonly intent: Intent;
  readonly verdict: string;
  readonly text: string;
  readonly stays?: boolean;
}

const OPTION_TEXT = {
  wanted: "the option bytes are as they were to be: it was done",
  before: "the option bytes are as they were before: it was not done",
  neither: "the option bytes are neither as before nor as they were to be",
} as const;

async function flashVerdict(bench: Bench, intent: Intent): Promise<Verdict> {
  const { rdpLevel } = await bench.flash.readOptions();
  const says = (verdict: string, text: string): Verdict => ({ intent, verdict, text });
  if (rdpLevel > 0) return says("unreadable", "flash is closed to reading: nobody knows");
  const kept = intent.kept ?? [];
  if (kept.length > 0) {
    const same = await Promise.all(
      kept.map(async (k) => await sha256(await bench.flash.read(k.at, k.length)) === k.sha256),
    );
    if (same.every(Boolean)) return says("before", "flash is as it was before: it was not done");
  }
  const { erased } = bench.flash.layout;
  let empty = true;
  for (const r of intent.ranges ?? []) {
    empty &&= (await bench.flash.read(r.at, r.length)).every((b) => b === erased);
  }
  return empty
    ? says("empty", "those sectors are empty")
    : says("changed", "those sectors hold something else than before; program the image again");
}

async function verdictOf(bench: Bench, intent: Intent): Promise<Verdict> {
  if (intent.what === "flash") return await flashVerdict(bench, intent);
  const verdict = optionsVerdict(intent, await bench.flash.readOptions());
  return { intent, verdict, text: OPTION_TEXT[verdict] };
}

function journalist(bench: Bench, journal: FileJournal, tool: string): Journalist {
  return new Journalist(journal, bench, {
    run: ulid(Date.now(), (count) => crypto.getRandomValues(new Uint8Array(count))),
    tool,
    recipe: VERB,
    nowMs: () => Date.now(),
  });
}

async function onBench(
  bench: Bench,
  journal: FileJournal,
  tool: string,
  report: Report,
): Promise<number> {
  const open = await journal.open(bench.chip.uid);
  const writer = journalist(bench, journal, tool);
  const after = await bench.flash.readOptions();
  const verdicts: Verdict[] = [];
  for (const intent of open) {
    const v = await verdictOf(bench, intent);
    // what a cut write damaged is brought back by the next run that writes option bytes
    const stays = v.verdict === "neither" && intent.effect !== "irreversible";
    if (!stays) await writer.reconcile(intent, v.text, after);
    verdicts.push({ ...v, stays });
    report.line(intentText(intent));
    report.line(`  ${v.text}`);
    if (stays) report.line("  stays open: run it again, or probekit options factory, or undo");
  }
  if (open.length === 0) report.line("Nothing is open: every write of this chip has its outcome");
  report.result({
    uid: bench.chip.uid,
    found: verdicts.map(({ intent, verdict, text, stays }) => ({
      id: intent.id,
      verdict,
      text,
      closed: !stays,
    })),
  });
  return 0;
}

const CLOSED = "it was done: a chip at RDP level 2 answers no debugger. The journal stays open";
const CLOSES =
  "it was done, and waits for a reset. Switched off and on, the chip is closed. The journal stays open";

/** A chip that does not answer any more, or will not, may be the outcome itself: said beside the fault. */
async function silent(error: unknown, journal: FileJournal): Promise<unknown> {
  if (!(error instanceof Fault)) return error;
  const closes = error.slug === "options-close-at-reset";
  if (error.exit !== 21 && !closes) return error;
  const open = (await journal.everyOpen()).filter((i) => i.effect === "irreversible");
  if (open.length === 0) return error;
  return error.within({
    evidence: open.map((i) => ({ what: "journal", value: `${intentText(i)} (${i.uid})` })),
    causes: [{
      text: closes ? CLOSES : CLOSED,
      likelihood: "likely",
      because: ["an intent for ever has no outcome"],
    }],
  });
}

async function onSource(
  opened: OpenedSource,
  tool: string,
  given: Given,
  report: Report,
): Promise<number> {
  const journal = journalOf(given, opened);
  if (!journal) {
    const why = "this virtual board ends with the command; one with state=FILE has a journal";
    throw recipeFault("nothing-to-undo", { why, folder: "no folder" });
  }
  const speed = given.text("speed");
  let bench: Bench;
  try {
    bench = await openBench({
      source: opened.source,
      wanted: opened.wanted,
      // registers show what is stored only once a reset has loaded it
      attach: wantedAttach(given) ?? "under-reset",
      ...flashSize(given, VERB),
      hertz: speed === undefined ? undefined : hertz(speed, VERB),
    });
  } catch (error) {
    throw await silent(error, journal);
  }
  await using used = bench;
  return await onBench(used, journal, tool, report);
}

/** Closes what is open for the chip on the bench. Gives the exit code. */
export function reconcileOnBoard(
  tool: string,
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  return withSource(given, plugged, async (opened) => {
    using report = new Report(cli, given);
    return await onSource(opened, tool, given, report);
  });
}
