/** Write-ahead journal: what a run is about to overwrite is on disk before it is, and what came of it after. */
import { type Effect, Fault, hex } from "../base/mod.ts";
import type { OptionBytes } from "../flash/mod.ts";
import type { Bench } from "./bench.ts";
import { fault } from "./faults.ts";

/** A stretch of flash. */
export interface JournalRange {
  readonly at: number;
  readonly length: number;
}
/** What was there, in a file. */
export interface KeptRange extends JournalRange {
  readonly file: string;
  readonly sha256: string;
}

/** What a deed says before it writes. */
export interface IntentBody {
  readonly what: "options" | "flash";
  readonly effect: Effect;
  /** in words, as what follows "when": `sectors 0..3 were being written` */
  readonly text: string;
  /** option registers as they were read, and as they are to be */
  readonly before?: Readonly<Record<string, string>>;
  readonly wanted?: Readonly<Record<string, string>>;
  /** the write erases all flash */
  readonly mass_erase?: true;
  /** flash that will be erased or programmed */
  readonly ranges?: readonly JournalRange[];
}
/** One intent, as it stands in the journal. */
export interface Intent extends IntentBody {
  readonly journal: "1.0";
  readonly kind: "intent";
  /** `01KAR…-1` */
  readonly id: string;
  readonly run: string;
  /** UTC */
  readonly at: string;
  readonly tool: string;
  readonly uid: string;
  readonly chip: string;
  readonly probe: string;
  readonly recipe: string;
  readonly step: string;
  /** what those ranges held, where it could be kept */
  readonly kept?: readonly KeptRange[];
}

/** done: read back; not-done: refused before anything was written; settled: read by a later run. */
export type IntentResult = "done" | "not-done" | "unknown" | "settled";
/** What came of an intent. One that is `unknown`, or that has none, is open. */
export interface IntentOutcome {
  readonly journal: "1.0";
  readonly kind: "outcome";
  readonly id: string;
  readonly at: string;
  readonly result: IntentResult;
  readonly text: string;
  /** run that read it, when it is another */
  readonly run: string;
  /** option registers as read */
  readonly after?: Readonly<Record<string, string>>;
}

/** Where intents go. What it is given is on the disk, and not only in its cache, before it resolves. */
export interface Journal {
  intent(entry: Intent): Promise<void>;
  outcome(entry: IntentOutcome): Promise<void>;
  /** Intents for this chip that are open, oldest first. */
  open(uid: string): Promise<readonly Intent[]>;
  /** Keeps bytes for `undo`; gives where. */
  keep(bytes: Uint8Array): Promise<{ readonly file: string; readonly sha256: string }>;
}

/** Flash as it was, to be kept before it is erased. */
export type Keeping = () => Promise<readonly { readonly at: number; readonly bytes: Uint8Array }[]>;

/** What a step has made certain, once it ended well. */
export interface Settles {
  readonly options?: true;
  readonly flash?: readonly JournalRange[];
}

/** Who writes, for every entry of one run. */
export interface JournalRun {
  readonly run: string;
  readonly tool: string;
  readonly recipe: string;
  nowMs(): number;
  /** takes secrets out of what is written */
  told?(text: string): string;
}

/** Option registers as texts. */
export const registerTexts = (
  registers: Readonly<Record<string, number>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(registers).map(([name, word]) => [name, hex(word)]));

/** How an open intent is told to people. */
export const intentText = (i: Intent): string =>
  `run ${i.run} (${i.at.slice(0, 16).replace("T", " ")} UTC) was interrupted when ${i.text}`;

/** Whether the registers read as the intent wanted them, as they were before, or neither. */
export function optionsVerdict(intent: Intent, now: OptionBytes): "wanted" | "before" | "neither" {
  const words = registerTexts(now.registers);
  const same = (some: Readonly<Record<string, string>> = {}) =>
    Object.entries(some).every(([name, word]) => words[name] === word);
  return same(intent.wanted) ? "wanted" : same(intent.before) ? "before" : "neither";
}

const covers = (ranges: readonly JournalRange[], r: JournalRange): boolean => {
  let from = r.at;
  for (const c of [...ranges].sort((a, b) => a.at - b.at)) {
    if (c.at <= from && c.at + c.length > from) from = c.at + c.length;
  }
  return from >= r.at + r.length;
};

/** The journal as one run uses it; without a journal it only does the work. */
export class Journalist {
  #count = 0;
  #open: readonly Intent[] = [];
  /** ranges of flash that are certain by now */
  readonly #certain: JournalRange[] = [];
  constructor(
    readonly journal: Journal | undefined,
    readonly bench: Bench,
    readonly run: JournalRun,
  ) {}

