/** The only writer of option bytes in the house. */
import { type Access, and, clear, Fault, has, hex, not, or } from "../base/mod.ts";
import { optionRegisters } from "../chip/mod.ts";
import type { Bench } from "./bench.ts";
import { requireSupply } from "./bench.ts";
import type { OptionBytes, OptionPlan } from "./controller.ts";
import { DHCSR, dhcsr, resetsByItself } from "./explain.ts";
import { fault } from "./faults.ts";
import {
  changesBetween,
  controlBits,
  decodeOptions,
  type OptionPermit,
  requireAllowed,
  unnamedChange,
} from "./option_plan.ts";
import { prepare, waitIdle } from "./session.ts";

/** Option words may take as long as a sector erase. */
const USUAL_MS = 250;
const UNTOUCHED = { state: "untouched", text: "the option bytes are as they were" } as const;

type Words = Readonly<Record<string, number>>;

const names = (bench: Bench): readonly string[] =>
  optionRegisters(bench.chip.family, bench.chip.sub);

async function readWords(bench: Bench): Promise<Words> {
  const all = names(bench);
  const words = await bench.memory.batch(all.map((n) => ({ read: bench.regs.at(n) })));
  return Object.fromEntries(all.map((n, i) => [n, words[i] ?? 0]));
}

/** The option bytes as the chip uses them. */
export const readOptions = async (bench: Bench): Promise<OptionBytes> =>
  decodeOptions(bench.chip, await readWords(bench));

/** A register's bits without its lock and start. */
const options = (bench: Bench, name: string, word: number): number =>
  clear(word, controlBits(bench.chip, name));

/** Refuses a plan that was made for other contents, or that does what no plan may. */
function requireGood(bench: Bench, now: Words, plan: OptionPlan, permit?: OptionPermit): void {
  for (const [register, { before, after }] of Object.entries(plan.words)) {
    const is = now[register];
    if (is === undefined) {
      throw fault("options-stale", { register, is: "nothing", planned: hex(before) });
    }
    if (options(bench, register, is) !== options(bench, register, before)) {
      const facts = { register, is: hex(is), planned: hex(before) };
      throw fault("options-stale", facts, { board: UNTOUCHED });
    }
    const unnamed = unnamedChange(bench.chip, register, before, after);
    if (unnamed !== 0) {
      const facts = { register, after: hex(after), bits: hex(unnamed) };
      throw fault("options-unnamed-bits", facts, { board: UNTOUCHED });
    }
    for (const change of changesBetween(bench.chip, register, before, after, false)) {
      requireAllowed(bench.chip, change, { volts: bench.volts, permit });
    }
  }
  if (decodeOptions(bench.chip, now).rdpLevel === 2) throw fault("options-frozen");
}

/** Writes both option keys; whether OPTLOCK is 0 afterwards. */
async function tryKeys(bench: Bench): Promise<boolean> {
  const { memory, regs, chip } = bench;
  const [first, second] = chip.family.flash.optionKeys;
  const look: Access = { read: regs.at("OPTCR") };
  let words: Uint32Array;
  try {
    words = await memory.batch([
      { write: regs.at("OPTKEYR"), value: first },
      { write: regs.at("OPTKEYR"), value: second },
      look,
    ]);
  } catch (error) {
    // an option block that is locked until reset answers a key with a bus error
    if (!(error instanceof Fault) || error.slug !== "bus-refused") throw error;
    words = await memory.batch([look]);
  }
  return !has(words[0] ?? 0, regs.mask("OPTCR", "OPTLOCK"));
}

async function unlock(bench: Bench, optcr: number): Promise<void> {
  if (!has(optcr, bench.regs.mask("OPTCR", "OPTLOCK"))) return;
  if (await tryKeys(bench)) return;
  if (!bench.mayReset) throw fault("options-locked-until-reset", {}, { board: UNTOUCHED });
  await bench.core.resetAndHalt();
  await prepare(bench, "changing option bytes");
  if (!await tryKeys(bench)) throw fault("options-locked-until-reset", {}, { board: UNTOUCHED });
}

/** Shuts the option block without changing what it shows: never a bare OPTLOCK. */
async function lock(bench: Bench): Promise<void> {
  const { memory, regs } = bench;
  const [sr = 0, optcr = 0] = await memory.batch([
    { read: regs.at("SR") },
    { read: regs.at("OPTCR") },
  ]);
  const shut = regs.mask("OPTCR", "OPTLOCK");
  if (has(sr, regs.mask("SR", "BSY")) || has(optcr, shut)) return;
  const value = or(clear(optcr, regs.mask("OPTCR", "OPTSTRT")), shut);
  await memory.batch([{ write: regs.at("OPTCR"), value }]);
}

