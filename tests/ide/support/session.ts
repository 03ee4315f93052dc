/** A server as an IDE starts it: the command of the file, on a free port, until it says that it is ready. */
import { assert, assertMatch } from "@std/assert";
import { Mi } from "../../gdb/support/mi.ts";
import { programPath } from "../../support/need.ts";
import { ROOT } from "../../cli/support/program.ts";

export const IDE = `${ROOT}/examples/ide`;
/** the project that the files are for, as `make` leaves it */
export const PROJECT = project();
export const HAS_GDB = programPath("gdb-multiarch") !== undefined;
const PORT = "3333";
/** longer than starting takes on a slow and busy machine */
const PATIENCE_MS = 120_000;

function project(): string {
  const folder = Deno.makeTempDirSync({ prefix: "probekit-ide-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  Deno.mkdirSync(`${folder}/build`);
  for (const source of ["main.c", "startup.c"]) {
    Deno.copyFileSync(`${ROOT}/examples/hello-f746/${source}`, `${folder}/${source}`);
  }
  Deno.copyFileSync(`${ROOT}/tests/fixtures/hello.elf`, `${folder}/build/hello.elf`);
  return folder;
}

/** A port that nobody uses now. */
export function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String((listener.addr as Deno.NetAddr).port);
}

/** The files' texts with their port replaced, so that tests can run beside each other. */
export function onPort(port: string, ...files: readonly string[]): string[] {
  return files.map((file) => {
    const text = Deno.readTextFileSync(`${IDE}/${file}`);
    assertMatch(text, /3333/, `${file} names no port`);
    return text.replaceAll(PORT, port);
  });
}

/** A server that runs. */
export class Server implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #wake: () => void = () => {};
  #ended = false;
  said = "";
  /** `board` is what PROBEKIT_PROBE names */
  constructor(command: string, args: readonly string[], board: string) {
    assertMatch(command, /^(\/.+\/)?probekit$/);
    this.#child = new Deno.Command(command.startsWith("/") ? `${ROOT}/bin/probekit` : command, {
      args: [...args],
      env: {
        PATH: `${ROOT}/bin:${Deno.env.get("PATH")}`,
        DENO: Deno.execPath(),
        PROBEKIT_PROBE: board,
        NO_COLOR: "1",
      },
      cwd: PROJECT,
      stdout: "null",
      stderr: "piped",
      stdin: "null",
    }).spawn();
    this.#reading = this.#read();
  }
  async #read(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.said += text;
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }
  /** Waits until a line like this was said. */
  async ready(pattern: RegExp): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    while (!this.said.split("\n").some((l) => pattern.test(l)) && !this.#ended) {
      await new Promise<void>((resolve) => void (this.#wake = resolve));
    }
    clearTimeout(timer);
    assertMatch(this.said, pattern);
  }
  /** Waits until it ends by itself; gives its exit code. */
  async end(): Promise<number> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    const { code } = await this.#child.status;
    clearTimeout(timer);
    await this.#reading;
    return code;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGTERM");
    await this.end();
  }
}

/** gdb under the IDE's hand, started in the project's folder, for the length of `act`. */
export async function withMi(act: (mi: Mi) => Promise<void>): Promise<void> {
  const mi = new Mi(undefined, [`--cd=${PROJECT}`]);
  try {
    await act(mi);
  } finally {
    await mi.end();
  }
}

/** Commands of the console, each of which must succeed. */
export async function console(mi: Mi, ...commands: readonly string[]): Promise<string> {
  let said = "";
  for (const command of commands) {
    const answer = await mi.cli(command);
    said += answer.console;
    assert(answer.what !== "error", `${command}: ${answer.text}\n${said}`);
  }
  return said;
}
