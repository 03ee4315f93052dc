/** One sector as it is wanted: its bytes, and who wants each of them. */
import { alignDown, alignUp } from "../base/mod.ts";
import type { Sector } from "../chip/mod.ts";
import type { Piece } from "../image/mod.ts";
import { joinRanges, type Range } from "./flash_view.ts";

/** Nobody: it may be lost, or kept, as the caller's policy says. */
export const FREE = 0;
/** The image. */
export const IMAGE = 1;
/** A preserved range: it stays, whatever the image says. */
export const KEPT = 2;

/** The sector as wanted; bytes that are not the image's are `erased`. */
export interface Wish {
  readonly bytes: Uint8Array;
  readonly owner: Uint8Array;
}

/** Puts the pieces, and over them the preserved ranges, onto an erased sector. */
export function wishFor(
  sector: Sector,
  pieces: readonly Piece[],
  erased: number,
  preserve: readonly Range[] = [],
): Wish {
  const bytes = new Uint8Array(sector.size).fill(erased);
  const owner = new Uint8Array(sector.size);
  const within = (at: number, length: number): [number, number] => [
    Math.max(0, at - sector.at),
    Math.min(sector.size, at + length - sector.at),
  ];
  for (const p of pieces) {
    const [from, to] = within(p.at, p.bytes.length);
    if (from >= to) continue;
    bytes.set(p.bytes.subarray(sector.at + from - p.at, sector.at + to - p.at), from);
    owner.fill(IMAGE, from, to);
  }
  for (const p of preserve) {
    const [from, to] = within(p.at, p.length);
    if (from >= to) continue;
    bytes.fill(erased, from, to);
    owner.fill(KEPT, from, to);
  }
  return { bytes, owner };
}

/** Ranges of offsets that pass the test, widened to whole units. */
export function rangesWhere(size: number, unit: number, test: (i: number) => boolean): Range[] {
  const out: Range[] = [];
  for (let i = 0; i < size; i++) {
    if (!test(i)) continue;
    const from = i;
    while (i < size && test(i)) i++;
    const at = alignDown(from, unit);
    out.push({ at, length: alignUp(i, unit) - at });
  }
  return joinRanges(out, 1);
}
