/** Where a verb prints, and whether it is watched. */

/** The terminal, or whatever stands in for it. */
export interface Cli {
  /** Writes text to standard output as it is. */
  out(text: string): void;
  /** Writes text to standard error as it is. */
  err(text: string): void;
  /** whether standard error is a terminal that can show a moving line */
  readonly terminal: boolean;
  readonly colour: boolean;
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

/**
 * This process's own terminal. Colours follow NO_COLOR and whether stderr is a terminal. A disk that is full
 * under either stream stops no work on a board: `lost` tells of it afterwards.
 */
export function processTerminal(signal: AbortSignal, noColour: boolean): Cli {
  const terminal = Deno.stderr.isTerminal();
  let lost: unknown;
  const write = (to: { writeSync(p: Uint8Array): number }, text: string, tells: boolean) => {
    try {
      writeAll(to, text);
    } catch (e) {
      if (tells) lost ??= e;
    }
  };
  return {
    out: (text) => write(Deno.stdout, text, true),
    err: (text) => write(Deno.stderr, text, false),
    lost: () => lost,
    terminal,
    colour: terminal && !noColour && !Deno.noColor,
    signal,
    ask: (question) =>
      Deno.stdin.isTerminal() ? globalThis.prompt(question) ?? undefined : undefined,
  };
}
