/** A station: where serial numbers, records and labels outlive a run. Whoever keeps them is handed in. */
import type { RunRecord } from "./record.ts";
import type { SerialBook, SerialEntry } from "./serial_book.ts";
import type { StationRules } from "./station_file.ts";

/** One record of a station, as far as others ask for it. */
export interface StationRecord extends RunRecord {
  readonly station: string;
}

/** A note about a unit that did not pass. */
export interface Reject {
  readonly at: string;
  readonly run: string;
  readonly uid: string;
  readonly serial: string | null;
  readonly reason: string;
}

/** See the file's comment. What a method was given is on the disk before it resolves. */
export interface Station {
  readonly rules: StationRules;
  /**
   * Lets `work` look at the book of serial numbers while nobody else can, and writes what it adds.
   * Faults: no-station, busy, station-not-written.
   */
  serials<T>(
    work: (book: SerialBook) => { readonly add?: SerialEntry | undefined; readonly gives: T },
  ): Promise<T>;
  /** Records of a chip, oldest first. */
  records(uid: string): Promise<readonly StationRecord[]>;
  /** Adds a record. Fault: station-not-written. */
  record(record: RunRecord): Promise<void>;
  /** Notes that a unit goes to the reject bin. */
  reject(note: Reject): Promise<void>;
  /** The template of labels; undefined when the station prints none. */
  template(): Promise<string | undefined>;
  /** Puts a label into the spool folder; gives the file's name. */
  spool(name: string, text: string): Promise<string>;
}

/** Bytes that a run has composed and where they go. */
export interface Overlay {
  readonly at: number;
  readonly length: number;
}

/** What the steps of one run share beside the board. */
export interface Desk {
  readonly station: Station | undefined;
  readonly run: string;
  /** ms since 1970 */
  nowMs(): number;
  /** where in flash composed images got data of this unit */
  readonly overlays: Overlay[];
  /** numbers that steps of this run reserve, which a plan only predicts */
  readonly promised: Set<string>;
  /** files for the run folder's attachments/ */
  readonly attachments: Map<string, Uint8Array | string>;
  /** the chip that a person has typed the word for: what is for ever may be done to it */
  sealable: string | undefined;
  /** what the record says of the unit beside its chip */
  readonly unit: { serial?: string; order?: string; image?: string };
}

/** A desk for one run. */
export const newDesk = (
  run: string,
  nowMs: () => number,
  station: Station | undefined,
): Desk => ({
  station,
  run,
  nowMs,
  overlays: [],
  promised: new Set(),
  attachments: new Map(),
  sealable: undefined,
  unit: {},
});
