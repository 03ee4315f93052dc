/** What a board's file asks of a run: before it, on it, and at its end. */
import { type BoardState, type Fault, hex } from "../base/mod.ts";
import { FAMILIES, matchesChip } from "../chip/mod.ts";
import type { LeaveMode } from "../cortex/mod.ts";
import type { Bench } from "./bench.ts";
import { type CheckedBoard, notSaid, peripheralsOf } from "./board_file.ts";
import type { TargetDocument } from "./document.ts";
import { fault } from "./faults.ts";

const UNTOUCHED: BoardState = { state: "untouched", text: "nothing was written" };

/** Before a probe is opened. Faults: board-does-not-say, board-halt-forbidden. */
export function requireBoardWords(
  { leave }: TargetDocument,
  board: CheckedBoard | undefined,
): void {
  if (leave === "board-safe" && !board?.document.safe_state) {
    const why = board ? `${board.source.file} has no safe_state` : "none was given";
    throw notSaid("leave: board-safe", why);
  }
  if (!board || board.document.halt !== "forbidden") return;
  const { name, safe_state } = board.document;
  const own = leave === "board-safe" && safe_state?.leave === "halted";
  if (leave !== "halted" && !own) return;
  throw fault("board-halt-forbidden", {
    board: name,
    what: own ? "its safe_state leaves it halted" : "the recipe has leave: halted",
  }, { board: UNTOUCHED });
}

const SERIAL = /^[0-9A-Fa-f]{12,}$/;

/** Whether this is the board that was named. Faults: board-other-probe, board-other-chip. */
export function requireOnBoard(board: CheckedBoard | undefined, bench: Bench): void {
  if (!board) return;
  const { name, probe, chip } = board.document;
  const { serial } = bench.probe.id;
  if (probe !== undefined && SERIAL.test(probe) && probe.toUpperCase() !== serial.toUpperCase()) {
    throw fault("board-other-probe", { board: name, probe, found: serial }, { board: UNTOUCHED });
  }
  if (chip === undefined || matchesChip(chip, bench.chip)) return;
  throw fault("board-other-chip", { board: name, chip, found: bench.chip.sub.name }, {
    board: UNTOUCHED,
    evidence: [{ what: "DBGMCU_IDCODE", value: hex(bench.chip.idcode) }],
  });
}

/** How a run ended, as far as leaving goes. */
export interface Ended {
  readonly wanted: NonNullable<TargetDocument["leave"]>;
  readonly dryRun: boolean;
  /** it is the board, and a chip, that the run is for */
  readonly accepted: boolean;
  readonly error: Fault | undefined;
  readonly board: BoardState;
}

/** Whether the steps of the board's safe state are to be done. */
export const wantsSafe = ({ wanted, dryRun, accepted }: Ended): boolean =>
  wanted === "board-safe" && accepted && !dryRun;

/** How the board is left. One that was only half written is not set running. */
export function leaveMode(end: Ended, board: CheckedBoard | undefined): LeaveMode {
  const { wanted, dryRun, accepted, error } = end;
  // another board, or another chip: nothing is done to it that it did not do before
  if (dryRun || !accepted) return "as-found";
  const half = error !== undefined && end.board.state !== "untouched";
  const stopped = board?.document.halt === "forbidden" ? "reset-held" : "halted";
  if (wanted === "board-safe") {
    const safe = board?.document.safe_state?.leave ?? "reset-held";
    return half && safe === "running" ? stopped : safe;
  }
  if (!error) return wanted;
  if (!half) return "as-found";
  return wanted === "reset-held" ? wanted : stopped;
}

/** Debug registers that leaving as found puts back, because the board's file lists peripherals in them. */
export function restores(
  board: CheckedBoard | undefined,
): { readonly restores?: readonly number[] } {
  const names = board?.document.freeze;
  if (!names) return {};
  const all = FAMILIES.flatMap(peripheralsOf).filter((p) => names.includes(p.name));
  return { restores: [...new Set(all.map((p) => p.at))] };
}

/** How the board will be left, for a plan. */
export function leaveText(leave: TargetDocument["leave"], board: CheckedBoard | undefined): string {
  const safe = board?.document.safe_state;
  if (leave !== "board-safe" || !safe) return leave ?? "as-found";
  const count = board.safe?.document?.steps.length ?? 0;
  const steps = count === 0 ? "" : `${count} step(s) of ${board.source.file}, then `;
  return `board-safe: ${steps}${safe.leave}`;
}
