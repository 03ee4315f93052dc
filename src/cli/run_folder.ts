/** The folder of one run: plan, events as they come, record, report for people and for CI. */
import { Fault } from "../base/mod.ts";
import type { Chip } from "../chip/mod.ts";
import {
  type Bench,
  junitXml,
  type RunEvent,
  runFolder,
  type RunRecord,
  type RunResult,
} from "../recipe/mod.ts";
import { attachmentsOf } from "./attachments.ts";
import { fault } from "./faults.ts";
import { writeDurably } from "./durable.ts";
import { type LineWriter, lineWriter, whyNot, writeBytes } from "./files.ts";
import { reportHtml } from "./report_html/mod.ts";
import type { Given } from "./verb.ts";

/** what must fit before the board is touched: more than the files of a usual run */
const ROOM = 256 * 1024;

/** Refuses what would put the files elsewhere, or nowhere, while nothing has been touched yet. */
async function prepare(folder: string): Promise<void> {
  const there = await Deno.lstat(folder).catch(() => undefined);
  if (there?.isSymlink) {
    throw fault("cannot-write-file", { file: folder, why: "it is a symbolic link" });
  }
  if (there && !there.isDirectory) {
    throw fault("cannot-write-file", { file: folder, why: "it is no folder" });
  }
  const test = `${folder}/room.tmp`;
  await writeBytes(test, new Uint8Array(ROOM));
  await Deno.remove(test);
}

/** A run folder that is being filled. */
export class RunFolder implements Disposable {
  readonly #events: RunEvent[] = [];
  readonly #writer: LineWriter;
  /** the chip on the bench, once it is known */
  chip: Chip | undefined;
  private constructor(readonly path: string) {
    this.#writer = lineWriter(`${path}/events.jsonl`);
  }

  /** Makes the folder. Fault: cannot-write-file, when it is a link, or the disk is full or read-only. */
  static async open(path: string): Promise<RunFolder> {
    const folder = path.replace(/\/+$/, "");
    await prepare(folder);
    return new RunFolder(folder);
  }

  event(event: RunEvent): void {
    this.#events.push(event);
    this.#writer.write(JSON.stringify(event));
  }

  /** The record, on the disk before this resolves. Fault: cannot-write-file. */
  keepRecord(record: RunRecord): Promise<void> {
    const file = `${this.path}/record.json`;
    return Promise.resolve().then(() => {
      try {
        writeDurably(file, `${JSON.stringify(record, null, 2)}\n`);
      } catch (e) {
        throw fault("cannot-write-file", { file, why: whyNot(e) }, { cause: e });
      }
    });
  }

  /** Writes all that is known at the end. Fault: cannot-write-file. */
  async finish(result: RunResult, logs: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
    const beside = attachmentsOf(result, this.#events, this.chip, logs);
    for (const [name, data] of Object.entries(beside)) {
      await writeBytes(`${this.path}/attachments/${name}`, data);
    }
    const files = {
      ...runFolder(result.record, result.plan, this.#events),
      "junit.xml": junitXml(result),
      "report.html": reportHtml(result, this.#events, this.chip),
    };
    for (const [name, text] of Object.entries(files)) {
      // events are there as they came, unless the disk was full for a while
      const there = name === "events.jsonl" && this.#writer.lost === undefined;
      if (!there) await writeBytes(`${this.path}/${name}`, text);
    }
  }

  [Symbol.dispose](): void {
    this.#writer.close();
  }
}

/** The folder of a run, made before the board is opened and not sooner than the run has its name. */
export class FolderKeeper implements Disposable {
  readonly #ready = Promise.withResolvers<void>();
  #folder: RunFolder | undefined;
  constructor(readonly given: Given) {
    this.#ready.promise.catch(() => {}); // a run that never opens a board does not ask
  }

  /** `--run-folder`, or a folder named after the run in that of `--runs`. */
  async begin(id: string): Promise<void> {
    const runs = this.given.text("runs");
    const path = this.given.text("run-folder") ??
      (runs === undefined ? undefined : `${runs.replace(/\/+$/, "")}/${id}`);
    try {
      this.#folder = path === undefined ? undefined : await RunFolder.open(path);
      this.#ready.resolve();
    } catch (e) {
      this.#ready.reject(e);
    }
  }
  /** Opens the board once there is a folder for what happens to it. */
  async after(open: () => Promise<Bench>): Promise<Bench> {
    await this.#ready.promise;
    const bench = await open();
    if (this.#folder) this.#folder.chip = bench.chip;
    return bench;
  }
  /** Whether the run is to have a folder. */
  get wanted(): boolean {
    return (this.given.text("run-folder") ?? this.given.text("runs")) !== undefined;
  }
  /** See {@link RunFolder.keepRecord}. */
  async keepRecord(record: RunRecord): Promise<void> {
    await this.#ready.promise;
    await this.#folder?.keepRecord(record);
  }
  event(event: RunEvent): void {
    this.#folder?.event(event);
  }
  /** The board is done with: a record that cannot be written is a warning. */
  async finish(
    result: RunResult,
    logs: ReadonlyMap<string, Uint8Array | string>,
    warn: (text: string) => void,
  ): Promise<void> {
    try {
      await this.#folder?.finish(result, logs);
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      warn(`the run folder is not complete: ${e.message}`);
    }
  }
  [Symbol.dispose](): void {
    this.#folder?.[Symbol.dispose]();
  }
}
