/** What is done after something was written. */
import { type BoardState, Fault } from "../base/mod.ts";

/**
 * Does `work`, when something was written before. A fault of it may say that it touched nothing itself: the board
 * is not untouched for that, it is as `board` says.
 */
export async function afterWriting<T>(board: BoardState, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.options.board?.state !== "untouched") throw error;
    throw error.leaving(board);
  }
}
