/** Runs a recipe: plan, confirm, apply, leave; events while it runs and one result at the end. */
import { type BoardState, type Diagnostic, type Fault, Fault as FaultClass } from "../base/mod.ts";
import type { AttachMode, LeaveMode } from "../cortex/mod.ts";
import type { Bench, BenchWish } from "./bench.ts";
import type { CheckedBoard } from "./board_file.ts";
import { type EventBody, EventQueue, EVENTS_VERSION, type RunEvent } from "./events.ts";
import { fault } from "./faults.ts";
import type { GivenInputs } from "./inputs.ts";
import type { Journal } from "./journal.ts";
import { type CheckedRecipe, requireClean } from "./lint.ts";
import type { Plan } from "./plan.ts";
import type { Outcome, RunRecord } from "./record.ts";
import type { StepReport } from "./report.ts";
import { attachmentsOf, resultOf, type ToldRun } from "./result.ts";
import { Vault } from "./secret.ts";
import { Session, type SessionEnd } from "./session.ts";
import type { Station } from "./station.ts";
import { systemRandom, ulid } from "./ulid.ts";

/** What a recipe meets: a bench, files, people. All of it is handed in. */
export interface RunEnv {
  /** Attaches to the board; see {@link openBench}. */
  open(
    wish: Pick<BenchWish, "attach" | "hertz" | "resets" | "restores">,
  ): Promise<Bench>;
  /** How the panel that the board is in names it. Absent: it is in none. */
  readonly unit?: string | undefined;
  /** the file of the board that was named */
  readonly board?: CheckedBoard;
  /** Reads a file. Of one that is not there it throws what the platform does: NotFound, or ENOENT. */
  readonly files: { bytes(path: string): Promise<Uint8Array> };
  /** An environment variable that holds a secret. Absent: there are none here. */
  variable?(name: string): string | undefined;
  /** What digests of secrets are keyed with, the same for all runs of a station. Absent: this run only. */
  digestKey?(): Promise<Uint8Array>;
  /** Called when all that passes the wire from now on may hold a secret. */
  conceal?(): void;
  /** Writes a file, with its folders. Absent: nothing is written. */
  write?(path: string, data: Uint8Array | string): Promise<void>;
  /** The same where there is no such file yet; false when there is. Absent: it is looked first. */
  writeNew?(path: string, data: Uint8Array | string): Promise<boolean>;
  /** Asks whether a plan with open needs may be applied. Absent: it may not. */
  confirm?(plan: Plan): Promise<boolean>;
  /** Shows a plan that is for ever and gives what a person types. Absent: nobody is there. */
  typeWord?(plan: Plan, word: string): Promise<string | undefined>;
  /** Asks an operator to do something at the board. Absent: nobody is there. */
  ask?(what: string): Promise<boolean>;
  /** Switches the board's supply off and on. Absent: it cannot be switched. */
  powerCycle?(offMs: number): Promise<void>;
  /** Serial numbers, records and labels of this station. Absent: there is none. */
  readonly station?: Station | undefined;
  /** Keeps a record on a disk before it resolves. Absent: none is kept for certain. */
  keepRecord?(record: RunRecord): Promise<void>;
  /** Gets what is about to be lost, before it is. Absent: nothing is kept. */
  readonly journal?: Journal;
  readonly signal?: AbortSignal;
  /** SWD clock when the recipe has no input `speed` that says one */
  readonly hertz?: number | undefined;
  readonly setTarget?: {
    readonly attach?: AttachMode;
    readonly leave?: LeaveMode | "board-safe";
    readonly unmeasured?: "stop" | "warn";
  };
  /** `probekit 0.1.0` */
  readonly tool: string;
  /** ms since 1970; absent: the machine's clock */
  wallMs?(): number;
  /** absent: the machine's random bytes */
  random?(count: number): Uint8Array;
  /** ids of plans that were applied, noted just before the first write; absent: a plan may be applied twice */
  readonly usedPlans?: { has(id: string): Promise<boolean>; add(id: string): Promise<void> };
}

/** How to run. */
export interface RunOptions {
  /** plan only; writes nothing that outlives the run */
  readonly dryRun?: boolean;
  /** read all that the plan would write, so that it can be applied later */
  readonly savePlan?: boolean;
  /** apply exactly this plan; refused when anything changed */
  readonly expect?: Plan;
}

