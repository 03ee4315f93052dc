/** What the runs of the matrix left behind: a record that can be read again, and the page for people. */
import { type Operation, OPERATIONS, type Result } from "../tests/tools/support/matrix.ts";

/** What one tool did, the last time it was here. */
export interface Ran {
  readonly title: string;
  readonly version: string;
  /** `2026-11-26` */
  readonly date: string;
  readonly board: string;
  readonly where: string;
  readonly notes: readonly string[];
  readonly results: Readonly<Record<Operation, Result>>;
}

/** The rows' names, in their order. */
export const ROWS = Object.keys(OPERATIONS) as Operation[];
const RECORD = new URL("../tests/tools/matrix.json", import.meta.url);
const PAGE = new URL("../tests/tools/matrix.md", import.meta.url);

/** `2026-11-26` */
export const today = (): string => new Date().toISOString().slice(0, 10);

const isText = (value: unknown): boolean => typeof value === "string";
const isResult = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "mark" in value && "line" in value &&
  ["pass", "FAIL", "–"].some((m) => m === value.mark) && isText(value.line);
function isRan(value: unknown): value is Ran {
  if (typeof value !== "object" || value === null) return false;
  const found: Readonly<Record<string, unknown>> = { ...value };
  const { results, notes } = found;
  return ["title", "version", "date", "board", "where"].every((key) => isText(found[key])) &&
    Array.isArray(notes) && notes.every(isText) && typeof results === "object" &&
    results !== null && ROWS.every((o) => isResult((results as Record<string, unknown>)[o]));
}
/** The columns of a record. A text that is no record is an error that says so. */
export function recorded(text: string): readonly Ran[] {
  const found: unknown = JSON.parse(text);
  if (Array.isArray(found) && found.every(isRan)) return found;
  throw new Error(
    `${RECORD.pathname} is not a record of this matrix; run all tools, or take it from git`,
  );
}
/** The record as it lies in the repository; empty when there is none. */
export function readRecord(): readonly Ran[] {
  try {
    return recorded(Deno.readTextFileSync(RECORD));
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return [];
    throw e;
  }
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const quoted = (text: string): string => text.replaceAll("|", "\\|").replaceAll("`", "'");

/** One tool's part of the page. */
const section = (r: Ran): readonly string[] => [
  "",
  `## ${r.title}`,
  "",
  `${r.version}, run on ${r.date} on \`${r.board}\`, ${r.where}.`,
  ...r.notes.flatMap((n) => ["", `- ${n}`]),
  "",
  "| operation | its last line, or why there is none |",
  "| --- | --- |",
  ...ROWS.map((o) => row([OPERATIONS[o], quoted(r.results[o].line)])),
];
/** The page; the same columns give the same page. */
export function page(columns: readonly Ran[]): string {
  const latest = columns.map((c) => c.date).toSorted().at(-1);
  const head = columns.map((c) => c.date === latest ? c.title : `${c.title} (${c.date})`);
  return [
    "# Tools on the virtual board",
    "",
    "Written by `deno task matrix`. Each cell is a run of the unmodified tool on a board of its own; it passes " +
    "when the tool ends with success, the board is then as it must be, and nothing was asked of the board " +
    "that it does not know. – is what a tool does not do. A tool that is absent keeps what it did when it was " +
    "last here: each column says when that was, and with which version.",
    "",
    row(["operation", ...head]),
    row(["---", ...head.map(() => "---")]),
    ...ROWS.map((o) => row([OPERATIONS[o], ...columns.map((c) => c.results[o].mark)])),
    ...columns.flatMap(section),
    "",
  ].join("\n");
}

async function formatted(file: URL): Promise<void> {
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", file.pathname] }).output();
}
/** Writes record and page. */
export async function writeRecord(columns: readonly Ran[]): Promise<void> {
  Deno.writeTextFileSync(RECORD, JSON.stringify(columns, undefined, 2));
  Deno.writeTextFileSync(PAGE, page(columns));
  for (const file of [RECORD, PAGE]) await formatted(file);
}
