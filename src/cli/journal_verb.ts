/** `probekit journal verify`: whether a station's records are all there, and as they were written. */
import { type ChainProblem, recipeFault, verifyChain } from "../recipe/mod.ts";
import { fault } from "./faults.ts";
import { readText } from "./files.ts";
import { Report } from "./report.ts";
import type { Cli } from "./terminal.ts";
import type { Given } from "./verb.ts";

const VERB = "journal";
const MOST_SHOWN = 10;

/** The record whose hash is known from elsewhere has to be there: nothing after it can show its own end. */
function tipProblem(lines: readonly string[], tip: string | undefined): ChainProblem | undefined {
  const there = tip === undefined || lines.some((l) => l.includes(`"hash":${JSON.stringify(tip)}`));
  return there ? undefined : { line: lines.length, why: `no record has the hash ${tip}` };
}

/** Checks the chain; gives the exit code. Faults: bad-usage, cannot-read-file, records-changed. */
export async function verifyJournal(given: Given, cli: Cli): Promise<number> {
  const folder = given.text("station") ?? (Deno.env.get("PROBEKIT_STATION") || undefined);
  if (folder === undefined) throw fault("bad-usage", { what: "--station is missing", verb: VERB });
  const file = `${folder.replace(/\/+$/, "")}/records.jsonl`;
  const [text, open] = [await readText(file), await readText(`${folder}/station.pub`)];
  const lines = text.split("\n").filter((l) => l.trim() !== "");
  const { last, problems } = await verifyChain(lines, open.trim());
  const missing = tipProblem(lines, given.text("tip"));
  const all = [...problems, ...(missing ? [missing] : [])];
  using report = new Report(cli, given, () => 0);
  const tip = last?.hash ?? null;
  report.result({ verb: VERB, file, records: lines.length, tip, problems: all });
  const [first] = all;
  if (first) {
    throw recipeFault("records-changed", {
      file,
      line: first.line,
      why: first.why,
      count: all.length,
    }, {
      evidence: all.slice(0, MOST_SHOWN).map((p) => ({ what: `line ${p.line}`, value: p.why })),
    });
  }
  report.line(
    `${lines.length} record(s), each signed by this station and following the one before`,
  );
  if (tip !== null) report.line(`the last is ${tip}`);
  return 0;
}