  /** Intents of this chip that are open. */
  get open(): readonly Intent[] {
    return this.#open;
  }

  #at(): string {
    return new Date(this.run.nowMs()).toISOString();
  }

  /**
   * Open intents of this chip, in words. Fault: unknown-outcome, when one is for ever and this run is to
   * write.
   */
  async begin(writes: boolean): Promise<readonly string[]> {
    this.#open = await this.journal?.open(this.bench.chip.uid) ?? [];
    const forEver = this.#open.find((i) => i.effect === "irreversible");
    if (forEver && writes) {
      throw fault("unknown-outcome", { what: intentText(forEver) }, {
        evidence: [{ what: "journal", value: `intent ${forEver.id} has no outcome` }],
      });
    }
    return this.#open.map((i) =>
      `${intentText(i)}; the chip is read again, and what is left is done`
    );
  }

  /** Does `work` between its intent and its outcome. A fault passes through. */
  async write<T>(
    step: { readonly id: string },
    body: IntentBody,
    work: () => Promise<T>,
    keep?: Keeping,
  ): Promise<T> {
    const { journal } = this;
    if (!journal) return await work();
    const intent = await this.#intend(journal, step, body, keep);
    try {
      const done = await work();
      await this.#outcome(journal, intent, "done", "written and read back");
      return done;
    } catch (error) {
      if (error instanceof Fault) await this.#failed(journal, intent, error);
      throw error;
    }
  }

  async #intend(
    journal: Journal,
    step: { readonly id: string },
    body: IntentBody,
    keep: Keeping | undefined,
  ): Promise<Intent> {
    const { bench, run } = this;
    const kept: KeptRange[] = [];
    for (const { at, bytes } of await keep?.() ?? []) {
      kept.push({ at, length: bytes.length, ...await journal.keep(bytes) });
    }
    const intent: Intent = {
      journal: "1.0",
      kind: "intent",
      id: `${run.run}-${++this.#count}`,
      run: run.run,
      at: this.#at(),
      tool: run.tool,
      uid: bench.chip.uid,
      chip: bench.chip.sub.name,
      probe: bench.probe.id.serial,
      recipe: run.recipe,
      step: step.id,
      ...body,
      ...(kept.length > 0 ? { kept } : {}),
    };
    await journal.intent(intent);
    return intent;
  }

  async #failed(journal: Journal, intent: Intent, error: Fault): Promise<void> {
    const untouched = error.options.board?.state === "untouched";
    if (!untouched) this.#open = [...this.#open, intent];
    try {
      const told = this.run.told?.(error.message) ?? error.message;
      await this.#outcome(journal, intent, untouched ? "not-done" : "unknown", told);
    } catch (e) {
      // an intent without an outcome is as open; the first fault is the one to tell
      if (!(e instanceof Fault)) throw e;
    }
  }

  async #outcome(
    journal: Journal,
    intent: Intent,
    result: IntentResult,
    text: string,
    after?: OptionBytes,
  ): Promise<void> {
    await journal.outcome({
      journal: "1.0",
      kind: "outcome",
      id: intent.id,
      at: this.#at(),
      result,
      text,
      run: this.run.run,
      ...(after ? { after: registerTexts(after.registers) } : {}),
    });
  }

  /** A step ended well: what it has made certain closes intents that were open. */
  async settle(by: Settles | undefined, wrote: boolean): Promise<void> {
    const { journal, bench } = this;
    if (!journal || !by) return;
    this.#certain.push(...by.flash ?? []);
    // registers that no reset has loaded may show what was never stored
    const loaded = wrote || bench.found.mode === "under-reset";
    const closes = this.#open.filter((i) =>
      i.what === "flash"
        ? (i.ranges ?? []).every((r) => covers(this.#certain, r))
        : by.options && loaded && i.effect !== "irreversible"
    );
    if (closes.length === 0) return;
    const now = closes.some((i) => i.what === "options")
      ? await bench.flash.readOptions()
      : undefined;
    for (const i of closes) {
      const text = i.what === "flash"
        ? "those sectors are as wanted now"
        : "read again after a reset";
      await this.#outcome(journal, i, "settled", text, i.what === "options" ? now : undefined);
    }
    this.#open = this.#open.filter((i) => !closes.includes(i));
  }

  /** Closes an intent by what a person was shown: `probekit reconcile`. */
  async reconcile(intent: Intent, text: string, after?: OptionBytes): Promise<void> {
    if (this.journal) await this.#outcome(this.journal, intent, "settled", text, after);
    this.#open = this.#open.filter((i) => i.id !== intent.id);
  }
}
