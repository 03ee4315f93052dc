/** Serial numbers of a station: which are taken, by which chip, and which comes next. Pure. */
import { fault } from "./faults.ts";

/** One line of the book. It only grows: what holds is what its lines together say. */
export interface SerialEntry {
  readonly serials: "1.0";
  readonly kind: "reserve" | "commit" | "release";
  readonly serial: string;
  readonly uid: string;
  readonly order: string;
  readonly run: string;
  /** UTC */
  readonly at: string;
}

/** Which numbers a station may give. */
export interface SerialRules {
  readonly prefix: string;
  /** digits after the prefix, with zeros in front */
  readonly digits: number;
  /** given out in this order */
  readonly blocks: readonly { readonly from: number; readonly to: number }[];
}

/** A number that belongs to a chip. */
export interface Holding {
  readonly serial: string;
  readonly uid: string;
  readonly order: string;
  /** run that took it */
  readonly run: string;
  readonly committed: boolean;
}

/** Who wants a number. */
export interface SerialWish {
  readonly uid: string;
  readonly order: string;
  readonly wanted?: string | undefined;
}

/** What reserving would give. */
export interface Reservation {
  readonly serial: string;
  /** the chip has it already */
  readonly had: Holding | undefined;
}

const serialText = ({ prefix, digits }: SerialRules, n: number): string =>
  prefix + String(n).padStart(digits, "0");

/** The number in a serial of this station, or undefined. */
function numberOf({ prefix, digits }: SerialRules, serial: string): number | undefined {
  const rest = serial.startsWith(prefix) ? serial.slice(prefix.length) : "";
  return rest.length === digits && /^\d+$/.test(rest) ? Number(rest) : undefined;
}

/** See the file's comment. */
export class SerialBook {
  readonly #live = new Map<string, Holding>();
  constructor(readonly rules: SerialRules, entries: readonly SerialEntry[]) {
    for (const e of entries) this.#take(e);
  }

  #take({ kind, serial, uid, order, run }: SerialEntry): void {
    if (kind === "release") this.#live.delete(serial);
    else {
      const had = this.#live.get(serial);
      const committed = kind === "commit" || (had?.committed ?? false);
      this.#live.set(serial, had ? { ...had, committed } : { serial, uid, order, run, committed });
    }
  }

  /** All numbers that belong to a chip. */
  get live(): readonly Holding[] {
    return [...this.#live.values()];
  }

  holding(serial: string): Holding | undefined {
    return this.#live.get(serial);
  }

  #next(): string {
    for (const { from, to } of this.rules.blocks) {
      for (let n = from; n <= to; n++) {
        const serial = serialText(this.rules, n);
        if (!this.#live.has(serial)) return serial;
      }
    }
    const { blocks } = this.rules;
    const count = blocks.reduce((sum, b) => sum + b.to - b.from + 1, 0);
    throw fault("serials-used-up", { count });
  }

  /** Fault: serial-uid-twice, when two units say that they are this chip. */
  ofChip(uid: string): Holding | undefined {
    const [one, other] = this.live.filter((h) => h.uid === uid);
    if (one && other) {
      throw fault("serial-uid-twice", { uid, one: one.serial, other: other.serial });
    }
    return one;
  }

  /** The same chip gets the number it has. Faults: serial-uid-twice, serial-taken, serial-not-ours, serials-used-up. */
  reserve({ uid, order: _order, wanted }: SerialWish): Reservation {
    const had = this.ofChip(uid);
    if (had) {
      if (wanted === undefined || wanted === had.serial) return { serial: had.serial, had };
      throw fault("serial-uid-twice", { uid, one: had.serial, other: wanted });
    }
    if (wanted === undefined) return { serial: this.#next(), had: undefined };
    const n = numberOf(this.rules, wanted);
    if (n === undefined || !this.rules.blocks.some((b) => n >= b.from && n <= b.to)) {
      throw fault("serial-not-ours", { serial: wanted, like: serialText(this.rules, this.#first) });
    }
    const other = this.holding(wanted);
    if (other) throw fault("serial-taken", { serial: wanted, uid: other.uid });
    return { serial: wanted, had: undefined };
  }

  get #first(): number {
    return this.rules.blocks[0]?.from ?? 0;
  }

  /** Fault: serial-not-reserved. */
  require(serial: string, uid: string): Holding {
    const holding = this.holding(serial);
    if (holding?.uid === uid) return holding;
    throw fault("serial-not-reserved", { serial, uid });
  }
}
