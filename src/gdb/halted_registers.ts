/** The registers that a probe reads in one exchange, as they are while the core stands still. */
import { IN_G, registersOf } from "./registers.ts";
import type { GdbTarget } from "./target.ts";

const FAST = registersOf(false).slice(0, IN_G).flatMap((r) => r.parts);

/** Reads through a cache that lasts until the core moves. */
export class HaltedRegisters {
  #known: ReadonlyMap<string, number> | undefined;
  /** came with a step, before the others */
  #pc: number | undefined;
  constructor(readonly target: GdbTarget) {}

  /** The core moves, or something else may have written to it. */
  forget(): void {
    this.#known = undefined;
    this.#pc = undefined;
  }
  /** What came with a step. */
  knowPc(pc: number): void {
    this.#pc = pc;
  }

  async read(names: readonly string[]): Promise<readonly number[]> {
    if (!names.every((n) => FAST.includes(n))) return await this.target.readRegisters(names);
    const known = this.#known ?? await this.#all();
    return names.map((n) => known.get(n) ?? 0);
  }
  async pc(): Promise<number> {
    const [pc = 0] = this.#pc === undefined ? await this.read(["pc"]) : [this.#pc];
    return pc;
  }
  async write(values: Readonly<Record<string, number>>): Promise<void> {
    this.forget();
    await this.target.writeRegisters(values);
  }

  async #all(): Promise<ReadonlyMap<string, number>> {
    const values = await this.target.readRegisters(FAST);
    const known = new Map(FAST.map((n, i) => [n, values[i] ?? 0]));
    this.#known = known;
    return known;
  }
}
