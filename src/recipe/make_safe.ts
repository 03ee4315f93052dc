/** The safe state of a board: its steps are done whatever was asked to stop. */
import { apply, type ApplyWish } from "./apply.ts";
import type { CheckedBoard } from "./board_file.ts";
import type { SessionEnd } from "./session.ts";
import { LiveView } from "./view.ts";

/** Does the steps, and adds them to those of the run. Faults: those of the steps. */
export async function makeSafe(
  end: SessionEnd,
  board: CheckedBoard,
  parts: Pick<ApplyWish, "bench" | "io" | "journalist" | "emit">,
): Promise<void> {
  if (!board.safe) return;
  const done = await apply({
    ...parts,
    checked: board.safe,
    inputs: {},
    live: new LiveView(parts.bench),
    signal: undefined,
    prefix: `${board.document.name}/`,
  });
  const { applied } = end;
  if (applied) end.applied = { ...applied, reports: [...applied.reports, ...done.reports] };
  end.asides.push(...done.asides);
  if (done.error) throw done.error;
}
