/** A fake board, identified and opened. */
import { type Chip, identify } from "../../../src/chip/mod.ts";
import { type OpenedFlash, type OpenFlash, openFlash } from "../../../src/flash/mod.ts";
import { FakeBoard, type FakeWish } from "./fake_board.ts";

/** See the module. */
export interface Opened {
  readonly board: FakeBoard;
  readonly chip: Chip;
  readonly flash: OpenedFlash;
}

/** Opens with the board's own supply as measured, unless `options` say something else. */
export async function opened(wish: FakeWish = {}, options: OpenFlash = {}): Promise<Opened> {
  const board = new FakeBoard(wish);
  const chip = await identify(board);
  const flash = await openFlash(board, chip, { volts: board.volts, ...options });
  board.exchanges = 0;
  return { board, chip, flash };
}

/** Bytes that differ from their neighbours, from a seed. */
export function noise(length: number, seed = 1): Uint8Array {
  const out = new Uint8Array(length);
  let x = seed;
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0;
    out[i] = x >>> 16;
  }
  return out;
}
