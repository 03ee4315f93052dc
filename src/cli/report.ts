/** What a verb says: lines for people, one JSON object for programs, events while it runs. */
import { type BoardState, diagnose, Fault } from "../base/mod.ts";
import { fault } from "./faults.ts";
import {
  type LineWriter,
  lineWriter,
  requireJsonPlace,
  requireRoom,
  whyNot,
  writeFileSync,
} from "./files.ts";
import { renderDiagnostic } from "./render_fault.ts";
import { type ProgressNews, ProgressView } from "./progress.ts";
import { type Style, style } from "./style.ts";
import type { Cli } from "./terminal.ts";
import type { Given } from "./verb.ts";
import { visible, visibleLine } from "./visible.ts";

/** of a plan that would change something: a good end */
const EXIT_CHANGES = 3;

/** terminals of calls that have given their `--json` */
const told = new WeakSet<Cli>();

/** The object of `--json` of a call that failed before it had a result of its own: also then there is one. */
export function tellFault(error: unknown, given: Given, cli: Cli): void {
  if (!(error instanceof Fault) || !given.flag("json") || told.has(cli)) return;
  const value = { outcome: "ERROR", exit: error.exit, error: diagnose(error) };
  const text = JSON.stringify(value, null, given.text("events") === "-" ? 0 : 2) + "\n";
  const file = given.text("json");
  if (file === undefined) return cli.out(text);
  try {
    requireJsonPlace(file);
    writeFileSync(file, text);
  } catch {
    // the fault itself is told all the same
  }
}

/** The outlets that the options of a call have opened. */
export class Report implements Disposable {
  readonly style: Style;
  readonly #progress: ProgressView;
  readonly #quiet: boolean;
  readonly #json: "no" | "stdout" | string;
  /** standard output carries JSON lines */
  readonly #lines: boolean;
  readonly #events: LineWriter | undefined;

  constructor(readonly cli: Cli, given: Given, now: () => number = () => performance.now()) {
    this.#json = given.text("json") ?? (given.flag("json") ? "stdout" : "no");
    if (this.#json !== "no" && this.#json !== "stdout") {
      requireJsonPlace(this.#json);
      requireRoom(this.#json);
    }
    this.#quiet = given.flag("quiet");
    this.style = style(cli.colour);
    const events = given.text("events");
    this.#lines = events === "-";
    this.#events = events === undefined
      ? undefined
      : this.#lines
      ? { write: (l) => cli.out(l + "\n"), close: () => {}, lost: undefined }
      : lineWriter(events);
    this.#progress = new ProgressView(
      (t) => cli.err(t),
      cli.terminal,
      cli.colour,
      now,
      cli.columns,
    );
  }

  /** whether people are spoken to */
  get speaks(): boolean {
    return !this.#quiet && this.#json !== "stdout" && !this.#lines;
  }
  /** A line for people. */
  line(text = ""): void {
    if (!this.speaks) return;
    this.#progress.end();
    this.cli.out(visibleLine(text) + "\n");
  }
  /** A line that even `--quiet` does not suppress. */
  warn(text: string): void {
    this.#progress.end();
    this.cli.err(this.style.yellow(`warning: ${visible(text)}`) + "\n");
  }
  progress(p: ProgressNews): void {
    if (this.speaks) this.#progress.update(p);
  }
  event(event: object): void {
    this.#events?.write(JSON.stringify(event));
  }
  /**
   * Gives the object of `--json`, and the exit code: of a good end whose result is lost, that of the fault,
   * which is told in both cases.
   */
  end(value: object, exit: number, board?: BoardState): number {
    try {
      this.result(value);
      return exit;
    } catch (e) {
      if (!(e instanceof Fault)) throw e;
      const lost = board ? e.within({ board }) : e;
      this.cli.err(renderDiagnostic(diagnose(lost), this.cli.colour) + "\n");
      return exit === 0 || exit === EXIT_CHANGES ? lost.exit : exit;
    }
  }
  /** The object of `--json`. Fault: result-not-written. */
  result(value: object): void {
    this.#progress.end();
    told.add(this.cli);
    if (this.#json === "no") return;
    const text = JSON.stringify(value, null, 2) + "\n";
    if (this.#json === "stdout") this.cli.out(this.#lines ? JSON.stringify(value) + "\n" : text);
    else this.#keep(this.#json, text);
  }
  #keep(file: string, text: string): void {
    try {
      writeFileSync(file, text);
    } catch (e) {
      const why = whyNot(e instanceof Fault ? e.cause : e);
      throw fault("result-not-written", { file, why }, { cause: e });
    }
  }
  [Symbol.dispose](): void {
    this.#progress.end();
    this.#events?.close();
    const lost = this.#events?.lost;
    if (lost !== undefined) this.warn(`the file of --events is not complete: ${lost}`);
  }
}
