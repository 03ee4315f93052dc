/** `probekit undo`: what a run overwrote, back from the journal; as a recipe, made for this one board. */
import { getField } from "../base/mod.ts";
import type { Chip } from "../chip/mod.ts";
import { type CheckedRecipe, type Intent, lintRecipe, recipeFault } from "../recipe/mod.ts";
import { withBench } from "./board.ts";
import { readBytes } from "./files.ts";
import { type FileJournal, type JournalEntry, journalOf, sha256 } from "./journal.ts";
import { profileOfWishes } from "./option_wishes.ts";
import { Report } from "./report.ts";
import { runOnBoard } from "./run.ts";
import { type UndoOrder, undoOrder } from "./undo_order.ts";
import type { PluggedSource } from "./sources.ts";
import type { Cli } from "./terminal.ts";
import type { Given } from "./verb.ts";

const PROFILE = "undo.ob.yaml";
/** option bytes that have to wait for flash */
const LATER = "undo-later.ob.yaml";
/** all of them, as they are to be in the end */
const WHOLE = "undo-whole.ob.yaml";

/** What a run did to this chip, by its intents. */
interface Past {
  readonly run: string;
  readonly intents: readonly Intent[];
  /** it was interrupted, and nothing has settled that since */
  readonly open: boolean;
}
/** What brings it back. */
export interface UndoPlan {
  readonly run: string;
  readonly what: string;
  /** option fields as they were; empty when the run changed none */
  readonly options: Readonly<Record<string, number>>;
  readonly flash: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** what cannot be brought back, in words */
  readonly not: readonly string[];
  /** option registers as an undo of this run found them that was cut short; empty when none was */
  readonly found: NonNullable<Intent["before"]>;
}

/** Intents of this chip that reached it, run by run, oldest first. */
function pastOf(entries: readonly JournalEntry[], uid: string): readonly Past[] {
  const refused = new Set(
    entries.flatMap((e) => e.kind === "outcome" && e.result === "not-done" ? [e.id] : []),
  );
  const runs = new Map<string, Intent[]>();
  for (const e of entries) {
    if (e.kind !== "intent" || e.uid !== uid || refused.has(e.id)) continue;
    runs.set(e.run, [...runs.get(e.run) ?? [], e]);
  }
  const closed = new Set(
    entries.flatMap((e) => e.kind === "outcome" && e.result !== "unknown" ? [e.id] : []),
  );
  return [...runs].map(([run, intents]) => ({
    run,
    intents,
    open: intents.some((i) => !closed.has(i.id)),
  }));
}

const UNDO = "undo-";
const recipeName = (run: string): string => UNDO + run.toLowerCase();

/** The last run; one that was itself an undo and was interrupted means: go on with that. */
function wantedLast(pasts: readonly Past[]): Past | undefined {
  const last = pasts.at(-1);
  const recipe = last?.intents[0]?.recipe;
  if (!last?.open || !recipe?.startsWith(UNDO)) return last;
  return pasts.find((p) => recipeName(p.run) === recipe) ?? last;
}

function pick(pasts: readonly Past[], run: string | undefined, folder: string): Past {
  const found = run === undefined
    ? wantedLast(pasts)
    : pasts.find((p) => p.run.toLowerCase() === run.toLowerCase());
  if (found) return found;
  const why = run === undefined
    ? "no run has overwritten anything on this chip"
    : pasts.length === 0
    ? `no run has overwritten anything on this chip, ${run} neither`
    : `run ${run} has overwritten nothing on this chip; these have: ${
      pasts.map((p) => p.run).join(", ")
    }`;
  throw recipeFault("nothing-to-undo", { why, folder });
}

/** Registers before the first write of an undo that is under way: it may have opened what it has to close. */
function foundByCutUndo(pasts: readonly Past[], run: string): UndoPlan["found"] {
  const isUndo = (p: Past | undefined) => p?.intents[0]?.recipe === recipeName(run);
  if (!isUndo(pasts.at(-1))) return {}; // cut between two writes it leaves nothing open
  const from = pasts.findLastIndex((p) => !isUndo(p)) + 1;
  const all = pasts.slice(from).flatMap((p) => p.intents);
  return all.find((i) => i.what === "options")?.before ?? {};
}

