/** Leaving a chip: in which state, and with what put back. */
import { type Access, clear, Fault } from "../base/mod.ts";
import type { AttachReport } from "./attach.ts";
import type { LeaveMode } from "./core.ts";
import type { CortexM } from "./cortex_m.ts";
import { ALL_CATCHES, AT, DEBUG, DFSR_ALL, dhcsr } from "./scs.ts";

/** What the core goes on with: stopped or not, and whether debugging stays enabled. */
const runWrites = (halted: boolean, debugged: boolean): Access[] => [
  { write: AT.DFSR, value: DFSR_ALL },
  { write: AT.DHCSR, value: halted ? DEBUG.halt : DEBUG.run },
  ...(halted || debugged ? [] : [{ write: AT.DHCSR, value: DEBUG.off }]),
];

/**
 * Writes what has to arrive, then lets the core go on as it should. A program that takes the SWD pins, or
 * sleeps with debugging off, closes the port as soon as it runs: that is then no fault.
 */
async function letGo(
  core: CortexM,
  before: readonly Access[],
  halted: boolean,
  debugged: boolean,
): Promise<void> {
  await core.uncached.batch(before);
  try {
    await core.uncached.batch(runWrites(halted, debugged));
  } catch (error) {
    if (halted || !(error instanceof Fault) || error.slug !== "link-lost") throw error;
  }
}

async function asFound(core: CortexM, report: AttachReport): Promise<void> {
  const { found } = report;
  const before = dhcsr(found.dhcsr);
  if (core.watchpoints.any) await core.watchpoints.clearAll();
  await core.breakpoints.restoreFound();
  const put = [
    ...found.freeze.map(({ at, value }): Access => ({ write: at, value })),
    { write: AT.DEMCR, value: found.demcr },
  ];
  await letGo(core, put, report.was === "halted", before.debugged);
}

async function clean(core: CortexM, report: AttachReport, halted: boolean): Promise<void> {
  await core.breakpoints.clearAll();
  if (core.watchpoints.any) await core.watchpoints.clearAll();
  const demcr: Access = { write: AT.DEMCR, value: clear(report.found.demcr, ALL_CATCHES) };
  await letGo(core, [demcr], halted, false);
}

/**
 * Leaves the core as `how` says and then debug mode, which lets NRST go; except `reset-held`, which keeps
 * the probe in debug mode, because leaving would release NRST.
 */
export async function leave(core: CortexM, report: AttachReport, how: LeaveMode): Promise<void> {
  if (how === "reset-held") {
    await core.probe.holdReset(true);
    await core.probe.disconnect({ keepReset: true });
    return;
  }
  if (how === "as-found") await asFound(core, report);
  else {
    if (how === "halted") await core.halt();
    await clean(core, report, how === "halted");
  }
  await core.probe.disconnect();
}
