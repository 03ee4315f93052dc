/** One stretch of flash work: unlocked, watched, and locked again whatever happens. */
import { type Access, clear, Fault, has, hex, or } from "../base/mod.ts";
import { type Layout, optionRegisters } from "../chip/mod.ts";
import type { Bench } from "./bench.ts";
import { refreshCaches } from "./caches.ts";
import { DHCSR, dhcsr, doingText, type Failing, resetsByItself, statusFault } from "./explain.ts";
import { fault } from "./faults.ts";

/** What was found before the work. */
export interface Before {
  readonly cr: number;
  readonly acr: number;
  readonly ccr: number;
  /** option registers by name */
  readonly options: Readonly<Record<string, number>>;
}

/** Configuration and control register, Armv7-M ARM B3.2.8: which caches are on. */
const CCR = 0xE000_ED14;
/** CR bits that a piece of work sets; all others stay as found. */
const WORK = ["PG", "SER", "MER", "MER2", "SNB", "PSIZE", "STRT", "LOCK"];

const srErrors = (bench: Bench): number =>
  bench.regs.mask("SR", ...Object.keys(bench.chip.family.flash.errors));

/** Waits until SR.BSY is 0; `waitedMs` have passed already. Fault: flash-stuck-busy. */
export async function waitIdle(
  bench: Bench,
  doing: string,
  totalMs: number,
  everyMs: number,
  waitedMs = 0,
): Promise<void> {
  const withinMs = Math.max(0, totalMs - waitedMs);
  const mask = bench.regs.mask("SR", "BSY");
  try {
    await bench.memory.batch([{
      poll: bench.regs.at("SR"),
      mask,
      want: 0,
      withinMs,
      everyMs,
    }]);
  } catch (error) {
    if (!(error instanceof Fault) || error.slug !== "register-never-changed") throw error;
    throw fault("flash-stuck-busy", {
      doing,
      ms: totalMs,
      ...(bench.volts === undefined ? {} : { volts: bench.volts.toFixed(2) }),
    }, { cause: error, evidence: error.options.evidence ?? [] });
  }
}

/**
 * Makes sure that the core is halted, flash is idle and no old error is left in SR. Reads everything in
 * one go. Faults: flash-core-running, flash-stuck-busy.
 */
export async function prepare(bench: Bench, doing: string): Promise<Before> {
  const { memory } = bench;
  const at = (name: string): Access => ({ read: bench.regs.at(name) });
  const names = optionRegisters(bench.chip.family, bench.chip.sub);
  const [d = 0, sr = 0, cr = 0, acr = 0, ccr = 0, ...words] = await memory.batch([
    { read: DHCSR }, // also forgets a reset that is long past
    at("SR"),
    at("CR"),
    at("ACR"),
    { read: CCR },
    ...names.map(at),
  ]);
  if (!dhcsr(d, "S_HALT")) {
    throw fault("flash-core-running", { dhcsr: hex(d) }, {
      board: { state: "untouched", text: "nothing was written" },
      evidence: [{ what: "DHCSR", addr: hex(DHCSR), value: hex(d) }],
    });
  }
  if (has(sr, bench.regs.mask("SR", "BSY"))) {
    await waitIdle(bench, doing, 2 * bench.chip.family.flash.massEraseMaxMs, 20);
  }
  const old = or(srErrors(bench), bench.regs.mask("SR", "EOP"));
  if (has(sr, old)) await memory.batch([{ write: bench.regs.at("SR"), value: old }]);
  return { cr, acr, ccr, options: Object.fromEntries(names.map((n, i) => [n, words[i] ?? 0])) };
}

/** Unlocked flash. Made by {@link withSession}. */
export class Session {
  #changed = false;
  constructor(
    readonly bench: Bench,
    readonly layout: Layout,
    readonly before: Before,
  ) {}

  /** A value for CR: `fields` and PSIZE over the bits that are none of our business. */
  control(fields: Readonly<Record<string, number>>): number {
    const { regs, width } = this.bench;
    const kept = clear(this.before.cr, regs.mask("CR", ...WORK));
    return regs.set("CR", kept, { PSIZE: width.psize, ...fields });
  }

