/** The journal of this machine: one file that only grows, forced to the disk line by line, and what undo needs. */
import {
  type Bench,
  type Intent,
  type IntentOutcome,
  type Journal,
  Journalist,
  ulid,
} from "../recipe/mod.ts";
import { appendLine, writeDurably } from "./durable.ts";
import { fault } from "./faults.ts";
import { whyNot } from "./files.ts";
import type { OpenedSource } from "./sources.ts";
import type { Given, OptionSpec } from "./verb.ts";

/** An entry: what is about to be written, or what came of it. */
export type JournalEntry = Intent | IntentOutcome;

/** The option that names the folder. */
export const JOURNAL_OPTION: OptionSpec = {
  flags: "--journal <folder>",
  summary: "where what is about to be overwritten is noted; PROBEKIT_JOURNAL when absent",
};

/** kept pieces of flash: the oldest beyond these go */
const MOST_KEPT = 64;

/** Where the journal of this call is; undefined for a board that ends with the command. */
export function journalFolder(given: Given, opened: OpenedSource): string | undefined {
  const named = given.text("journal") ?? (Deno.env.get("PROBEKIT_JOURNAL") || undefined);
  if (named !== undefined) return named;
  if (opened.journal !== undefined) return opened.journal ?? undefined;
  const state = Deno.env.get("XDG_STATE_HOME") || Deno.env.get("LOCALAPPDATA");
  if (state) return `${state}/probekit`;
  const home = Deno.env.get("HOME");
  return home ? `${home}/.local/state/probekit` : ".probekit/journal";
}

/** The journal of this call, if its board has one. */
export function journalOf(given: Given, opened: OpenedSource): FileJournal | undefined {
  const folder = journalFolder(given, opened);
  return folder === undefined ? undefined : new FileJournal(folder);
}

/** The journal as a session without a recipe uses it; `what` stands in place of the recipe's name. */
export const journalistOf = (
  given: Given,
  opened: OpenedSource,
  bench: Bench,
  what: string,
  tool: string,
): Journalist =>
  new Journalist(journalOf(given, opened), bench, {
    run: ulid(Date.now(), (count) => crypto.getRandomValues(new Uint8Array(count))),
    tool,
    recipe: what,
    nowMs: () => Date.now(),
  });

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;

/** A line, or undefined for one that a crash has cut short or that a newer version wrote. */
function entryOf(line: string): JournalEntry | undefined {
  try {
    const x: unknown = JSON.parse(line);
    if (!isObject(x) || typeof x["id"] !== "string") return undefined;
    if (!String(x["journal"]).startsWith("1.")) return undefined;
    return x["kind"] === "intent" || x["kind"] === "outcome" ? x as never : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 as hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}

const notNoted = (file: string, e: unknown): Error =>
  fault("journal-not-written", { file, why: whyNot(e) }, {
    cause: e,
    board: { state: "untouched", text: "nothing was written" },
  });

/** See the file's comment. */
export class FileJournal implements Journal {
  readonly file: string;
  constructor(readonly folder: string) {
    this.file = `${folder.replace(/\/$/, "")}/journal.jsonl`;
  }

  #append(entry: JournalEntry): void {
    try {
      appendLine(this.file, JSON.stringify(entry));
    } catch (e) {
      throw notNoted(this.file, e);
    }
  }

  intent(entry: Intent): Promise<void> {
    return Promise.resolve().then(() => this.#append(entry));
  }
  outcome(entry: IntentOutcome): Promise<void> {
    return Promise.resolve().then(() => this.#append(entry));
  }

  /** All entries, oldest first; none when there is no journal yet. Fault: journal-not-written. */
  async entries(): Promise<readonly JournalEntry[]> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.file);
    } catch (e) {
      if (e instanceof Deno.errors.NotFound) return [];
      throw notNoted(this.file, e);
    }
    return text.split("\n").flatMap((line) => entryOf(line) ?? []);
  }

  /** Open intents of all chips, oldest first. */
  async everyOpen(): Promise<readonly Intent[]> {
    const open = new Map<string, Intent>();
    for (const e of await this.entries()) {
      if (e.kind === "intent") open.set(e.id, e);
      else if (e.result !== "unknown") open.delete(e.id);
    }
    return [...open.values()];
  }

  async open(uid: string): Promise<readonly Intent[]> {
    return (await this.everyOpen()).filter((i) => i.uid === uid);
  }

  async keep(bytes: Uint8Array): Promise<{ file: string; sha256: string }> {
    const digest = await sha256(bytes);
    const folder = `${this.folder.replace(/\/$/, "")}/flash`;
    const file = `${folder}/${digest}.bin`;
    try {
      Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeDurably(file, bytes);
      await this.#thin(folder);
    } catch (e) {
      throw notNoted(file, e);
    }
    return { file, sha256: digest };
  }

  /** Takes the oldest pieces away; what an open intent needs stays. */
  async #thin(folder: string): Promise<void> {
    const files = [...Deno.readDirSync(folder)].filter((f) => f.name.endsWith(".bin"))
      .map((f) => `${folder}/${f.name}`);
    if (files.length <= MOST_KEPT) return;
    const open = await this.everyOpen();
    const needed = new Set(open.flatMap((i) => (i.kept ?? []).map((k) => k.file)));
    const age = (f: string): number => Deno.statSync(f).mtime?.getTime() ?? 0;
    const old = files.filter((f) => !needed.has(f)).sort((a, b) => age(a) - age(b));
    for (const f of old.slice(0, files.length - MOST_KEPT)) Deno.removeSync(f);
  }
}
