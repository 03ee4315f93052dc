/** Sectors as people name them: `0..3,7`, an address range, an image. */
import { hex } from "../base/mod.ts";
import type { Chip, Layout, Sector } from "../chip/mod.ts";
import { planFault } from "../plan/mod.ts";

type Where = Pick<Chip, "sub" | "flashKiB">;

function noSuchSector(wanted: number, chip: Where, layout: Layout): never {
  const last = layout.sectors.at(-1)?.index ?? 0;
  throw planFault("no-such-sector", {
    wanted,
    sectors: `0..${last}`,
    chip: chip.sub.name,
    flashKiB: chip.flashKiB,
    banks: layout.dualBank ? "two banks" : "one bank",
    ...(layout.doubt === undefined ? {} : { doubt: layout.doubt }),
  });
}

/** `3` or `0..3` as first and last. */
function rangeOf(text: string, part: string): [number, number] {
  const bad = (why: string): never => {
    throw planFault("bad-sector-list", { text, why });
  };
  const m = part.trim().match(/^(\d+)(?:\s*(?:\.\.|-)\s*(\d+))?$/);
  if (!m) {
    return bad(part.trim() === "" ? "a number is missing" : `${part.trim()} is no sector number`);
  }
  const from = Number(m[1]);
  const to = m[2] === undefined ? from : Number(m[2]);
  return to < from ? bad(`${part.trim()} runs backwards`) : [from, to];
}

/**
 * The sectors of a list like `0..3,7` (`all` for every one), each once, in order.
 * Faults: bad-sector-list, no-such-sector.
 */
export function parseSectors(text: string, chip: Where, layout: Layout): readonly Sector[] {
  if (text.trim() === "all") return layout.sectors;
  const wanted = new Set<number>();
  for (const part of text.split(",")) {
    const [from, to] = rangeOf(text, part);
    const known = new Set(layout.sectors.map((s) => s.index));
    // the end of a range says most about whose numbers these are
    if (!known.has(to)) noSuchSector(to, chip, layout);
    for (let i = from; i <= to; i++) {
      if (!known.has(i)) noSuchSector(i, chip, layout);
      wanted.add(i);
    }
  }
  return layout.sectors.filter((s) => wanted.has(s.index));
}

/** The sectors that hold any byte of the range. Fault: flash range outside flash (image-outside-flash). */
export function sectorsIn(at: number, length: number, layout: Layout): readonly Sector[] {
  const end = at + length;
  if (length <= 0 || at < layout.at || end > layout.at + layout.size) {
    throw planFault("image-outside-flash", {
      from: "the range asked for",
      first: hex(at),
      last: hex(Math.max(at, end - 1)),
      what: "no flash",
      flashFrom: hex(layout.at),
      flashTo: hex(layout.at + layout.size - 1),
      flashKiB: layout.size / 1024,
    });
  }
  return layout.sectors.filter((s) => s.at < end && s.at + s.size > at);
}
