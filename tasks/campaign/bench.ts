/** One virtual board of the campaign: made, cut, healed, and asked whether it is as wanted. */
import { openBench, type Run, runRecipe, type RunResult } from "../../mod.ts";
import { checkedRecipe } from "../../src/cli/mod.ts";
import {
  boardParts,
  BOARDS,
  type BoardSpec,
  type Scenario,
  SCENARIOS,
  sourceOf,
  type Urb,
  VirtualBoard,
} from "../../src/sim/mod.ts";

/** What is done to a board. */
export const VERBS = ["recover", "flash"] as const;
/** See {@link VERBS}. */
export type VerbName = typeof VERBS[number];
/** How a run is cut short. */
export const CUTS = ["unplug", "kill", "brown-out", "lost-out", "lost-in"] as const;
/** See {@link CUTS}. */
export type CutKind = typeof CUTS[number];

/** One board in one scenario under one verb. */
export interface Case {
  readonly scenario: string;
  readonly verb: VerbName;
  /** where the board's supply comes from */
  readonly supply: "usb" | "own";
  /** instead of the board that the scenario comes with */
  readonly board?: string;
}

/** A cut: what, and at which bulk transfer, counted from 1. */
export interface Cut {
  readonly kind: CutKind;
  readonly at: number;
}

/** ms that the supply is away in a brown-out */
const BROWN_MS = 5;
const SMALL_KB = 64;
const BASE = 0x0800_0000;
const IMAGE_BYTES = 33 * 1024; // a whole sector and some of the next
const AT_33S = 33_000;

/** Thrown instead of a transfer once the process is dead. */
class Killed extends Error {
  override readonly name = "Killed";
}

/** The board a scenario fits, with as little flash as its family has parts with, so that a run is short. */
function specOf(scenario: Scenario, board: string | undefined): BoardSpec {
  const name = board !== undefined
    ? board
    : scenario.needs === "pcrop"
    ? "nucleo-f722ze"
    : scenario.needs === "dual-bank"
    ? "nucleo-f767zi"
    : "stm32f746g-disco";
  const spec = BOARDS.find((b) => b.name === name);
  if (spec === undefined) throw new Error(`no board ${name}`);
  if (spec.chip.silicon.options.dualBank) return spec; // only the 2 MiB part's banks are certain
  const { chip } = spec;
  const identity = { ...chip.identity, sizeKb: SMALL_KB };
  return { ...spec, chip: { ...chip, flashKb: SMALL_KB, identity } };
}

/** A program that loops, filled up so that every word has something to program. */
export function image(): Uint8Array {
  const bytes = Uint8Array.from({ length: IMAGE_BYTES }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xFF);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2001_0000, true);
  for (let i = 1; i < 126; i++) view.setUint32(4 * i, BASE + 0x201, true);
  view.setUint16(0x200, 0xE7FE, true); // b .
  return bytes;
}

/** How a run ended. */
export type Ended = { readonly killed: true } | {
  readonly killed: false;
  readonly result: RunResult;
};

/** See the head of the file. */
export class CampaignBoard {
  readonly board: VirtualBoard;
  /** option words as they were found */
  readonly found: readonly number[];
  /** bulk transfers since the board was made */
  transfers = 0;
  readonly #foundFlash: Uint8Array;
  /** OPTCR2 as found: nobody writes it unasked */
  readonly #found2: number;
  #dead = false;
  #optionWrites = 0;
  #storedBefore: readonly number[] = [];
  constructor(readonly what: Case, seed: number) {
    const scenario = SCENARIOS.find((s) => s.name === what.scenario);
    if (scenario === undefined) throw new Error(`no scenario ${what.scenario}`);
    const { supply, board } = what;
    this.board = new VirtualBoard(
      { spec: specOf(scenario, board), scenario, seed, supply },
      boardParts(),
    );
    this.found = [...this.board.chip.options.storage];
    this.#foundFlash = this.board.flash;
    this.#found2 = this.board.chip.options.loaded.OPTCR2;
    this.#count(undefined);
  }

  #count(cut: Cut | undefined): void {
    this.transfers = 0;
    this.board.usb.meddler = (urb, deliver) => {
      if (this.#dead) throw new Killed();
      if (++this.transfers === cut?.at) this.#strike(cut.kind, urb, deliver);
      else deliver(urb);
    };
  }