/** What each register is to hold: the plan's words, the others as they are. */
const wantedWords = (now: Words, plan: OptionPlan): Words => ({
  ...now,
  ...Object.fromEntries(Object.entries(plan.words).map(([n, w]) => [n, w.after])),
});

/**
 * The other registers first: one OPTSTRT, which is in OPTCR, programs them all. Nothing reads flash
 * until BSY is 0 again.
 */
async function start(bench: Bench, now: Words, plan: OptionPlan): Promise<void> {
  const { memory, regs, clock, chip: { family: { flash } } } = bench;
  const control = controlBits(bench.chip, "OPTCR");
  const optcr = clear(wantedWords(now, plan)["OPTCR"] ?? 0, control);
  const others = Object.entries(plan.words).filter(([n]) => n !== "OPTCR");
  await memory.batch([
    ...others.map(([n, w]): Access => ({ write: regs.at(n), value: w.after })),
    { write: regs.at("OPTCR"), value: optcr },
    { write: regs.at("OPTCR"), value: regs.set("OPTCR", optcr, { OPTSTRT: 1 }) },
  ]);
  await clock.sleep(plan.massErases ? 1000 : USUAL_MS / 4);
  const doing = plan.massErases ? "going to RDP level 0 (mass erase)" : "writing option bytes";
  await waitIdle(bench, doing, 2 * flash.optionsMaxMs, plan.massErases ? 100 : 10);
}

/** Looks whether the chip is still ours, then relocks and reads back. */
async function finish(bench: Bench, wanted: Words): Promise<void> {
  const { memory, regs } = bench;
  const [d = 0, sr = 0] = await memory.batch([{ read: DHCSR }, { read: regs.at("SR") }]);
  if (dhcsr(d, "S_RESET_ST")) throw await resetsByItself(bench, "option bytes were written");
  const errors = regs.mask("SR", ...Object.keys(bench.chip.family.flash.errors));
  await lock(bench);
  const now = await readWords(bench);
  for (const [register, word] of Object.entries(wanted)) {
    const is = now[register] ?? 0;
    if (options(bench, register, is) === options(bench, register, word)) continue;
    throw fault("options-not-taken", { register, wants: hex(word), is: hex(is) }, {
      evidence: [{
        what: "FLASH_SR",
        addr: hex(regs.at("SR")),
        value: hex(sr),
        decoded: has(sr, errors) ? { errors: hex(and(sr, errors)) } : {},
      }],
    });
  }
  if (has(sr, errors)) {
    throw fault("options-not-taken", {
      register: "FLASH_SR",
      wants: hex(and(sr, not(errors))),
      is: hex(sr),
    });
  }
}

/**
 * Writes exactly that plan, waits for it, relocks and reads the registers back. The chip takes the values
 * up at the next reset; RDP, BOR and nDBANK are proven by a cold start. The core must be halted.
 * Faults: options-stale, options-unnamed-bits, options-permanent, options-above-supply, options-frozen,
 * options-locked-until-reset, options-not-taken, resets-by-itself, flash-stuck-busy, flash-core-running.
 */
export async function writeOptions(
  bench: Bench,
  plan: OptionPlan,
  permit?: OptionPermit,
): Promise<void> {
  if (Object.keys(plan.words).length === 0) return;
  requireSupply(bench);
  const doing = "changing option bytes";
  const { options: now } = await prepare(bench, doing);
  requireGood(bench, now, plan, permit);
  let started = false;
  try {
    await unlock(bench, now["OPTCR"] ?? 0);
    started = true;
    await start(bench, now, plan);
    await finish(bench, wantedWords(now, plan));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    await relock(bench);
    const partial = plan.massErases
      ? "option bytes may be changed or not, flash may be erased; read them before a reset"
      : "option bytes may be changed or not; read them before a reset";
    throw error.within({ doing }).leaving(
      started ? { state: "unknown", text: partial } : UNTOUCHED,
    );
  }
}

/** After an error: shut what can be shut; the error at hand is the one to tell. */
async function relock(bench: Bench): Promise<void> {
  try {
    await lock(bench);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
