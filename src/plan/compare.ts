/** Does flash hold the image? */
import { hex } from "../base/mod.ts";
import type { Piece } from "../image/mod.ts";
import { type Range, type ReadFlash, readsOf } from "./flash_view.ts";

/** The first byte that differs. */
export interface Difference {
  readonly at: number;
  readonly is: number;
  readonly wants: number;
  /** the piece of the image that wants it: `hello.hex:2` */
  readonly from: string;
}

/** What comparing found. */
export interface ComparedImage {
  readonly comparedBytes: number;
  /** all that differ; with `stopAtFirst` those of the part that was read */
  readonly differingBytes: number;
  readonly first?: Difference;
}

/** How to compare. */
export interface CompareOptions {
  /** ranges that may differ */
  readonly ignore?: readonly Range[];
  /** whether the first difference is enough to know */
  readonly stopAtFirst?: boolean;
  readonly progress?: (done: number, total: number) => void;
}

/** `0x08000004 holds 0xFF, the image wants 0x41 (hello.hex:2)`. */
export const describeDifference = (d: Difference): string =>
  `${hex(d.at)} holds ${hex(d.is, 2)}, the image wants ${hex(d.wants, 2)} (${d.from})`;

/** Compares placed pieces with flash by reading it. Faults: those of `read`. */
export async function compareImage(
  pieces: readonly Piece[],
  read: ReadFlash,
  how: CompareOptions = {},
): Promise<ComparedImage> {
  const total = pieces.reduce((n, p) => n + p.bytes.length, 0);
  const ignored = (at: number): boolean =>
    (how.ignore ?? []).some((r) => at >= r.at && at < r.at + r.length);
  let comparedBytes = 0;
  let differingBytes = 0;
  let first: Difference | undefined;
  for (const piece of pieces) {
    for (const part of readsOf({ at: piece.at, length: piece.bytes.length })) {
      const got = await read(part.at, part.length);
      for (const [i, is] of got.entries()) {
        const at = part.at + i;
        const wants = piece.bytes[at - piece.at] ?? 0;
        if (is === wants || ignored(at)) continue;
        differingBytes++;
        first ??= { at, is, wants, from: piece.from };
      }
      comparedBytes += part.length;
      how.progress?.(comparedBytes, total);
      if (first && how.stopAtFirst) return { comparedBytes, differingBytes, first };
    }
  }
  return { comparedBytes, differingBytes, ...(first ? { first } : {}) };
}
