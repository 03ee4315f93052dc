/** The time of virtual boards as a clock. */
import type { Clock } from "../../base/mod.ts";
import type { Timeline } from "../contracts.ts";

/**
 * A clock that shows the time of these boards and lets it pass for all of them at once. The boards' own acts
 * move it too; the board that is furthest on tells the time, the others catch up with the next sleep.
 */
export function boardClock(...times: readonly Timeline[]): Clock {
  const nowNs = (): number => Math.max(0, ...times.map((t) => t.now));
  return {
    now: () => nowNs() / 1e6,
    sleep: (ms, signal) => {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const end = nowNs() + Math.max(0, ms) * 1e6;
      for (const t of times) t.advance(end - t.now);
      return Promise.resolve();
    },
  };
}
