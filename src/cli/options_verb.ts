/** `probekit options`: what each of its words does. */
import { Fault } from "../base/mod.ts";
import { type Chip, FAMILIES } from "../chip/mod.ts";
import { decodeOptions, type OptionBytes, optionText, profileWishes } from "../flash/mod.ts";
import { readProfile } from "../recipe/mod.ts";
import { withBench } from "./board.ts";
import { fault } from "./faults.ts";
import { readText } from "./files.ts";
import { optionLines, optionsJson } from "./options_view.ts";
import { optionWishes, profileOfWishes } from "./option_wishes.ts";
import { Report } from "./report.ts";
import { runOnBoard } from "./run.ts";
import { sealOnBoard } from "./seal.ts";
import type { PluggedSource } from "./sources.ts";
import type { Style } from "./style.ts";
import type { Cli } from "./terminal.ts";
import type { Given } from "./verb.ts";

/** Words that may follow `options`; the first when none does. */
export const OPTION_ACTIONS = ["show", "diff", "set", "backup", "restore", "factory"] as const;
type Action = typeof OPTION_ACTIONS[number];

const VERB = "options";
const EXIT_CHANGES = 3;
const PROFILE_ENDING = ".ob.yaml";
/** the name under which the recipe gets what the command line wants */
const MADE_UP = `command-line${PROFILE_ENDING}`;

/** What the words have at hand. */
export interface OptionsCall {
  readonly words: readonly string[];
  readonly given: Given;
  readonly cli: Cli;
  readonly plugged: readonly PluggedSource[];
  readonly tool: string;
}

const wrong = (what: string): Error => fault("bad-usage", { what, verb: VERB });

function atMost({ words }: OptionsCall, action: Action, most: number): void {
  const extra = words[most];
  if (extra !== undefined) throw wrong(`options ${action} takes no "${extra}"`);
}

function show(call: OptionsCall): Promise<number> {
  atMost(call, "show", 0);
  return withBench(call.given, VERB, "attach", call.plugged, async ({ flash }) => {
    using report = new Report(call.cli, call.given);
    const now = await flash.readOptions();
    for (const line of optionLines(now, report.style)) report.line(line);
    report.result(optionsJson(now));
    return 0;
  });
}

interface FieldDifference {
  readonly field: string;
  readonly register: string;
  readonly is: number;
  readonly wanted: number;
  readonly isText: string;
  readonly wantedText: string;
  readonly means: string;
}

/** Fields that are not as wanted; all values of RDP but two are level 1, and the same. */
function differences(
  chip: Chip,
  now: OptionBytes,
  wanted: Readonly<Record<string, number>>,
): readonly FieldDifference[] {
  const { field: rdp, level0, level2 } = chip.family.readProtection;
  const level = (v: number) => v === level0 ? 0 : v === level2 ? 2 : 1;
  return Object.entries(wanted).flatMap(([name, value]) => {
    const field = chip.sub.options[name];
    const is = now.fields[name];
    if (!field || !is || is.value === value) return [];
    if (name === rdp && level(is.value) === level(value)) return [];
    return [{
      field: name,
      register: field.register,
      is: is.value,
      wanted: value,
      isText: is.text,
      wantedText: optionText(field, value),
      means: field.means,
    }];
  });
}

function diffLines(all: readonly FieldDifference[], what: string, s: Style): string[] {
  if (all.length === 0) return [s.green(`as ${what} wants them`)];
  return [
    ...all.map((d) =>
      s.yellow(`! ${d.register}.${d.field}`.padEnd(22)) +
      ` ${d.isText} -> ${d.wantedText}   ${s.dim(d.means)}`
    ),
    "",
    s.yellow(`${all.length} ${all.length === 1 ? "field differs" : "fields differ"} from ${what}`),
  ];
}

async function diff(call: OptionsCall): Promise<number> {
  atMost(call, "diff", 1);
  const [file] = call.words;
  const profile = file === undefined ? undefined : await readProfile(file, await readText(file));
  return await withBench(call.given, VERB, "attach", call.plugged, async ({ flash, chip }) => {
    using report = new Report(call.cli, call.given);
    const now = await flash.readOptions();
    const factory = decodeOptions(chip, chip.sub.factory).fields;
    const wanted = file === undefined
      ? Object.fromEntries(now.notFactory.map((n) => [n, factory[n]?.value ?? 0]))
      : profileWishes(profile, chip);
    const all = differences(chip, now, wanted);
    const against = file ?? "factory";
    for (const l of diffLines(all, against, report.style)) report.line(l);
    const exit = all.length > 0 && call.given.flag("detailed-exit") ? EXIT_CHANGES : 0;
    return report.end({ against, same: all.length === 0, differences: all }, exit);
  });
}

