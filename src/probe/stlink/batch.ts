/** Many pokes in few exchanges: RW_MISC where the firmware has it, else one command a poke. */
import { type Access, and, Deadline, Fault, hex } from "../../base/mod.ts";
import { fault } from "../faults.ts";
import { readDebugRegister, writeDebugRegister } from "./commands.ts";
import type { Link } from "./link.ts";
import { miscIn, type MiscItem, miscOut } from "./memory_commands.ts";
import { type Doing, isWait, OK, statusFault } from "./status.ts";
import { Patience } from "./wire.ts";

type Poll = Extract<Access, { poll: number }>;
/** A poke that takes one trip at most: a read or a write. */
type Poke = { readonly read: number } | { readonly write: number; readonly value: number };

/** From three pokes on, the two exchanges of RW_MISC are fewer than one each. */
const MISC_FROM = 3;

const itemsOf = (poke: Poke): MiscItem[] =>
  "read" in poke ? [{ read: poke.read }] : [{ address: poke.write }, { write: poke.value }];
const isWrite = (poke: Poke): boolean => "write" in poke;
const doingOf = (poke: Poke): Doing =>
  "read" in poke
    ? { command: "RW_MISC", access: "read", at: poke.read, length: 4 }
    : { command: "RW_MISC", access: "write", at: poke.write, length: 4 };

const met = (poll: Poll, value: number): boolean => and(value, poll.mask) === poll.want;

/** Runs pokes and polls through one access port. */
export class Batch {
  constructor(readonly link: Link, readonly ap: number) {}

  /** One word for each read and each poll. Faults: bus-refused, bus-busy, register-never-changed. */
  async run(steps: readonly Access[]): Promise<Uint32Array> {
    const out: number[] = [];
    for (let from = 0; from < steps.length;) {
      const next = steps.findIndex((s, i) => i >= from && "poll" in s);
      const to = next === -1 ? steps.length : next;
      const pokes = steps.slice(from, to) as Poke[];
      const poll = steps[to] as Poll | undefined;
      // the poll's first look travels with the pokes before it
      const rides = poll !== undefined && pokes.length >= MISC_FROM - 1 && this.#misc;
      const words = await this.#pokes(rides ? [...pokes, { read: poll.poll }] : pokes);
      const looked = rides ? words.pop() : undefined;
      out.push(...words);
      if (poll) out.push(await this.#poll(poll, looked));
      from = to + 1;
    }
    return Uint32Array.from(out);
  }

  get #misc(): boolean {
    return this.link.can.miscItems > 0;
  }

  async #poll(poll: Poll, looked: number | undefined): Promise<number> {
    const { clock } = this.link.wire;
    const deadline = new Deadline(clock, poll.withinMs);
    let last = looked ?? await this.read(poll.poll);
    while (!met(poll, last)) {
      if (deadline.over) {
        throw fault("register-never-changed", {
          where: hex(poll.poll),
          at: poll.poll,
          mask: hex(poll.mask),
          want: hex(poll.want),
          last: hex(last),
          value: last,
          ms: poll.withinMs,
        }, { evidence: [{ what: "register", addr: hex(poll.poll), value: hex(last) }] });
      }
      if (poll.everyMs) await clock.sleep(Math.min(poll.everyMs, Math.max(1, deadline.leftMs)));
      last = await this.read(poll.poll);
    }
    return last;
  }

  /** One word, one exchange. */
  async read(at: number): Promise<number> {
    return await this.link.run(readDebugRegister(at, this.ap), { access: "read", at, length: 4 });
  }

  /** One word, one exchange. */
  async write(at: number, value: number): Promise<void> {
    await this.link.run(writeDebugRegister(at, value, this.ap), { access: "write", at, length: 4 });
  }

  async #pokes(pokes: readonly Poke[]): Promise<number[]> {
    if (pokes.length >= MISC_FROM && this.#misc) return await this.#throughMisc(pokes);
    const out: number[] = [];
    for (const poke of pokes) {
      if ("read" in poke) out.push(await this.read(poke.read));
      else await this.write(poke.write, poke.value);
    }
    return out;
  }

  async #throughMisc(pokes: readonly Poke[]): Promise<number[]> {
    const out: number[] = [];
    let load: Poke[] = [];
    let items = 1; // the access port's number comes first
    for (const poke of pokes) {
      const more = isWrite(poke) ? 2 : 1;
      if (items + more > this.link.can.miscItems) {
        out.push(...await this.#load(load));
        load = [];
        items = 1;
      }
      load.push(poke);
      items += more;
    }
    out.push(...await this.#load(load));
    return out;
  }

  /** One RW_MISC and what it left undone because the chip said WAIT. */
  async #load(pokes: readonly Poke[]): Promise<number[]> {
    const { wire } = this.link;
    const patience = new Patience(wire.clock, wire.limits.waitMs);
    const out: number[] = [];
    let left = pokes;
    for (;;) {
      const result = await this.link.guarded(() => this.#trip(left, patience));
      out.push(...result.words);
      left = left.slice(result.done);
      if (left.length === 0) return out;
      await patience.pause();
    }
  }

  /**
   * How many pokes were done, and the words they read. After a WAIT the rest may be sent again, unless
   * the probe went on and did a later write: doing it twice, or out of order, may not be the same.
   */
  async #trip(
    pokes: readonly Poke[],
    patience: Patience,
  ): Promise<{ words: number[]; done: number }> {
    const { values, statuses } = await this.#exchange(pokes);
    const words: number[] = [];
    let item = 1;
    for (const [i, poke] of pokes.entries()) {
      const size = isWrite(poke) ? 2 : 1;
      const bad = statuses.slice(item, item + size).find((s) => s !== OK) ??
        (i === 0 && statuses[0] !== OK ? statuses[0] : undefined);
      if (bad !== undefined) {
        if (!isWait(bad) || patience.over || this.#wentOn(pokes, i, statuses, item + size)) {
          throw statusFault(bad, { ...doingOf(poke), waitedMs: patience.waitedMs }, {
            evidence: [{ what: "pokes done before it", value: `${i} of ${pokes.length}` }],
          });
        }
        return { words, done: i };
      }
      if (!isWrite(poke)) words.push(values[item] ?? 0);
      item += size;
    }
    return { words, done: pokes.length };
  }

  #wentOn(pokes: readonly Poke[], i: number, statuses: readonly number[], from: number): boolean {
    let item = from;
    return pokes.slice(i + 1).some((poke) => {
      const size = isWrite(poke) ? 2 : 1;
      item += size;
      return isWrite(poke) && statuses[item - 1] === OK;
    });
  }

  async #exchange(pokes: readonly Poke[]): Promise<{ values: number[]; statuses: number[] }> {
    const items: MiscItem[] = [{ ap: this.ap }, ...pokes.flatMap(itemsOf)];
    const go = async () => {
      await this.link.wire.exchange(miscOut(items));
      const { value } = await this.link.wire.tryOnce(miscIn(items.length));
      return value;
    };
    try {
      return await go();
    } catch (error) {
      const lost = error instanceof Fault && error.slug === "probe-unknown-reply";
      if (!lost || pokes.some(isWrite)) throw error;
      return await go(); // reads only: asking again does no harm
    }
  }
}
