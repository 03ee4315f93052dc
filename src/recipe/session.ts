/** One run from opening the probe to leaving the board: what is checked, asked and done in which order. */
import { type BoardState, type Fault, Fault as FaultClass } from "../base/mod.ts";
import type { Chip } from "../chip/mod.ts";
import type { AttachMode, LeaveMode } from "../cortex/mod.ts";
import type { OptionBytes } from "../flash/mod.ts";
import type { ActIo } from "./acts/act.ts";
import { checkImage } from "./acts/files.ts";
import { agree } from "./agree.ts";
import { type Applied, apply } from "./apply.ts";
import type { Bench } from "./bench.ts";
import * as rules from "./board_rules.ts";
import { agreeForEver } from "./confirm.ts";
import type { RecipeDocument, TargetDocument } from "./document.ts";
import type { EventBody } from "./events.ts";
import { requireHashes } from "./file_digest.ts";
import { fault } from "./faults.ts";
import { Held } from "./held.ts";
import { type GivenInputs, type InputValues, resolveInputs } from "./inputs.ts";
import { Journalist } from "./journal.ts";
import type { CheckedRecipe } from "./lint.ts";
import { makeSafe } from "./make_safe.ts";
import { makePlan, type Plan } from "./plan.ts";
import type { RunEnv, RunOptions } from "./run.ts";
import type { Vault } from "./secret.ts";
import { withSecrets } from "./secret_inputs.ts";
import { sessionIo } from "./session_io.ts";
import { type Desk, newDesk } from "./station.ts";
import { asExpected } from "./stale.ts";
import { requireChip, requireSupply, targetOf } from "./target.ts";
import { parseType } from "./types.ts";
import { LiveView } from "./view.ts";

/** What one run came to. */
export interface SessionEnd {
  plan?: Plan;
  applied?: Applied;
  error?: Fault;
  /** faults of leaving, and those that `finally` or a tolerated step had */
  asides: Fault[];
  board: BoardState;
  left: LeaveMode | undefined;
  chip?: Chip;
  probe?: Bench["probe"]["id"];
  before?: OptionBytes;
  after?: OptionBytes;
  exchanges: number;
  boardMs: number;
  inputs: InputValues;
  files: ReadonlyMap<string, string>;
  overrides: readonly string[];
  desk?: Desk;
}

