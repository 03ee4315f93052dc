/**
 * The catalogue of faults as a whole: slugs and codes are unique over all rooms, texts are well-formed,
 * commands they name exist, and every row is produced by a test. `deno run -A tasks/check/faults.ts`.
 * @module
 */
import { everyRow } from "../rows.ts";
import type { CatalogueRow } from "../../src/cli/mod.ts";

/** exit codes of a row: the first two digits of its code (recipes.md §11) */
const EXITS: ReadonlySet<string> = new Set(
  ["01", "02", "10", "11", "20", "21", "22", "30", "31", "40", "75", "77"],
);

function twice(rows: readonly CatalogueRow[], what: string, key: (r: CatalogueRow) => string) {
  const first = new Map<string, CatalogueRow>();
  return rows.flatMap((r) => {
    const other = first.get(key(r));
    first.set(key(r), other ?? r);
    return other
      ? [`${what} ${key(r)} is in ${other.room}/ (${other.slug}) and ${r.room}/ (${r.slug})`]
      : [];
  });
}

/** All texts of a row, with where they stand. */
function textsOf({ row }: CatalogueRow): readonly (readonly [string, string])[] {
  return [
    ["title", row.title],
    ...(row.causes ?? []).flatMap((c): [string, string][] => [
      ["cause", c.text],
      ...(c.because ?? []).map((b): [string, string] => ["because", b]),
    ]),
    ...row.next.flatMap((n): [string, string][] => [
      ["next", n.text],
      ...(n.command === undefined ? [] : [["command", n.command] as [string, string]]),
    ]),
    ...(row.explain === undefined ? [] : [["explain", row.explain] as [string, string]]),
  ];
}

/** What is wrong with one text. */
function textProblem(where: string, text: string): string | undefined {
  if (text.trim() !== text || text === "") return "is empty, or has space at its ends";
  if (/\n/.test(text)) return "has a line end in it";
  if (/undefined|\[object|NaN/.test(text)) return "holds a value that was none";
  const bare = text.replaceAll(/\$?\{\{.*?\}\}|\{(\w+| )\}/g, "");
  if (where !== "command" && /[{}]/.test(bare.replaceAll(/`[^`]*`|\$\{\{.*?\}\}/g, ""))) {
    return "has a brace that is no fact";
  }
  if (where === "title" && /[.!]$/.test(text)) return "ends like a sentence";
  return undefined;
}

function rowProblems(r: CatalogueRow, verbs: ReadonlySet<string>): readonly string[] {
  const { row, slug, room } = r;
  const out: string[] = [];
  const say = (what: string) => void out.push(`${room}/ ${slug} ${row.code}: ${what}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug)) say("its slug is not in kebab-case");
  if (!/^E\d{4,5}$/.test(row.code)) say("its code is not E and four or five digits");
  if (!EXITS.has(row.code.slice(1, 3))) say(`${row.code.slice(1, 3)} is no exit code`);
  if (row.next.length === 0) say("it does not say what to do next");
  for (const [where, text] of textsOf(r)) {
    const problem = textProblem(where, text);
    if (problem !== undefined) say(`${where} "${text}" ${problem}`);
  }
  for (const { command } of row.next) {
    const [, verb] = /^probekit ([a-z]+)/.exec(command ?? "") ?? [];
    if (verb !== undefined && !verbs.has(verb)) say(`"${command}": there is no such verb`);
  }
  return out;
}

/** A fixed part of a title that is long enough to be nobody else's. */
const TELLING = 13;

/** Whether a test names the row, by its slug or by the words of its title. */
function isShown({ slug, row }: CatalogueRow, tests: string): boolean {
  if (new RegExp(`["'\`[ ]${slug}["'\`\\\\\\] :]`).test(tests)) return true;
  const parts = row.title.split(/\{\w+\}|`/).map((part) => part.trim());
  const longest = parts.reduce((a, b) => b.length > a.length ? b : a, "");
  return longest.length >= TELLING && tests.includes(longest);
}

/** Rows that no test produces. */
const untested = (rows: readonly CatalogueRow[], tests: string): readonly string[] =>
  rows.filter((r) => !isShown(r, tests)).map((r) =>
    `${r.room}/ ${r.slug} ${r.row.code}: no test produces it`
  );

/** Facts that a rendered diagnostic left open: lines of snapshots with `{fact}` under an error's head. */
export function unfilled(snapshot: string): readonly string[] {
  const out: string[] = [];
  let head = "";
  for (const line of snapshot.split("\n")) {
    if (/^"?(error|warning)\[/.test(line)) head = line;
    else if (!/^\s{2,}/.test(line)) continue;
    if (head !== "" && /\{[a-z]\w*\}/.test(line)) out.push(`${head}\n${line}`);
  }
  return out;
}

/** Everything that is wrong with the catalogue. `tests` is the text of all tests and snapshots. */
export function faultProblems(
  rows: readonly CatalogueRow[],
  verbs: ReadonlySet<string>,
  tests: string,
): readonly string[] {
  return [
    ...twice(rows, "slug", (r) => r.slug),
    ...twice(rows, "code", (r) => r.row.code),
    ...rows.flatMap((r) => rowProblems(r, verbs)),
    ...untested(rows, tests),
  ];
}

/** The text of all tests and snapshots below a folder. */
export function testTexts(folder: string, ending = /\.(ts|snap)$/): string {
  const parts: string[] = [];
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) parts.push(testTexts(path, ending));
    else if (ending.test(entry.name)) parts.push(Deno.readTextFileSync(path));
  }
  return parts.join("\n");
}

/** Names of the program's verbs. */
export async function verbNames(): Promise<ReadonlySet<string>> {
  const { program } = await import("../probekit.ts");
  let help = "";
  await program(["--help"], (signal) => ({
    out: (text) => void (help += text),
    err: () => {},
    terminal: false,
    colour: false,
    signal,
    ask: () => undefined,
  }));
  const [, commands = ""] = help.split("Commands:");
  return new Set([...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = ""]) => name));
}

if (import.meta.main) {
  const tests = testTexts(new URL("../../tests", import.meta.url).pathname);
  const rows = await everyRow();
  const problems = faultProblems(rows, await verbNames(), tests);
  for (const p of problems) console.log(p);
  console.log(`${rows.length} rows, ${problems.length} problems`);
  if (problems.length > 0) Deno.exit(1);
}
