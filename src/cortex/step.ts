/** One instruction in one trip: comparators out of the way, the step, what came of it, comparators back. */
import { type Access, type Address, bit, has } from "../base/mod.ts";
import type { Stepped, StepWish } from "./core.ts";
import { AT, DEBUG, DFSR_ALL, type Dhcsr, dhcsr } from "./scs.ts";

/** of a trip: itself, DHCSR before, four writes, DHCSR and DFSR after */
const ITEMS = 12;
/** write DCRSR, read DHCSR for its S_REGRDY, read DCRDR */
const PC_ITEMS = 4;
const WRITE_ITEMS = 2;
const PC = 15;
/** CCR.DC: the data cache is on (ARMv7-M ARM §B3.2.8) */
const CCR_DC = bit(16);

/** Writes to comparators that travel with a step. */
export interface Around {
  readonly before: readonly Access[];
  readonly after: readonly Access[];
}
/** What a trip has brought. */
export interface StepSeen extends Stepped {
  readonly before: Dhcsr;
  readonly after: Dhcsr;
  readonly dfsr: number;
}
/** What to send, and how to read the answer. */
export interface StepTrip {
  readonly accesses: readonly Access[];
  read(words: Uint32Array): StepSeen;
}

const writesOf = (a: Around): number => WRITE_ITEMS * (a.before.length + a.after.length);

/** The trip; what of `wish` does not fit in `room` items is left out. */
export function stepTrip(around: Around, wish: StepWish, room: number): StepTrip {
  const left = room - ITEMS - writesOf(around);
  const wantsPc = (wish.pc ?? false) && left >= PC_ITEMS;
  const forPeek = left - (wantsPc ? PC_ITEMS : 0) - 1;
  const peek = (wish.peek ?? []).slice(0, Math.max(0, forPeek));
  const accesses: Access[] = [
    { read: AT.DHCSR },
    ...around.before,
    { write: AT.DFSR, value: DFSR_ALL },
    { write: AT.DHCSR, value: DEBUG.mask },
    { write: AT.DHCSR, value: DEBUG.step },
    // ends an instruction that waits (WFI, a stalled access), and unmasks
    { write: AT.DHCSR, value: DEBUG.halt },
    { read: AT.DHCSR },
    { read: AT.DFSR },
    ...wantsPc ? [{ write: AT.DCRSR, value: PC }, { read: AT.DHCSR }, { read: AT.DCRDR }] : [],
    ...around.after,
    ...peek.length ? [AT.CCR, ...peek].map((read) => ({ read })) : [],
  ];
  return { accesses, read: (words) => seen(words, wantsPc, peek, wish.tcm ?? []) };
}

function seen(
  words: Uint32Array,
  wantsPc: boolean,
  peek: readonly Address[],
  tcm: NonNullable<StepWish["tcm"]>,
): StepSeen {
  const [before, after] = [dhcsr(words[0] ?? 0), dhcsr(words[1] ?? 0)];
  const ready = wantsPc && after.halted && dhcsr(words[3] ?? 0).ready;
  const ccr = wantsPc ? 5 : 3;
  // a data cache may hold newer words than the bus, but none of tightly coupled memory
  const cached = has(words[ccr] ?? 0, CCR_DC);
  const isTrue = (at: Address) => !cached || tcm.some((r) => at >= r.at && at < r.at + r.length);
  const came = new Map(
    peek.map((at, i) => [at, words[ccr + 1 + i] ?? 0] as const).filter(([at]) => isTrue(at)),
  );
  return {
    before,
    after,
    dfsr: words[2] ?? 0,
    ...ready ? { pc: words[4] ?? 0 } : {},
    ...after.halted && came.size ? { words: came } : {},
  };
}
