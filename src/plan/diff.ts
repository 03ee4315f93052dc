/** Which sectors really change: a sector is read until its fate is certain, and no further. */
import { hex } from "../base/mod.ts";
import type { Sector } from "../chip/mod.ts";
import type { Piece } from "../image/mod.ts";
import { fault } from "./faults.ts";
import { GAP, joinRanges, type Range, type ReadFlash, readsOf } from "./flash_view.ts";
import { FREE, IMAGE, KEPT, rangesWhere, type Wish, wishFor } from "./wish.ts";

/** What happens to bytes of a sector that must be erased and that the image does not replace. */
export type Keep = "erase" | "read-modify-write" | "refuse";

/** Bytes for erased flash, whole program units. */
export interface Run {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * `same`: holds what is wanted. `blank`: all that is wanted goes into erased flash. `patch`: some units
 * are there already, the others are erased. `erase`: something must become 1 again.
 */
export type SectorState = "same" | "blank" | "patch" | "erase";

/** One touched sector. */
export interface SectorDiff {
  readonly sector: Sector;
  readonly state: SectorState;
  /** a clause: `holds 0xFF at 0x08000004, the image 0x41` */
  readonly why: string;
  /** what to program, after the erase when there is one */
  readonly runs: readonly Run[];
  /** how many bytes that are not erased survive the erase by being programmed again */
  readonly restored: number;
}

/** How to diff. */
export interface DiffOptions {
  /** bytes per program access */
  readonly unit: 1 | 2 | 4;
  readonly keep: Keep;
  readonly erased: number;
  /** ranges that stay as they are, whatever the image says */
  readonly preserve?: readonly Range[];
}

/** What is known about a program unit; 0 when it was not read. Erased, and to stay so: */
const IDLE = 1;
/** Erased, and to be programmed. */
const WANTED = 2;
/** Holds something, and that may stay. */
const WRITTEN = 3;
/** Holds something that must go. */
const WRONG = 4;

function unitState(wish: Wish, at: number, got: Uint8Array, g: number, how: DiffOptions): number {
  let same = true;
  let blank = true;
  for (let i = 0; i < how.unit; i++) {
    if (got[g + i] !== how.erased) blank = false;
    if (wish.owner[at + i] === IMAGE && wish.bytes[at + i] !== got[g + i]) same = false;
  }
  if (same) return blank ? IDLE : WRITTEN;
  return blank ? WANTED : WRONG;
}

interface Comparison {
  readonly units: Uint8Array;
  /** where the first byte differs that only an erase can change, and what it is */
  readonly wrong?: { readonly offset: number; readonly is: number };
}

/** Reads the image's part of the sector until it is all read or an erase is certain. */
async function compare(
  sector: Sector,
  wish: Wish,
  read: ReadFlash,
  how: DiffOptions,
): Promise<Comparison> {
  const units = new Uint8Array(sector.size / how.unit);
  const differs = (at: number, b: number | undefined): boolean =>
    wish.owner[at] === IMAGE && wish.bytes[at] !== b;
  const covered = rangesWhere(sector.size, how.unit, (i) => wish.owner[i] === IMAGE);
  for (const window of joinRanges(covered, GAP)) {
    for (const part of readsOf(window)) {
      const got = await read(sector.at + part.at, part.length);
      for (let i = 0; i < part.length; i += how.unit) {
        const at = part.at + i;
        const state = unitState(wish, at, got, i, how);
        units[at / how.unit] = state;
        if (state !== WRONG) continue;
        let k = 0;
        while (!differs(at + k, got[i + k])) k++;
        return { units, wrong: { offset: at + k, is: got[i + k] ?? 0 } };
      }
    }
  }
  return { units };
}

/**
 * The wanted units as runs. Two of them with fewer than GAP erased bytes in between become one; a longer
 * erased stretch is left out, and nothing is ever programmed twice.
 */
function runsOf(sector: Sector, bytes: Uint8Array, units: Uint8Array, how: DiffOptions): Run[] {
  const out: Range[] = [];
  let open = false;
  for (const [n, state] of units.entries()) {
    if (state === IDLE) continue;
    if (state !== WANTED) open = false;
    else {
      const at = n * how.unit;
      const last = out.at(-1);
      if (last && open && at - (last.at + last.length) < GAP) {
        out[out.length - 1] = { at: last.at, length: at + how.unit - last.at };
      } else out.push({ at, length: how.unit });
      open = true;
    }
  }
  return out.map((r) => ({ at: sector.at + r.at, bytes: bytes.slice(r.at, r.at + r.length) }));
}

/** Units of a sector after its erase: wanted when they are to hold anything. */
function unitsAfterErase(bytes: Uint8Array, how: DiffOptions): Uint8Array {
  const units = new Uint8Array(bytes.length / how.unit).fill(IDLE);
  for (const [i, b] of bytes.entries()) {
    if (b !== how.erased) units[Math.floor(i / how.unit)] = WANTED;
  }
  return units;
}

/** Reads what must survive the erase into `bytes`; gives how many bytes that are. */
async function restore(
  sector: Sector,
  { owner }: Wish,
  bytes: Uint8Array,
  read: ReadFlash,
  how: DiffOptions,
): Promise<number> {
  const survives = (i: number): boolean =>
    owner[i] === KEPT || (owner[i] === FREE && how.keep !== "erase");
  let restored = 0;
  const refused: number[] = [];
  for (const window of joinRanges(rangesWhere(sector.size, how.unit, survives), GAP)) {
    for (const part of readsOf(window)) {
      for (const [i, b] of (await read(sector.at + part.at, part.length)).entries()) {
        const at = part.at + i;
        if (b === how.erased || !survives(at)) continue;
        if (owner[at] === FREE && how.keep === "refuse") refused.push(at);
        bytes[at] = b;
        restored++;
      }
    }
  }
  const [first] = refused;
  if (first !== undefined) {
    throw fault("sector-holds-more", {
      sector: sector.index,
      first: hex(sector.at + first),
      count: refused.length,
    });
  }
  return restored;
}

/**
 * What to do with one sector so that it holds the pieces; reads only what it needs to know.
 * Fault: sector-holds-more, and those of `read`.
 */
export async function diffSector(
  sector: Sector,
  pieces: readonly Piece[],
  read: ReadFlash,
  how: DiffOptions,
): Promise<SectorDiff> {
  const wish = wishFor(sector, pieces, how.erased, how.preserve);
  const { units, wrong } = await compare(sector, wish, read, how);
  if (wrong) {
    const bytes = wish.bytes.slice();
    const restored = await restore(sector, wish, bytes, read, how);
    const where = hex(sector.at + wrong.offset);
    const wants = hex(wish.bytes[wrong.offset] ?? 0, 2);
    return {
      sector,
      state: "erase",
      why: `holds ${hex(wrong.is, 2)} at ${where}, the image ${wants}`,
      runs: runsOf(sector, bytes, unitsAfterErase(bytes, how), how),
      restored,
    };
  }
  if (!units.includes(WANTED)) {
    return { sector, state: "same", why: "holds the image already", runs: [], restored: 0 };
  }
  const runs = runsOf(sector, wish.bytes, units, how);
  const patch = units.includes(WRITTEN);
  return {
    sector,
    state: patch ? "patch" : "blank",
    why: patch ? "differs only where it is erased" : "is erased where the image goes",
    runs,
    restored: 0,
  };
}
