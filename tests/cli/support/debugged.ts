/** `probekit debug` as a process, through the door that users take, with or without a terminal. */
import { ROOT } from "./program.ts";

/** longer than any of these takes on a slow and busy machine */
const PATIENCE_MS = 120_000;
export const HELLO_ELF = `${ROOT}/tests/fixtures/hello.elf`;
export const HELLO_HEX = `${ROOT}/tests/fixtures/hello.hex`;
const PROGRAM = `${ROOT}/bin/probekit`;

/** gdb without anybody's own settings */
const ENV = {
  DENO: Deno.execPath(),
  LC_ALL: "C",
  TERM: "dumb",
  NO_COLOR: "1",
  HOME: "/nonexistent",
  DEBUGINFOD_URLS: "",
  PROBEKIT_GDB: "",
  // of `script`: without it the answer depends on who starts the tests
  SHELL: "/bin/sh",
};
const CLEAN = ["-nx"];

/** How to start it. */
export interface DebugHow {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** through util-linux's `script`: gdb and probekit share a terminal */
  readonly pty?: true;
  /** instead of `bin/probekit debug` */
  readonly command?: readonly string[];
  /** nothing is added to the arguments */
  readonly bare?: true;
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** A session that is under way. */
export class Debugged implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<unknown>;
  #wake: () => void = () => {};
  #ended = false;
  #from = 0;
  /** everything that was said, both streams */
  said = "";

  constructor(args: readonly string[], how: DebugHow = {}) {
    const more = how.bare ? [] : args.includes("--") ? CLEAN : ["--", ...CLEAN];
    const [program = "", ...rest] = [...how.command ?? [PROGRAM, "debug"], ...args, ...more];
    const line = [program, ...rest].map(quoted).join(" ");
    this.#child = new Deno.Command(how.pty ? "script" : program, {
      // a shell that stays, dash for one, dies of the Ctrl-C in the end, and its 130 hides our exit code
      args: how.pty ? ["-qfec", `exec ${line}`, "/dev/null"] : rest,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { ...ENV, ...how.env },
      cwd: how.cwd ?? ROOT,
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.said += text;
        this.#wake();
      }
    };
    this.#reading = Promise.all([read(this.#child.stdout), read(this.#child.stderr)]).then(() => {
      this.#ended = true;
      this.#wake();
    });
  }
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until something new like this is said; gives the match. */
  async until(what: RegExp): Promise<RegExpExecArray> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, PATIENCE_MS);
    try {
      for (;;) {
        const found = what.exec(this.said.slice(this.#from));
        if (found) {
          this.#from += found.index + found[0].length;
          return found;
        }
        if (late || this.#ended) throw new Error(`never said ${what}:\n${this.said}`);
        await new Promise<void>((resolve) => void (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }
  /** Types a line. */
  async type(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }
  /** Ctrl-C at the keyboard. */
  async ctrlC(): Promise<void> {
    await this.#input.write(Uint8Array.of(3));
  }
  /** Nobody is at the keyboard. */
  async noInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }
  signal(which: Deno.Signal): void {
    this.#child.kill(which);
  }
  /** Waits for its end; gives the exit code and all that was said. */
  async end(): Promise<{ code: number; said: string }> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#reading;
    await this.#input.close().catch(() => {});
    return { code, said: this.said };
  }
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#ended) this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.end();
  }
}

/** Starts it and waits for its end, with nothing to read on its input. */
export async function debugRun(args: readonly string[], how: DebugHow = {}) {
  await using run = new Debugged(args, how);
  await run.noInput();
  return await run.end();
}
