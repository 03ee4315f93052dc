/**
 * Runs every operation with every tool on the virtual board and writes tests/tools/matrix.md. Tools that are
 * not installed are left out, with how to get them. `--only NAME` runs one tool and writes nothing.
 * @module
 */
import { OPENOCD_DAPDIRECT, OPENOCD_HLA, ST_FLASH } from "../tests/tools/support/columns_native.ts";
import {
  PROBE_RS,
  PROBE_RS_NOTE,
  PROBEKIT,
  PYOCD,
  PYOCD_NOTE,
} from "../tests/tools/support/columns_others.ts";
import {
  type Column,
  isHere,
  type Operation,
  OPERATIONS,
  type Result,
  runCell,
} from "../tests/tools/support/matrix.ts";

const COLUMNS: readonly Column[] = [
  OPENOCD_HLA,
  OPENOCD_DAPDIRECT,
  ST_FLASH,
  PYOCD,
  PROBE_RS,
  PROBEKIT,
];
const FILE = new URL("../tests/tools/matrix.md", import.meta.url);
const ROWS = Object.keys(OPERATIONS) as Operation[];

interface Ran {
  readonly column: Column;
  readonly version: string;
  readonly results: ReadonlyMap<Operation, Result>;
}
async function runColumn(column: Column): Promise<Ran> {
  const version = await column.version();
  console.log(`${column.title}: ${version}`);
  const results = new Map<Operation, Result>();
  for (const operation of ROWS) {
    const result = await runCell(column, operation);
    results.set(operation, result);
    console.log(`  ${operation.padEnd(13)} ${result.mark.padEnd(5)} ${result.line}`);
  }
  return { column, version, results };
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const quoted = (text: string): string => text.replaceAll("|", "\\|").replaceAll("`", "'");

/** The page. */
function page(ran: readonly Ran[]): string {
  const head = ["operation", ...COLUMNS.map((c) => c.title)];
  const absent: Result = { mark: "–", line: "" };
  const of = (column: Column, operation: Operation): string => {
    const found = ran.find((r) => r.column === column);
    return found === undefined ? "" : (found.results.get(operation) ?? absent).mark;
  };
  const table = ROWS.map((o) => row([OPERATIONS[o], ...COLUMNS.map((c) => of(c, o))]));
  const said = ran.flatMap(({ column, version, results }) => [
    "",
    `## ${column.title}`,
    "",
    `${version}, on \`${column.board}\`.`,
    "",
    "| operation | its last line, or why there is none |",
    "| --- | --- |",
    ...ROWS.map((o) => row([OPERATIONS[o], quoted((results.get(o) ?? absent).line)])),
  ]);
  const missing = COLUMNS.filter((c) => !ran.some((r) => r.column === c));
  return [
    "# Tools on the virtual board",
    "",
    "Written by `deno task matrix`. Each cell is a run of the unmodified tool on a board of its own, over " +
    "libusb and umockdev; it passes when the tool ends with success, the board is then as it must be, and " +
    "nothing was asked of the board that it does not know. – is what a tool does not do.",
    "",
    row(head),
    row(head.map(() => "---")),
    ...table,
    "",
    `- ${PYOCD_NOTE}`,
    `- ${PROBE_RS_NOTE}`,
    ...missing.map((c) => `- ${c.title} was not installed: \`${c.install}\``),
    ...said,
    "",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf("--only");
  const only = at < 0 ? undefined : args[at + 1]?.toLowerCase();
  const wanted = COLUMNS.filter((c) => only === undefined || c.title.toLowerCase().includes(only));
  const ran: Ran[] = [];
  for (const column of wanted) {
    if (isHere(column)) ran.push(await runColumn(column));
    else console.log(`${column.title} is not installed: ${column.install}`);
  }
  if (only === undefined) {
    await Deno.writeTextFile(FILE, page(ran));
    const fmt = new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", FILE.pathname] });
    await fmt.output();
  }
  const failed = ran.flatMap((r) => [...r.results.values()]).filter((r) => r.mark === "FAIL");
  console.log(`${failed.length} cells fail`);
  return failed.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
