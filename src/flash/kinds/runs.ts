/** Bytes for any place as whole program units. Pure. */
import { alignDown, alignUp } from "../../base/mod.ts";
import type { Sector } from "../../chip/mod.ts";
import type { Run } from "../../plan/mod.ts";

function pad(run: Run, unit: number, erased: number): Run {
  const at = alignDown(run.at, unit);
  const end = alignUp(run.at + run.bytes.length, unit);
  if (at === run.at && end === run.at + run.bytes.length) return run;
  const bytes = new Uint8Array(end - at).fill(erased);
  bytes.set(run.bytes, run.at - at);
  return { at, bytes };
}

const overlap = (a: Run, b: Run): boolean =>
  a.at < b.at + b.bytes.length && b.at < a.at + a.bytes.length;

/** Both as one: bits that either of them clears. Bytes that both give are the later one's. */
function join(a: Run, b: Run, erased: number): Run {
  const at = Math.min(a.at, b.at);
  const end = Math.max(a.at + a.bytes.length, b.at + b.bytes.length);
  const bytes = new Uint8Array(end - at).fill(erased);
  bytes.set(a.bytes, a.at - at);
  for (const [i, x] of b.bytes.entries()) if (x !== erased) bytes[b.at - at + i] = x;
  return { at, bytes };
}

/**
 * The runs, each filled up to whole units with `erased`, in their order. Runs that would share a unit
 * become one, at the place of the later: a unit is programmed once only.
 */
export function padRuns(runs: readonly Run[], unit: number, erased: number): readonly Run[] {
  const out: Run[] = [];
  for (const run of runs) {
    if (run.bytes.length === 0) continue;
    let whole = pad(run, unit, erased);
    for (let i = out.findIndex((o) => overlap(o, whole)); i >= 0;) {
      const [other] = out.splice(i, 1) as [Run];
      whole = join(other, whole, erased);
      i = out.findIndex((o) => overlap(o, whole));
    }
    out.push(whole);
  }
  return out;
}

/** Whether any byte of the run lies in the sector. */
export const touches = (s: Sector, run: Run): boolean =>
  run.at < s.at + s.size && run.at + run.bytes.length > s.at;
