/** What a `load` has gathered until vFlashDone, and what became of it when the debugger has gone. */

/** ranges and pieces that one load may consist of: far more than any program has sections and packets */
const MOST = 4096;

type Piece = { readonly at: number; readonly bytes: Uint8Array };
type Range = { readonly at: number; readonly length: number };

/** The load of one debugger. */
export class Load {
  #pieces: Piece[] = [];
  #erased: Range[] = [];
  /** what the last one did, in words, until a packet came after it */
  outcome: string | undefined;
  /** `most`: bytes that can be meant at all */
  constructor(readonly most: number) {}

  #bytes = 0;
  /** how many have come in */
  get bytes(): number {
    return this.#bytes;
  }
  /** False when that is more than a load can have. */
  erase(range: Range): boolean {
    if (this.#erased.length >= MOST) return false;
    this.#erased.push(range);
    return true;
  }
  write(piece: Piece): boolean {
    if (this.#pieces.length >= MOST || this.bytes + piece.bytes.length > this.most) return false;
    this.#bytes += piece.bytes.length;
    if (piece.bytes.length > 0) this.#pieces.push(piece);
    return true;
  }
  /** All of it; there is nothing of it any more afterwards. */
  take(): { readonly pieces: readonly Piece[]; readonly erased: readonly Range[] } {
    const all = { pieces: this.#pieces, erased: this.#erased };
    this.#pieces = [];
    this.#erased = [];
    this.#bytes = 0;
    return all;
  }
  /** For the owner of the board when gdb went in the midst of it; undefined when it did not. */
  cutOff(): string | undefined {
    if (this.outcome !== undefined) {
      return `gdb went while flash was being programmed; that was brought to its end: ${this.outcome}`;
    }
    if (this.#pieces.length === 0 && this.#erased.length === 0) return undefined;
    return `gdb went in the middle of a load: ${this.bytes} bytes had come in, nothing of them was written, flash is as it was`;
  }
}
