/** The shape of a monitor command, and how its line is read. */
import { fault, refused } from "../faults.ts";
import type { GdbSession } from "../session.ts";

/** One command. `run` throws Fault when it cannot do what was asked. */
export interface MonitorCommand {
  /** words that call it: `flash protect` */
  readonly name: string;
  /** arguments, for help */
  readonly usage: string;
  readonly help: string;
  run(session: GdbSession, args: readonly string[]): Promise<void>;
}

/** One line a call, to gdb's console. */
export const line = (session: GdbSession, text: string): Promise<void> => session.say(`${text}\n`);

/**
 * The words of each command of a line: `;` parts commands, quotes and braces hold words together.
 * Fault: monitor-open-quote.
 */
export function parseLine(text: string): string[][] {
  const commands: string[][] = [[]];
  let end = 0;
  const token = /\s*(?:;|"((?:[^"\\]|\\.)*)"|\{([^}]*)\}|([^\s;"{]+))/gy;
  for (let m = token.exec(text); m !== null; m = token.exec(text)) {
    const word = m[1]?.replace(/\\(.)/g, "$1") ?? m[2] ?? m[3];
    if (word === undefined) commands.push([]);
    else commands.at(-1)?.push(word);
    end = token.lastIndex;
  }
  const rest = text.slice(end).trim();
  if (rest !== "") throw refused("monitor-open-quote", { rest });
  return commands.filter((c) => c.length > 0);
}

/** A number as OpenOCD reads it: decimal, 0x…, or 0… octal. Undefined when it is none. */
export function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0x[0-9a-f]{1,8}$/i.test(text) || /^\d{1,10}$/.test(text)) {
    const value = /^0[0-7]+$/.test(text) ? parseInt(text, 8) : Number(text);
    return value <= 0xFFFF_FFFF ? value : undefined;
  }
}

/** The argument as a number. Fault: monitor-usage. */
export function need(command: MonitorCommand, text: string | undefined): number {
  const value = number(text);
  if (value === undefined) throw usage(command);
  return value;
}
/** The fault for a wrong call. */
export const usage = (c: MonitorCommand): Error =>
  fault("monitor-usage", { command: c.name, usage: `${c.name} ${c.usage}`.trim() });