/** What a run came to. */
export interface RunResult {
  readonly run: string;
  readonly outcome: Outcome;
  readonly exit: number;
  readonly recipe: { readonly name: string; readonly sha256: string };
  readonly dryRun: boolean;
  readonly plan?: Plan;
  /** steps as they were done; of a dry run, as planned */
  readonly steps: readonly StepReport[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly error?: Diagnostic;
  /** faults beside the first: of `finally`, of leaving, of steps that may fail */
  readonly also: readonly Diagnostic[];
  readonly board: BoardState;
  readonly left?: LeaveMode;
  readonly sectorsErased: number;
  readonly bytesProgrammed: number;
  /** bytes that a verify step read back and found right */
  readonly bytesVerified: number;
  readonly boardTimeMs: number;
  readonly usbExchanges: number;
  readonly record: RunRecord;
}

/** A run that is under way. Iterating gives its events as they happen. */
export interface Run extends AsyncIterable<RunEvent> {
  readonly id: string;
  /** Never rejects for what a board or a recipe does: that is in the result. */
  readonly result: Promise<RunResult>;
  /** Files for the run folder's attachments/, by name; complete once the result is there. */
  readonly attachments: ReadonlyMap<string, Uint8Array | string>;
}

class Running implements Run {
  readonly id: string;
  readonly result: Promise<RunResult>;
  readonly attachments = new Map<string, Uint8Array | string>();
  readonly #queue = new EventQueue();
  readonly vault: Vault;
  readonly #startMs: number;
  #mono: () => number = () => 0;
  constructor(
    readonly checked: CheckedRecipe,
    readonly given: GivenInputs,
    readonly env: RunEnv,
    readonly options: RunOptions,
  ) {
    this.vault = new Vault(env.digestKey?.bind(env));
    this.#startMs = this.#wall();
    this.id = ulid(this.#startMs, env.random ?? systemRandom);
    this.result = this.#run().finally(() => this.#queue.end());
    this.result.catch(() => {}); // whoever awaits it gets it all the same
  }

  #wall(): number {
    return this.env.wallMs?.() ?? Date.now();
  }

  readonly #emit = (body: EventBody, step?: string): void => {
    this.#queue.push({
      ts: new Date(this.#wall()).toISOString(),
      mono_ms: Math.round(this.#mono()),
      run: this.id,
      ...(step === undefined ? {} : { step }),
      ...this.vault.data(body),
    });
  };

  [Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    return this.#queue[Symbol.asyncIterator]();
  }

  async #run(): Promise<RunResult> {
    const { checked, env, options } = this;
    this.#emit({ type: "version", events: EVENTS_VERSION, tool: env.tool });
    const name = checked.document?.name ?? checked.source.file;
    const dry_run = options.dryRun ?? false;
    this.#emit({ type: "run.start", recipe: name, sha256: checked.sha256, dry_run });
    const open: RunEnv["open"] = async (wish) => {
      const bench = await env.open(wish);
      const start = bench.clock.now();
      this.#mono = () => bench.clock.now() - start;
      return bench;
    };
    const end = await this.#session({ ...env, open });
    const result = await this.#kept(end);
    if (result.error) this.#emit({ type: "diagnostic", diagnostic: result.error });
    this.#emit({
      type: "run.end",
      outcome: result.outcome,
      exit: result.exit,
      board: result.board,
      board_time_ms: result.boardTimeMs,
      usb_exchanges: result.usbExchanges,
    });
    return result;
  }

  /** The result; with `record: required` a run whose record is not kept does not pass. */
  async #kept(end: SessionEnd): Promise<RunResult> {
    const { checked, env, options, vault } = this;
    for (const [name, data] of end.desk?.attachments ?? []) {
      this.attachments.set(
        name,
        typeof data === "string" ? vault.text(data) : vault.bytes(data, 0xFF),
      );
    }
    const attachments = await attachmentsOf(this.attachments);
    const told: ToldRun = {
      id: this.id,
      checked,
      tool: env.tool,
      unit: env.unit,
      dryRun: options.dryRun ?? false,
      startMs: this.#startMs,
      signal: env.signal,
    };
    const result = vault.data(resultOf(told, end, attachments));
    if (checked.document?.record !== "required" || options.dryRun) return result;
    try {
      await env.keepRecord?.(result.record);
      return result;
    } catch (error) {
      if (!(error instanceof FaultClass)) throw error;
      const lost = fault("record-not-kept", { why: error.message }, { cause: error });
      if (end.error) end.asides.push(lost);
      else end.error = lost;
      return vault.data(resultOf(told, end, attachments));
    }
  }

  async #session(env: RunEnv): Promise<SessionEnd> {
    const { checked, given, options } = this;
    const board = { state: "untouched", text: "nothing was written" } as const;
    const failed = (error: Fault): SessionEnd => ({
      error,
      asides: [],
      board,
      left: undefined,
      exchanges: 0,
      boardMs: 0,
      inputs: {},
      files: new Map(),
      overrides: [],
    });
    try {
      const document = requireClean(checked);
      const { expect } = options;
      if (expect && await env.usedPlans?.has(expect.plan_id)) {
        return failed(fault("plan-used", { plan: expect.plan_id }, { board }));
      }
      return await new Session(
        checked,
        document,
        given,
        env,
        options,
        this.#emit,
        this.#startMs,
        this.id,
        this.vault,
      ).run();
    } catch (error) {
      if (error instanceof FaultClass) return failed(error);
      throw error;
    }
  }

  get startMs(): number {
    return this.#startMs;
  }
}

/**
 * Starts a recipe. It is linted already; one with errors ends at once with the first of them. The run goes
 * on whether its events are looked at or not.
 */
export function runRecipe(
  checked: CheckedRecipe,
  inputs: GivenInputs,
  env: RunEnv,
  options: RunOptions = {},
): Run {
  return new Running(checked, inputs, env, options);
}