const word = (registers: Intent["before"], name: string): number | undefined => {
  const text = registers?.[name];
  return text === undefined ? undefined : Number(text);
};

/** Fields that the run changed, as they were before its first write. */
function optionsBefore(
  chip: Chip,
  { intents }: Past,
  not: string[],
): Readonly<Record<string, number>> {
  const all = intents.filter((i) => i.what === "options");
  const [first, last] = [all[0], all.at(-1)];
  const out: Record<string, number> = {};
  for (const [name, f] of Object.entries(chip.sub.options)) {
    const before = word(first?.before, f.register);
    const after = word(last?.wanted, f.register);
    if (before === undefined || after === undefined) continue;
    const was = getField(before, f.bits);
    if (was === getField(after, f.bits)) continue;
    if (f.guarded !== undefined) not.push(`${name}: ${f.guarded}`);
    else out[name] = was;
  }
  const { field } = chip.family.readProtection;
  if (field in out && all.some((i) => i.mass_erase)) {
    delete out[field];
    not.push(
      `the flash: going to RDP level 0 erased it, and at level 1 nobody could read it before`,
      `RDP level 1: it would protect an empty chip; probekit options set RDP=level1 sets it`,
    );
  }
  return out;
}

/** Flash as it was, where it was kept and the file is what it was. */
async function flashBefore({ intents }: Past, not: string[]): Promise<UndoPlan["flash"]> {
  const out = new Map<number, { at: number; bytes: Uint8Array }>();
  for (const i of intents.filter((i) => i.what === "flash")) {
    if (!i.kept) not.push(`flash: what ${i.text.replace(/ were .*/, "")} held was not kept`);
    for (const k of i.kept ?? []) {
      const bytes = await readBytes(k.file).catch(() => undefined);
      if (bytes === undefined) not.push(`flash: ${k.file} is gone`);
      else if (await sha256(bytes) !== k.sha256) not.push(`flash: ${k.file} was changed`);
      else if (!out.has(k.at)) out.set(k.at, { at: k.at, bytes });
    }
  }
  return [...out.values()];
}

/** What brings a run's losses back. Faults: nothing-to-undo, cannot-undo. */
export async function planUndo(
  journal: FileJournal,
  chip: Chip,
  run?: string,
): Promise<UndoPlan> {
  const pasts = pastOf(await journal.entries(), chip.uid);
  const past = pick(pasts, run, journal.folder);
  const forEver = past.intents.find((i) => i.effect === "irreversible");
  if (forEver) throw recipeFault("cannot-undo", { run: past.run, why: "what it did is for ever" });
  const not: string[] = [];
  const options = optionsBefore(chip, past, not);
  const flash = await flashBefore(past, not);
  if (Object.keys(options).length === 0 && flash.length === 0) {
    const why = not.length > 0 ? not.join("; ") : "it changed nothing that lasts";
    throw recipeFault("cannot-undo", { run: past.run, why });
  }
  const [first] = past.intents;
  const what = `${first?.recipe ?? ""} of ${first?.at.slice(0, 16).replace("T", " ") ?? ""} UTC`;
  return { run: past.run, what, options, flash, not, found: foundByCutUndo(pasts, past.run) };
}

const address = (at: number): string => `0x${at.toString(16).toUpperCase().padStart(8, "0")}`;
const pieceName = (at: number): string => `undo-${address(at)}.bin`;

const any = (fields: Readonly<Record<string, number>>): boolean => Object.keys(fields).length > 0;
const ensureOptions = (id: string, profile: string): readonly string[] => [
  `  - id: ${id}`,
  "    uses: option-bytes.ensure",
  `    with: { profile: ${profile}, max_rdp: 1 }`,
  "    timeout: 60s",
];

