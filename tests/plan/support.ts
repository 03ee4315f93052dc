/** Layouts and model flash for the tests of plan/. */
import { FAMILIES, type Layout, layoutOf, type SubFamily } from "../../src/chip/mod.ts";
import type { Piece } from "../../src/image/mod.ts";
import type { FlashPlan, ReadFlash } from "../../src/plan/mod.ts";

/** The family and the sub-family with this DEV_ID. */
export function where(devId: number): { family: (typeof FAMILIES)[number]; sub: SubFamily } {
  for (const family of FAMILIES) {
    const sub = family.subFamilies.find((s) => s.devId === devId);
    if (sub) return { family, sub };
  }
  throw new Error(`no ${devId}`);
}
/** 1 MiB F746. */
export const F746 = where(0x449);
/** Its layout. */
export const LAYOUT = layoutOf(F746.sub, 1024, { OPTCR: 0xC0FF_AAFD });
/** A part small enough to try many times: four sectors of 16 KiB. */
export const F730 = where(0x452);
/** Its layout. */
export const SMALL = layoutOf(F730.sub, 64, { OPTCR: 0xC0FF_AAFD });

/** A piece of an image. */
export const piece = (at: number, bytes: Iterable<number>, from = "app.hex:1"): Piece => ({
  at,
  bytes: Uint8Array.from(bytes),
  from,
});

/** Flash as bytes from 0x08000000 on, that notes what is read and refuses what no plan may do. */
export class ModelFlash {
  readonly bytes: Uint8Array;
  readonly reads: [number, number][] = [];
  bytesRead = 0;
  constructor(readonly layout: Layout, contents?: Uint8Array) {
    this.bytes = new Uint8Array(layout.size).fill(0xFF);
    if (contents) this.bytes.set(contents);
  }
  readonly read: ReadFlash = (at, length) => {
    if (at < this.layout.at || at + length > this.layout.at + this.layout.size) {
      throw new Error(`read outside flash: ${at.toString(16)} +${length}`);
    }
    this.reads.push([at, length]);
    this.bytesRead += length;
    return Promise.resolve(this.bytes.slice(at - this.layout.at, at - this.layout.at + length));
  };
  /** Does the steps in order; programming what is not erased, or no whole units, is an error. */
  apply(plan: FlashPlan, unit: number): void {
    for (const step of plan.steps) {
      if (step.do === "erase") {
        const from = step.sector.at - this.layout.at;
        this.bytes.fill(0xFF, from, from + step.sector.size);
        continue;
      }
      if (step.at % unit !== 0 || step.bytes.length % unit !== 0) throw new Error("no whole units");
      for (const [i, b] of step.bytes.entries()) {
        const at = step.at - this.layout.at + i;
        if (this.bytes[at] !== 0xFF) throw new Error(`programmed twice: offset ${at}`);
        this.bytes[at] = b;
      }
    }
  }
}
