/** Flash that is erased by sectors and programmed in place: F2, F4, F7. When to touch which register. */
import { type Access, Fault, firstDifference, hex } from "../../base/mod.ts";
import type { ByWidth, Layout, Sector } from "../../chip/mod.ts";
import { firstNotErased, type Range, type Run } from "../../plan/mod.ts";
import { type Bench, rangeText, requireSupply, voltFacts } from "../bench.ts";
import type { Progress } from "../controller.ts";
import { explainRefusal } from "../explain.ts";
import { fault } from "../faults.ts";
import { sectorsText } from "../protection.ts";
import { type Session, withSession } from "../session.ts";
import { requireInside, requireOpen, requireSure } from "./guards.ts";
import { padRuns, touches } from "./runs.ts";

/** Bytes read, or programmed, between two looks: four commands of a probe (6144 B each). */
const BURST = 24_576;
/** The same where every command carries few bytes. */
const NARROW_BURST = 4096;
/** One unit takes 100 us at most; a host with a slow USB still gets its second look. */
const PROGRAM_WAIT_MS = 100;

/** How the caller vouches for what it programs. */
export interface ProgramOptions {
  /** `known`: the caller has just seen that it is erased; else it is read first */
  readonly erased?: "known" | "check";
  /** read back and compare afterwards */
  readonly verify?: boolean;
}

type Report = (p: Progress) => void;
const silent: Report = () => {};

/** The flash of one chip, in its present layout. */
export class SectorFlash {
  /** sectors erased by us and not touched since: their contents need no look */
  readonly #blank = new Set<number>();
  constructor(readonly bench: Bench, readonly layout: Layout) {}

