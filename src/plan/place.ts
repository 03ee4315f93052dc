/** Does an image fit this chip? Everything that can be checked before a probe is touched. */
import { type Fact, hex } from "../base/mod.ts";
import { type Chip, type Layout, type Region, unalias } from "../chip/mod.ts";
import type { Image, Piece } from "../image/mod.ts";
import { fault } from "./faults.ts";

type Where = Pick<Chip, "family" | "sub">;

const last = (r: { readonly at: number; readonly length: number }): number => r.at + r.length - 1;

function overlap(piece: Piece, r: Region): { from: number; to: number } | undefined {
  const from = Math.max(piece.at, r.at);
  const to = Math.min(piece.at + piece.bytes.length - 1, last(r));
  return from <= to ? { from, to } : undefined;
}

const flashFacts = (layout: Layout): Record<string, Fact> => ({
  flashFrom: hex(layout.at),
  flashTo: hex(layout.at + layout.size - 1),
  flashKiB: layout.size / 1024,
});

/** Regions that are not main flash, with the fault each of them gets. */
function forbidden(
  chip: Where,
): readonly (Region & {
  slug: "image-on-option-bytes" | "image-on-otp" | "image-on-system-memory";
})[] {
  const { otp, optionBytes } = chip.sub;
  return [
    { slug: "image-on-option-bytes", name: "option bytes", ...optionBytes },
    {
      slug: "image-on-otp",
      name: "one-time programmable memory",
      at: otp.at,
      length: otp.lockAt + otp.lockLength - otp.at,
    },
    ...chip.sub.systemMemory.map((r) => ({ ...r, slug: "image-on-system-memory" as const })),
  ];
}

function refuseRegions(chip: Where, piece: Piece): void {
  for (const region of forbidden(chip)) {
    const hit = overlap(piece, region);
    if (!hit) continue;
    throw fault(region.slug, {
      from: piece.from,
      what: region.name,
      first: hex(hit.from),
      last: hex(hit.to),
      regionFrom: hex(region.at),
      regionTo: hex(last(region)),
    });
  }
}

/** What is at an address that is no flash, in words. */
function whatIsAt(chip: Where, layout: Layout, at: number): string {
  const ram = chip.sub.ram.find((r) => at >= r.at && at <= last(r));
  if (ram) return `RAM (${ram.name})`;
  if (at >= 0x4000_0000 && at < 0x6000_0000) return "peripherals";
  if (at >= 0x6000_0000 && at < 0xA000_0000) return "external memory";
  const end = layout.at + layout.size;
  return at >= end && at < end + layout.size ? "no flash any more" : "no memory";
}

function refuseOutside(file: string, chip: Where, layout: Layout, piece: Piece): void {
  const end = layout.at + layout.size;
  const pieceEnd = piece.at + piece.bytes.length;
  if (piece.at >= layout.at && pieceEnd <= end) return;
  const facts = { file, from: piece.from, last: hex(pieceEnd - 1), ...flashFacts(layout) };
  if (piece.at >= layout.at && piece.at < end + layout.size) {
    throw fault("image-larger-than-flash", {
      ...facts,
      tooMuch: pieceEnd - end,
      ...(layout.doubt === undefined ? {} : { doubt: `Not all of it is used: ${layout.doubt}` }),
    });
  }
  throw fault("image-outside-flash", {
    ...facts,
    first: hex(piece.at),
    what: whatIsAt(chip, layout, piece.at),
  });
}

const LINKED_TWICE = [
  { text: "two sections are linked for the same addresses", likelihood: "likely" },
] as const;
function refuseOverlaps(
  chip: Where,
  layout: Layout,
  pieces: readonly Piece[],
  viewed: boolean,
): void {
  for (const [i, piece] of pieces.entries()) {
    const next = pieces[i + 1];
    const end = piece.at + piece.bytes.length;
    if (!next || next.at >= end) continue;
    const [alias] = chip.family.flash.aliases;
    throw fault("image-pieces-overlap", {
      from: piece.from,
      other: next.from,
      first: hex(next.at),
      last: hex(Math.min(end, next.at + next.bytes.length) - 1),
      ...(alias && viewed ? { alias: hex(alias.at) } : {}),
      ...flashFacts(layout),
    }, viewed ? {} : { causes: LINKED_TWICE });
  }
}

/**
 * The image's pieces at main-flash addresses, sorted: pieces in a read-only view are moved to what they
 * show. Faults: image-on-option-bytes, image-on-otp, image-on-system-memory, image-larger-than-flash,
 * image-outside-flash, image-pieces-overlap.
 */
export function placeImage(
  image: Pick<Image, "file" | "pieces">,
  chip: Where,
  layout: Layout,
): readonly Piece[] {
  const pieces = image.pieces.filter((p) => p.bytes.length > 0)
    .map((p) => ({ ...p, at: unalias(chip, layout, p.at) }))
    .sort((a, b) => a.at - b.at);
  for (const piece of pieces) {
    refuseRegions(chip, piece);
    refuseOutside(image.file, chip, layout, piece);
  }
  refuseOverlaps(
    chip,
    layout,
    pieces,
    image.pieces.some((p) => unalias(chip, layout, p.at) !== p.at),
  );
  return pieces;
}
