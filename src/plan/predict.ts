/** What flash will hold after a plan: for plans on top of plans, and for tests. */
import { and } from "../base/mod.ts";
import type { FlashPlan } from "./plan.ts";
import type { ReadFlash } from "./flash_view.ts";

/** Erased flash. */
export const blankFlash = (erased = 0xFF): ReadFlash => (_at, length) =>
  Promise.resolve(new Uint8Array(length).fill(erased));

interface Span {
  readonly at: number;
  readonly length: number;
}

/** The part of a window that a span covers, as offsets into the window. */
function inside(at: number, length: number, span: Span): [number, number] {
  return [Math.max(0, span.at - at), Math.min(length, span.at + span.length - at)];
}

/** Flash as it reads after the plan: erased sectors, then programmed bits, which only ever clear. */
export function predictFlash(
  holds: ReadFlash,
  plan: Pick<FlashPlan, "erase" | "program">,
  erased = 0xFF,
): ReadFlash {
  return async (at, length) => {
    const out = (await holds(at, length)).slice();
    for (const sector of plan.erase) {
      const [from, to] = inside(at, length, { at: sector.at, length: sector.size });
      if (from < to) out.fill(erased, from, to);
    }
    for (const run of plan.program) {
      const [from, to] = inside(at, length, { at: run.at, length: run.bytes.length });
      for (let i = from; i < to; i++) {
        out[i] = and(out[i] ?? 0, run.bytes[at + i - run.at] ?? 0);
      }
    }
    return out;
  };
}
