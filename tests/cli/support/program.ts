/** The program with a terminal that remembers; and the same as a process of its own. */
import { program } from "../../../tasks/probekit.ts";

/** What a run of the program left on its terminal. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** How to run it. */
export interface How {
  /** what a person types when asked; absent: nobody is there */
  readonly answer?: string;
  readonly colour?: boolean;
  /** a moving line can be shown */
  readonly terminal?: boolean;
}

/** Runs the program in this process. */
export async function probekit(args: readonly string[], how: How = {}): Promise<Ran> {
  let out = "";
  let err = "";
  const exit = await program(args, (signal) => ({
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    terminal: how.terminal ?? false,
    colour: how.colour ?? false,
    signal,
    ask: (question) => {
      if (how.answer !== undefined) err += `${question} ${how.answer}\n`;
      return how.answer;
    },
  }));
  // the runtime lets go of signals in the next turn of its loop
  await new Promise((resolve) => setTimeout(resolve, 0));
  return { exit, out, err };
}

// deno-lint-ignore no-explicit-any -- tests look into documents of many shapes
type Json = any;
/** Its JSON, which must be all that it wrote to standard output. */
export async function probekitJson(args: readonly string[], how?: How): Promise<Json> {
  return parsed(await probekit([...args, "--json"], how));
}
function parsed({ out, exit, err }: Ran): Json {
  try {
    return { exit, err, ...JSON.parse(out) };
  } catch {
    throw new Error(`no JSON (exit ${exit}):\n${out}\n${err}`);
  }
}

export const ROOT = new URL("../../../", import.meta.url).pathname.replace(/\/$/, "");

/** As a process, started like `bin/probekit` starts it but with all permissions. */
export async function probekitProcess(
  args: readonly string[],
  how: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "-A", `${ROOT}/tasks/probekit.ts`, ...args],
    stdout: "piped",
    stderr: "piped",
    ...(how.env ? { env: how.env } : {}),
    ...(how.cwd ? { cwd: how.cwd } : {}),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { exit: code, out: text(stdout), err: text(stderr) };
}

/** With variables of its own: in this process they would be those of all tests that run beside it. */
export const withEnv = (env: Record<string, string>) => ({
  probekit: (args: readonly string[]): Promise<Ran> => probekitProcess(args, { env }),
  probekitJson: async (args: readonly string[]): Promise<Json> =>
    parsed(await probekitProcess([...args, "--json"], { env })),
});

/** A folder for one test; gone afterwards. */
export class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "probekit-test-" });
  /** A file in it. */
  at(name: string): string {
    return `${this.path}/${name}`;
  }
  /** Writes a file and gives its path. */
  put(name: string, content: Uint8Array | string): string {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(this.at(name), bytes);
    return this.at(name);
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** What differs from run to run, or from machine to machine, as words. */
export function normalised(text: string, folder?: Folder): string {
  return (folder ? text.replaceAll(folder.path, "DIR") : text)
    .replaceAll(ROOT, "PROBEKIT")
    .replaceAll(/\bp-[0-9A-Z]{6}\b/g, "p-PLANID")
    .replaceAll(/probekit-crash-\w+\.txt/g, "probekit-crash-X.txt")
    .replaceAll(/[ \t]+$/gm, "");
}

/** Bytes that look random and are the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let x = seed * 2654435761 % 4294967296 || 1;
  for (let i = 0; i < length; i++) {
    x = (x * 1664525 + 1013904223) % 4294967296;
    bytes[i] = Math.floor(x / 65536) % 256;
  }
  return bytes;
}

/** Such bytes with a vector table before them: stack in DTCM, reset handler at 0x0800_0201. */
export function firmware(length: number, seed = 1, at = 0x0800_0000): Uint8Array {
  const bytes = noise(length, seed);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2001_0000, true);
  view.setUint32(4, at + 0x201, true);
  // `b .`, so that the image runs and does nothing
  if (length >= 0x202) view.setUint16(0x200, 0xE7FE, true);
  return bytes;
}
