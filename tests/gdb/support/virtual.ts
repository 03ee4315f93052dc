/** A virtual board behind a GDB server on a free port, and gdb itself as a child. */
import {
  boardTarget,
  type GdbListener,
  type GdbTarget,
  listenGdb,
  Semihosting,
  serveGdb,
  type TargetParts,
} from "../../../src/gdb/mod.ts";
import { readBytes } from "../../../src/cli/files.ts";
import { loadImage } from "../../../src/image/mod.ts";
import { type Bench, openBench } from "../../../src/recipe/mod.ts";
import { openSim } from "../../../src/sim/mod.ts";
import type { VirtualBoard } from "../../../src/sim/board.ts";
import { readState } from "../../../tasks/plugs.ts";
import { programPath } from "../../support/need.ts";

/** gdb that knows Arm, under either name. */
export const GDB = programPath("gdb-multiarch") ?? programPath("arm-none-eabi-gdb");
export const HELLO_ELF = new URL("../../fixtures/hello.elf", import.meta.url).pathname;
export const HELLO_HEX = new URL("../../fixtures/hello.hex", import.meta.url).pathname;

/** longer than any of these scripts takes on a slow and busy machine */
const PATIENCE_MS = 240_000;

/** What one run of gdb gave. */
export interface GdbRun {
  readonly code: number;
  /** both streams, in order of arrival */
  readonly text: string;
}

/** What a test works with. */
export interface Served {
  readonly port: number;
  readonly bench: Bench;
  readonly board: VirtualBoard;
  readonly target: GdbTarget;
  /** lines of the server's own terminal */
  readonly log: string[];
  /** text that the program gave by semihosting */
  readonly said: string[];
  readonly semihosting: Semihosting;
  /** USB exchanges so far */
  exchanges(): number;
  /** Runs gdb in batch: connects, then the commands in order, whatever they give. */
  gdb(commands: readonly string[], how?: GdbCall): Promise<GdbRun>;
}

/** How gdb is called. */
export interface GdbCall {
  readonly elf?: string;
  /** instead of `target extended-remote` */
  readonly connect?: readonly string[];
  /** goes on after a command that failed, as a person would; false stops like a script */
  readonly goOn?: boolean;
}

async function gather(child: Deno.ChildProcess): Promise<string> {
  const parts: string[] = [];
  const drain = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) parts.push(text);
  };
  await Promise.all([drain(child.stdout), drain(child.stderr)]);
  return parts.join("");
}

/** Runs a program to its end; it is killed, and the test fails, when it hangs. */
export async function runChild(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<GdbRun> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { ...env, LC_ALL: "C", HOME: "/nonexistent", DEBUGINFOD_URLS: "" },
  }).spawn();
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, PATIENCE_MS);
  try {
    const [text, status] = await Promise.all([gather(child), child.status]);
    if (hung) throw new Error(`${command} hung; it said:\n${text}`);
    return { code: status.code, text };
  } finally {
    clearTimeout(timer);
  }
}

/** Commands in a file, which each of them may fail in; a script's own text ends at the first error. */
async function runGdb(port: number, commands: readonly string[], how: GdbCall): Promise<GdbRun> {
  const connect = how.connect ?? [`target extended-remote localhost:${port}`];
  const all = ["set confirm off", "set pagination off", "set width 0", ...connect, ...commands];
  const elf = how.elf === undefined ? [] : [how.elf];
  if (how.goOn !== false) {
    return await runChild(GDB ?? "gdb", [
      "-nx",
      "-batch",
      ...all.flatMap((c) => ["-ex", c]),
      ...elf,
    ]);
  }
  const file = await Deno.makeTempFile({ suffix: ".gdb" });
  try {
    await Deno.writeTextFile(file, all.join("\n") + "\n");
    return await runChild(GDB ?? "gdb", ["-nx", "-batch", "-x", file, ...elf]);
  } finally {
    await Deno.remove(file);
  }
}

/** Options of a virtual server. */
export interface ServedWish {
  readonly onDetach?: "run" | "halt";
  readonly attach?: "halt" | "under-reset";
  readonly listener?: GdbListener;
  readonly parts?: (bench: Bench) => Partial<TargetParts>;
}

/** Opens the board, serves it while `act` runs, closes everything. */
export async function served(
  selector: string,
  act: (s: Served) => Promise<void>,
  wish: ServedWish = {},
): Promise<void> {
  const { source, board } = openSim(selector, { readState });
  const bench = await openBench({ source, attach: wish.attach ?? "halt" });
  const listener = listenGdb("127.0.0.1", 0);
  const [log, said]: [string[], string[]] = [[], []];
  const semihosting = new Semihosting((text) => void said.push(text));
  const target = await boardTarget({
    core: bench.core,
    chip: bench.chip,
    flash: bench.flash,
    probe: bench.probe,
    readImage: async (file, base) =>
      loadImage(file, await readBytes(file), base === undefined ? {} : { base }),
    ...wish.parts?.(bench),
  });
  const serving = serveGdb(listener, target, {
    semihosting,
    log: (line) => void log.push(line),
    onDetach: wish.onDetach ?? "run",
    once: false,
  });
  try {
    await act({
      port: listener.port,
      bench,
      board,
      target,
      log,
      said,
      semihosting,
      exchanges: () => bench.probe.counters.exchanges,
      gdb: (commands, how = {}) => runGdb(listener.port, commands, how),
    });
  } finally {
    listener.close();
    await serving;
    await bench[Symbol.asyncDispose]();
  }
}
