/** Gathers runs of bytes and makes pieces of them: sorted, joined where they touch, never overlapping. */
import { concat, hex } from "../base/mod.ts";
import { fault } from "./faults.ts";
import type { Piece } from "./image.ts";

const SPACE = 0x1_0000_0000;
/** No microcontroller here has more; an absurd size is a wrong file. */
export const MAX_BYTES = 0x0400_0000;

/** Collects bytes with their addresses and places in the file. */
export class PieceBuilder {
  readonly #runs: Piece[] = [];
  #total = 0;
  constructor(readonly file: string) {}

  /** Adds a run. Faults: image-past-end, image-too-large. */
  add(at: number, bytes: Uint8Array, from: string): void {
    if (bytes.length === 0) return;
    if (at + bytes.length > SPACE) throw fault("image-past-end", { file: this.file, from });
    this.#total += bytes.length;
    if (this.#total > MAX_BYTES) {
      throw fault("image-too-large", { file: this.file, size: this.#total, limit: MAX_BYTES });
    }
    this.#runs.push({ at, bytes, from });
  }

  /** The pieces. Faults: image-overlap, image-empty. */
  pieces(): readonly Piece[] {
    if (this.#runs.length === 0) throw fault("image-empty", { file: this.file });
    const sorted = [...this.#runs].sort((a, b) => a.at - b.at);
    const out: Piece[] = [];
    let open: Piece[] = [];
    let end = -1;
    const close = () => {
      const [first] = open;
      if (first) out.push({ ...first, bytes: concat(open.map((p) => p.bytes)) });
    };
    for (const run of sorted) {
      const last = open.at(-1);
      if (last && run.at < end) {
        throw fault("image-overlap", {
          file: this.file,
          at: hex(run.at),
          first: last.from,
          second: run.from,
        });
      }
      if (run.at !== end) {
        close();
        open = [];
      }
      open.push(run);
      end = run.at + run.bytes.length;
    }
    close();
    return out;
  }
}
