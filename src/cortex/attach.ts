/** Attaching to a chip in each way, with the watchdogs frozen, and leaving it again. */
import { type Access, and, clear, type Clock, type Memory, or } from "../base/mod.ts";
import { memoryOf } from "../coresight/mod.ts";
import type { Probe } from "../probe/mod.ts";
import type { AttachMode, CoreState, LeaveMode, ResetWay } from "./core.ts";
import { type CortexM, openCore } from "./cortex_m.ts";
import { leave } from "./leave.ts";
import { stateText } from "./registers.ts";
import { notStopped, resetCore, type ResetParts, tolerate, watchDhcsr } from "./reset.ts";
import { ALL_CATCHES, AT, CATCH_RESET, DEBUG, DFSR_ALL, dhcsr, TRCENA } from "./scs.ts";

/** Bits to set in a register at attaching, so that a watchdog stands still while the core does. */
export interface Freeze {
  readonly at: number;
  readonly set: number;
}

/** How to attach. */
export interface AttachWish {
  readonly mode: AttachMode;
  /** SWD clock */
  readonly hertz: number;
  readonly freeze: readonly Freeze[];
  /** access port of the core; 0 when absent */
  readonly ap?: number;
}

/** What attaching found and did. */
export interface AttachReport {
  readonly mode: AttachMode;
  readonly hertz: number;
  readonly dpidr: number;
  /** what the core was doing before */
  readonly was: CoreState;
  /** as found, to be put back by leaving `as-found` */
  readonly found: {
    readonly dhcsr: number;
    readonly demcr: number;
    readonly freeze: readonly { readonly at: number; readonly value: number }[];
  };
  /** how the chip was reset; absent when it was not */
  readonly resetBy?: ResetWay;
  /** what a user should know, one sentence each */
  readonly notes: readonly string[];
}

/** An attached core. */
export interface Attached {
  readonly core: CortexM;
  readonly report: AttachReport;
  /** Leaves the chip as `how` says, and debug mode with it. */
  leave(how: LeaveMode): Promise<void>;
}

const RELEASE_MS = 150;
const NO_NRST =
  "NRST had no effect (is its wire connected?), so the core was stopped running and then reset by SYSRESETREQ";
const NO_BUS_IN_RESET =
  "this chip's bus does not answer while NRST is low, so its first instructions ran before it was stopped";

type Found = AttachReport["found"];
interface Look {
  readonly found: Found;
  readonly was: CoreState;
}

/** DHCSR comes first and last: the first look clears what is sticky, the last shows how things are. */
async function look(memory: Memory, freeze: readonly Freeze[]): Promise<Look> {
  const at = [AT.DHCSR, AT.DEMCR, ...freeze.map((f) => f.at), AT.DHCSR];
  const words = await memory.batch(at.map((read) => ({ read })));
  const [state = 0, demcr = 0, ...values] = words;
  const found = {
    dhcsr: state,
    demcr,
    freeze: freeze.map((f, i) => ({ at: f.at, value: values[i] ?? 0 })),
  };
  return { found, was: stateText(dhcsr(words.at(-1) ?? 0)) };
}

const freezeWrites = (freeze: readonly Freeze[], found: Found): Access[] =>
  freeze.flatMap(({ at, set }, i) => {
    const before = found.freeze[i]?.value ?? 0;
    return and(before, set) === set ? [] : [{ write: at, value: or(before, set) }];
  });

/** Freezes, arms the catch and halts; gives DHCSR after it. */
async function seize(
  memory: Memory,
  wish: AttachWish,
  found: Found,
  catchReset: boolean,
): Promise<number> {
  const catches: Access[] = catchReset
    ? [{ write: AT.DEMCR, value: CATCH_RESET }, { write: AT.DFSR, value: DFSR_ALL }]
    : [];
  const [state = 0] = await memory.batch([
    ...freezeWrites(wish.freeze, found),
    { write: AT.DHCSR, value: DEBUG.halt },
    ...catches,
    { read: AT.DHCSR },
  ]);
  return state;
}

interface Outcome {
  readonly found: Found;
  readonly was: CoreState;
  readonly resetBy?: ResetWay;
  readonly nrstDead?: boolean;
  readonly notes: readonly string[];
}

