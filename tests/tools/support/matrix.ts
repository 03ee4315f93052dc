/** Operations × tools: what a cell is, and how it is run. */
import { programPath } from "../../support/need.ts";
import { IMAGE, intelHex, KIB_64 } from "./programs.ts";
import { type Bench, ToolBench } from "./tool.ts";
import { normalised } from "./transcript.ts";

/** The rows. */
export const OPERATIONS = {
  identify: "identify probe and chip",
  halt: "halt",
  registers: "read registers",
  step: "single step",
  breakpoint: "run to a breakpoint",
  bin: "flash 64 KiB, binary",
  hex: "flash 64 KiB, Intel HEX",
  verify: "verify",
  read: "read back 64 KiB",
  erase: "mass erase",
  optionsRead: "read option bytes",
  optionsWrite: "write option bytes",
  protect: "protect and unprotect a sector",
  reset: "reset",
  load: "gdb load",
  semihosting: "semihosting print",
} as const;
/** The name of a row. */
export type Operation = keyof typeof OPERATIONS;

/** What a run showed. */
export interface Seen {
  readonly text: string;
  /** whether board and text are as they must be */
  readonly good: boolean;
}
/** How a tool does an operation. A text: why it does not. */
export type Cell = string | ((b: Bench) => Promise<Seen>);
/** Where a tool is run: it opens a board for each cell. */
export interface Place extends AsyncDisposable {
  /** `pace`: the board's time passes so much faster while the tool waits; 4 when absent */
  bench(selector: string, pace?: number): Promise<Bench>;
}
/** A tool. */
export interface Column {
  readonly title: string;
  /** the program it needs */
  readonly program: string;
  readonly version: () => Promise<string>;
  /** how to get it */
  readonly install: string;
  readonly board: string;
  /** where it runs, in words */
  readonly where: string;
  /** opens that place; under umockdev when absent */
  readonly place?: () => Promise<Place>;
  /** what must be known to read it */
  readonly notes?: readonly string[];
  readonly cells: Readonly<Record<Operation, Cell>>;
  /** how it flashes image.bin; what it says to locked boards is recorded. For those that CI does not run */
  readonly flash?: readonly string[];
}
/** A cell after its run. */
export interface Result {
  readonly mark: "pass" | "FAIL" | "–";
  /** the tool's own last line, or why there is none */
  readonly line: string;
}

/** last lines that say nothing */
const DULL =
  /^(shutdown command invoked|\[Inferior 1.* detached\]|Info : Unable to match requested speed.*|\d[\d.]* s of board time.*|\[[-=|]+\]?|WARN probe_rs::probe::stlink: send_jtag_command 242 failed: BadApError)$/;

/** Whether flash begins with the image. */
export const holdsImage = (b: Bench): boolean =>
  b.board.flash.slice(0, KIB_64).every((byte, i) => byte === IMAGE[i]);

/** A run is good when it ends with 0 and `check` holds. */
export async function seen(
  b: Bench,
  check: (text: string) => boolean,
  command: string,
  ...args: readonly string[]
): Promise<Seen> {
  const { code, text } = await b.run(command, ...args);
  return { text, good: code === 0 && check(text) };
}

/** As the board's time passes for a tool whose loader has few milliseconds of a loaded machine's. */
const PACE = 4;
/** This machine, with umockdev in front of the tool. */
export const UMOCKDEV: Place = {
  bench: (selector, pace = PACE) => Promise.resolve(new ToolBench(selector, pace)),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
/** A line of the table holds so much. */
const LINE = 160;

/** Runs one cell on a board of its own. */
export async function runCell(
  column: Column,
  operation: Operation,
  place: Place = UMOCKDEV,
): Promise<Result> {
  const cell = column.cells[operation];
  if (typeof cell === "string") return { mark: "–", line: cell };
  await using b = await place.bench(column.board);
  b.folder.put("image.bin", IMAGE);
  b.folder.put("image.hex", new TextEncoder().encode(intelHex(IMAGE)));
  const { text, good } = await cell(b);
  // what the board does not know is told whole: bytes, and whose they were
  if (b.warnings.length > 0) {
    const asked = [...new Set(b.warnings)].join("; ");
    return { mark: "FAIL", line: `${column.title} asked what the board does not know: ${asked}` };
  }
  const isDull = (l: string) => l === "" || DULL.test(l);
  const lines = normalised(text).split("\n").map((l) => l.trim()).filter((l) => !isDull(l));
  const line = lines.at(-1) ?? "(says nothing)";
  return { mark: good ? "pass" : "FAIL", line: line.slice(0, LINE) };
}

/** Whether the tool is here. */
export const isHere = (column: Column): boolean =>
  column.program.includes("/") || programPath(column.program) !== undefined;