/** Runs set-option-bytes; `profile` is a file, or one that is made up. */
function bring(call: OptionsCall, profile?: string, text?: string): Promise<number> {
  const { given } = call;
  const backup = given.text("backup");
  return runOnBoard(
    {
      verb: VERB,
      recipe: "set-option-bytes",
      inputs: {
        ...(profile === undefined ? {} : { profile }),
        ...(backup === undefined ? {} : { backup }),
      },
      tool: call.tool,
      showPlan: true,
      ...(text === undefined || profile === undefined
        ? {}
        : { files: { [profile]: new TextEncoder().encode(text) } }),
    },
    given,
    call.cli,
    call.plugged,
  );
}

function set(call: OptionsCall): Promise<number> {
  const wishes = optionWishes(call.words);
  if (wishes.sealing.length === 0) return bring(call, MADE_UP, profileOfWishes(wishes.values));
  const { given, cli, plugged, tool } = call;
  for (const name of ["run-folder", "runs", "set", "set-target", "backup"]) {
    if (!given.flag(name)) continue;
    throw wrong(
      `--${name} is none of what ${wishes.sealing[0]} takes: it is done outside of recipes`,
    );
  }
  return sealOnBoard({ wishes, tool }, given, cli, plugged);
}

function backup(call: OptionsCall): Promise<number> {
  atMost(call, "backup", 0);
  const to = call.given.text("output") ?? call.given.text("backup");
  if (to === undefined) throw wrong("options backup needs -o FILE.ob.yaml, or -o FOLDER/");
  if (!to.endsWith("/") && !to.endsWith(PROFILE_ENDING)) {
    throw wrong(`"${to}" is no name for option bytes: end it in ${PROFILE_ENDING}, or in /`);
  }
  return runOnBoard(
    { verb: VERB, recipe: "backup-option-bytes", inputs: { to }, tool: call.tool },
    call.given,
    call.cli,
    call.plugged,
  );
}

/** A file that is wrong for every part is known before a board is touched. */
async function requireProfile(file: string): Promise<void> {
  const profile = await readProfile(file, await readText(file));
  const faults = FAMILIES.flatMap((family) =>
    family.subFamilies.map((sub) => {
      try {
        profileWishes(profile, { family, sub, flashKiB: Math.max(...sub.flashSizesKiB) });
        return undefined;
      } catch (error) {
        if (error instanceof Fault) return error;
        throw error;
      }
    })
  );
  const bad = faults.find((f) => f?.slug === "bad-option-profile");
  if (bad && faults.every((f) => f !== undefined)) throw bad;
}

async function restore(call: OptionsCall): Promise<number> {
  atMost(call, "restore", 1);
  const [file] = call.words;
  if (file === undefined) throw wrong("options restore needs the file that options backup wrote");
  if (file.endsWith(PROFILE_ENDING)) await requireProfile(file);
  return await bring(call, file);
}

function factory(call: OptionsCall): Promise<number> {
  atMost(call, "factory", 0);
  return bring(call);
}

const RUN: Readonly<Record<Action, (call: OptionsCall) => Promise<number>>> = {
  show,
  diff,
  set,
  backup,
  restore,
  factory,
};

/** Runs what the first word says. Gives the exit code. */
export async function runOptions(action: string | undefined, call: OptionsCall): Promise<number> {
  const known = OPTION_ACTIONS.find((a) => a === (action ?? OPTION_ACTIONS[0]));
  if (known === undefined) {
    throw wrong(`"${action}" is none of: ${OPTION_ACTIONS.join(", ")}`);
  }
  return await RUN[known](call);
}

/** Names that `options set` takes, with what they are for. */
export const optionHelp = (): string => {
  const all = new Map(
    FAMILIES.flatMap((f) => f.subFamilies).flatMap((s) =>
      Object.entries(s.options).map(([name, o]) => [name, o] as const)
    ),
  );
  return [...all].map(([name, o]) => {
    const words = Object.keys(o.names ?? {});
    return `  ${name.padEnd(11)} ${o.means}${words.length > 0 ? ` (${words.join(", ")})` : ""}`;
  }).join("\n");
};