  /** Reads any part of flash or its aliases; a refused read is explained. */
  async read(at: number, length: number, progress: Report = silent): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const n = Math.min(BURST, length - done);
      try {
        out.set(await this.bench.memory.read(at + done, n), done);
      } catch (error) {
        const doing = `reading ${rangeText(at, length)}`;
        throw await explainRefusal(this.bench, this.layout, error, {
          access: "read",
          at: at + done,
          doing,
        });
      }
      done += n;
      progress({ what: "read", done, total: length, unit: "B", at });
    }
    return out;
  }

  /** See FlashController.erase. */
  async erase(sectors: readonly Sector[], progress: Report = silent): Promise<void> {
    if (sectors.length === 0) return;
    requireSure(this.bench);
    const done: Sector[] = [];
    await this.#work("erasing", sectors, "erased", async (session) => {
      for (const sector of sectors) {
        await this.#eraseOne(session, sector);
        done.push(sector);
        this.#blank.add(sector.index);
        progress({
          what: "erase",
          done: done.length,
          total: sectors.length,
          unit: "sectors",
          at: sector.at,
        });
      }
    }, () => {
      const left = sectorsText(sectors.slice(done.length));
      if (done.length === 0) return `${left} erased in part, or not at all`;
      return `${sectorsText(done)} erased; ${left} in part, or not at all`;
    });
  }

  async #eraseOne(session: Session, sector: Sector): Promise<void> {
    const { regs, chip: { family: { flash } }, width } = this.bench;
    const size = `${sector.size / 1024}K`;
    const time = (table: Readonly<Record<string, ByWidth>>): number =>
      table[size]?.[width.psize] ?? flash.massEraseMaxMs;
    const typical = time(flash.eraseTypMs);
    const cr = (STRT: number): Access => ({
      write: regs.at("CR"),
      value: session.control({ SER: 1, SNB: sector.snb, STRT }),
    });
    this.#blank.delete(sector.index);
    await session.act([cr(0), cr(1)], {
      act: "erase",
      what: `sector ${sector.index}`,
      at: sector.at,
    }, {
      // nothing to see before: a look is an exchange
      pauseMs: typical * 0.9,
      everyMs: Math.max(2, typical / 25),
      withinMs: 2 * time(flash.eraseMaxMs),
    });
  }

  /** See FlashController.massErase. */
  async massErase(progress: Report = silent): Promise<void> {
    const { sectors, dualBank } = this.layout;
    const { regs, chip: { family: { flash } } } = this.bench;
    const total = sectors.length;
    await this.#work("erasing all flash", sectors, "erased", async (session) => {
      progress({ what: "erase", done: 0, total, unit: "sectors" });
      this.#blank.clear();
      const banks: Readonly<Record<string, number>> = dualBank ? { MER: 1, MER2: 1 } : { MER: 1 };
      const cr = (STRT: number): Access => ({
        write: regs.at("CR"),
        value: session.control({ ...banks, STRT }),
      });
      await session.act(
        [cr(0), cr(1)],
        { act: "erase", what: "all flash", at: this.layout.at },
        { pauseMs: 500, everyMs: 50, withinMs: 2 * flash.massEraseMaxMs },
      );
      for (const s of sectors) this.#blank.add(s.index);
      progress({ what: "erase", done: total, total, unit: "sectors" });
    }, () => "all flash may be erased, in part or as a whole");
  }

  /** See FlashController.program; several stretches in one go, in the order given. */
  async program(
    wanted: readonly Run[],
    progress: Report = silent,
    how: ProgramOptions = {},
  ): Promise<void> {
    const runs = padRuns(wanted, this.bench.width.bytes, this.layout.erased);
    if (runs.length === 0) return;
    requireSure(this.bench);
    for (const run of runs) requireInside(this.layout, run);
    const touched = this.layout.sectors.filter((s) => runs.some((r) => touches(s, r)));
    if (how.erased !== "known") await this.#requireErased(runs);
    const total = runs.reduce((n, r) => n + r.bytes.length, 0);
    let done = 0;
    await this.#work("programming", touched, "programmed", async (session) => {
      for (const s of touched) this.#blank.delete(s.index);
      await this.bench.memory.batch([
        { write: this.bench.regs.at("CR"), value: session.control({ PG: 1 }) },
      ]);
      for (const run of runs) {
        for (const part of this.#bursts(run)) {
          await this.#burst(session, part);
          done += part.bytes.length;
          progress({ what: "program", done, total, unit: "B", at: part.at });
        }
      }
    }, () => `${done} of ${total} bytes are programmed`);
    if (how.verify) await this.#verify(runs, progress);
  }

  *#bursts(run: Run): Generator<Run> {
    const size = this.bench.width.bytes === 4 ? BURST : NARROW_BURST;
    for (let from = 0; from < run.bytes.length; from += size) {
      yield { at: run.at + from, bytes: run.bytes.subarray(from, from + size) };
    }
  }

  async #burst(session: Session, part: Run): Promise<void> {
    const { bench, layout } = this;
    const what = rangeText(part.at, part.bytes.length);
    try {
      try {
        await bench.memory.write(part.at, part.bytes, bench.width.bytes);
      } catch (error) {
        const refused = { access: "write", at: part.at, doing: `programming ${what}` } as const;
        throw await explainRefusal(bench, layout, error, refused);
      }
      await session.act([], { act: "program", what, at: part.at }, {
        pauseMs: 0,
        everyMs: 0,
        withinMs: PROGRAM_WAIT_MS,
      });
    } catch (error) {
      throw error instanceof Fault ? await this.#located(error, part) : error;
    }
  }

  /** The fault with the first address that does not hold what it should, when it can be seen. */
  async #located(error: Fault, part: Run): Promise<Fault> {
    try {
      const got = await this.bench.memory.read(part.at, part.bytes.length);
      const i = firstDifference(got, part.bytes);
      if (i < 0) return error;
      const [is, wants] = [hex(got[i] ?? 0, 2), hex(part.bytes[i] ?? 0, 2)];
      const value = `${hex(part.at + i)} holds ${is} instead of ${wants}`;
      return error.within({
        evidence: [{ what: "first byte that is wrong", addr: hex(part.at + i), value }],
      });
    } catch (second) {
      if (!(second instanceof Fault)) throw second;
      return error;
    }
  }

  async #verify(runs: readonly Run[], progress: Report): Promise<void> {
    const total = runs.reduce((n, r) => n + r.bytes.length, 0);
    let before = 0;
    for (const run of runs) {
      const got = await this.read(run.at, run.bytes.length, (p) => {
        progress({ ...p, what: "verify", done: before + p.done, total });
      });
      before += run.bytes.length;
      const i = firstDifference(got, run.bytes);
      if (i < 0) continue;
      throw fault("flash-content-wrong", {
        at: hex(run.at + i),
        is: hex(got[i] ?? 0, 2),
        wants: hex(run.bytes[i] ?? 0, 2),
        ...voltFacts(this.bench.volts),
      }, { board: { state: "partial", text: "it was programmed, and is not right" } });
    }
  }

  /** Refusals, then the work unlocked; what goes wrong in mid-work says how far it had come. */
  async #work(
    doing: string,
    sectors: readonly Sector[],
    done: "erased" | "programmed",
    work: (session: Session) => Promise<void>,
    partial: () => string,
  ): Promise<void> {
    const { bench, layout } = this;
    requireSupply(bench);
    let started = false;
    try {
      await withSession(
        bench,
        layout,
        doing,
        ({ options }) => requireOpen(bench, layout, options, sectors, done),
        (session) => {
          started = true;
          return work(session);
        },
      );
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw error.within({ doing }).leaving(
        started
          ? { state: "partial", text: partial() }
          : { state: "untouched", text: "nothing was written" },
      );
    }
  }

  async #requireErased(runs: readonly Run[]): Promise<void> {
    for (const run of runs) {
      for (const range of this.#unseen(run)) {
        const read = (at: number, length: number) => this.read(at, length);
        const wrong = await firstNotErased(read, range, this.layout.erased);
        if (wrong === undefined) continue;
        const [is] = await this.read(wrong, 1);
        throw fault("flash-not-erased", {
          at: hex(wrong),
          is: hex(is ?? 0, 2),
          length: run.bytes.length,
        }, { board: { state: "untouched", text: "nothing was written" } });
      }
    }
  }

  /** The parts of a run that lie in sectors not known to be erased. */
  #unseen(run: Run): Range[] {
    return this.layout.sectors.filter((s) => !this.#blank.has(s.index) && touches(s, run)).map(
      (s) => {
        const from = Math.max(s.at, run.at);
        const to = Math.min(s.at + s.size, run.at + run.bytes.length);
        return { at: from, length: to - from };
      },
    );
  }
}
