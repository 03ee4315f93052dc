/**
 * Ctrl-C: the first one asks the run to stop between two exchanges, a later one ends the program.
 * Under `deno task` and make the signal arrives twice within a millisecond, so repeats are ignored
 * for a while.
 */

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
/** exit code of each signal: 128 + its number */
const EXIT: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const DEBOUNCE_MS = 500;

/** how many other programs have the terminal now */
let lent = 0;

/** While another program has the terminal, Ctrl-C and Ctrl-\\ are its: here they do nothing. */
export function lendTerminal(): Disposable {
  const nothing = () => {};
  const quits = Deno.build.os !== "windows";
  if (quits) Deno.addSignalListener("SIGQUIT", nothing);
  lent++;
  return {
    [Symbol.dispose]() {
      lent--;
      if (quits) Deno.removeSignalListener("SIGQUIT", nothing);
    },
  };
}

/** What the handler keeps; disposing it takes the handlers away. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
  /** exit code of the signal that came; undefined when none did */
  readonly exit: number | undefined;
}

/** handlers that are in place, as what puts them there again */
const installed = new Set<{ add(): void; remove(): void }>();

/**
 * Does work that this program cannot stop, as a module of a user's that may never end: meanwhile a signal
 * ends the process, as the system has it. Nothing may be held that needs an orderly end.
 */
export async function endingAtOnce<T>(work: () => Promise<T>): Promise<T> {
  for (const handlers of installed) handlers.remove();
  try {
    return await work();
  } finally {
    for (const handlers of installed) handlers.add();
  }
}

/** Installs the handlers. `force` is called on a second signal, with the exit code. */
export function onInterrupt(force: (exit: number) => void): Interrupt {
  const stop = new AbortController();
  let exit: number | undefined;
  let last = -Infinity;
  const handlers = SIGNALS.map((name): readonly [Deno.Signal, () => void] => {
    const handler = () => {
      if (name === "SIGINT" && lent > 0) return;
      const now = performance.now();
      if (now - last < DEBOUNCE_MS) return;
      last = now;
      if (exit !== undefined) return force(exit);
      exit = EXIT[name] ?? 130;
      stop.abort(new DOMException(name, "AbortError"));
    };
    return [name, handler];
  });
  const mine = {
    add: () => handlers.forEach(([name, handler]) => Deno.addSignalListener(name, handler)),
    remove: () => handlers.forEach(([name, handler]) => Deno.removeSignalListener(name, handler)),
  };
  mine.add();
  installed.add(mine);
  return {
    signal: stop.signal,
    get exit() {
      return exit;
    },
    [Symbol.dispose]() {
      installed.delete(mine);
      mine.remove();
    },
  };
}
