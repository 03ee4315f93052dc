/** Vector catches of DEMCR: a HardFault stops before its handler, and a reset changes nothing about that. */
import { bits, withBits } from "../base/mod.ts";
import type { Core } from "../cortex/mod.ts";

// DEMCR; VC_MMERR … VC_HARDERR are its bits 4 … 10 (ARMv7-M ARM §C1.6.5)
const [DEMCR, VC_FIRST, VC_HARDERR] = [0xE000_EDFC, 4, 10];

/** Switches the catch of HardFaults. */
export async function catchHardFaults(core: Core, on: boolean): Promise<void> {
  const [demcr = 0] = await core.uncached.batch([{ read: DEMCR }]);
  const value = withBits(demcr, VC_HARDERR, VC_HARDERR, on ? 1 : 0);
  if (value !== demcr) await core.uncached.batch([{ write: DEMCR, value }]);
}

/** Resets; vector catches, which a reset of the core room clears, are put back. */
export async function resetTarget(core: Core, halt: boolean): Promise<void> {
  const [before = 0] = await core.uncached.batch([{ read: DEMCR }]);
  await (halt ? core.resetAndHalt() : core.reset());
  const [after = 0] = await core.uncached.batch([{ read: DEMCR }]);
  const value = withBits(after, VC_HARDERR, VC_FIRST, bits(before, VC_HARDERR, VC_FIRST));
  if (value !== after) await core.uncached.batch([{ write: DEMCR, value }]);
}