/** The recipe: for this chip only, flash between what lets it be written and what does not, all of it read back. */
function recipeText(uid: string, plan: UndoPlan, { first, last }: UndoOrder): string {
  return [
    "recipe: v1",
    `name: ${recipeName(plan.run)}`,
    `summary: Bring back what run ${plan.run} overwrote.`,
    "effect: destructive",
    "target:",
    '  chips: ["*"]',
    "  attach: under-reset",
    "  leave: as-found",
    "inputs:",
    "  allow_erase: { type: bool, default: false, summary: Accept the mass erase of lowering RDP }",
    "steps:",
    "  - id: chip",
    "    uses: chip.identify",
    "  - id: same",
    `    require: steps.chip.uid == '${uid}'`,
    `    message: this is another chip than the one run ${plan.run} wrote to`,
    ...(any(first) ? ensureOptions("options", PROFILE) : []),
    ...plan.flash.flatMap(({ at }, i) => [
      `  - id: flash${i + 1}`,
      "    uses: flash.ensure",
      "    with:",
      `      image: ${pieceName(at)}`,
      `      base: ${address(at)}`,
      "      hardware_watchdog: accept",
      "    timeout: 5m",
    ]),
    ...(any(last) ? ensureOptions("options_later", LATER) : []),
    ...(any(first) || any(last)
      ? [
        "  - id: options_are_back",
        "    uses: option-bytes.verify",
        `    with: { profile: ${WHOLE} }`,
      ]
      : []),
    ...plan.flash.flatMap(({ at }, i) => [
      `  - id: flash${i + 1}_is_back`,
      "    uses: flash.verify",
      `    with: { image: ${pieceName(at)}, base: ${address(at)} }`,
    ]),
    "",
  ].join("\n");
}

/** What undoing takes, looked up on the board that is there. */
async function lookUp(
  given: Given,
  plugged: readonly PluggedSource[],
): Promise<{ chip: Chip; plan: UndoPlan; order: UndoOrder; checked: CheckedRecipe }> {
  return await withBench(given, "undo", "attach", plugged, async ({ chip, flash }, opened) => {
    const journal = journalOf(given, opened);
    if (!journal) {
      const why = "this virtual board ends with the command; one with state=FILE has a journal";
      throw recipeFault("nothing-to-undo", { why, folder: "no folder" });
    }
    const plan = await planUndo(journal, chip, given.text("run"));
    const stretches = plan.flash.map(({ at, bytes }) => ({ at, length: bytes.length }));
    const now = await flash.readOptions();
    const order = undoOrder(chip, { now, found: plan.found }, plan.options, stretches);
    const text = recipeText(chip.uid, plan, order);
    return { chip, plan, order, checked: await lintRecipe({ file: "undo.yaml", text }) };
  });
}

/** Undoes a run. Gives the exit code. */
export async function undoOnBoard(
  tool: string,
  given: Given,
  cli: Cli,
  plugged: readonly PluggedSource[],
): Promise<number> {
  const { chip, plan, order, checked } = await lookUp(given, plugged);
  {
    using report = new Report(cli, given);
    report.line(`Undoes run ${plan.run}, ${plan.what}`);
    for (const n of plan.not) report.warn(`not brought back: ${n}`);
  }
  const profile = (fields: UndoOrder["first"]): Uint8Array =>
    new TextEncoder().encode(profileOfWishes(fields, [chip.sub]));
  const files = {
    [PROFILE]: profile(order.first),
    [LATER]: profile(order.last),
    [WHOLE]: profile({ ...order.first, ...order.last }),
    ...Object.fromEntries(plan.flash.map(({ at, bytes }) => [pieceName(at), bytes])),
  };
  const json = (result: object) => ({ ...result, undoes: plan.run, notBroughtBack: plan.not });
  const call = { verb: "undo", recipe: "undo", checked, files, inputs: {}, tool, json };
  return await runOnBoard({ ...call, showPlan: true }, given, cli, plugged);
}
