/** Programs nobody here wrote, run unmodified against a virtual board. */
import { assertEquals } from "@std/assert";
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { umockdevLibrary, withUmockdev } from "../../../src/sim/front/umockdev.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { needs, programPath } from "../../support/need.ts";
import { type GdbSaid, gdbSession } from "./gdb_session.ts";

export { noise } from "./noise.ts";
export const BOARD = "sim:stm32f746g-disco";

/** How a run ended. */
export interface ToolRun {
  readonly code: number;
  /** standard output, then standard error */
  readonly text: string;
  readonly board: VirtualBoard;
  /** what the board or the front-end did not know */
  readonly warnings: readonly string[];
}

/** A new folder that is gone at the end. */
export class Folder implements Disposable {
  readonly path: string;
  constructor(dir = "/tmp") {
    this.path = Deno.makeTempDirSync({ dir, prefix: "pk-tool-" });
  }
  put(name: string, bytes: Uint8Array): void {
    Deno.writeFileSync(`${this.path}/${name}`, bytes);
  }
  get(name: string): Uint8Array {
    return Deno.readFileSync(`${this.path}/${name}`);
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** A virtual board that programs can be run against, one after another, in a folder of theirs. */
export interface Bench extends AsyncDisposable {
  readonly board: VirtualBoard;
  readonly folder: Folder;
  /** what the board or the front-end did not know */
  readonly warnings: readonly string[];
  run(program: string, ...args: readonly string[]): Promise<ToolRun>;
  /** Starts a gdb server, lets gdb do `commands` with it, ends it. */
  gdb(server: readonly string[], commands: readonly string[]): Promise<GdbSaid>;
}
/** One on this machine, under umockdev. */
export class ToolBench implements Bench {
  readonly warnings: string[] = [];
  readonly folder = new Folder();
  readonly sim;
  readonly front;
  readonly live;
  /** `pace`: the board's time passes so much faster while the program waits */
  constructor(selector: string, pace = 1) {
    const warn = (note: string) => void this.warnings.push(note);
    this.sim = openSim(selector, { warn });
    this.live = new LiveTime(this.sim.boards, pace);
    this.front = withUmockdev(this.sim.boards, { warn, live: this.live });
  }
  get board(): VirtualBoard {
    return this.sim.board;
  }
  /** The serial of a virtual probe is in use by other tests too: locks and journal are this bench's own. */
  get env(): Record<string, string> {
    return {
      ...this.front.env,
      NO_COLOR: "1",
      PROBEKIT_LOCKS: `${this.folder.path}/locks`,
      PROBEKIT_JOURNAL: `${this.folder.path}/journal`,
    };
  }
  async run(program: string, ...args: readonly string[]): Promise<ToolRun> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      env: this.env,
      cwd: this.folder.path,
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { code, text, board: this.board, warnings: this.warnings };
  }
  gdb(server: readonly string[], commands: readonly string[]): Promise<GdbSaid> {
    return gdbSession(server, { cwd: this.folder.path, env: this.env }, commands);
  }
  /** Runs it; the text is in the message when it does not end with 0. */
  async good(program: string, ...args: readonly string[]): Promise<string> {
    const { code, text } = await this.run(program, ...args);
    assertEquals(code, 0, `${program} ${args.join(" ")}\n${text}`);
    return text;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.front.close();
    this.live[Symbol.dispose]();
    this.folder[Symbol.dispose]();
  }
}

/** OpenOCD's transports over an ST-LINK. */
export type OcdTransport = "hla" | "dapdirect";
const QUIET = "gdb_port disabled; tcl_port disabled; telnet_port disabled";
/** OpenOCD's arguments for our board; it listens nowhere. */
export function openocdArgs(transport: OcdTransport, ...commands: readonly string[]): string[] {
  const hla = transport === "hla";
  return [
    ...["-f", hla ? "interface/stlink.cfg" : "interface/stlink-dap.cfg"],
    ...["-c", hla ? "transport select hla_swd" : "transport select dapdirect_swd"],
    ...["-f", "target/stm32f7x.cfg", "-c", QUIET],
    ...commands.flatMap((c) => ["-c", c]),
  ];
}

/** A test that needs umockdev and a program; skipped by name without them, a failure in CI. */
export function toolTest(
  program: string,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const there = umockdevLibrary() !== undefined;
  if (there) needs(program, program === "deno" || programPath(program) !== undefined, name, fn);
  else needs("umockdev", there, name, fn);
}