/** NRST is low: arm everything, let go, and wait for the core to stop before its first instruction. */
async function underReset(parts: ResetParts, wish: AttachWish): Promise<Outcome> {
  const armed = await tolerate(parts, async () => {
    const seen = await look(parts.memory, wish.freeze);
    return { seen, state: dhcsr(await seize(parts.memory, wish, seen.found, true)) };
  });
  await parts.probe.holdReset(false);
  if (!armed) return await afterRelease(parts, wish);
  const { seen, state } = armed;
  // a core in reset does not halt: one that did was never in reset
  if (state.halted) return await withoutNrst(parts, seen, NO_NRST);
  const after = await watchDhcsr(parts, RELEASE_MS, (s) => s.halted);
  if (!after.halted) throw notStopped(after, RELEASE_MS);
  // the look before has cleared S_RESET_ST: without a new one it only halted late
  if (!state.reset && !after.reset) return await withoutNrst(parts, seen, NO_NRST);
  const demcr = clear(seen.found.demcr, ALL_CATCHES);
  await parts.memory.batch([{ write: AT.DEMCR, value: demcr }]);
  return { ...seen, resetBy: "nrst", notes: [] };
}

/** The catch is armed and the core halted, or about to be: reset it from within. */
async function withoutNrst(parts: ResetParts, seen: Look, note: string): Promise<Outcome> {
  const { by } = await resetCore(parts, "sysresetreq", true);
  return { ...seen, resetBy: by, nrstDead: note === NO_NRST, notes: [note] };
}

/** Nothing could be armed while NRST was low: be quick after it, then reset once more. */
async function afterRelease(parts: ResetParts, wish: AttachWish): Promise<Outcome> {
  const seen = await look(parts.memory, wish.freeze);
  await seize(parts.memory, wish, seen.found, true);
  return await withoutNrst(parts, seen, NO_BUS_IN_RESET);
}

/** Without a reset: halted, or only looked at. */
async function running(parts: ResetParts, wish: AttachWish): Promise<Outcome> {
  const seen = await look(parts.memory, wish.freeze);
  if (wish.mode === "halt") await seize(parts.memory, wish, seen.found, false);
  else {
    const keep = seen.was === "halted" ? DEBUG.halt : DEBUG.run;
    await parts.memory.batch([
      ...freezeWrites(wish.freeze, seen.found),
      { write: AT.DHCSR, value: keep },
    ]);
  }
  return { ...seen, notes: [] };
}

/** Comparators that an earlier debugger left would stop the core for no reason that can be seen. */
async function tidy(core: CortexM, found: Found): Promise<string[]> {
  const notes: string[] = [];
  if (await core.breakpoints.clearLeftovers()) {
    notes.push("breakpoints that an earlier debugger had left were cleared");
  }
  // the DWT can only be alive when trace was enabled
  if (and(found.demcr, TRCENA) !== 0) await core.watchpoints.clearAll();
  return notes;
}

/**
 * Connects and attaches. `attach` looks only; `halt` stops the core where it is; `under-reset` stops it
 * before its first instruction, by NRST, or from within when NRST is not wired. In each mode `freeze` is
 * written, before code can run where that is possible.
 *
 * Faults: those of {@link Probe.connect}, core-unknown, core-did-not-halt, core-did-not-stop.
 */
export async function attach(probe: Probe, clock: Clock, wish: AttachWish): Promise<Attached> {
  const reset = wish.mode === "under-reset";
  const link = await probe.connect({ hertz: wish.hertz, underReset: reset });
  const memory = memoryOf(probe, wish.ap ?? 0, clock);
  const parts: ResetParts = { probe, memory, clock };
  const outcome = reset ? await underReset(parts, wish) : await running(parts, wish);
  const core = await openCore(probe, clock, wish.ap === undefined ? {} : { ap: wish.ap });
  core.nrstDead = outcome.nrstDead ?? false;
  if (wish.mode === "halt") await core.halt();
  const { found, was, resetBy } = outcome;
  const report: AttachReport = {
    mode: wish.mode,
    hertz: link.hertz,
    dpidr: link.dpidr,
    was,
    found,
    ...(resetBy === undefined ? {} : { resetBy }),
    notes: [...outcome.notes, ...await tidy(core, found)],
  };
  return { core, report, leave: (how) => leave(core, report, how) };
}
