/** A verb of the program as data: what it is called with, and what it does. */
import type { Command } from "commander";
import { tellFault } from "./report.ts";
import type { Cli } from "./terminal.ts";

/** One option: `--base <address>`. `many` gathers repeated uses in a list. */
export interface OptionSpec {
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly many?: boolean;
}
/** One positional argument: `<image>` or `[address]`. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[];
}

/** What one call of a verb was given. */
export interface Given {
  /** positional arguments in order; undefined for an optional one that is absent */
  readonly args: readonly (string | undefined)[];
  /** The option's text, or undefined. */
  text(name: string): string | undefined;
  /** Whether the option was given at all. */
  flag(name: string): boolean;
  /** All texts of a repeatable option. */
  list(name: string): readonly string[];
}

/** A verb. `run` gives the exit code. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** shown under the options of `--help` */
  readonly details?: string;
  readonly args?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** takes words it does not know, for a verb that starts another program */
  readonly passThrough?: boolean;
  run(given: Given, cli: Cli): Promise<number>;
}

/** Options of every verb that talks to a board. */
export const PROBE_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--probe <which>",
    summary:
      "serial, USB place (1-4.2), usbip://HOST/1-1, sim:BOARD?…, or replay:FILE; PROBEKIT_PROBE when absent",
  },
  {
    flags: "--on <name>",
    summary: "the board of boards/NAME.yaml: its probe, the chip on it, and what is safe for it",
  },
  { flags: "--board <file>", summary: "as --on, by the file's path" },
  { flags: "--speed <frequency>", summary: "SWD clock, like 4MHz or 950kHz" },
  {
    flags: "--attach <mode>",
    summary: "how to get hold of the chip",
    choices: ["attach", "halt", "under-reset"],
  },
  { flags: "--flash-size <KiB>", summary: "instead of what the chip's size register says" },
  { flags: "--trace <file>", summary: "write every USB byte to a file" },
  {
    flags: "--wait-lock <time>",
    summary: "wait for whoever uses the probe, like 60s; else exit 75 at once",
  },
];
/** Options of every verb that reports. */
export const REPORT_OPTIONS: readonly OptionSpec[] = [
  { flags: "--json [file]", summary: "one JSON object at the end, on stdout or in a file" },
  { flags: "--events <file>", summary: "JSON lines while running; - is stdout" },
  { flags: "--quiet", summary: "nothing when all is well" },
];

function addOption(
  command: Command,
  o: OptionSpec,
  Option: typeof import("commander").Option,
): void {
  const option = new Option(o.flags, o.summary);
  if (o.choices) option.choices(o.choices);
  if (o.many) option.argParser((text: string, before: string[] = []) => [...before, text]);
  command.addOption(option);
}

/** What commander gathered, behind the narrow door of {@link Given}. */
export function givenFrom(
  args: readonly (string | undefined)[],
  options: Readonly<Record<string, unknown>>,
): Given {
  const camel = (name: string) => name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());
  return {
    args,
    text: (name) => {
      const value = options[camel(name)];
      return typeof value === "string" ? value : undefined;
    },
    flag: (name) => options[camel(name)] !== undefined && options[camel(name)] !== false,
    list: (name) => {
      const value = options[camel(name)];
      return Array.isArray(value) ? value.map(String) : [];
    },
  };
}

/** Adds the verb to the program; `call` runs it with a terminal. */
export function addVerb(
  program: Command,
  verb: Verb,
  commander: typeof import("commander"),
  call: (run: (cli: Cli) => Promise<number>) => Promise<void>,
): void {
  const command = program.command(verb.name).description(verb.summary);
  if (verb.details) command.addHelpText("after", `\n${verb.details}`);
  for (const a of verb.args ?? []) {
    const argument = new commander.Argument(a.name, a.summary);
    if (a.choices) argument.choices(a.choices);
    command.addArgument(argument);
  }
  for (const o of verb.options ?? []) addOption(command, o, commander.Option);
  if (verb.passThrough) command.allowUnknownOption().passThroughOptions();
  command.action((...all: unknown[]) => {
    const args = all.slice(0, -2).flat() as (string | undefined)[];
    const given = givenFrom(args, command.opts());
    return call(async (cli) => {
      try {
        return await verb.run(given, cli);
      } catch (e) {
        tellFault(e, given, cli);
        throw e;
      }
    });
  });
}
