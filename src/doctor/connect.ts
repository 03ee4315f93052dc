/** Ways to a chip: without a reset, and while it is held in reset. */
import { type Clock, Fault } from "../base/mod.ts";
import { FAMILIES } from "../chip/mod.ts";
import { attach, type Attached } from "../cortex/mod.ts";
import type { Probe, StlinkOptions } from "../probe/mod.ts";
import { seenBusy } from "./causes_flash.ts";
import { losesAtReset } from "./causes_stored.ts";
import { LEAST_V } from "./causes_supply.ts";
import type { Climb } from "./climb.ts";
import { BREAKS } from "./ended.ts";
import { noteOf } from "./findings.ts";

/** What an examination may do. Without any flag it only reads. */
export interface ExamineWish {
  /** serial or place of the probe */
  readonly wanted?: string | undefined;
  /** SWD clock; 4 MHz when absent */
  readonly hertz?: number | undefined;
  /** may pull NRST: the board is reset, its RAM and what it was doing are lost */
  readonly underReset?: boolean;
  /** may halt the core for a moment to read its registers */
  readonly halt?: boolean;
  /** may write the flash keys to see whether the controller takes them, and lock it again */
  readonly tryKeys?: boolean;
  /** instead of what the chip's size register says */
  readonly flashKiB?: number;
  readonly stlink?: StlinkOptions;
}

const USUAL_HERTZ = 4_000_000;
/** registers of DBGMCU that hold the watchdogs while the core stands, and their bits */
export const FREEZE = FAMILIES.flatMap((f) => f.debug.freeze.map(({ at, set }) => ({ at, set })));

/** what is said of NRST once it was driven */
export const NRST_WORKS = "driven by the probe, and it reaches the chip";
export const NRST_DEAD = "driven by the probe, and the core goes on: the wire is not connected";

/** Without a reset first; under reset only when that failed and is allowed. */
export async function connect(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  wish: ExamineWish,
): Promise<"plain" | Attached | undefined> {
  const hertz = wish.hertz ?? USUAL_HERTZ;
  try {
    const { dpidr, hertz: chosen } = await probe.connect({ hertz, underReset: false });
    climb.add({ connected: { how: "attach", hertz: chosen, dpidr } });
    climb.ok("swd", `answers at ${chosen / 1e6} MHz`);
    climb.effects.push("the debug port was switched on; the program was neither stopped nor reset");
    return "plain";
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    climb.add({ plain: noteOf(error) });
    if (!wish.underReset) {
      climb.broken("swd", error.message);
      climb.add({ fault: noteOf(error) });
      return undefined;
    }
  }
  return await underReset(climb, probe, clock, hertz);
}

/** Connects while NRST is low; undefined when the chip does not answer then either. */
async function underReset(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  hertz: number,
): Promise<Attached | undefined> {
  try {
    const attached = await attach(probe, clock, { mode: "under-reset", hertz, freeze: FREEZE });
    const { report } = attached;
    if (climb.found.connected) climb.startAgain();
    climb.add({
      connected: { how: "under-reset", hertz: report.hertz, dpidr: report.dpidr },
      nrst: report.resetBy === "nrst" ? "works" : "no-effect",
    });
    const first = climb.found.plain?.slug === "link-no-answer";
    climb.broken(
      "swd",
      first
        ? "answers only while the chip is held in reset"
        : "stops answering while the program runs; looked at with the core held at its first instruction",
    );
    if (report.resetBy === "nrst") climb.ok("nrst", NRST_WORKS);
    else climb.broken("nrst", NRST_DEAD);
    climb.effects.push("the board was reset and its core stopped before its first instruction");
    return attached;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    climb.add({ underReset: noteOf(error) });
    climb.effects.push(
      "NRST was pulled low for a moment: if its wire is connected, the board was reset",
    );
    if (climb.found.connected) return undefined; // what ended the first look is told
    climb.broken("swd", `${error.message}, also while NRST is pulled`);
    climb.add({ fault: noteOf(error) });
    return undefined;
  }
}

/**
 * A chip that answered and then did not, looked at under reset: what the first look found no longer counts.
 * Not where a reset would close the chip. Undefined when there is no such need, or it does not answer.
 */
export async function connectAgain(
  climb: Climb,
  probe: Probe,
  clock: Clock,
  wish: ExamineWish,
): Promise<Attached | undefined> {
  const { fault, voltsLater } = climb.found;
  // a bus that stays busy waits for flash as a rule: a reset would cut what is written there
  const lost = fault !== undefined && BREAKS.includes(fault.slug) && fault.slug !== "bus-busy";
  const seen = climb.done();
  if (!lost || !wish.underReset || losesAtReset(seen) || seenBusy(seen)) return undefined;
  if (voltsLater !== undefined && voltsLater < LEAST_V) return undefined;
  climb.add({ plain: fault });
  return await underReset(climb, probe, clock, wish.hertz ?? USUAL_HERTZ);
}
