/** Data watchpoints: the DWT of ARMv7-M and of ARMv8-M (facts, cortex-m §9). */
import { type Access, bit, getField, has, hex, or, shl } from "../base/mod.ts";
import type { Memory } from "../base/mod.ts";
import type { WatchKind } from "./core.ts";
import { fault } from "./faults.ts";
import { AT, TRCENA } from "./scs.ts";

const V7: Readonly<Record<WatchKind, number>> = { read: 5, write: 6, access: 7 };
const V8: Readonly<Record<WatchKind, number>> = { read: 6, write: 5, access: 4 };
/** ACTION: debug event */
const V8_ACTION = bit(4);
const MATCHED = bit(24);
/** 2^15 bytes are the most a mask covers */
const MOST_BYTES = 32768;
const SPACING = 16;
const MASK = 4;
const FUNCTION = 8;

interface Watch {
  readonly at: number;
  readonly length: number;
  readonly kind: WatchKind;
}

/** Sets and clears watchpoints. */
export class Watchpoints {
  #used: (Watch | undefined)[] | undefined;
  constructor(readonly memory: Memory, readonly core: string, readonly v8: boolean) {}

  /** Whether any is set. */
  get any(): boolean {
    return this.#used?.some((w) => w !== undefined) ?? false;
  }

  async set(watch: Watch): Promise<void> {
    this.#possible(watch);
    const used = await this.#comparators();
    const n = used.indexOf(undefined);
    if (n === -1) {
      throw fault("core-no-watchpoint-left", { count: used.length, where: hex(watch.at) });
    }
    await this.memory.batch(this.#writes(n, watch));
    used[n] = watch;
  }

  async clear(watch: Watch): Promise<void> {
    const used = await this.#comparators();
    const n = used.findIndex((w) =>
      w?.at === watch.at && w.length === watch.length && w.kind === watch.kind
    );
    if (n === -1) return;
    await this.memory.batch([{ write: this.#at(n) + FUNCTION, value: 0 }]);
    used[n] = undefined;
  }

  /** Switches off every comparator, also those of an earlier debugger. */
  async clearAll(): Promise<void> {
    const used = await this.#comparators();
    await this.memory.batch(used.map((_, n) => ({ write: this.#at(n) + FUNCTION, value: 0 })));
    used.fill(undefined);
  }

  /** Writes again what is set: some resets clear the DWT. */
  async rewrite(): Promise<void> {
    for (const [n, watch] of (this.#used ?? []).entries()) {
      if (watch) await this.memory.batch(this.#writes(n, watch));
    }
  }

  /** The address of the one that matched; reading clears the mark. */
  async matched(): Promise<number | undefined> {
    const used = this.#used ?? [];
    if (used.length === 0) return undefined;
    const words = await this.memory.batch(used.map((_, n) => ({ read: this.#at(n) + FUNCTION })));
    return used.find((w, n) => w && has(words[n] ?? 0, MATCHED))?.at;
  }

  #at(n: number): number {
    return AT.DWT_COMP0 + SPACING * n;
  }

  /** How many there are; TRCENA must be set before the DWT can be read. */
  async #comparators(): Promise<(Watch | undefined)[]> {
    if (this.#used) return this.#used;
    const [demcr = 0] = await this.memory.batch([{ read: AT.DEMCR }]);
    const [control = 0] = await this.memory.batch([
      { write: AT.DEMCR, value: or(demcr, TRCENA) },
      { read: AT.DWT_CTRL },
    ]);
    this.#used = Array(getField(control, [31, 28])).fill(undefined);
    return this.#used;
  }

  #possible({ at, length }: Watch): void {
    const most = this.v8 ? 4 : MOST_BYTES;
    const power = Number.isInteger(Math.log2(length));
    const why = !power || length > most
      ? `it takes a power of two up to ${most}`
      : at % length !== 0
      ? "the address is not a multiple of the length"
      : undefined;
    if (why) throw fault("core-cannot-watch", { core: this.core, where: hex(at), length, why });
  }

  #writes(n: number, { at, length, kind }: Watch): Access[] {
    const size = Math.log2(length);
    const comp = this.#at(n);
    if (this.v8) {
      const value = or(V8[kind], V8_ACTION, shl(size, 10));
      return [{ write: comp, value: at }, { write: comp + FUNCTION, value }];
    }
    return [
      { write: comp, value: at },
      { write: comp + MASK, value: size },
      { write: comp + FUNCTION, value: V7[kind] },
    ];
  }
}