/** See the file's comment. */
export class Session {
  readonly #files = new Map<string, string>();
  readonly #io: ActIo;
  readonly #held: Held;
  #given: GivenInputs;
  #accepted = false;
  #journal: Journalist | undefined;
  readonly desk: Desk;
  readonly end: SessionEnd;
  readonly #attach: AttachMode;
  readonly #target: TargetDocument;
  constructor(
    readonly checked: CheckedRecipe,
    readonly document: RecipeDocument,
    given: GivenInputs,
    readonly env: RunEnv,
    readonly options: RunOptions,
    readonly emit: (body: EventBody, step?: string) => void,
    readonly startMs: number,
    readonly id: string,
    readonly vault: Vault,
  ) {
    this.#given = given;
    this.#held = new Held(vault, this.#files);
    const { target, attach, overrides } = targetOf(document, env);
    this.desk = newDesk(id, () => env.wallMs?.() ?? Date.now(), env.station);
    this.#target = target;
    this.#attach = attach;
    this.#io = sessionIo(
      env,
      vault,
      this.#files,
      this.#held,
      () => this.#journal?.open ?? [],
      this.desk,
    );
    this.end = {
      asides: [],
      board: { state: "untouched", text: "nothing was written" },
      left: undefined,
      exchanges: 0,
      boardMs: 0,
      inputs: {},
      files: this.#files,
      overrides,
      desk: this.desk,
    };
  }

  #checkpoint = (): void => {
    if (this.env.signal?.aborted) throw fault("interrupted");
  };

  /** Everything; faults end up in `end.error`. */
  async run(): Promise<SessionEnd> {
    try {
      this.#requireRecord();
      rules.requireBoardWords(this.#target, this.env.board);
      this.#given = await withSecrets(this.checked, this.#given, this.env, this.vault);
      this.end.inputs = resolveInputs(this.checked, this.#given);
      await this.#readFiles();
      this.#checkpoint();
      const { speed } = this.end.inputs;
      const hertz = typeof speed === "number" && speed > 0 ? speed : this.env.hertz;
      const bench = await this.env.open({
        attach: this.#attach,
        resets: this.checked.effect !== "read",
        hertz,
        ...rules.restores(this.env.board),
      });
      // what goes to the chip from here on may hold a secret
      if (this.vault.any) this.env.conceal?.();
      this.#held.on(bench.chip, bench.flash.layout);
      await this.#with(bench);
    } catch (error) {
      this.end.error = this.#fault(error);
    }
    return this.end;
  }

  /** Fault: record-impossible. */
  #requireRecord(): void {
    const { document, env, options } = this;
    if (document.record !== "required" || options.dryRun || env.keepRecord) return;
    throw fault("record-impossible", { recipe: document.name });
  }

  #fault(error: unknown): Fault {
    if (!(error instanceof FaultClass)) throw error;
    // a probe that is gone knows neither how little it was asked to do, nor what was done before its last command
    const unsure = this.end.applied ? "untouched" : "unknown";
    return error.options.board?.state === unsure ? error.leaving(this.end.board) : error;
  }

  /** Files that the user named: one that cannot be read, or is damaged, is known before the board is touched. */
  async #readFiles(): Promise<void> {
    for (const [name, value] of Object.entries(this.end.inputs)) {
      const rule = this.document.inputs?.[name];
      if (rule && parseType(rule.type)?.kind === "file" && typeof value === "string") {
        checkImage(value, await this.#io.bytes(value));
      }
    }
    const { document, end: { inputs }, options: { expect } } = this;
    const read = { document, inputs, given: this.#given, files: this.#files };
    requireHashes({ ...read, planned: expect?.files });
  }

  async #with(bench: Bench): Promise<void> {
    const { end } = this;
    const [{ counters }, start] = [bench.probe, bench.clock.now()];
    try {
      try {
        await this.#work(bench);
      } catch (error) {
        end.error = this.#fault(error);
      }
      await this.#leave(bench);
    } finally {
      await bench[Symbol.asyncDispose]();
      end.exchanges = Math.max(counters.exchanges, bench.probe.counters.exchanges);
      end.boardMs = bench.clock.now() - start;
    }
  }

  async #work(bench: Bench): Promise<void> {
    const { end, emit, checked } = this;
    const { chip, volts, found, probe } = bench;
    end.chip = chip;
    end.probe = probe.id;
    const { dryRun = false, expect, savePlan = false } = this.options;
    const journalist = this.#journalist(bench);
    const writes = !dryRun && checked.effect !== "read";
    this.#journal = journalist;
    const open = await journalist.begin(writes);
    emit({
      type: "attached",
      probe: `${probe.id.name} ${probe.id.serial} ${probe.id.firmware}`,
      chip: chip.sub.name,
      uid: chip.uid,
      volts: volts ?? null,
      mode: found.mode,
      notes: [...found.notes, ...probe.lacks, ...open],
    });
    rules.requireOnBoard(this.env.board, bench);
    requireChip(this.document.name, this.#target, chip);
    this.#accepted = true;
    const unmeasured = requireSupply(this.#target, volts);
    if (unmeasured) this.emit({ type: "diagnostic", diagnostic: unmeasured });
    const live = new LiveView(bench);
    end.before = await live.options();
    end.inputs = resolveInputs(checked, this.#given, chip);
    await this.#readFiles();
    // what only reads is not looked at twice
    const looks = dryRun || savePlan || expect || checked.effect !== "read";
    if (looks) await this.#plan(bench, live);
    if (dryRun || end.error) return;
    if (end.plan) await this.#agree(end.plan);
    this.#checkpoint();
    if (expect) await this.env.usedPlans?.add(expect.plan_id);
    end.applied = await apply({
      checked,
      inputs: end.inputs,
      bench,
      live,
      io: this.#io,
      signal: this.env.signal,
      journalist,
      emit,
    });
    end.board = end.applied.board;
    end.asides.push(...end.applied.asides);
    if (end.applied.error) end.error = end.applied.error;
    if (end.applied.tally.optionWrites > 0 && !end.error && !bench.closed) {
      end.after = await bench.flash.readOptions();
    }
  }

  #journalist(bench: Bench): Journalist {
    const { env } = this;
    return new Journalist(env.journal, bench, {
      run: this.id,
      tool: env.tool,
      recipe: this.document.name,
      nowMs: () => env.wallMs?.() ?? Date.now(),
      told: (text) => this.vault.text(text),
    });
  }

  async #plan(bench: Bench, live: LiveView): Promise<void> {
    const { end, env, checked, options: { expect, savePlan = false } } = this;
    const planned = await makePlan({
      checked,
      inputs: end.inputs,
      bench,
      live,
      io: this.#io,
      attach: this.#attach,
      leave: rules.leaveText(this.#target.leave, env.board),
      board: env.board,
      overrides: end.overrides,
      tool: env.tool,
      nowMs: this.startMs,
      salt: this.id,
      files: this.#files,
      fingerprintFlash: savePlan || (expect?.target.fingerprint.flash_sha256 ?? null) !== null,
      progress: (p) => this.emit({ type: "progress", ...p }),
      checkpoint: this.#checkpoint,
    });
    const { plan, error } = asExpected(expect, planned);
    end.plan = plan;
    this.emit({ type: "plan", plan });
    if (error) end.error = error;
  }

  /** What is lost has to be agreed to: by an input, by a plan that was looked at, or by a person. */
  async #agree(plan: Plan): Promise<void> {
    const { checked, env: { typeWord } } = this;
    const saved = this.options.expect !== undefined;
    this.desk.sealable = await agreeForEver({ checked, plan, saved, typeWord });
    await agree(plan, saved, this.env.confirm, this.end.board);
  }

  async #leave(bench: Bench): Promise<void> {
    const { end, options: { dryRun = false }, env: { board } } = this;
    const wanted = this.#target.leave ?? "as-found";
    const { error, board: state } = end;
    const ended = { wanted, dryRun, accepted: this.#accepted, error, board: state };
    const how = rules.leaveMode(ended, board);
    let leave: string = wanted;
    try {
      if (rules.wantsSafe(ended) && board && this.#journal && !bench.closed) {
        const { emit } = this;
        await makeSafe(end, board, { bench, io: this.#io, journalist: this.#journal, emit });
      }
      leave = how;
      await bench.leave(how);
      end.left = how;
    } catch (error) {
      const cause = this.#fault(error);
      const told = fault("not-left-as-asked", { leave, why: cause.message }, { cause });
      // after a lost link this is no news
      if (end.error) end.asides.push(told);
      else end.error = told;
    }
  }
}
