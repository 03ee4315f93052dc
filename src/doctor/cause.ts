/** What a row of the table of causes is. */
import type { Effect } from "../base/mod.ts";
import type { Findings, RungName } from "./findings.ts";

/** How sure a cause is: the findings prove it, speak for it, or do not rule it out. */
export type Likelihood = "proven" | "likely" | "possible";
/** What a cause keeps from working. */
export type Blocks = "connect" | "read" | "write" | "run";

/** A fingerprint that fits. */
export interface Match {
  readonly likelihood: Likelihood;
  /** what of the findings says so, one line each */
  readonly because: readonly string[];
  /** fills `{name}` in the row's texts */
  readonly facts?: Readonly<Record<string, string>>;
  /** how many of the row's remedies to leave out, from the first on */
  readonly skip?: number;
}

/** What to do, and what it does to the board. */
export interface Remedy {
  readonly text: string;
  readonly command?: string;
  readonly effect?: Effect;
}

/** Exit codes of a diagnosis: none, refused, station, does not answer, chip. */
export type CauseExit = 0 | 11 | 20 | 21 | 22;

/** One cause: a row of the table. */
export interface CauseRow {
  readonly slug: string;
  readonly rung: RungName;
  /** 0: worth knowing, nothing is wrong */
  readonly exit: CauseExit;
  readonly blocks: readonly Blocks[];
  /** what is wrong, one sentence; `{name}` as in {@link Match} */
  readonly text: string;
  /** pure: whether these findings show it */
  readonly match: (f: Findings) => Match | undefined;
  readonly next: readonly Remedy[];
  /** slugs that cannot be proven together with this one */
  readonly excludes?: readonly string[];
}

/** A match when `because` has a line. */
export const proven = (
  because: readonly string[],
  facts: Readonly<Record<string, string>> = {},
): Match => ({ likelihood: "proven", because, facts });
/** As {@link proven}, less sure. */
export const likely = (
  because: readonly string[],
  facts: Readonly<Record<string, string>> = {},
): Match => ({ likelihood: "likely", because, facts });
/** As {@link likely}, less sure. */
export const possible = (
  because: readonly string[],
  facts: Readonly<Record<string, string>> = {},
): Match => ({ likelihood: "possible", because, facts });
