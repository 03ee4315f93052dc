/** Whether the chip could start from what an image brings. */
import { hex, u32le } from "../../base/mod.ts";
import { flashViews } from "../../chip/mod.ts";
import { checkVectors } from "../../cortex/mod.ts";
import { bootAddress, bootTable, type OptionBytes } from "../../flash/mod.ts";
import type { View } from "../view.ts";
import type { Placed } from "./files.ts";

/** stack and reset */
const BYTES = 8;

/** In two banks with nDBOOT = 0 ST's boot loader picks where to start: RM0410 "Boot configuration", recalled. */
const picksBank = ({ dualBank }: View["layout"], { fields }: OptionBytes): boolean =>
  dualBank && fields["nDBOOT"]?.value === 0;

/**
 * What is wrong with the first two vectors of an image, in words; empty when nothing is, and when it does not
 * bring those that the chip starts from: a program behind a boot loader, data. That it starts from no flash at
 * all is said of an image for the beginning of it.
 */
export function imageVectors(
  { chip, layout }: Pick<View, "chip" | "layout">,
  options: OptionBytes,
  { pieces }: Pick<Placed, "pieces">,
): readonly string[] {
  const at = bootTable(chip, layout, options);
  if (at === undefined) {
    const starts = pieces.some((p) => p.at <= layout.at && layout.at < p.at + p.bytes.length);
    const where = hex(bootAddress(chip, options));
    return starts && !picksBank(layout, options)
      ? [`BOOT_ADD0 points to ${where}, not to flash: the chip does not start what is there`]
      : [];
  }
  const piece = pieces.find((p) => p.at <= at && at + BYTES <= p.at + p.bytes.length);
  if (!piece) return [];
  const first = at - piece.at;
  const words = [u32le(piece.bytes, first), u32le(piece.bytes, first + 4)];
  const wrong = checkVectors(words, { ram: chip.sub.ram, flash: flashViews(chip, layout) });
  return wrong.length === 0 ? [] : [`the image's vectors: ${wrong.map((w) => w.text).join("; ")}`];
}