  #strike(kind: CutKind, urb: Urb, deliver: (urb: Urb) => void): void {
    const { board } = this;
    switch (kind) {
      case "unplug":
        return board.unplug();
      case "kill":
        this.#dead = true;
        throw new Killed();
      case "brown-out":
        this.brownOut();
        return deliver(urb);
      case "lost-out": // the host believes it sent
        return urb.in ? deliver(urb) : urb.done(0, new Uint8Array(0), urb.data.length);
      case "lost-in": // the answer is fetched and lost on the way
        return deliver(urb.in ? { ...urb, done: () => {} } : urb);
    }
  }

  /** Option words as the write under way would leave them; meaningful inside one. */
  get written(): readonly number[] {
    const { options } = this.board.chip;
    return [...options.encode(options.shadow)];
  }
  /** Option words as they were when the write under way began. */
  get stored(): readonly number[] {
    return this.#storedBefore;
  }
  /** The supply goes and is back after some ms; meanwhile the option words are what silicon may have left. */
  brownOutLeaving(words: readonly number[]): void {
    this.brownOut();
    this.board.chip.options.storage.set(words);
  }
  /** Whether nothing outlasting was changed: option words and flash are as they were found. */
  get untouched(): boolean {
    const { options, cells } = this.board.chip;
    return this.found.every((w, i) => w === options.storage[i]) &&
      this.#foundFlash.every((b, i) => b === cells.bytes[i]);
  }

  /** The supply goes and is back after some ms. */
  brownOut(): void {
    const { board } = this;
    const { volts } = board;
    board.chip.setVolts(0);
    board.chip.time.at(board.chip.time.now + BROWN_MS * 1e6, () => board.chip.setVolts(volts));
  }

  /** How many option writes there were. */
  get optionWrites(): number {
    return this.#optionWrites;
  }
  /** Calls `act` when that share (0 … 1) of the last `tailNs` of the n-th option write has passed. */
  duringOptions(nth: number, share: number, tailNs: number, act: () => void): void {
    const { chip } = this.board;
    const { operations } = chip.flash;
    const start = operations.startOptions.bind(operations);
    operations.startOptions = () => {
      this.#storedBefore = [...chip.options.storage];
      start();
      if (operations.running !== "options" || this.#optionWrites++ !== nth) return;
      const end = operations.busyUntil;
      const from = Math.max(chip.time.now, end - tailNs);
      chip.time.at(Math.floor(from + share * (end - from)), act);
    };
  }

  /** Runs the verb as a new process would; with a cut it may end anyhow. */
  async run(cut?: Cut): Promise<Ended> {
    this.#dead = false;
    this.#count(cut);
    const { verb } = this.what;
    const source = sourceOf([this.board]);
    const bytes = image();
    const inputs = verb === "recover"
      ? { allow_erase: true, backup: "backup" }
      : { image: "image.bin", base: "0x08000000" };
    const checked = await recipe(verb);
    const run: Run = runRecipe(checked, inputs, {
      open: (wish) => openBench({ source, ...wish }),
      files: {
        bytes: async (path) => path === "image.bin" ? bytes : await Deno.readFile(path),
      },
      write: () => Promise.resolve(),
      confirm: () => Promise.resolve(true),
      powerCycle: (offMs) => Promise.resolve(this.board.powerCycle(offMs)),
      tool: "campaign",
      wallMs: () => 0,
    });
    try {
      return { killed: false, result: await run.result };
    } catch (error) {
      if (!(error instanceof Killed) && !this.#dead) throw error;
      return { killed: true };
    } finally {
      this.#dead = false;
    }
  }

  /** What a person does before the second try: plugs in again; nothing else. */
  heal(): void {
    this.board.replug();
    const { operations } = this.board.chip.flash;
    // whoever plugs, or starts a command again, is slower than flash
    for (let ms = 0; operations.busy && ms < AT_33S; ms += 100) this.board.run(100);
    this.board.run(BROWN_MS + 1);
  }

  /** Whether nobody will ever reach this chip again. */
  get sealed(): boolean {
    const { options } = this.board.chip;
    return options.level === 2 || ((options.storage[0] ?? 0) & 0xFF00) === 0xCC00;
  }

  /** Why the board is not as the verb wants it; undefined when it is. */
  get amiss(): string | undefined {
    const { chip } = this.board;
    if (this.sealed) return "RDP level 2";
    const words = [...chip.options.storage];
    const { factory, pcrop } = chip.config.silicon.options;
    const { verb } = this.what;
    // PCROP_RDP without a sector in PCROP closes nothing
    const codes = [this.#found2, 0, 0x8000_0000];
    const wanted = verb === "flash"
      ? [this.found]
      : codes.map((OPTCR2) => [...chip.options.encode({ ...factory, OPTCR2 })]);
    const used = pcrop ? 6 : 4;
    const { loaded } = chip.options; // a damaged last word closes nothing either
    const open = verb === "recover" && pcrop && (loaded.OPTCR2 & 0xFF) === 0 ? 4 : used;
    const { mask } = chip.config.silicon.options;
    const loads = (word: number, i: number): boolean => {
      const is = words[i] ?? 0;
      // a word that does not match its complement is loaded as all ones, which may be what is wanted
      const kept = i === 0 ? mask & 0xFFFF : i === 1 ? mask >>> 16 : 0xFFFF;
      return word === is || ((is >>> 16) !== (~is & 0xFFFF) && (~word & kept) === 0);
    };
    if (!wanted.some((w) => w.slice(0, open).every(loads))) {
      return `option words ${words.map((w) => w.toString(16)).join(" ")}`;
    }
    if (verb === "recover") return chip.options.level === 0 ? undefined : "options not loaded";
    const at = image().findIndex((b, i) => chip.cells.bytes[i] !== b);
    return at < 0 ? undefined : `flash differs at ${(BASE + at).toString(16)}`;
  }
}

const recipes = new Map<VerbName, ReturnType<typeof checkedRecipe>>();
function recipe(verb: VerbName): ReturnType<typeof checkedRecipe> {
  const known = recipes.get(verb) ??
    checkedRecipe(verb === "recover" ? "recover-option-bytes" : "flash");
  recipes.set(verb, known);
  return known;
}
