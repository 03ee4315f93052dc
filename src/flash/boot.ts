/** Where a chip starts, by its option bytes. */
import { type Chip, type Layout, unalias } from "../chip/mod.ts";
import type { OptionBytes } from "./controller.ts";

/** Where the chip starts with BOOT0 low: BOOT_ADD0, in units of 16 KiB. */
export function bootAddress(chip: Pick<Chip, "sub">, options: Pick<OptionBytes, "fields">): number {
  const field = chip.sub.options["BOOT_ADD0"];
  return (options.fields["BOOT_ADD0"]?.value ?? 0) * 2 ** (field?.shift ?? 14);
}

/** The address in flash of the table that it starts from; undefined when it starts elsewhere. */
export function bootTable(
  chip: Chip,
  layout: Layout,
  options: Pick<OptionBytes, "fields">,
): number | undefined {
  const at = unalias(chip, layout, bootAddress(chip, options));
  return at >= layout.at && at < layout.at + layout.size ? at : undefined;
}
