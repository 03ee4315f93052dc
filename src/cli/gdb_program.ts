/** The user's own gdb: finding it, being allowed to run it, handing it the terminal. */
import { shellWord } from "../base/mod.ts";
import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";
import { elfArgument } from "./debug_args.ts";
import { PLACES } from "./debug_elf.ts";
import { lendTerminal } from "./interrupt.ts";

/** Names of a gdb that knows Arm: Debian's, and that of the Arm GNU Toolchain. deno.json allows just these. */
const NAMES: readonly string[] = ["gdb-multiarch", "arm-none-eabi-gdb"];
/** what a gdb is told to show that it knows these cores; of gdb's own list of Arm architectures */
const ARM = "set architecture armv7e-m";
/** how long gdb gets to end when this process has to */
const GOODBYE_MS = 3000;

const isFile = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

/** As a shell would find it. */
function onPath(name: string): string | undefined {
  if (name.includes("/")) return isFile(name) ? name : undefined;
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((f) => f !== "");
  return folders.map((f) => `${f}/${name}`).find(isFile);
}

const mayRun = async (command?: string): Promise<boolean> => {
  const wish = command === undefined ? { name: "run" as const } : { name: "run" as const, command };
  return (await Deno.permissions.query(wish)).state === "granted";
};

const shellLine = (words: readonly string[]): string => words.map(shellWord).join(" ");

/** What would let it run: PATH, when it has one of the two names; else all permissions. */
function notAllowed(program: string): Error {
  const [, folder = "", name = ""] = /^(.*)\/([^/]+)$/.exec(program) ?? [];
  const words = Deno.args.filter((a, i) => a !== "--gdb" && Deno.args[i - 1] !== "--gdb");
  return NAMES.includes(name)
    ? fault("gdb-not-allowed", {
      program,
      how: "Put its folder first on PATH instead of naming it:",
      command: `PATH=${shellWord(folder)}:$PATH probekit ${shellLine(words)}`,
    })
    : fault("gdb-not-allowed", {
      program,
      how: "Start it with all permissions:",
      command: `deno run -A ${new URL("../../tasks/probekit.ts", import.meta.url).pathname} ${
        shellLine(Deno.args)
      }`,
    });
}

/** Asks a program that the user has named whether it is a gdb for Arm. Fault: gdb-not-for-arm. */
async function requireArm(program: string): Promise<void> {
  const refuse = (why: string, cause?: unknown) =>
    fault("gdb-not-for-arm", { program, why }, cause === undefined ? {} : { cause });
  let text: string;
  let code: number;
  try {
    const { stdout, stderr, ...status } = await new Deno.Command(program, {
      args: ["-nx", "-batch", "-ex", "show version", "-ex", ARM],
      stdin: "null",
      ...environment(await mayRun()),
    }).output();
    text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    code = status.code;
  } catch (e) {
    throw refuse(whyNot(e), e);
  }
  if (!/\bgdb\b/i.test(text)) throw refuse("it is no gdb");
  if (code !== 0 || /Undefined item/.test(text)) {
    throw refuse("it was built without Arm support");
  }
}

/** Where to stop first, and in what. */
export interface Place {
  readonly elf: string;
  readonly stopAt: string;
}

/**
 * The gdb to use: `named` by the user, or the first of the two that is on PATH. `place` must be one to it.
 * Faults: gdb-not-found, gdb-not-allowed, gdb-not-for-arm, bad-usage.
 */
export async function findGdb(named: string | undefined, place?: Place): Promise<string> {
  const wanted = named ?? (Deno.env.get("PROBEKIT_GDB") || undefined);
  const names = wanted === undefined ? NAMES : [wanted];
  const program = names.map(onPath).find((p) => p !== undefined);
  if (program === undefined) throw fault("gdb-not-found", { names: names.join(", ") });
  if (!await mayRun(program)) throw notAllowed(program);
  if (wanted !== undefined) await requireArm(program);
  if (place) await requirePlace(program, place);
  return program;
}

/**
 * Asks gdb whether it knows the place to stop at first. At an unknown one it would set no breakpoint, and the
 * program would run on for ever. Fault: bad-usage.
 */
async function requirePlace(program: string, { elf, stopAt }: Place): Promise<void> {
  const commands = ["set breakpoint pending off", `tbreak ${stopAt}`, "output $bpnum"];
  const { stdout, stderr } = await new Deno.Command(program, {
    args: ["-nx", "-batch", ...commands.flatMap((c) => ["-ex", c]), elfArgument(elf)],
    stdin: "null",
    ...environment(await mayRun()),
  }).output();
  if (!/\bvoid$/.test(new TextDecoder().decode(stdout).trim())) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  throw fault("bad-usage", { what: `gdb finds no place \`${stopAt}\` in ${elf}`, verb: "debug" }, {
    causes: said === "" ? [] : [{ text: `gdb says: ${said}`, likelihood: "proven" }],
    next: [{ text: PLACES }],
  });
}

/**
 * What gdb inherits. With a list of programs that may be run, Deno runs none while LD_* or DYLD_* are set,
 * because with those any program can be made to do anything.
 */
function environment(all: boolean): { clearEnv?: boolean; env?: Record<string, string> } {
  const env = Deno.env.toObject();
  const unsafe = Object.keys(env).filter((name) => /^(LD|DYLD)_/.test(name));
  if (all || unsafe.length === 0) return {};
  return {
    clearEnv: true,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !unsafe.includes(name))),
  };
}

/** How gdb ended. */
export interface GdbEnd {
  /** its own exit code; 128 and the signal's number when a signal ended it */
  readonly code: number;
  readonly signal: string | undefined;
}

function start(program: string, args: readonly string[], all: boolean): Deno.ChildProcess {
  const [stdin, stdout, stderr] = ["inherit", "inherit", "inherit"] as const;
  const options = { args: [...args], stdin, stdout, stderr, ...environment(all) };
  try {
    return new Deno.Command(program, options).spawn();
  } catch (e) {
    throw fault("gdb-not-for-arm", { program, why: whyNot(e) }, { cause: e });
  }
}

/** Runs gdb in this terminal until it ends. When `stop` is aborted gdb is asked to go, then made to. */
export async function runGdb(
  program: string,
  args: readonly string[],
  stop: AbortSignal,
): Promise<GdbEnd> {
  using _terminal = lendTerminal();
  const child = start(program, args, await mayRun());
  const tell = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // it has ended
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    tell("SIGTERM");
    timer = setTimeout(() => tell("SIGKILL"), GOODBYE_MS);
  };
  if (stop.aborted) end();
  stop.addEventListener("abort", end, { once: true });
  try {
    const { code, signal } = await child.status;
    return { code, signal: signal ?? undefined };
  } finally {
    stop.removeEventListener("abort", end);
    clearTimeout(timer);
  }
}
