/** What every action is: a look that says what it would do, and the deed behind it. */
import type { Effect, Evidence } from "../../base/mod.ts";
import type { Progress } from "../../flash/mod.ts";
import type { Image } from "../../image/mod.ts";
import type { Range } from "../../plan/mod.ts";
import type { Bench } from "../bench.ts";
import type { CheckedBoard } from "../board_file.ts";
import type { Unknown } from "../expressions.ts";
import type { Intent, IntentBody, Keeping, Settles } from "../journal.ts";
import type { Kept } from "../kept.ts";
import type { Vault } from "../secret.ts";
import type { Desk } from "../station.ts";
import type { PredictedView, View } from "../view.ts";

/** One line of what would change. */
export interface DiffLine {
  /** `OPTCR.WWDG_SW` or `sector 3` */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly before_text?: string;
  readonly after_text?: string;
}

/** Something that a person has to agree to. */
export interface Need {
  readonly kind: "accept";
  /** `erase` */
  readonly what: string;
  /** what is lost, in words */
  readonly text: string;
}

/** Outputs of an action: typed values, or what will be known only later. */
export type ActOutputs = Readonly<Record<string, unknown | Unknown>>;

/** What the deed gave. */
export interface Done {
  readonly changed: boolean;
  readonly summary: string;
  readonly outputs: ActOutputs;
  readonly evidence?: readonly Evidence[];
}

/** What an action would do on a board that is as the view says. */
export interface Look {
  readonly state: "unchanged" | "would_change";
  /** of what would really be done */
  readonly effect: Effect;
  readonly summary: string;
  readonly outputs: ActOutputs;
  readonly diff?: readonly DiffLine[];
  readonly needs?: readonly Need[];
  /** what looks wrong and is no reason to stop */
  readonly warnings?: readonly string[];
  readonly evidence?: readonly Evidence[];
  /** ranges of flash that would be written */
  readonly touched?: readonly { readonly at: number; readonly length: number }[];
  /** the file that its deed writes */
  readonly writes?: string;
  /** places of flash that hold secrets once this is done */
  readonly secret?: readonly { readonly at: number; readonly length: number }[];
  /** its deed can change no flash, and does not let the core run */
  readonly sparesFlash?: true;
  /** what is certain once the step has ended well */
  readonly settles?: Settles;
  /** bytes that were read back and are right */
  readonly verified?: number;
  /** ms that it will take, roughly */
  readonly estimateMs?: number;
  /** makes the view what the board would be afterwards */
  readonly predict?: (view: PredictedView) => void;
  /** does it; absent when looking was all */
  readonly act?: (deed: Deed) => Promise<Done>;
}

/** How far something has come: work on flash, or waiting for a program. */
export type Doing = Progress | {
  readonly what: "run";
  readonly done: number;
  readonly total: number;
  readonly unit: "ms";
  readonly at?: number;
};

/** What a look has at hand. */
export interface LookAt {
  readonly view: View;
  readonly io: ActIo;
  /** says how far a long look has come; also where a run stops when it is asked to */
  progress(p: Doing): void;
  /** A file that a parameter names in the middle of a larger value, beside the recipe. Fault: path-escapes. */
  place(name: string): string;
}

/** What a deed has at hand. */
export interface Deed {
  readonly bench: Bench;
  readonly io: ActIo;
  progress(p: Doing): void;
  /** ms until the step's own time limit; Infinity without one */
  leftMs(): number;
  /** From here on the board is not untouched any more; in words what state it is in until further news. */
  touching(text: string): void;
  /** These bytes were written and then read back: that is what is there now. */
  readBack(at: number, bytes: Uint8Array): void;
  /** Does `work` between an intent on disk and its outcome; `keep` gives what is about to be lost. */
  writeAhead<T>(intent: IntentBody, work: () => Promise<T>, keep?: Keeping): Promise<T>;
  /** counts for the report */
  readonly tally: Tally;
}

/** Numbers of a run. */
export interface Tally {
  sectorsErased: number;
  bytesProgrammed: number;
  bytesVerified: number;
  optionWrites: number;
}

/** Everything outside: files, an operator, a power switch. */
export interface ActIo {
  bytes(path: string): Promise<Uint8Array>;
  /** what the steps of this run share beside the board */
  readonly desk: Desk;
  /** the file of the board; absent: none was named */
  readonly board?: CheckedBoard;
  /** what of this run is secret: by place and by value */
  readonly vault: Vault;
  /**
   * Keeps an image in memory for the steps after this one; gives the name that they use it by. `secret`:
   * the addresses of bytes that came from secrets. What they hold on the chip is masked from here on.
   */
  hold(image: Image, secret?: readonly Range[]): Promise<string>;
  /** An image that a step before has put together. */
  held(name: string): Image | undefined;
  /** Whether something has this name already. */
  isThere(path: string): Promise<boolean>;
  /** Writes a file; see {@link keep}. Absent: nothing can be written here. */
  keep?(path: string, data: Uint8Array | string, chosen: boolean): Promise<Kept>;
  /** Asks an operator to do something; true when it is done. */
  ask?(what: string): Promise<boolean>;
  /** writes to this chip that were interrupted */
  interrupted?(): readonly Intent[];
  /** Switches the board's supply off for so many ms, and on. */
  powerCycle?(offMs: number): Promise<void>;
}

/** Typed parameters of an action. */
export type ActParameters = Readonly<Record<string, unknown>>;
/** An action. */
export type Act = (at: LookAt, parameters: ActParameters) => Promise<Look>;
