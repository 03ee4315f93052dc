/** Progress of long acts: one moving line on a terminal, plain lines elsewhere. */
import { style } from "./style.ts";

/** How far something has come. */
export interface ProgressNews {
  readonly what: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

const BAR = 24;

/** `192 KiB`, `5 sectors` */
export function amount(n: number, unit: string): string {
  if (unit !== "B") return `${n} ${n === 1 ? unit.replace(/s$/, "") : unit}`;
  if (n < 1024) return `${n} B`;
  const kib = n / 1024;
  return `${Number.isInteger(kib) ? kib : kib.toFixed(1)} KiB`;
}

/** `94.1 KiB/s`; empty when no time has passed or the unit has no rate. */
export function rate(n: number, unit: string, ms: number): string {
  return unit !== "B" || ms <= 0 ? "" : `${(n / 1024 / (ms / 1000)).toFixed(1)} KiB/s`;
}

/** Shows progress. `write` takes raw text; `now` is the clock of the board, in ms. */
export class ProgressView {
  #what = "";
  #since = 0;
  #open = false;
  constructor(
    readonly write: (text: string) => void,
    readonly terminal: boolean,
    readonly colour: boolean,
    readonly now: () => number,
    /** how wide the terminal is: a line that is wrapped could not be taken back */
    readonly columns: number = Infinity,
  ) {}

  update(p: ProgressNews): void {
    if (p.what !== this.#what) {
      this.end();
      this.#what = p.what;
      this.#since = this.now();
    }
    const finished = p.done >= p.total;
    if (this.terminal) {
      this.write(`\r\x1b[2K${this.#bar(p)}`);
      this.#open = true;
    }
    if (finished) this.#finish(p);
  }

  /** Ends a moving line, so that other text can follow. */
  end(): void {
    if (this.#open) this.write("\n");
    this.#open = false;
    this.#what = "";
  }

  #bar(p: ProgressNews): string {
    const s = style(this.colour);
    const share = p.total ? Math.min(1, p.done / p.total) : 1;
    const full = Math.round(share * BAR);
    const bar = `${s.green("█".repeat(full))}${s.dim("░".repeat(BAR - full))} `;
    const speed = rate(p.done, p.unit, this.now() - this.#since);
    const name = `  ${p.what.padEnd(8)} `;
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const far = `  ${amount(p.done, p.unit)} of ${amount(p.total, p.unit)}`;
    const ends = [`${percent}${far}  ${speed}`.trimEnd(), `${percent}${far}`, percent];
    const room = this.columns - 1 - name.length - (BAR + 1);
    const end = ends.find((e) => e.length <= room);
    if (end !== undefined) return name + bar + end;
    return `${name}${percent}`.slice(0, Math.max(0, this.columns - 1));
  }

  #finish(p: ProgressNews): void {
    const speed = rate(p.done, p.unit, this.now() - this.#since);
    if (this.terminal) this.write("\n");
    else this.write(`  ${p.what.padEnd(8)} ${amount(p.total, p.unit)}${speed && `  ${speed}`}\n`);
    this.#open = false;
    this.#what = "";
  }
}
