/**
 * What was read of flash while the core stands still. Nothing but this run can change it then, so that
 * looking at the same bytes again, for the deed after its plan or for a verify after a read-back, costs
 * no second reading. Whatever a deed writes is forgotten before it begins.
 */

const PAGE = 4096;

/** One page: its bytes, and 1 for each that was read. */
interface SeenPage {
  readonly bytes: Uint8Array;
  readonly known: Uint8Array;
}

/** See the file's comment. */
export class SeenFlash {
  readonly #pages = new Map<number, SeenPage>();

  /** The bytes, when each of them was read. */
  find(at: number, length: number): Uint8Array | undefined {
    const out = new Uint8Array(length);
    for (const part of partsOf(at, length)) {
      const page = this.#pages.get(part.page);
      if (!page || page.known.subarray(part.from, part.to).includes(0)) return undefined;
      out.set(page.bytes.subarray(part.from, part.to), part.offset);
    }
    return out;
  }

  /** These bytes were read just now. */
  add(at: number, bytes: Uint8Array): void {
    for (const { page, from, to, offset } of partsOf(at, bytes.length)) {
      const held = this.#pages.get(page) ??
        { bytes: new Uint8Array(PAGE), known: new Uint8Array(PAGE) };
      held.bytes.set(bytes.subarray(offset, offset + to - from), from);
      held.known.fill(1, from, to);
      this.#pages.set(page, held);
    }
  }

  /** These places may change; without them, everything may. */
  forget(ranges?: readonly { readonly at: number; readonly length: number }[]): void {
    if (!ranges) return this.#pages.clear();
    for (const { at, length } of ranges) {
      for (const { page, from, to } of partsOf(at, length)) {
        this.#pages.get(page)?.known.fill(0, from, to);
      }
    }
  }
}

/** The pages that a range touches; `from` and `to` within the page, `offset` within the range. */
function* partsOf(at: number, length: number) {
  for (let offset = 0; offset < length;) {
    const from = (at + offset) % PAGE;
    const to = Math.min(PAGE, from + length - offset);
    yield { page: at + offset - from, from, to, offset };
    offset += to - from;
  }
}
