/**
 * Runs every operation with every tool on the virtual board and writes tests/tools/matrix.md. A tool that is not
 * installed keeps what it did when it was last here, with date and version; how to install it is said.
 *
 *   deno task matrix [--only NAME [--rows bin,hex]]
 *
 * `--rows` runs some cells again, of a column that was run on the same day with the same version; `stories` among
 * them: what the tool says to the story's boards.
 * @module
 */
import { OPENOCD_DAPDIRECT, OPENOCD_HLA, ST_FLASH } from "../tests/tools/support/columns_native.ts";
import { PROBEKIT, PYOCD } from "../tests/tools/support/columns_others.ts";
import { PROBE_RS } from "../tests/tools/support/columns_probe_rs.ts";
import {
  type Column,
  isHere,
  type Operation,
  type Result,
  runCell,
  UMOCKDEV,
} from "../tests/tools/support/matrix.ts";
import { recordStories } from "./matrix_stories.ts";
import { type Ran, readRecord, ROWS, today, writeRecord } from "./matrix_page.ts";

/** The columns, from left to right. */
export const COLUMNS: readonly Column[] = [
  OPENOCD_HLA,
  OPENOCD_DAPDIRECT,
  ST_FLASH,
  PYOCD,
  PROBE_RS,
  PROBEKIT,
];

/** a row of `--rows` that is none of the table */
const STORIES = "stories";

/** A cell whose run broke off has failed, and says why. */
const failed = (e: unknown): Result => ({
  mark: "FAIL",
  line: e instanceof Error ? e.message.split("\n")[0] ?? "" : String(e),
});
async function runColumn(
  column: Column,
  again: readonly string[],
  kept: Ran | undefined,
): Promise<Ran> {
  const { title, board, where, notes = [] } = column;
  const version = await column.version();
  const old = kept?.version === version && kept.date === today() ? kept.results : undefined;
  console.log(`${title}: ${version}`);
  await using place = await (column.place ?? (() => Promise.resolve(UMOCKDEV)))();
  const results: [Operation, Result][] = [];
  for (const operation of ROWS) {
    const before = again.includes(operation) ? undefined : old?.[operation];
    if (again.length > 0 && before !== undefined) {
      results.push([operation, before]);
      continue;
    }
    const result = await runCell(column, operation, place).catch(failed);
    results.push([operation, result]);
    console.log(`  ${operation.padEnd(13)} ${result.mark.padEnd(5)} ${result.line}`);
  }
  if (column.flash !== undefined && (again.length === 0 || again.includes(STORIES))) {
    await recordStories(column, place, version);
  }
  const all = Object.fromEntries(results) as Record<Operation, Result>;
  return { title, version, date: today(), board, where, notes, results: all };
}

/** How the matrix is renewed; handed in, so that it can be tried without tools. */
export interface Renewal {
  readonly wanted: (column: Column) => boolean;
  readonly here: (column: Column) => boolean;
  readonly run: (column: Column, kept: Ran | undefined) => Promise<Ran>;
  readonly say: (line: string) => void;
}
/** Runs what is wanted and here; what is not keeps what was recorded of it, with its date. */
export async function renewed(
  columns: readonly Column[],
  before: readonly Ran[],
  { wanted, here, run, say }: Renewal,
): Promise<{ readonly ran: readonly Ran[]; readonly after: readonly Ran[] }> {
  const ran: Ran[] = [];
  const after: Ran[] = [];
  for (const column of columns) {
    const old = before.find((r) => r.title === column.title);
    const kept = old && { ...old, notes: column.notes ?? [] }; // what is known of it today
    if (wanted(column) && here(column)) {
      const now = await run(column, kept);
      ran.push(now);
      after.push(now);
      continue;
    }
    if (wanted(column)) {
      const said = kept === undefined ? "" : `; kept: ${kept.version}, of ${kept.date}`;
      say(`${column.title} is not installed: ${column.install}${said}`);
    }
    if (kept !== undefined) after.push(kept);
  }
  return { ran, after };
}

async function main(args: readonly string[]): Promise<number> {
  const given = (name: string): string => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? "" : args[at + 1] ?? "";
  };
  const only = given("only").toLowerCase();
  const again = given("rows").split(",").filter((row) => row !== "");
  const wrong = again.find((row) => row !== STORIES && !ROWS.some((o) => o === row));
  if (wrong !== undefined) {
    console.log(`--rows ${wrong}: rows are ${ROWS.join(", ")}, ${STORIES}`);
    return 2;
  }
  const { ran, after } = await renewed(COLUMNS, readRecord(), {
    wanted: (column) => column.title.toLowerCase().includes(only),
    here: isHere,
    run: (column, kept) => runColumn(column, again, kept),
    say: console.log,
  });
  if (ran.length === 0) {
    console.log(`nothing was run; tools: ${COLUMNS.map((c) => c.title).join(", ")}`);
    return 2;
  }
  await writeRecord(after);
  const cells = ran.flatMap((r) => Object.values(r.results));
  const fails = cells.filter((r) => r.mark === "FAIL").length;
  console.log(`${cells.length} cells, ${fails} fail`);
  return fails > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
