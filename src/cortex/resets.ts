/** A chip that resets itself: counting, without disturbing it. */
import { Deadline } from "../base/mod.ts";
import type { Core } from "./core.ts";
import { AT, dhcsr } from "./scs.ts";

/** What was counted. */
export interface ResetWatch {
  /** times S_RESET_ST was found set; resets between two looks count once */
  readonly resets: number;
  readonly looks: number;
  readonly ms: number;
}

const EVERY_MS = 2;

/**
 * Counts for `ms` how often the chip resets. A core that is halted does not reset by a frozen watchdog,
 * so let it run first.
 */
export async function watchResets(core: Core, ms: number): Promise<ResetWatch> {
  await core.uncached.batch([{ read: AT.DHCSR }]); // what happened before does not count
  const deadline = new Deadline(core.clock, ms);
  let resets = 0;
  let looks = 0;
  while (!deadline.over) {
    await core.clock.sleep(Math.min(EVERY_MS, deadline.leftMs));
    const [value = 0] = await core.uncached.batch([{ read: AT.DHCSR }]);
    looks++;
    if (dhcsr(value).reset) resets++;
  }
  return { resets, looks, ms };
}
