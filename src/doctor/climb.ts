/** Findings while they are gathered: rungs that hold, the first that breaks, and what is read beyond it. */
import { Fault } from "../base/mod.ts";
import { type Findings, noteOf, type Rung, type RungName, RUNGS } from "./findings.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const NRST_UNKNOWN = "not known: the probe cannot read its level";
/** What a step adds to the findings. */
export type Adds = Partial<Omit<Findings, "rungs" | "registers" | "effects" | "source">>;

/** See the head of the file. */
export class Climb {
  readonly #rungs = new Map<RungName, Rung>();
  readonly #found: Mutable<Adds> = {};
  readonly registers: Record<string, number> = {};
  readonly effects: string[] = [];
  constructor(readonly source: string) {}

  /** The rung holds. */
  ok(name: RungName, text: string): void {
    if (this.#rungs.get(name)?.state !== "broken") {
      this.#rungs.set(name, { name, state: "ok", text });
    }
  }
  /** Says more about a rung that holds. */
  more(name: RungName, text: string): void {
    const rung = this.#rungs.get(name);
    if (rung?.state === "ok") this.ok(name, `${rung.text}; ${text}`);
  }
  /** The rung broke. */
  broken(name: RungName, text: string): void {
    this.#rungs.set(name, { name, state: "broken", text });
  }
  /** Keeps what was found. */
  add(more: Adds): void {
    Object.assign(this.#found, more);
  }
  /** Forgets what was read of the chip, and the fault that ended it. */
  startAgain(): void {
    const kept: readonly RungName[] = ["usb", "probe", "voltage"];
    for (const name of RUNGS) if (!kept.includes(name)) this.#rungs.delete(name);
    const { probe, volts, voltsLater, plain } = this.#found;
    for (const key of Object.keys(this.#found)) delete this.#found[key as keyof Adds];
    for (const name of Object.keys(this.registers)) delete this.registers[name];
    Object.assign(this.#found, { probe, volts, voltsLater, plain });
  }
  get found(): Readonly<Adds> {
    return this.#found;
  }

  /**
   * Climbs one rung; undefined when it broke. What follows is still tried: a chip that refuses one register
   * may give the next. Errors that are no Fault are bugs and pass.
   */
  async rung<T>(name: RungName, go: () => Promise<T>): Promise<T | undefined> {
    try {
      return await go();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.broken(name, error.message);
      if (this.#found.fault === undefined) this.add({ fault: noteOf(error) });
      return undefined;
    }
  }

  /** Everything so far. */
  done(): Findings {
    const probed = this.#rungs.get("probe")?.state === "ok";
    const rungs = RUNGS.map((name): Rung => {
      const text = name === "nrst" && probed ? NRST_UNKNOWN : "not reached";
      return this.#rungs.get(name) ?? { name, state: "not-reached", text };
    });
    const { registers, effects, source } = this;
    return { source, rungs, effects, registers, ...this.#found };
  }
}
