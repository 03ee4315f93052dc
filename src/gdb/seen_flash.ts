/** Flash as it was read once, so that what the plan has compared is not read again to be kept. */
import type { ReadFlash } from "../plan/mod.ts";

interface Part {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Valid until flash is written. */
export class SeenFlash {
  readonly #parts: Part[] = [];
  constructor(readonly look: ReadFlash) {}

  /** Reads, and remembers. */
  readonly read: ReadFlash = async (at, length) => {
    const bytes = await this.look(at, length);
    this.#parts.push({ at, bytes });
    return bytes;
  };

  /** The whole range; only what has not been seen is read. */
  readonly whole: ReadFlash = async (at, length) => {
    const out = new Uint8Array(length);
    let from = at;
    const until = async (to: number) => {
      if (to > from) out.set(await this.look(from, to - from), from - at);
    };
    for (const p of this.#parts.toSorted((a, b) => a.at - b.at)) {
      const to = Math.min(p.at + p.bytes.length, at + length);
      if (to <= from || p.at >= at + length) continue;
      await until(p.at);
      const first = Math.max(from, p.at);
      out.set(p.bytes.subarray(first - p.at, to - p.at), first - at);
      from = to;
    }
    await until(at + length);
    return out;
  };
}
