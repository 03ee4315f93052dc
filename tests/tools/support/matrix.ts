/** Operations × tools: what a cell is, how it is run, how the table is written. */
import { concat } from "../../../src/base/mod.ts";
import { programPath } from "../../support/need.ts";
import { noise } from "./noise.ts";
import { ToolBench } from "./tool.ts";
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
export type Cell = string | ((b: ToolBench) => Promise<Seen>);
/** A tool. */
export interface Column {
  readonly title: string;
  /** the program it needs */
  readonly program: string;
  readonly version: () => Promise<string>;
  /** how to get it */
  readonly install: string;
  readonly board: string;
  readonly cells: Readonly<Record<Operation, Cell>>;
}
/** A cell after its run. */
export interface Result {
  readonly mark: "pass" | "FAIL" | "–";
  /** the tool's own last line, or why there is none */
  readonly line: string;
}

/** last lines that say nothing */
const DULL =
  /^(shutdown command invoked|\[Inferior 1.* detached\]|Info : Unable to match requested speed.*|\d[\d.]* s of board time.*|\[[-=|]+\]?)$/;

export const BASE = 0x0800_0000;
export const KIB_64 = 0x1_0000;
/** The image of every flashing cell. */
export const IMAGE: Uint8Array<ArrayBuffer> = noise(KIB_64, 64);
/** A record of Intel HEX. */
function record(kind: number, at: number, data: Uint8Array): string {
  const head = [data.length, at >> 8, at & 0xFF, kind];
  const sum = [...head, ...data].reduce((a, b) => a + b, 0);
  const bytes = [...head, ...data, -sum & 0xFF];
  return ":" + bytes.map((b) => b.toString(16).toUpperCase().padStart(2, "0")).join("");
}
/** `image` at 0x0800_0000 as Intel HEX; at most 64 KiB. */
export function intelHex(image: Uint8Array): string {
  const lines = [record(4, 0, Uint8Array.of(0x08, 0x00))];
  for (let at = 0; at < image.length; at += 16) {
    lines.push(record(0, at, image.subarray(at, at + 16)));
  }
  return [...lines, ":00000001FF", ""].join("\n");
}

const halfWords = (...values: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(values).buffer);
const program = (code: Uint8Array): Uint8Array =>
  concat([
    new Uint8Array(Uint32Array.of(0x2001_0000, 0x0800_0201).buffer),
    new Uint8Array(0x1F8),
    code,
  ]);
/** movs r0,#0 · again: adds r0,#1 · adds r1,r0,#0 · b again; begins at 0x0800_0200 */
export const COUNTER: Uint8Array = program(halfWords(0x2000, 0x3001, 0x1C01, 0xE7FC));
export const PRINTED = "hello from the chip";
/** movs r0,#4 (SYS_WRITE0) · ldr r1,=text · bkpt 0xAB · b . */
export const PRINTER: Uint8Array = program(concat([
  halfWords(0x2004, 0x4901, 0xBEAB, 0xE7FE),
  new Uint8Array(Uint32Array.of(0x0800_020C).buffer),
  new TextEncoder().encode(`${PRINTED}\n\0`),
]));

/** Whether flash begins with the image. */
export const holdsImage = (b: ToolBench): boolean =>
  b.board.flash.slice(0, KIB_64).every((byte, i) => byte === IMAGE[i]);

/** A run is good when it ends with 0 and `check` holds. */
export async function seen(
  b: ToolBench,
  check: (text: string) => boolean,
  command: string,
  ...args: readonly string[]
): Promise<Seen> {
  const { code, text } = await b.run(command, ...args);
  return { text, good: code === 0 && check(text) };
}

/** How OpenOCD, probekit, pyOCD and probe-rs say where they listen. */
const LISTENING =
  /on port (\d+) for gdb|on port (\d+): target|GDB server listening on port (\d+) |stub.* at [\d.]+:(\d+)/;

/** A TCP port that nobody has at the moment. */
export function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

/** Starts a gdb server, lets gdb do something with it, ends it. Gives what both said. */
export async function withGdb(
  b: ToolBench,
  server: readonly string[],
  env: Readonly<Record<string, string>>,
  commands: readonly string[],
): Promise<{ gdb: string; server: string }> {
  const [name = "", ...args] = server;
  const child = new Deno.Command(name, {
    args,
    env: { ...b.front.env, ...env, NO_COLOR: "1" },
    cwd: b.folder.path,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = { text: "" };
  const port = Promise.withResolvers<string>();
  const listen = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    for await (const part of stream) {
      said.text += new TextDecoder().decode(part);
      const found = LISTENING.exec(said.text)?.find((part) => /^\d+$/.test(part ?? ""));
      if (found !== undefined) port.resolve(found);
    }
    port.resolve(""); // it ended without listening
  };
  const listening = [listen(child.stdout), listen(child.stderr)];
  let text = "the server did not start";
  const at = await port.promise;
  if (at !== "") {
    const all = ["set confirm off", `target extended-remote 127.0.0.1:${at}`, ...commands];
    const { stdout, stderr } = await new Deno.Command("gdb-multiarch", {
      args: ["-nx", "-batch", ...all.flatMap((c) => ["-ex", c])],
      cwd: b.folder.path,
      stdin: "null",
    }).output();
    text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  }
  try {
    child.kill("SIGTERM");
  } catch {
    // it has ended by itself
  }
  await child.status;
  await Promise.all(listening);
  return { gdb: text, server: said.text };
}

/** Runs one cell on a board of its own. */
export async function runCell(column: Column, operation: Operation): Promise<Result> {
  const cell = column.cells[operation];
  if (typeof cell === "string") return { mark: "–", line: cell };
  await using b = new ToolBench(column.board, 4);
  b.folder.put("image.bin", IMAGE);
  b.folder.put("image.hex", new TextEncoder().encode(intelHex(IMAGE)));
  const { text, good } = await cell(b);
  const isDull = (l: string) => l === "" || DULL.test(l);
  const lines = normalised(text).split("\n").map((l) => l.trim()).filter((l) => !isDull(l));
  const unknown = b.warnings.map((w) => `board: ${w}`);
  const line = [...unknown, lines.at(-1) ?? "(says nothing)"].join("; ");
  return { mark: good && unknown.length === 0 ? "pass" : "FAIL", line: line.slice(0, 160) };
}

/** Whether the tool is here. */
export const isHere = (column: Column): boolean =>
  column.program.includes("/") || programPath(column.program) !== undefined;
