/** Programs nobody here wrote, run unmodified against a virtual board. */
import { assertEquals } from "@std/assert";
import { LiveTime } from "../../../src/sim/front/live_time.ts";
import { umockdevLibrary, withUmockdev } from "../../../src/sim/front/umockdev.ts";
import { openSim, type VirtualBoard } from "../../../src/sim/mod.ts";
import { needs, programPath } from "../../support/need.ts";

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
  readonly path = Deno.makeTempDirSync({ prefix: "pk-tool-" });
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

/** A virtual board that programs can be run against, one after another. */
export class ToolBench implements AsyncDisposable {
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
  async run(program: string, ...args: readonly string[]): Promise<ToolRun> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      env: { ...this.front.env, NO_COLOR: "1" },
      cwd: this.folder.path,
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { code, text, board: this.board, warnings: this.warnings };
  }
  /** The same; the text is in the message when it does not end with 0. */
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
