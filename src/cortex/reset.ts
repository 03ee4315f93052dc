/** Resetting the chip, and stopping it before its first instruction (facts, cortex-m §10). */
import {
  type Access,
  clear,
  type Clock,
  Deadline,
  type Evidence,
  Fault,
  hex,
} from "../base/mod.ts";
import type { Memory } from "../base/mod.ts";
import type { Probe } from "../probe/mod.ts";
import type { ResetReport, ResetWay } from "./core.ts";
import { fault } from "./faults.ts";
import { stateText } from "./registers.ts";
import { ALL_CATCHES, AT, CATCH_RESET, DEBUG, DFSR_ALL, dhcsr, SYSRESETREQ } from "./scs.ts";

/** NRST low for this long: far above the 20 µs an STM32 filters (its datasheets), as pyOCD waits */
const LOW_MS = 10;
/** an STM32 starts some ms after NRST rises; boards with a capacitor there take longer (OpenOCD: 100 ms) */
const START_MS = 150;
/** without a sign of a reset after this, the wire is not there */
const NO_SIGN_MS = 60;
/** S_RESET_ST is sticky, so nothing is missed between two looks */
const LOOK_MS = 5;

const NO_EFFECT =
  "NRST had no effect (is its wire connected?), so the chip was reset by SYSRESETREQ";

/** What a reset needs. */
export interface ResetParts {
  readonly probe: Probe;
  readonly memory: Memory;
  readonly clock: Clock;
  /** NRST was tried before and did nothing: it is not tried again unless asked for */
  readonly nrstDead?: boolean;
}

/** What was seen after a reset. */
export interface Seen {
  readonly reset: boolean;
  readonly halted: boolean;
  /** DHCSR of the last look; undefined when none was answered */
  readonly last: number | undefined;
}

/** What a chip in reset, or just out of it, may cause; an access port without power is no port. */
const WHILE_RESETTING = ["link-lost", "bus-refused", "bus-busy", "probe-status"];

/** Gives undefined for what a resetting chip does to an access; anything else is thrown. */
export async function tolerate<T>(parts: ResetParts, go: () => Promise<T>): Promise<T | undefined> {
  try {
    return await go();
  } catch (error) {
    if (!(error instanceof Fault) || !WHILE_RESETTING.includes(error.slug)) throw error;
    await parts.probe.clearErrors().catch((again) => {
      if (!(again instanceof Fault) || !WHILE_RESETTING.includes(again.slug)) throw again;
    });
    return undefined;
  }
}

/** Looks at DHCSR until `enough`, or the time is over; its sticky bits are gathered. */
export async function watchDhcsr(
  parts: ResetParts,
  withinMs: number,
  enough: (seen: Seen) => boolean,
): Promise<Seen> {
  const deadline = new Deadline(parts.clock, withinMs);
  let seen: Seen = { reset: false, halted: false, last: undefined };
  for (;;) {
    const words = await tolerate(parts, () => parts.memory.batch([{ read: AT.DHCSR }]));
    if (words) {
      const now = dhcsr(words[0] ?? 0);
      seen = { reset: seen.reset || now.reset, halted: now.halted, last: now.value };
    }
    if (enough(seen) || deadline.over) return seen;
    await parts.clock.sleep(LOOK_MS);
  }
}

const wanted = (halt: boolean) => (seen: Seen): boolean => seen.reset && (seen.halted || !halt);

/** Clears what is sticky, and arms or disarms the vector catch. Gives DEMCR as it was. */
async function arm(parts: ResetParts, halt: boolean): Promise<number> {
  const reads: Access[] = [{ read: AT.DHCSR }, { read: AT.DEMCR }];
  const forget: Access = { write: AT.DFSR, value: DFSR_ALL };
  if (halt) {
    const [, demcr = 0] = await parts.memory.batch([
      ...reads,
      { write: AT.DHCSR, value: DEBUG.halt },
      { write: AT.DEMCR, value: CATCH_RESET },
      forget,
    ]);
    return demcr;
  }
  const [, demcr = 0] = await parts.memory.batch(reads);
  await parts.memory.batch([{ write: AT.DEMCR, value: clear(demcr, ALL_CATCHES) }, forget]);
  return demcr;
}

async function byNrst(parts: ResetParts, halt: boolean): Promise<Seen> {
  await parts.probe.holdReset(true);
  await parts.clock.sleep(LOW_MS);
  // C_HALT is taken back while the core cannot run, so that old code gets no moment to run in
  if (!halt) await tolerate(parts, () => parts.memory.batch([RUN]));
  await parts.probe.holdReset(false);
  const seen = await watchDhcsr(parts, NO_SIGN_MS, (s) => s.reset);
  if (!seen.reset || wanted(halt)(seen)) return seen;
  const later = await watchDhcsr(parts, START_MS, (s) => s.halted);
  return { ...later, reset: true };
}

const RUN: Access = { write: AT.DHCSR, value: DEBUG.run };

async function bySysresetreq(parts: ResetParts, halt: boolean): Promise<Seen> {
  const reset: Access = { write: AT.AIRCR, value: SYSRESETREQ };
  // the chip may be gone before it has answered: that is no error
  await tolerate(parts, () => parts.memory.batch(halt ? [reset] : [RUN, reset]));
  return await watchDhcsr(parts, START_MS, wanted(halt));
}

const evidenceOf = (seen: Seen): Evidence[] =>
  seen.last === undefined
    ? [{ what: "DHCSR", value: "not readable" }]
    : [{ what: "DHCSR", addr: hex(AT.DHCSR), value: hex(seen.last) }];

/**
 * Resets by `how`, by NRST first when absent; without effect, by SYSRESETREQ. With `halt` the core stops
 * before its first instruction. Faults: core-reset-failed, core-did-not-stop.
 */
export async function resetCore(
  parts: ResetParts,
  how: ResetWay | undefined,
  halt: boolean,
): Promise<ResetReport> {
  const demcr = await arm(parts, halt);
  let by: ResetWay = how ?? (parts.nrstDead ? "sysresetreq" : "nrst");
  let note = how === undefined && parts.nrstDead ? NO_EFFECT : undefined;
  let seen = by === "nrst" ? await byNrst(parts, halt) : await bySysresetreq(parts, halt);
  if (!seen.reset && by === "nrst") {
    by = "sysresetreq";
    note = NO_EFFECT;
    seen = await bySysresetreq(parts, halt);
  }
  if (!seen.reset) {
    const why = how === "sysresetreq"
      ? "SYSRESETREQ had no effect"
      : "neither NRST nor SYSRESETREQ had an effect";
    throw fault("core-reset-failed", { why }, { evidence: evidenceOf(seen) });
  }
  if (halt) await stopped(parts, seen, demcr);
  return note === undefined ? { by } : { by, note };
}

/** Disarms the vector catch of a core that stands. */
async function stopped(parts: ResetParts, seen: Seen, demcr: number): Promise<void> {
  if (!seen.halted) throw notStopped(seen, START_MS);
  await parts.memory.batch([{ write: AT.DEMCR, value: clear(demcr, ALL_CATCHES) }]);
}

/** The fault for a core that does not stand `ms` after its reset: it ran on, or the reset lasts. */
export function notStopped(seen: Seen, ms: number): Fault {
  const evidence = evidenceOf(seen);
  const state = seen.last === undefined ? "not readable" : stateText(dhcsr(seen.last));
  if (state === "in-reset") return fault("core-held-in-reset", { ms }, { evidence });
  return fault("core-did-not-stop", { why: `it is ${state} ${ms} ms after the reset` }, {
    evidence,
  });
}
