/** Gathers runs of bytes and makes pieces of them: sorted, joined where they touch, never overlapping. */
import { concat, firstDifference, hex } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { Piece } from "./image.ts";

const SPACE = 0x1_0000_0000;
/** No microcontroller here has more; an absurd size is a wrong file. */
export const MAX_BYTES = 0x0400_0000;

const fits = (at: number, length: number): boolean =>
  Number.isInteger(at) && at >= 0 && at + length <= SPACE;

/** Refuses what a file of 32-bit addresses cannot say. Fault: image-past-end. */
export function requireAddresses(pieces: readonly Pick<Piece, "at" | "bytes">[]): void {
  const wrong = pieces.find((p) => !fits(p.at, p.bytes.length));
  if (wrong) throw fault("image-past-end", { file: "The image", from: `a piece at ${wrong.at}` });
}

/** Where bytes came from: the number of a line, or words. */
type Place = number | string;

/** What both runs say where they meet: `same` bytes, or the first two that differ. */
function overlapFacts(a: Run, b: Run): Record<string, string | number> {
  const mine = a.bytes.subarray(b.at - a.at);
  const same = Math.min(mine.length, b.bytes.length);
  const i = firstDifference(mine.subarray(0, same), b.bytes.subarray(0, same));
  if (i < 0) return { same };
  return {
    differsAt: hex(b.at + i),
    says: hex(mine[i] ?? 0, 2),
    saysToo: hex(b.bytes[i] ?? 0, 2),
  };
}

/** Bytes that came one after the other, each record going on where the last one stopped. */
class Run {
  #bytes: Uint8Array;
  #length: number;
  /** offset and place of each record */
  readonly #starts: number[] = [0];
  readonly #places: Place[];
  constructor(readonly at: number, bytes: Uint8Array, place: Place) {
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.#places = [place];
  }
  get end(): number {
    return this.at + this.#length;
  }
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
  append(bytes: Uint8Array, place: Place): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length || this.#places.length === 1) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#starts.push(this.#length);
    this.#places.push(place);
    this.#length = length;
  }
  /** Where the byte at this address came from. */
  placeOf(at: number): Place {
    const later = this.#starts.findIndex((start) => this.at + start > at);
    return this.#places.at(later < 0 ? -1 : later - 1) ?? 0;
  }
}

/** Collects bytes with their addresses and places in the file. */
export class PieceBuilder {
  readonly #runs: Run[] = [];
  #total = 0;
  constructor(readonly file: string) {}

  #from(place: Place): string {
    return typeof place === "number" ? `${this.file}:${place}` : place;
  }

  /** Adds bytes; `place` is a line's number or a text. Faults: image-past-end, image-too-large. */
  add(at: number, bytes: Uint8Array, place: Place): void {
    if (bytes.length === 0) return;
    if (!fits(at, bytes.length)) {
      throw fault("image-past-end", { file: this.file, from: this.#from(place) });
    }
    this.#total += bytes.length;
    if (this.#total > MAX_BYTES) {
      throw fault("image-too-large", { file: this.file, size: this.#total, limit: MAX_BYTES });
    }
    const last = this.#runs.at(-1);
    if (last?.end === at) last.append(bytes, place);
    else this.#runs.push(new Run(at, bytes, place));
  }

  /** The pieces. Faults: image-overlap, image-empty. */
  pieces(): readonly Piece[] {
    if (this.#runs.length === 0) throw fault("image-empty", { file: this.file });
    const sorted = [...this.#runs].sort((a, b) => a.at - b.at);
    const groups: Run[][] = [];
    for (const run of sorted) {
      const open = groups.at(-1);
      const last = open?.at(-1);
      if (last && run.at < last.end) {
        throw fault("image-overlap", {
          file: this.file,
          at: hex(run.at),
          first: this.#from(last.placeOf(run.at)),
          second: this.#from(run.placeOf(run.at)),
          ...overlapFacts(last, run),
        });
      }
      if (open && last?.end === run.at) open.push(run);
      else groups.push([run]);
    }
    return groups.map((runs) => {
      const [first] = runs as [Run];
      const bytes = runs.length === 1 ? first.bytes : concat(runs.map((r) => r.bytes));
      return { at: first.at, bytes, from: this.#from(first.placeOf(first.at)) };
    });
  }
}
