/** How a climb ended. */
import { type Match, proven } from "./cause.ts";
import type { FaultNote, Findings } from "./findings.ts";

/** Faults of a chip that answered and then did not. */
export const BREAKS = ["link-lost", "debug-power-refused", "no-memory-port", "bus-busy"];

/** The fault that ended the climb, when it is one of these. */
export const ended = (f: Findings, ...slugs: readonly string[]): FaultNote | undefined =>
  f.fault !== undefined && slugs.includes(f.fault.slug) ? f.fault : undefined;
/** A fingerprint: the climb ended with one of these. */
export const endedBy = (...slugs: readonly string[]) => (f: Findings): Match | undefined => {
  const note = ended(f, ...slugs);
  return note && proven([note.title, ...note.seen]);
};