  /**
   * Runs the accesses, then looks whether the chip is still ours and flash is content. When it is busy
   * it is waited for: first `pauseMs`, then every `everyMs`, at most `withinMs`.
   * Faults: resets-by-itself, flash-stuck-busy, and those of SR's error bits.
   */
  async act(
    steps: readonly Access[],
    failing: Failing,
    wait: { readonly pauseMs: number; readonly everyMs: number; readonly withinMs: number },
  ): Promise<void> {
    this.#changed = true;
    const { regs, clock } = this.bench;
    let sr = await this.#look(steps, doingText(failing));
    if (has(sr, regs.mask("SR", "BSY"))) {
      if (wait.pauseMs > 0) await clock.sleep(wait.pauseMs);
      await waitIdle(this.bench, doingText(failing), wait.withinMs, wait.everyMs, wait.pauseMs);
      sr = await this.#look([], doingText(failing));
    }
    if (has(sr, srErrors(this.bench))) {
      throw await statusFault(this.bench, this.layout, sr, failing);
    }
  }

  async #look(steps: readonly Access[], doing: string): Promise<number> {
    const { memory, regs } = this.bench;
    const words = await memory.batch([
      ...steps,
      { read: DHCSR },
      { read: regs.at("CR") },
      { read: regs.at("SR") },
    ]);
    const [d = 0, cr = 0, sr = 0] = words.slice(-3);
    const lost = dhcsr(d, "S_RESET_ST") || !dhcsr(d, "S_HALT");
    if (lost || has(cr, regs.mask("CR", "LOCK"))) throw await resetsByItself(this.bench, doing);
    return sr;
  }

  /** Locks, and lets the chip see what was written. */
  async close(): Promise<void> {
    const { memory, regs } = this.bench;
    const { acr } = this.before;
    const on = regs.mask("ACR", "ARTEN");
    const reset = regs.mask("ACR", "ARTRST");
    const off = clear(acr, or(on, reset));
    const art = this.#changed && has(acr, on)
      // the accelerator keeps lines of old flash: it is emptied while it is off
      ? [off, or(off, reset), off, clear(acr, reset)]
      : [];
    await memory.batch([
      { write: regs.at("SR"), value: or(srErrors(this.bench), regs.mask("SR", "EOP")) },
      { write: regs.at("CR"), value: this.control({ PSIZE: 0, LOCK: 1 }) },
      ...art.map((value): Access => ({ write: regs.at("ACR"), value })),
    ]);
    if (this.#changed) await refreshCaches(memory, this.before.ccr);
  }

  /** Locks after an error, if the chip can still be talked to; the error at hand is the one to tell. */
  async abandon(): Promise<void> {
    const { memory, regs } = this.bench;
    try {
      const [sr = 0] = await memory.batch([{ read: regs.at("SR") }]);
      if (has(sr, regs.mask("SR", "BSY"))) return; // a write to CR would hold the bus until it ends
      await this.close();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
}

/** Writes both keys; whether LOCK is 0 afterwards. */
async function tryKeys(bench: Bench): Promise<boolean> {
  const { memory, regs, chip } = bench;
  const [first, second] = chip.family.flash.keys;
  const look: Access = { read: regs.at("CR") };
  let words: Uint32Array;
  try {
    words = await memory.batch([
      { write: regs.at("KEYR"), value: first },
      { write: regs.at("KEYR"), value: second },
      look,
    ]);
  } catch (error) {
    // a controller that is locked until reset answers a key with a bus error
    if (!(error instanceof Fault) || error.slug !== "bus-refused") throw error;
    words = await memory.batch([look]);
  }
  return !has(words[0] ?? 0, regs.mask("CR", "LOCK"));
}

async function unlock(bench: Bench, before: Before, doing: string): Promise<Before> {
  if (!has(before.cr, bench.regs.mask("CR", "LOCK"))) return before;
  if (await tryKeys(bench)) return before;
  const board = { state: "untouched", text: "nothing was written" } as const;
  if (!bench.mayReset) throw fault("flash-locked-until-reset", {}, { board });
  await bench.core.resetAndHalt();
  const again = await prepare(bench, doing);
  if (!has(again.cr, bench.regs.mask("CR", "LOCK")) || await tryKeys(bench)) return again;
  throw fault("flash-locked-until-reset", {}, {
    board,
    causes: [{
      text: "the lock stays after a reset: the reset did not reach the flash controller",
      likelihood: "likely",
    }],
  });
}

/**
 * Does `work` with flash unlocked; locks it again afterwards, also after an error. `check` sees what was
 * found and may refuse before anything is unlocked.
 * Faults: flash-core-running, flash-stuck-busy, flash-locked-until-reset, and those of `work`.
 */
export async function withSession<T>(
  bench: Bench,
  layout: Layout,
  doing: string,
  check: (before: Before) => void | Promise<void>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const found = await prepare(bench, doing);
  await check(found);
  const session = new Session(bench, layout, await unlock(bench, found, doing));
  let result: T;
  try {
    result = await work(session);
  } catch (error) {
    await session.abandon();
    throw error;
  }
  await session.close();
  return result;
}
