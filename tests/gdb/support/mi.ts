/** gdb as an IDE drives it: GDB/MI, one command after another, with its events. */
import { GDB } from "./virtual.ts";

/** longer than anything here takes on a slow and busy machine */
const PATIENCE_MS = 120_000;
/** a gdb that waits for its target does not hear the word */
const GOODBYE_MS = 10_000;

/** The answer to one command, with what gdb said meanwhile. */
export interface MiAnswer {
  /** `done`, `running`, `connected`, `error`, `exit` */
  readonly what: string;
  readonly text: string;
  readonly console: string;
}

const unquote = (text: string): string => {
  try {
    return String(
      JSON.parse(
        text.replace(
          /\\(\d{3})/g,
          (_, o: string) => `\\u${parseInt(o, 8).toString(16).padStart(4, "0")}`,
        ),
      ),
    );
  } catch {
    return text;
  }
};

/** One gdb. */
export class Mi {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #lines: string[] = [];
  #wake: () => void = () => {};
  #over = false;
  #token = 0;
  /** everything that gdb has said */
  transcript = "";
  constructor(elf?: string, args: readonly string[] = []) {
    this.#child = new Deno.Command(GDB ?? "gdb", {
      args: ["-nx", "-q", "--interpreter=mi2", ...args, ...(elf === undefined ? [] : [elf])],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { LC_ALL: "C", HOME: "/nonexistent", DEBUGINFOD_URLS: "" },
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }
  get pid(): number {
    return this.#child.pid;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.transcript += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#wake();
    }
    this.#over = true;
    this.#wake();
  }

  /** Takes lines until one fits; gives it and the ones before. */
  async #until(fits: (line: string) => boolean): Promise<readonly string[]> {
    const taken: string[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, PATIENCE_MS);
    try {
      for (;;) {
        for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
          taken.push(line);
          if (fits(line)) return taken;
        }
        if (late || this.#over) throw new Error(`gdb never said it:\n${this.transcript}`);
        await new Promise<void>((resolve) => void (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends without waiting. */
  async send(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Sends a command and waits for its answer. */
  async ask(command: string): Promise<MiAnswer> {
    const token = ++this.#token;
    await this.send(`${token}${command}`);
    const lines = await this.#until((l) => l.startsWith(`${token}^`));
    const last = lines.at(-1) ?? "";
    const said = lines.filter((l) => /^[~@&]"/.test(l));
    return {
      what: last.slice(`${token}^`.length).split(",")[0] ?? "",
      text: last,
      console: said.map((l) => unquote(l.slice(1))).join(""),
    };
  }
  /** Asks, and throws when gdb answers with an error. */
  async ok(command: string): Promise<MiAnswer> {
    const answer = await this.ask(command);
    if (answer.what === "error") throw new Error(`${command}: ${answer.text}\n${answer.console}`);
    return answer;
  }
  /** A command of the console, as a person would type it. */
  cli(command: string): Promise<MiAnswer> {
    return this.ask(`-interpreter-exec console ${JSON.stringify(command)}`);
  }
  /** The next `*stopped`. */
  async stopped(): Promise<string> {
    return (await this.#until((l) => l.startsWith("*stopped"))).at(-1) ?? "";
  }
  /** A command that lets the program run, up to its stop. */
  async run(command: string): Promise<string> {
    await this.ok(command);
    return await this.stopped();
  }
  /** Ctrl-C, once. */
  async interrupt(): Promise<string> {
    this.#signal("SIGINT");
    return await this.stopped();
  }
  #signal(which: Deno.Signal): void {
    try {
      this.#child.kill(which);
    } catch {
      // it has ended
    }
  }
  /** Ends it as the kernel would; it says goodbye to nobody. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.end();
  }
  async end(): Promise<void> {
    await this.send("-gdb-exit").catch(() => {});
    await this.#input.close().catch(() => {});
    const timer = setTimeout(() => this.#signal("SIGKILL"), GOODBYE_MS);
    await this.#child.status;
    clearTimeout(timer);
    await this.#reading;
  }
}
