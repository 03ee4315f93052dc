/** Where the sectors of a chip are: "4x32K 1x128K 7x256K", cut to the size register. */
import { getField } from "../base/mod.ts";
import type { Chip, Layout, Sector, SubFamily } from "./family.ts";

const KIB = 1024;
/** Main flash of every STM32 with sectors begins here: C FLASHAXI_BASE, FLASH_BASE. */
const FLASH_AT = 0x0800_0000;
/** In dual-bank mode sector n of the second bank is 0x10 | n in CR.SNB: H FLASH_Erase_Sector. */
const SECOND_BANK_SNB = 16;

/** `4x32K 1x128K` as sizes in bytes, in order. */
export function sectorSizes(text: string): readonly number[] {
  return text.split(/\s+/).flatMap((part) => {
    const [count, size] = part.split("x") as [string, string];
    return Array.from({ length: Number(count) }, () => Number.parseInt(size) * KIB);
  });
}

/** Sectors from `at` on as long as they fit into `room` bytes. */
function bankOf(
  bank: number,
  sizes: readonly number[],
  from: { readonly at: number; readonly index: number; readonly snb: number },
  room: number,
): Sector[] {
  const sectors: Sector[] = [];
  let offset = 0;
  for (const [i, size] of sizes.entries()) {
    if (offset + size > room) break;
    sectors.push({
      bank,
      index: from.index + i,
      snb: from.snb + i,
      at: from.at + offset,
      size,
    });
    offset += size;
  }
  return sectors;
}

const sum = (sectors: readonly Sector[]): number => sectors.reduce((n, s) => n + s.size, 0);

function finish(sectors: readonly Sector[], dualBank: boolean, doubt: string | undefined): Layout {
  return {
    sectors,
    at: FLASH_AT,
    size: sum(sectors),
    erased: 0xFF,
    dualBank,
    ...(doubt === undefined ? {} : { doubt }),
  };
}

/** Whether the option registers put the flash into dual-bank mode. */
export function isDualBank(
  sub: SubFamily,
  optionRegisters: Readonly<Record<string, number>>,
): boolean {
  const field = sub.options["nDBANK"];
  const word = field && optionRegisters[field.register];
  return field !== undefined && word !== undefined && getField(word, field.bits) === 0;
}

/**
 * The sectors of a part of `sub` with `flashKiB` KiB, in the mode that its option registers say.
 * `doubt` is set, and only certain sectors are listed, where the sources disagree or the size fits no
 * whole number of sectors.
 */
export function layoutOf(
  sub: SubFamily,
  flashKiB: number,
  optionRegisters: Readonly<Record<string, number>>,
): Layout {
  const room = flashKiB * KIB;
  if (!isDualBank(sub, optionRegisters)) {
    const sectors = bankOf(1, sectorSizes(sub.sectors), { at: FLASH_AT, index: 0, snb: 0 }, room);
    const rest = room - sum(sectors);
    return finish(
      sectors,
      false,
      rest === 0 ? undefined : `the last ${rest / KIB} KiB of ${flashKiB} KiB are no whole sector`,
    );
  }
  const sizes = sectorSizes(sub.dualBankSectors ?? sub.sectors);
  const first = bankOf(1, sizes, { at: FLASH_AT, index: 0, snb: 0 }, room / 2);
  if (flashKiB !== Math.max(...sub.flashSizesKiB)) {
    // OpenOCD and probe-rs: bank 2 at 0x0808_0000; a user of an F765 found it at 0x0810_0000
    return finish(
      first,
      true,
      `where bank 2 of a ${flashKiB} KiB part in dual-bank mode begins is not known for certain`,
    );
  }
  const half = { at: FLASH_AT + room / 2, index: sizes.length, snb: SECOND_BANK_SNB };
  return finish([...first, ...bankOf(2, sizes, half, room / 2)], true, undefined);
}

/** The bit of nWRP (or PCROP) that is this sector's: in dual-bank mode two sectors share one. */
export const sectorBit = (layout: Layout, sector: Sector): number =>
  layout.dualBank ? Math.floor(sector.index / 2) : sector.index;

/** The sector that holds this address, or undefined. */
export const sectorAt = (layout: Layout, at: number): Sector | undefined =>
  layout.sectors.find((s) => at >= s.at && at < s.at + s.size);

/** Where main flash is seen: itself and its read-only views, each of the size of all of it. */
export const flashViews = (
  chip: Pick<Chip, "family">,
  layout: Layout,
): readonly { readonly at: number; readonly length: number }[] =>
  [layout.at, ...chip.family.flash.aliases.map((a) => a.at)]
    .map((at) => ({ at, length: layout.size }));

/** The main-flash address of `at`: translated when it lies in a read-only view, else as it is. */
export function unalias(chip: Pick<Chip, "family">, layout: Layout, at: number): number {
  const alias = chip.family.flash.aliases.find((a) => at >= a.at && at < a.at + layout.size);
  return alias === undefined ? at : layout.at + (at - alias.at);
}
