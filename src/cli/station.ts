/**
 * A station as a folder: `station.yaml` says how it works; `serials.jsonl` and `records.jsonl` only grow, each
 * line forced to the disk; `station.key` signs records. One process at a time changes them.
 */
import { Fault } from "../base/mod.ts";
import {
  type ChainedRecord,
  chainRecord,
  newStationKey,
  readStation,
  recipeFault,
  type Reject,
  type RunRecord,
  SerialBook,
  type SerialEntry,
  type Station,
  type StationRecord,
  type StationRules,
} from "../recipe/mod.ts";
import { appendLine, writeDurably } from "./durable.ts";
import { whyNot } from "./files.ts";
import { takeLock } from "./lock.ts";
import type { Given, OptionSpec } from "./verb.ts";

/** The option that names the folder. */
export const STATION_OPTION: OptionSpec = {
  flags: "--station <folder>",
  summary: "where serial numbers and records of this station are; PROBEKIT_STATION when absent",
};

/** another run is done with a number long before */
const WAIT_MS = 10_000;

const isObject = (x: unknown): x is Record<string, unknown> => typeof x === "object" && x !== null;

const notWritten = (file: string, e: unknown): Error =>
  e instanceof Fault
    ? e
    : recipeFault("station-not-written", { file, why: whyNot(e) }, { cause: e });

function textOf(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (e) {
    if (e instanceof Deno.errors.NotFound) return "";
    throw notWritten(file, e);
  }
}

/** Objects, a line each; one that a crash has cut short was never told to anybody. */
function* linesOf(file: string): Generator<Record<string, unknown>> {
  for (const line of textOf(file).split("\n")) {
    try {
      const x: unknown = JSON.parse(line);
      if (isObject(x)) yield x;
    } catch {
      // the cut line, or the empty one after the last
    }
  }
}

const isEntry = (x: Record<string, unknown>): boolean =>
  String(x["serials"]).startsWith("1.") &&
  ["reserve", "commit", "release"].includes(String(x["kind"])) &&
  typeof x["serial"] === "string" && typeof x["uid"] === "string";

const isRecord = (x: Record<string, unknown>): boolean =>
  x["kind"] === "outcome" && isObject(x["unit"]) && typeof x["hash"] === "string";

/** See the file's comment. */
export class FileStation implements Station {
  private constructor(readonly folder: string, readonly rules: StationRules) {}

  /** Faults: no-station, station-file-wrong. */
  static async open(path: string): Promise<FileStation> {
    const folder = path.replace(/\/+$/, "");
    const file = `${folder}/station.yaml`;
    let yaml: string;
    try {
      yaml = await Deno.readTextFile(file);
    } catch (e) {
      throw recipeFault("no-station", {
        what: "This run",
        why: `${file} cannot be read: ${whyNot(e)}`,
      }, { cause: e });
    }
    return new FileStation(folder, await readStation(file, yaml));
  }

  #lock(what: string): Promise<Disposable> {
    return takeLock(what, { withinMs: WAIT_MS }, this.folder);
  }

  #append(name: string, entry: object): void {
    const file = `${this.folder}/${name}`;
    try {
      appendLine(file, JSON.stringify(entry));
    } catch (e) {
      throw notWritten(file, e);
    }
  }

  async serials<T>(
    work: (book: SerialBook) => { readonly add?: SerialEntry | undefined; readonly gives: T },
  ): Promise<T> {
    const { serials } = this.rules;
    if (!serials) {
      throw recipeFault("no-station", {
        what: "A serial number",
        why: `${this.folder}/station.yaml has no \`serials\``,
      });
    }
    using _held = await this.#lock("serials");
    const entries = [...linesOf(`${this.folder}/serials.jsonl`)].filter(isEntry);
    const { add, gives } = work(new SerialBook(serials, entries as unknown as SerialEntry[]));
    if (add) this.#append("serials.jsonl", add);
    return gives;
  }

  /** All records, oldest first. */
  get chain(): readonly ChainedRecord[] {
    return [...linesOf(`${this.folder}/records.jsonl`)].filter(
      isRecord,
    ) as unknown as ChainedRecord[];
  }

  records(uid: string): Promise<readonly StationRecord[]> {
    return Promise.resolve().then(() => this.chain.filter((r) => r.unit.uid === uid));
  }

  /** The station's key; made when the first record is. */
  async #key(): Promise<string> {
    const file = `${this.folder}/station.key`;
    const have = textOf(file).trim();
    if (have !== "") return have;
    const { secret, open } = await newStationKey();
    try {
      writeDurably(`${this.folder}/station.pub`, `${open}\n`, 0o644);
      writeDurably(file, `${secret}\n`);
    } catch (e) {
      throw notWritten(file, e);
    }
    return secret;
  }

  async record(record: RunRecord): Promise<void> {
    using _held = await this.#lock("records");
    const key = await this.#key();
    const entry = await chainRecord(record, this.rules.name, this.chain.at(-1), key);
    this.#append("records.jsonl", entry);
  }

  async reject(note: Reject): Promise<void> {
    using _held = await this.#lock("rejects");
    this.#append("rejects.jsonl", note);
  }

  template(): Promise<string | undefined> {
    const { label } = this.rules;
    if (!label) return Promise.resolve(undefined);
    const file = `${this.folder}/${label.template}`;
    return Deno.readTextFile(file).catch((e) => {
      throw recipeFault("station-file-wrong", { file, why: whyNot(e) }, { cause: e });
    });
  }

  spool(name: string, text: string): Promise<string> {
    const file = `${this.folder}/${this.rules.label?.spool ?? "spool"}/${name}`;
    return Promise.resolve().then(() => {
      try {
        writeDurably(file, text, 0o644);
      } catch (e) {
        throw notWritten(file, e);
      }
      return file;
    });
  }
}

/** The station of this call, if it has one. Faults: no-station, station-file-wrong. */
export async function stationOf(given: Given): Promise<FileStation | undefined> {
  const folder = given.text("station") ?? (Deno.env.get("PROBEKIT_STATION") || undefined);
  return folder === undefined ? undefined : await FileStation.open(folder);
}
