/** Looking at flash through a callback: streaming, stopping early, as few and as large reads as useful. */

/** Reads flash, or what flash is predicted to be. */
export type ReadFlash = (at: number, length: number) => Promise<Uint8Array>;
/** A range of addresses. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

/**
 * Sizes of the first reads of a range: a difference is mostly found at once, and then little was read
 * in vain. All but the first two are whole commands of a probe (6144 B).
 */
const FIRST_READS = [1024, 5120];
/** Size of all further reads: four commands of a probe, and a step of a progress bar. */
const READ = 24_576;
/** Ranges nearer than this to each other are read, or programmed, as one. */
export const GAP = 1024;

/** The range in parts of growing size. */
export function* readsOf(range: Range): Generator<Range> {
  let done = 0;
  for (let i = 0; done < range.length; i++) {
    const length = Math.min(FIRST_READS[i] ?? READ, range.length - done);
    yield { at: range.at + done, length };
    done += length;
  }
}

/** Sorted ranges with those joined that are nearer than `gap`. */
export function joinRanges(ranges: readonly Range[], gap: number): Range[] {
  const out: Range[] = [];
  for (const r of ranges) {
    const before = out.at(-1);
    if (before && r.at - (before.at + before.length) < gap) {
      out[out.length - 1] = { at: before.at, length: r.at + r.length - before.at };
    } else out.push(r);
  }
  return out;
}

/** The address of the first byte of the range that is not `erased`, or undefined when all are. */
export async function firstNotErased(
  read: ReadFlash,
  range: Range,
  erased = 0xFF,
): Promise<number | undefined> {
  for (const part of readsOf(range)) {
    const i = (await read(part.at, part.length)).findIndex((b) => b !== erased);
    if (i >= 0) return part.at + i;
  }
}
