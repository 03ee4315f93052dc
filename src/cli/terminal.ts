/** Where a verb prints, and whether it is watched. */
import { withoutColours } from "./style.ts";

/** The terminal, or whatever stands in for it. */
export interface Cli {
  /** Writes text to standard output as it is. */
  out(text: string): void;
  /** Writes text to standard error as it is. */
  err(text: string): void;
  /** whether standard error is a terminal that can show a moving line */
  readonly terminal: boolean;
  readonly colour: boolean;
  /** how wide that terminal is, when it is known */
  readonly columns?: number | undefined;
  /** aborted by Ctrl-C */
  readonly signal: AbortSignal;
  /** Asks a question; undefined when nobody can answer. */
  ask(question: string): string | undefined;
  /** what kept standard output from being written, if anything has */
  readonly lost?: () => unknown;
}

const encoder = new TextEncoder();
/** Throws what the system says; a reader that has gone away has read what it wanted. */
function writeAll(to: { writeSync(p: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (e) {
    if (!(e instanceof Deno.errors.BrokenPipe)) throw e;
  }
}

/** Columns of the terminal; undefined where there is none that says so. */
function columns(): number | undefined {
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
  }
}

/**
 * This process's own terminal. Colours follow NO_COLOR and TERM, and go only to a stream that is a terminal:
 * one that is piped into a file gets none. A disk that is full under either stream stops no work on a board:
 * `lost` tells of it afterwards.
 */
export function processTerminal(signal: AbortSignal, noColour: boolean): Cli {
  const dumb = Deno.env.get("TERM") === "dumb";
  const [out, err] = [Deno.stdout.isTerminal() && !dumb, Deno.stderr.isTerminal() && !dumb];
  let lost: unknown;
  const writer =
    (to: { writeSync(p: Uint8Array): number }, terminal: boolean, tells: boolean) =>
    (text: string) => {
      try {
        writeAll(to, terminal ? text : withoutColours(text));
      } catch (e) {
        if (tells) lost ??= e;
      }
    };
  return {
    out: writer(Deno.stdout, out, true),
    err: writer(Deno.stderr, err, false),
    lost: () => lost,
    terminal: err,
    colour: (out || err) && !noColour && !Deno.noColor,
    columns: columns(),
    signal,
    ask: (question) =>
      Deno.stdin.isTerminal() ? globalThis.prompt(question) ?? undefined : undefined,
  };
}
