/** The core of a board: the simulator's Cortex-M7 in the revision that the silicon has. */
import type { CoreHost, CpuCore } from "../contracts.ts";
import { createCortexM7 } from "../cpu/mod.ts";
import type { Silicon } from "../silicon/family.ts";

/** The core of this silicon. */
export const makeCore = (host: CoreHost, silicon: Silicon): CpuCore =>
  createCortexM7(host, {
    cpuid: silicon.core.cpuid,
    fpu: silicon.core.fpu,
    irqs: silicon.core.irqs,
    vendorPart: silicon.devId,
    cacheKb: { instructions: silicon.core.cacheKb, data: silicon.core.cacheKb },
  });
