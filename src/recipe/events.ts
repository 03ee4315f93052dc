/** What happens during a run, as it happens: the stream for terminals, editors and CI. */
import type { BoardState, Diagnostic, Effect, Evidence } from "../base/mod.ts";
import type { Measurement } from "./measure.ts";
import type { Plan } from "./plan.ts";
import type { StepReport } from "./report.ts";

/** Version of the stream: a newer minor one has more keys and types, a newer major one is another. */
export const EVENTS_VERSION = "1.0";

/** What is the same in all events. */
export interface EventBase {
  /** UTC */
  readonly ts: string;
  /** ms on the board's clock since the run began */
  readonly mono_ms: number;
  readonly run: string;
  readonly step?: string;
}

/** One event, without what is the same in all. */
export type EventBody =
  | { readonly type: "version"; readonly events: string; readonly tool: string }
  | {
    readonly type: "run.start";
    readonly recipe: string;
    readonly sha256: string;
    readonly dry_run: boolean;
  }
  | {
    readonly type: "attached";
    readonly probe: string;
    readonly chip: string;
    readonly uid: string;
    readonly volts: number | null;
    readonly mode: string;
    readonly notes: readonly string[];
  }
  | { readonly type: "plan"; readonly plan: Plan }
  | { readonly type: "step.start"; readonly uses: string; readonly effect: Effect }
  | {
    readonly type: "progress";
    readonly what: string;
    readonly done: number;
    readonly total: number;
    readonly unit: string;
    readonly at?: string;
  }
  | ({ readonly type: "evidence" } & Evidence)
  | ({ readonly type: "measurement" } & Measurement)
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic }
  | { readonly type: "retry"; readonly attempt: number; readonly because: string }
  | ({ readonly type: "step.end" } & StepReport)
  | {
    readonly type: "run.end";
    readonly outcome: string;
    readonly exit: number;
    readonly board: BoardState;
    readonly board_time_ms: number;
    readonly usb_exchanges: number;
  };
/** One event. */
export type RunEvent = EventBase & EventBody;

/** A queue between a run and whoever looks at it. Of several who look, each event goes to one. */
export class EventQueue implements AsyncIterable<RunEvent> {
  readonly #waiting: RunEvent[] = [];
  #changed = Promise.withResolvers<void>();
  #over = false;

  push(event: RunEvent): void {
    this.#waiting.push(event);
    this.#wake();
  }
  end(): void {
    this.#over = true;
    this.#wake();
  }
  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) yield next;
      else if (this.#over) return;
      else await this.#changed.promise;
    }
  }
}
